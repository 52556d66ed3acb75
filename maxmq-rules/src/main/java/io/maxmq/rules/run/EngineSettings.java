package io.maxmq.rules.run;

import io.maxmq.rules.sink.SinkOverflow;
import java.time.Duration;

/**
 * The settings of an engine.
 * @param lanes the number of evaluating threads, 1..64
 * @param maxQueuedEvents the most events that wait for evaluation, over all lanes
 * @param maxQueuedBytes their bytes
 * @param overflow the policy beyond these bounds
 *
 * @param keptErrors and samples, each for each rule
 *
 * @param drainTimeout the time for waiting records at the stop
 * @param sysMessages whether rules see the broker's own {@code $SYS/} messages
 *
 * @param inlineRules whether inline rules may be added after the start
 */
public record EngineSettings(
        int lanes,
        int maxQueuedEvents,
        long maxQueuedBytes,
        SinkOverflow overflow,
        int keptErrors,
        Duration drainTimeout,
        boolean sysMessages,
        boolean inlineRules) {
    private static final int MAX_LANES = 64;

    /** Two lanes, 100,000 events of 64 MiB, drop the oldest, 20 errors, 2 seconds, no {@code $SYS/} messages. */
    public static final EngineSettings DEFAULTS = new EngineSettings(
            2, 100_000, 64L << 20, SinkOverflow.DROP_OLDEST, 20, Duration.ofSeconds(2), false, false);

    /** Checks the ranges. */
    public EngineSettings {
        if (lanes < 1 || lanes > MAX_LANES) {
            throw new IllegalArgumentException("lanes must be 1.." + MAX_LANES + ": lanes=" + lanes);
        }
        atLeast("maxQueuedEvents", maxQueuedEvents, lanes);
        atLeast("maxQueuedBytes", maxQueuedBytes, 1);
        atLeast("keptErrors", keptErrors, 0);
        if (drainTimeout.isNegative()) {
            throw new IllegalArgumentException("drainTimeout must not be negative: drainTimeout=" + drainTimeout);
        }
    }

    private static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be " + least + " or more: " + name + "=" + value);
        }
    }
}
