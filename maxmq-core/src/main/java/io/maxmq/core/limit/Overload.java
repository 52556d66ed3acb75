package io.maxmq.core.limit;

import io.maxmq.config.OverloadLimits;

/**
 * Overload level of the broker, 0..3, and the load to shed at each level ({@link OverloadLimits}). One thread updates
 * it; any thread reads it.
 */
public final class Overload {
    private static final int CONNECTIONS = 1;
    private static final int QOS_0 = 2;
    private static final int SUBSCRIPTIONS = 3;

    private final OverloadLimits limits;

    /** Written by the updating thread. */
    private volatile int level;

    /** Last time at which the level was confirmed or lowered. */
    private long reasonNanos;

    public Overload(OverloadLimits limits) {
        this.limits = limits;
    }

    /**
     * Measured values.
     *
     * @param loopDelayNanos delay of the slowest event loop
     * @param usedBytes used part of the memory budget
     * @param capacityBytes whole memory budget
     * @param storagePendingBytes -1 if unknown
     */
    public record Measures(long loopDelayNanos, long usedBytes, long capacityBytes, long storagePendingBytes) {}

    /** Updates the level from measured values and returns it. */
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

    /** Current level; 0 without overload. */
    public int level() {
        return level;
    }

    /** True if new connections are refused. */
    public boolean shedsConnections() {
        return level >= CONNECTIONS;
    }

    /** True if QoS 0 messages from clients are dropped. */
    public boolean shedsQos0() { // hot: per message of QoS 0
        return level >= QOS_0;
    }

    /** True if new subscriptions are refused. */
    public boolean shedsSubscriptions() {
        return level >= SUBSCRIPTIONS;
    }
}
