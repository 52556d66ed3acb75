package io.maxmq.core.transport;

import io.maxmq.core.loop.Loop;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Watches a slow peer while its connection is behind. In each period of the timeout the peer must take some output, or
 * the connection gives it up. Compares only the first buffer in the channel, because more may be added behind it
 * meanwhile.
 *
 * <p>Exists while a connection is behind, until the connection moves to another loop. Runs on the connection's loop.
 * Not thread-safe.
 */
final class PeerProgress {
    /** Number of checks per timeout. */
    private static final int LOOKS = 4;

    private final SocketConnection connection;
    private final Loop loop;
    private final long timeoutNanos;
    private long timer;

    /** First buffer of the channel at the last check, and the unsent bytes of that buffer. */
    private @Nullable Object head;

    private int leftBytes;
    private long sinceNanos;

    PeerProgress(SocketConnection connection, Loop loop, long timeoutNanos) {
        this.connection = connection;
        this.loop = loop;
        this.timeoutNanos = timeoutNanos;
        this.sinceNanos = loop.nowNanos();
    }

    /** Checks the progress now and schedules the next check. */
    void look() {
        assert loop.inLoop();
        timer = 0;
        if (!connection.isBehind()) {
            connection.watched(false, 0);
            return;
        }
        Object sending = connection.sending();
        int left = sending instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        if (sending != head || left != leftBytes) {
            head = sending;
            leftBytes = left;
            sinceNanos = loop.nowNanos();
            connection.progresses();
        }
        long idleNanos = loop.nowNanos() - sinceNanos;
        if (idleNanos >= timeoutNanos) {
            connection.watched(true, idleNanos);
            return;
        }
        timer = loop.schedule(timeoutNanos / LOOKS, this::look);
    }

    void cancel() {
        assert loop.inLoop();
        if (timer != 0) {
            loop.cancel(timer);
            timer = 0;
        }
    }
}
