package io.maxmq.rules.output;

import io.maxmq.rules.status.RuleError;
import io.maxmq.rules.status.RuleSample;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The last errors and evaluations of a rule. Thread-safe; asked first, so that what is not kept is not made either. */
public final class RecentResults {
    private static final long SAMPLE_NANOS = 1_000_000_000L;
    private static final int SAMPLED_ERRORS_PER_SECOND = 10;

    private final int kept;

    // Guarded by this.
    private final Deque<RuleError> errors = new ArrayDeque<>();
    private final Deque<RuleSample> samples = new ArrayDeque<>();
    private long errorSecond;
    private int errorsInSecond;

    // Of evaluations; written without a lock, since one more or less does no harm.
    private volatile boolean sampled;
    private volatile long secondBeganNanos;
    private volatile int samplesInSecond;

    /** @param kept how many of each */
    public RecentResults(int kept) {
        this.kept = kept;
    }

    /** Returns whether this evaluation is one to keep: each, but of a second no more than are kept in all. */
    public boolean wantsSample(long nowNanos) { // hot: per event
        if (!sampled || nowNanos - secondBeganNanos >= SAMPLE_NANOS) {
            sampled = true;
            secondBeganNanos = nowNanos;
            samplesInSecond = 0;
        }
        int before = samplesInSecond;
        if (before >= kept) {
            return false;
        }
        samplesInSecond = before + 1;
        return true;
    }

    /** Keeps one. */
    public synchronized void add(RuleSample sample) {
        if (samples.size() >= kept) {
            samples.poll();
        }
        samples.add(sample);
    }

    /** Returns whether the event of this error is worth writing down. */
    public synchronized boolean wantsEvent(long nowNanos) {
        long second = nowNanos / SAMPLE_NANOS;
        if (second != errorSecond) {
            errorSecond = second;
            errorsInSecond = 0;
        }
        return kept > 0 && errorsInSecond++ < SAMPLED_ERRORS_PER_SECOND;
    }

    /** Keeps one. */
    public synchronized void add(RuleError error) {
        if (kept == 0) {
            return;
        }
        if (errors.size() >= kept) {
            errors.poll();
        }
        errors.add(error);
    }

    /** The oldest first. */
    public synchronized List<RuleError> errors() {
        return new ArrayList<>(errors);
    }

    /** The oldest first. */
    public synchronized List<RuleSample> samples() {
        return new ArrayList<>(samples);
    }

    /** Forgets all. */
    public synchronized void clear() {
        errors.clear();
        samples.clear();
    }
}
