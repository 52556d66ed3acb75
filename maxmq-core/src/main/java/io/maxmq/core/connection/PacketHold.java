package io.maxmq.core.connection;

import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import java.util.function.ToIntFunction;

/**
 * Holds the packets of a connection behind one that waits for answers, and charges for what that one keeps meanwhile. Runs on the
 * connection's loop. Not thread-safe.
 */
final class PacketHold {
    /** So much is among what every connection is charged with: an ordinary packet is never refused for want of memory. */
    private static final int INCLUDED_BYTES = 4096;

    /** About what a topic filter takes beside its characters. */
    private static final int FILTER_BYTES = 64;

    private final Connection connection;
    private final int reason;

    /** What is charged; less than 0 while nothing is held. */
    private long bytes = -1;

    /** @param reason of the {@link InputGate} */
    PacketHold(Connection connection, int reason) {
        this.connection = connection;
        this.reason = reason;
    }

    /** About what topic filters take. */
    static <T> long bytesOf(Iterable<T> filters, ToIntFunction<T> length) {
        long bytes = 0;
        for (T each : filters) {
            bytes += FILTER_BYTES + 2L * length.applyAsInt(each);
        }
        return bytes;
    }

    boolean isHeld() {
        return bytes >= 0;
    }

    /** False when there is no memory for it: then the connection has ended. Once, until {@link #end}. */
    boolean begin(long bytesKept) {
        long beyond = Math.max(0, bytesKept - INCLUDED_BYTES);
        if (beyond > 0 && !connection.charge(beyond)) {
            connection.end(Initiator.BROKER, ReasonCode.QUOTA_EXCEEDED, "no memory for a packet that has to wait");
            return false;
        }
        bytes = beyond;
        connection.hold(reason);
        return true;
    }

    /** The answers are there, and nothing is kept any more: goes on with the packets behind. */
    void end() {
        if (!connection.isClosed()) { // else it gives all back by itself
            connection.uncharge(bytes);
        }
        bytes = -1;
        connection.release(reason);
    }
}
