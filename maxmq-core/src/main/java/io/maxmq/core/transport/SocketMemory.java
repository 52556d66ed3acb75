package io.maxmq.core.transport;

import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.LoopCounters;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Network memory of the sockets of one loop: output that peers have not taken yet, and input that is an incomplete
 * packet or waits for its turn. The more of it is in use, the less output one connection may have pending, so that
 * peers that stop reading fill about a quarter of it together, regardless of their number. If the memory still runs
 * out, the connections without progress for the longest time are cut off.
 *
 * <p>One per loop. Runs on the loop. Not thread-safe.
 */
public final class SocketMemory {
    /**
     * Smallest share of a connection, regardless of the number of connections. A smaller share would block all but the
     * smallest messages.
     */
    private static final long MIN_SHARE_BYTES = 16 * 1024;

    /** Divisor of the free memory: one connection gets this fraction, which leaves memory for new connections. */
    private static final int SHARES = 8;

    private final MemoryCredit credit;

    /** Bytes in use above which each connection has the smallest share. */
    private final long outputBytes;

    private final LoopCounters counters;

    /** Connections with output that their peers do not take, ordered by last progress. */
    private final Set<SocketConnection> stalled = new LinkedHashSet<>();

    private long usedBytes;

    /** Capacity of the buffers that stalled connections have opened in this iteration and that are not charged yet. */
    private long gatheredBytes;

    private long shareBytes;

    /** @param capacityBytes capacity of this loop's credit */
    public SocketMemory(MemoryCredit credit, long capacityBytes, LoopCounters counters) {
        this.credit = credit;
        this.counters = counters;
        this.outputBytes = capacityBytes / 4;
        use(0);
    }

    private void use(long moreBytes) {
        usedBytes += moreBytes;
        counters.add(Counter.NETWORK_BYTES, moreBytes);
        share();
    }

    private void share() {
        shareBytes = Math.max(MIN_SHARE_BYTES, (outputBytes - usedBytes - gatheredBytes) / SHARES);
    }

    /**
     * Notes additional output of a stalled connection, which is charged at the end of the iteration. The shares of the
     * other connections shrink at once; otherwise all of them together could use the share of one connection many times
     * over within one iteration.
     *
     * @param bytes negative when the output is charged or dropped
     */
    void gathers(long bytes) {
        gatheredBytes += bytes;
        share();
    }

    void left(SocketConnection connection) {
        stalled.remove(connection);
    }

    /** Number of output bytes that one connection may have pending. */
    long shareBytes() { // hot: per message and recipient
        return shareBytes;
    }

    void stalls(SocketConnection connection) {
        stalled.add(connection);
    }

    void progresses(SocketConnection connection) {
        if (stalled.remove(connection)) {
            stalled.add(connection);
        }
    }

    void drained(SocketConnection connection) {
        stalled.remove(connection);
    }

    /**
     * Charges all bytes or none, and cuts off other connections if necessary. Returns false if that does not free
     * enough.
     */
    boolean tryCharge(SocketConnection forWhom, long bytes) {
        while (!credit.tryCharge(bytes)) {
            SocketConnection oldest = oldestBut(forWhom);
            if (oldest == null) {
                return false;
            }
            stalled.remove(oldest);
            oldest.cutOff();
        }
        use(bytes);
        return true;
    }

    /**
     * Connection without progress for the longest time that holds enough memory to be worth closing; null if there is
     * none.
     */
    private @Nullable SocketConnection oldestBut(SocketConnection forWhom) {
        for (SocketConnection each : stalled) {
            if (each != forWhom && each.chargedBytes() >= shareBytes / 4) {
                return each;
            }
        }
        return null;
    }

    void release(long bytes) {
        credit.release(bytes);
        use(-bytes);
    }
}
