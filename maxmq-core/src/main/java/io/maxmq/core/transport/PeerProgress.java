package io.maxmq.core.transport;

import io.maxmq.core.loop.Loop;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Watches a peer that is too far behind with what it is sent: as long as that lasts it must have taken something each time that the
 * timeout has passed. Only the head of what the channel sends tells: more may be added behind it meanwhile.
 *
 * <p>There is one while a connection is behind, until it moves to another loop. Runs on the connection's loop. Not thread-safe.
 */
final class PeerProgress {
    /** How often it is looked at within the timeout. */
    private static final int LOOKS = 4;

    private final SocketConnection connection;
    private final Loop loop;
    private final long timeoutNanos;
    private long timer;

    /** What the channel was sending when it was last looked at, and how much of it was left. */
    private @Nullable Object head;

    private int leftBytes;
    private long sinceNanos;

    PeerProgress(SocketConnection connection, Loop loop, long timeoutNanos) {
        this.connection = connection;
        this.loop = loop;
        this.timeoutNanos = timeoutNanos;
        this.sinceNanos = loop.nowNanos();
    }

    /** Looks now, and again later. */
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
