package io.maxmq.benchmarks.load;

import java.util.Arrays;

/**
 * Counts durations in nanoseconds, log-linear: 128 steps per power of two, so a percentile is at most 0.8 % too high.
 * Not thread-safe.
 */
public final class Histogram {
    private static final int STEP_BITS = 7;
    private static final int STEPS = 1 << STEP_BITS;

    private final long[] counts = new long[indexOf(Long.MAX_VALUE) + 1];
    private long total;

    public void record(long nanos) { // hot: per message
        counts[indexOf(Math.max(0, nanos))]++;
        total++;
    }

    public void clear() {
        Arrays.fill(counts, 0);
        total = 0;
    }

    long total() {
        return total;
    }

    /** The smallest step that {@code percent} of all values do not exceed; 0 without values. */
    public long percentile(double percent) {
        long rank = Math.max(1, (long) Math.ceil(total * percent / 100));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return upperBound(i);
            }
        }
        return 0;
    }

    /** Values below 2 * STEPS have a slot each; above, the highest STEP_BITS + 1 bits choose the slot. */
    private static int indexOf(long nanos) {
        int shift = Math.max(0, 63 - Long.numberOfLeadingZeros(nanos) - STEP_BITS);
        return (shift << STEP_BITS) + (int) (nanos >>> shift);
    }

    private static long upperBound(int index) {
        if (index < 2 * STEPS) {
            return index;
        }
        int shift = (index >> STEP_BITS) - 1;
        long mantissa = (index & (STEPS - 1)) + STEPS;
        return ((mantissa + 1) << shift) - 1;
    }
}
