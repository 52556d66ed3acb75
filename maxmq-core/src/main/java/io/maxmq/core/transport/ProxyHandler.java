package io.maxmq.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * First handler of a connection from a trusted proxy. Reads the PROXY header, which names the client, and then removes
 * itself. Closes a connection that begins with any other bytes or whose client is not admitted. Runs on the loop of the
 * channel. Not thread-safe.
 */
final class ProxyHandler extends ForwardingHandler {
    private final SocketConnection connection;
    private final SocketLayer above;
    private final ProxyAdmission admission;
    private final ProxyHeader header = new ProxyHeader();
    private boolean done;

    /** @param above the layer behind the header */
    ProxyHandler(SocketConnection connection, SocketLayer above) {
        this.connection = connection;
        this.above = above;
        this.admission = new ProxyAdmission(connection);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (admission.waits()) { // read before reading was paused
            admission.keep(ctx, bytes);
            return;
        }
        try {
            if (done || !header.read(bytes)) {
                bytes.release();
                return;
            }
        } catch (ProxyHeader.MalformedException e) {
            done = true;
            bytes.release();
            connection.abort();
            return;
        }
        done = true;
        admission.keep(ctx, bytes);
        InetSocketAddress client = header.source();
        connection.arrival().comesFrom(client);
        if (client == null || above.speaksForOthers(client)) {
            goOn(ctx);
        } else {
            admission.ask(ctx, () -> goOn(ctx));
        }
    }

    private void goOn(ChannelHandlerContext ctx) {
        ByteBuf rest = admission.kept();
        ctx.pipeline().remove(this);
        pass(ctx, rest);
    }

    private static void pass(ChannelHandlerContext ctx, @Nullable ByteBuf rest) {
        if (rest == null) {
            return;
        }
        if (rest.isReadable()) {
            ctx.fireChannelRead(rest);
            ctx.fireChannelReadComplete();
        } else {
            rest.release();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        admission.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        admission.close();
        super.channelInactive(ctx);
    }
}
