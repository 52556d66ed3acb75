package io.maxmq.core.transport;

import io.maxmq.spi.limit.RateDecision;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Admission of a client behind a proxy, which could not be checked when the socket was accepted. While the client has
 * to wait nothing is read, and the bytes already read are kept, at most one socket read. Runs on the loop of the
 * channel. Not thread-safe.
 */
final class ProxyAdmission {
    private final SocketConnection connection;
    private boolean waits;
    private final BufferedInput kept = new BufferedInput();

    ProxyAdmission(SocketConnection connection) {
        this.connection = connection;
    }

    /**
     * Checks the client and closes the connection of a refused client.
     *
     * @param in runs when the client is admitted, now or later
     */
    void ask(ChannelHandlerContext ctx, Runnable in) {
        RateDecision decision = connection.arrival().admission();
        if (decision instanceof RateDecision.Allow) {
            in.run();
        } else if (decision instanceof RateDecision.Pause pause) {
            waits = true;
            ctx.channel().config().setAutoRead(false);
            var unused = ctx.executor().schedule(() -> askAgain(ctx, in), pause.nanos(), TimeUnit.NANOSECONDS);
        } else {
            connection.abort();
        }
    }

    private void askAgain(ChannelHandlerContext ctx, Runnable in) {
        if (waits) {
            waits = false;
            ctx.channel().config().setAutoRead(true);
            ask(ctx, in);
        }
    }

    /** True while the client has to wait. */
    boolean waits() {
        return waits;
    }

    /** Keeps bytes that the client has sent meanwhile; takes over the reference. */
    void keep(ChannelHandlerContext ctx, ByteBuf bytes) {
        kept.add(ctx, bytes);
    }

    /** Returns the kept bytes and hands over the reference; null if there are none. */
    @Nullable
    ByteBuf kept() {
        return kept.take();
    }

    /** Ends the admission after the channel is closed. */
    void close() {
        waits = false;
        kept.release();
    }
}
