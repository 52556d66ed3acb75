package io.maxmq.core.transport;

import io.maxmq.spi.limit.RateDecision;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client may come in that was not asked about when its socket was accepted, since a proxy speaks for it. While it has to wait
 * nothing is read, and what has been read is kept: what one read of the socket gives at most. Runs on the loop of the channel. Not
 * thread-safe.
 */
final class ProxyAdmission {
    private final SocketConnection connection;
    private boolean waits;
    private final BufferedInput kept = new BufferedInput();

    ProxyAdmission(SocketConnection connection) {
        this.connection = connection;
    }

    /**
     * Asks; who is refused is closed.
     *
     * @param in runs when the client may come in, now or later
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

    /** Whether the client has to wait. */
    boolean waits() {
        return waits;
    }

    /** Keeps what the client has sent meanwhile; takes over the reference. */
    void keep(ChannelHandlerContext ctx, ByteBuf bytes) {
        kept.add(ctx, bytes);
    }

    /** Hands over what was kept. */
    @Nullable
    ByteBuf kept() {
        return kept.take();
    }

    /** The channel is closed. */
    void close() {
        waits = false;
        kept.release();
    }
}
