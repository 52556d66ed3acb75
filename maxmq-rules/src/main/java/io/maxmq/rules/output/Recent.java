package io.maxmq.rules.output;

import io.maxmq.rules.status.RuleError;
import io.maxmq.rules.status.RuleSample;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The last errors and evaluations of a rule. Thread-safe; asked first, so that what is not kept is not made either. */
public final class Recent {
    private static final long SAMPLE_NANOS = 1_000_000_000L;
    private static final int SAMPLED_ERRORS_PER_SECOND = 10;

    private final int kept;

    // Guarded by this.
    private final Deque<RuleError> errors = new ArrayDeque<>();
    private final Deque<RuleSample> samples = new ArrayDeque<>();
    private long errorSecond;
    private int errorsInSecond;

    /** When the next evaluation is worth keeping; written without a lock, since one more or less does no harm. */
    private volatile long nextSampleNanos;

    private volatile boolean sampled;

    /** @param kept how many of each */
    public Recent(int kept) {
        this.kept = kept;
    }

    /** Whether this evaluation is one to keep. */
    public boolean wantsSample(long nowNanos) {
        if (sampled && nowNanos - nextSampleNanos < 0) {
            return false;
        }
        sampled = true;
        nextSampleNanos = nowNanos + SAMPLE_NANOS;
        return kept > 0;
    }

    /** Keeps one. */
    public synchronized void add(RuleSample sample) {
        if (samples.size() >= kept) {
            samples.poll();
        }
        samples.add(sample);
    }

    /** Whether the event of this error is worth writing down. */
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
