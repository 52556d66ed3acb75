package io.maxmq.core.connection;

import io.maxmq.codec.ReasonCode;
import io.maxmq.core.loop.Loop;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import java.time.Duration;

/**
 * Ends a connection whose client does not complete a packet in time: parts of packets take memory that others need. A packet that keeps to
 * the rate of {@link PacketProgress} gets the same time again. One timer per connection, which runs only while there is part of a packet;
 * each read tells whether it is still the same packet, so complete packets cost nothing here.
 *
 * <p>Runs on the connection's loop. Not thread-safe.
 */
final class PacketDeadline {
    private final Connection connection;
    private final Loop loop;
    private final Duration timeout;
    private final PacketProgress progress = new PacketProgress();
    private int packet;
    private long sinceNanos;
    private long pausedNanos;
    private long timer;

    PacketDeadline(Connection connection, Loop loop, Duration timeout) {
        this.connection = connection;
        this.loop = loop;
        this.timeout = timeout;
    }

    /** A read has ended inside this packet. */
    void endedInside(int cutOffPacket) {
        if (timer != 0 && cutOffPacket == packet) {
            return;
        }
        packet = cutOffPacket;
        sinceNanos = loop.nowNanos();
        if (timer == 0) {
            timer = loop.schedule(timeout.toNanos(), this::check);
        }
    }

    /** The broker stops reading: the client can do nothing about it. */
    void paused() {
        pausedNanos = loop.nowNanos();
    }

    void resumed() {
        // One that was begun meanwhile, out of what was kept, begins to count now.
        sinceNanos += loop.nowNanos() - Math.max(pausedNanos, sinceNanos);
    }

    private void check() {
        timer = 0;
        if (!connection.isInsidePacket()) {
            return;
        }
        long now = loop.refreshTime();
        long takenNanos = connection.isHeld() ? 0 : now - sinceNanos;
        if (takenNanos >= timeout.toNanos()
                && progress.isEnough(connection.cutOffPacket(), connection.cutOffBytes(), takenNanos)) {
            sinceNanos = now;
            takenNanos = 0;
        }
        if (takenNanos >= timeout.toNanos()) {
            connection.end(
                    Initiator.BROKER,
                    ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
                    "a packet is not complete after " + timeout + " with less than "
                            + PacketProgress.MIN_BYTES_PER_SECOND + " bytes per second");
            return;
        }
        timer = loop.scheduleAt(now + timeout.toNanos() - takenNanos, this::check);
    }

    void close() {
        if (timer != 0) {
            loop.cancel(timer);
            timer = 0;
        }
    }
}
