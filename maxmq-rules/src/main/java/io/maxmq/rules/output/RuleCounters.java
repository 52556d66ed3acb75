package io.maxmq.rules.output;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** The counters of a rule since it was added; replacing the rule keeps them. Thread-safe. */
public final class RuleCounters {
    public final LongAdder matched = new LongAdder();
    public final LongAdder passed = new LongAdder();
    public final LongAdder failedException = new LongAdder();
    public final LongAdder failedNoResult = new LongAdder();
    public final LongAdder dropped = new LongAdder();
    public final LongAdder actionsTotal = new LongAdder();
    public final LongAdder actionsSuccess = new LongAdder();
    public final LongAdder actionsOutOfService = new LongAdder();
    public final LongAdder actionsUnknown = new LongAdder();
    public final LongAdder actionsDiscarded = new LongAdder();
    public final Latencies latencies = new Latencies();

    /** Failures by their codes; only those that have come. */
    private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();

    /** Counts one event on which the rule has failed. */
    public void failed(String code) {
        failures.computeIfAbsent(code, each -> new LongAdder()).increment();
        failedException.increment();
    }

    /** Returns the failures by error code. */
    public Map<String, Long> failures() {
        Map<String, Long> sums = new TreeMap<>();
        failures.forEach((code, count) -> sums.put(code, count.sum()));
        return sums;
    }

    /** All to zero. What happens meanwhile may be counted or not. */
    public void reset() {
        matched.reset();
        passed.reset();
        failedException.reset();
        failedNoResult.reset();
        dropped.reset();
        actionsTotal.reset();
        actionsSuccess.reset();
        actionsOutOfService.reset();
        actionsUnknown.reset();
        actionsDiscarded.reset();
        latencies.reset();
        failures.clear();
    }
}
