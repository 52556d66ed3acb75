package io.maxmq.core.time;

import io.maxmq.spi.Clock;

/**
 * The time by which sessions, messages, wills and delays end, in milliseconds. It begins with the wall clock and then follows
 * the monotonic clock, so a step of the wall clock neither ends nor prolongs anything. A start on a storage goes on from
 * the time that the broker before it stored, see {@link #continueAt}.
 *
 * <p>Thread-safe.
 */
public final class ExpiryClock {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Clock clock;

    /** This time minus the monotonic clock. Written while the broker starts, before a loop reads a record. */
    private volatile long offsetMillis;

    /** Begins with the wall clock. */
    public ExpiryClock(Clock clock) {
        this.clock = clock;
        continueAt(clock.epochMillis());
    }

    /** The broker's clock, which this follows. */
    public Clock clock() {
        return clock;
    }

    /** The present time. */
    public long millis() {
        return offsetMillis + monotonicMillis();
    }

    /** Goes on from this time. */
    public void continueAt(long millis) {
        offsetMillis = millis - monotonicMillis();
    }

    private long monotonicMillis() {
        return Math.floorDiv(clock.nanoTime(), NANOS_PER_MILLI);
    }
}
