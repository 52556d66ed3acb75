package io.maxmq.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import java.nio.channels.ClosedChannelException;
import java.util.function.Supplier;

/**
 * Placeholder for the TLS handler of a connection. Waits until the client has sent its ClientHello (RFC 8446 §4.1.2)
 * and the listener has capacity for another handshake, then puts the TLS handler in its own place. A silent socket uses
 * neither capacity nor a TLS engine and is closed like any socket without CONNECT. While the client waits, nothing is
 * read.
 *
 * <p>Runs on the loop of the channel, which is the accepting loop. Not thread-safe.
 */
final class ClientHelloHandler extends ForwardingHandler {
    /** Factory of the handlers that continue a handshake. Thread-safe. */
    interface Tls {
        /** Returns the TLS handler, which reports the result of the handshake to {@code arrival}. */
        ChannelHandler newHandler(Channel channel, ClientSetup arrival);
    }

    private final SocketConnection connection;
    private final Supplier<Tls> tls;
    private final BufferedInput kept = new BufferedInput();
    private boolean begun;

    /**
     * @param tls read when the handshake continues, because the certificate files may have been reloaded since the
     *     socket was accepted
     */
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
        if (kept.bytes() > 0) { // the handshake has to wait
            ctx.channel().config().setAutoRead(false);
            if (!connection.holdInput(kept.bytes())) {
                connection.abort();
            }
        }
    }

    /** Continues the handshake. The listener has capacity for it. */
    private void goOn(ChannelHandlerContext ctx) {
        if (!connection.takesMore(Security.EXTRA_BYTES)) {
            return; // the connection has been closed for lack of memory
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
