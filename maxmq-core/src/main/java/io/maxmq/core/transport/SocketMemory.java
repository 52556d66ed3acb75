package io.maxmq.core.transport;

import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.LoopCounters;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the sockets of one loop hold of network memory: output that peers have not taken yet, and input that is not yet a
 * whole packet or waits for its turn. The more of it is in use, the less output one connection may have waiting, so that all peers that
 * stop reading fill about a quarter of it, however many they are. When it runs out all the same, those that have taken nothing for
 * longest are cut off for it.
 *
 * <p>One per loop. Runs on the loop. Not thread-safe.
 */
public final class SocketMemory {
    /** The share of a connection however many there are; below it nothing larger than a few messages would ever leave. */
    private static final long MIN_SHARE_BYTES = 16 * 1024;

    /** What is free is for so many, so that the last to come finds something as well. */
    private static final int SHARES = 8;

    private final MemoryCredit credit;

    /** Beyond so much in use each connection has the least share. */
    private final long outputBytes;

    private final LoopCounters counters;

    /** Who has output that its peer does not take, in the order of the last sign that it does. */
    private final Set<SocketConnection> stalled = new LinkedHashSet<>();

    private long usedBytes;

    /** Of buffers that connections with stalled output have opened in this iteration, and that are not charged yet. */
    private long gatheredBytes;

    private long shareBytes;

    /** @param capacityBytes of this loop's credit */
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
     * A connection whose peer is behind gathers more, which is charged at the end of the iteration: the others have smaller shares from now
     * on, else all of them would take in one iteration what is there for one.
     *
     * @param bytes negative when it is charged, or given up
     */
    void gathers(long bytes) {
        gatheredBytes += bytes;
        share();
    }

    void left(SocketConnection connection) {
        stalled.remove(connection);
    }

    /** How much output one connection may have waiting. */
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

    /** Charges all or nothing; cuts others off for it if need be. False when that does not help. */
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

    /** One that holds enough to be worth it. */
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
