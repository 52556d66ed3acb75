package io.maxmq.core.limit;

import io.maxmq.config.OverloadLimits;

/**
 * How overloaded the broker is, 0..3, and what it sheds therefore ({@link OverloadLimits}). One thread looks; any thread reads.
 */
public final class Overload {
    private static final int CONNECTIONS = 1;
    private static final int QOS_0 = 2;
    private static final int SUBSCRIPTIONS = 3;

    private final OverloadLimits limits;

    /** Written by who looks. */
    private volatile int level;

    /** When the level was last asked for, or last fell. */
    private long reasonNanos;

    public Overload(OverloadLimits limits) {
        this.limits = limits;
    }

    /**
     * What is measured.
     *
     * @param loopDelayNanos of the event loop that is latest
     * @param usedBytes of the memory budget
     * @param capacityBytes all of it
     * @param storagePendingBytes -1 when not known
     */
    public record Measures(long loopDelayNanos, long usedBytes, long capacityBytes, long storagePendingBytes) {}

    /** Looks; answers what the level is now. */
    public int look(Measures measures, long nowNanos) {
        if (!limits.enabled()) {
            return 0;
        }
        int asked = asked(measures);
        int now = level;
        if (asked >= now) {
            level = asked;
            reasonNanos = nowNanos;
        } else if (nowNanos - reasonNanos >= limits.calm().toNanos()) {
            level = now - 1;
            reasonNanos = nowNanos;
        }
        return level;
    }

    private int asked(Measures measures) {
        int byDelay = doublings(measures.loopDelayNanos(), limits.loopDelay().toNanos());
        int byStorage = doublings(measures.storagePendingBytes(), limits.storagePendingBytes());
        return Math.max(Math.max(byDelay, byStorage), byMemory(measures));
    }

    private static int doublings(long value, long first) {
        if (value < first) {
            return 0;
        }
        return value / 2 < first ? CONNECTIONS : value / 4 < first ? QOS_0 : SUBSCRIPTIONS;
    }

    private int byMemory(Measures measures) {
        double used = 100.0 * measures.usedBytes() / measures.capacityBytes();
        double rest = 100.0 - limits.memoryPercent();
        if (used < limits.memoryPercent()) {
            return 0;
        }
        return used < 100 - rest / 2 ? CONNECTIONS : used < 100 - rest / 4 ? QOS_0 : SUBSCRIPTIONS;
    }

    /** 0 for none. */
    public int level() {
        return level;
    }

    /** Whether new connections are refused. */
    public boolean shedsConnections() {
        return level >= CONNECTIONS;
    }

    /** Whether what clients publish at QoS 0 is dropped. */
    public boolean shedsQos0() { // hot: per message of QoS 0
        return level >= QOS_0;
    }

    /** Whether new subscriptions are refused. */
    public boolean shedsSubscriptions() {
        return level >= SUBSCRIPTIONS;
    }
}
