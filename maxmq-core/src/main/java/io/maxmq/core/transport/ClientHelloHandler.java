package io.maxmq.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import java.nio.channels.ClosedChannelException;
import java.util.function.Supplier;

/**
 * Stands where TLS is to be until the client begins with its ClientHello (RFC 8446 §4.1.2) and there is a place for its handshake; then
 * makes way for that. A socket that says nothing has neither a place nor an engine, and ends as any that does not CONNECT. While a
 * client waits nothing is read.
 *
 * <p>Runs on the loop of the channel, the accepting one. Not thread-safe.
 */
final class ClientHelloHandler extends ForwardingHandler {
    /** What goes on with a handshake. Thread-safe. */
    interface Tls {
        /** The handler that does it, and tells {@code arrival} what comes of it. */
        ChannelHandler newHandler(Channel channel, ClientSetup arrival);
    }

    private final SocketConnection connection;
    private final Supplier<Tls> tls;
    private final BufferedInput kept = new BufferedInput();
    private boolean begun;

    /** @param tls asked when the handshake goes on: files may have been read again since the socket was accepted */
    ClientHelloHandler(SocketConnection connection, Supplier<Tls> tls) {
        this.connection = connection;
        this.tls = tls;
        connection.arrival().awaitHandshake();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (!bytes.isReadable() || connection.isClosing()) {
            bytes.release();
            return;
        }
        kept.add(ctx, bytes);
        if (!begun) {
            begun = true;
            connection.arrival().handshakeBegins(() -> goOn(ctx));
        }
        if (kept.bytes() > 0) { // it has to wait
            ctx.channel().config().setAutoRead(false);
            if (!connection.holdInput(kept.bytes())) {
                connection.abort();
            }
        }
    }

    /** There is a place for it. */
    private void goOn(ChannelHandlerContext ctx) {
        if (!connection.takesMore(Security.EXTRA_BYTES)) {
            return; // it has been closed for that
        }
        ChannelHandler handler = tls.get().newHandler(ctx.channel(), connection.arrival());
        ByteBuf hello = kept.take();
        connection.holdInput(0);
        ctx.pipeline().addAfter(ctx.name(), null, handler);
        ctx.pipeline().remove(this);
        ctx.channel().config().setAutoRead(true);
        if (hello != null) {
            ctx.fireChannelRead(hello);
            ctx.fireChannelReadComplete();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        kept.release();
        connection.arrival().notSecured(new ClosedChannelException());
        super.channelInactive(ctx);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        kept.release();
    }
}
