package io.maxmq.limit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket: holds up to a burst, is refilled at a rate, and what is taken must be there. What is larger than the burst needs a full
 * bucket, and leaves a debt that is paid before anything else passes.
 *
 * <p>One word: when the bucket will be full again, in sixteenths of a nanosecond since its first use (18 years). What is taken moves that
 * point by the time in which it is refilled, rounded up, so never more than the rate passes.
 */
final class TokenBucket implements Meter {
    private static final long UNITS_PER_SECOND = 16_000_000_000L;
    private static final int UNITS_PER_NANO = 16;

    /** A larger amount counts as this, so that its time fits into a long. */
    private static final long MAX_AMOUNT = 1L << 29;

    /** Nobody owes more than a day. */
    private static final long MAX_DEBT_UNITS = 86_400 * UNITS_PER_SECOND;

    private final long ratePerSecond;
    private final long burstUnits;
    private final long originNanos;
    private final AtomicLong fullAtUnits = new AtomicLong();

    /**
     * A full bucket.
     *
     * @param ratePerSecond 1 to 10^10
     * @param burst what it holds, 1 to 2^29
     */
    TokenBucket(long ratePerSecond, long burst, long nowNanos) {
        this.ratePerSecond = ratePerSecond;
        this.originNanos = nowNanos;
        this.burstUnits = units(burst);
    }

    private long units(long amount) {
        long exact = (Math.min(amount, MAX_AMOUNT) * UNITS_PER_SECOND + ratePerSecond - 1) / ratePerSecond;
        return Math.min(exact, MAX_DEBT_UNITS);
    }

    @Override
    public long take(long amount, long nowNanos) { // hot: per message
        long now = nowUnits(nowNanos);
        long cost = units(amount);
        long mayMiss = Math.max(0, burstUnits - cost);
        while (true) {
            long fullAt = fullAtUnits.get();
            long missing = Math.max(0, fullAt - now);
            if (missing > mayMiss) {
                return nanos(missing - mayMiss);
            }
            if (fullAtUnits.compareAndSet(fullAt, now + missing + cost)) {
                return 0;
            }
        }
    }

    @Override
    public long takeAnyway(long amount, long nowNanos) { // hot: per message
        long now = nowUnits(nowNanos);
        long cost = units(amount);
        while (true) {
            long fullAt = fullAtUnits.get();
            long missing = Math.min(MAX_DEBT_UNITS, Math.max(0, fullAt - now) + cost);
            if (fullAtUnits.compareAndSet(fullAt, now + missing)) {
                return missing <= burstUnits ? 0 : nanos(missing - burstUnits);
            }
        }
    }

    @Override
    public void giveBack(long amount, long nowNanos) {
        fullAtUnits.addAndGet(-units(amount));
    }

    @Override
    public boolean isFresh(long nowNanos) {
        return fullAtUnits.get() <= nowUnits(nowNanos);
    }

    private long nowUnits(long nowNanos) {
        return Math.max(0, nowNanos - originNanos) * UNITS_PER_NANO;
    }

    private static long nanos(long units) {
        return (units + UNITS_PER_NANO - 1) / UNITS_PER_NANO;
    }
}
