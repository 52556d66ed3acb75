package io.maxmq.core.transport;

import io.maxmq.spi.limit.Decision;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands before everything else on a connection from a trusted proxy, until that has said whom it speaks for; then it is gone. What
 * begins with anything else is closed, and so is a client that may not come in. Runs on the loop of the channel. Not thread-safe.
 */
final class ProxyHandler extends LastHandler {
    private final SocketConnection connection;
    private final ProxyHeader header = new ProxyHeader();

    /** What came behind the header while the client has to wait. */
    private @Nullable ByteBuf waiting;

    private boolean refused;

    ProxyHandler(SocketConnection connection) {
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        boolean complete = false;
        try {
            complete = !refused && header.read(bytes);
        } catch (ProxyHeader.MalformedException e) {
            refuse();
        }
        if (!complete) {
            bytes.release();
            return;
        }
        ByteBuf before = waiting;
        if (before != null) { // read before reading was paused
            before.writeBytes(bytes);
            bytes.release();
            return;
        }
        InetSocketAddress client = header.source();
        if (client == null) {
            goOn(ctx, bytes);
        } else {
            connection.comesFrom(client);
            admit(ctx, bytes);
        }
    }

    private void admit(ChannelHandlerContext ctx, ByteBuf rest) {
        Decision decision = connection.admission();
        if (decision instanceof Decision.Allow) {
            goOn(ctx, rest);
        } else if (decision instanceof Decision.Pause pause) {
            waiting = rest;
            ctx.channel().config().setAutoRead(false);
            var unused = ctx.executor().schedule(() -> admitLater(ctx), pause.nanos(), TimeUnit.NANOSECONDS);
        } else {
            rest.release();
            refuse();
        }
    }

    private void admitLater(ChannelHandlerContext ctx) {
        ByteBuf rest = waiting;
        waiting = null;
        if (rest != null) {
            ctx.channel().config().setAutoRead(true);
            admit(ctx, rest);
        }
    }

    private void goOn(ChannelHandlerContext ctx, ByteBuf rest) {
        ctx.pipeline().remove(this);
        if (rest.isReadable()) {
            ctx.fireChannelRead(rest);
            ctx.fireChannelReadComplete();
        } else {
            rest.release();
        }
    }

    private void refuse() {
        refused = true;
        connection.abort();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ByteBuf rest = waiting;
        waiting = null;
        if (rest != null) {
            rest.release();
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.fireChannelReadComplete();
    }
}
