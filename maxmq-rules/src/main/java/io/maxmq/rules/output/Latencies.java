package io.maxmq.rules.output;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A histogram of evaluation times by powers of two of nanoseconds, from 2^8 (256 ns) to 2^30 (1 s) and beyond.
 * Thread-safe; one increment per evaluation.
 */
public final class Latencies {
    /** Buckets: each counts what took less than its power of two, and no less than the one before; the last all the rest. */
    public static final int BUCKETS = 24;

    private static final int FIRST_POWER = 8;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

    /** Counts one. */
    public void add(long nanos) {
        counts.incrementAndGet(bucket(nanos));
    }

    private static int bucket(long nanos) {
        int power = Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, nanos));
        return Math.min(BUCKETS - 1, Math.max(0, power - FIRST_POWER));
    }

    /** The nanoseconds that a bucket's evaluations took less than; {@link Long#MAX_VALUE} for the last. */
    public static long below(int bucket) {
        return bucket == BUCKETS - 1 ? Long.MAX_VALUE : 1L << (bucket + FIRST_POWER);
    }

    /** By bucket. */
    public long[] counts() {
        long[] copy = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            copy[i] = counts.get(i);
        }
        return copy;
    }

    void reset() {
        for (int i = 0; i < BUCKETS; i++) {
            counts.set(i, 0);
        }
    }
}
