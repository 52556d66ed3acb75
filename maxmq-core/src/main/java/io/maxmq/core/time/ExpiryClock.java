package io.maxmq.core.time;

import io.maxmq.spi.Clock;

/**
 * Clock for the expiry of sessions, messages, wills and delays, in milliseconds. Starts with the wall clock and then
 * follows the monotonic clock, so that a step of the wall clock neither ends nor extends anything. A start on a storage
 * continues at the time stored by the previous run, see {@link #continueAt}.
 *
 * <p>Thread-safe.
 */
public final class ExpiryClock {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Clock clock;

    /** Offset to the monotonic clock. Written during start, before a loop reads a record. */
    private volatile long offsetMillis;

    /** Starts with the time of the wall clock. */
    public ExpiryClock(Clock clock) {
        this.clock = clock;
        continueAt(clock.epochMillis());
    }

    /** The broker's clock, the source of this one. */
    public Clock clock() {
        return clock;
    }

    /** Current time. */
    public long millis() {
        return offsetMillis + monotonicMillis();
    }

    /** Continues at this time. */
    public void continueAt(long millis) {
        offsetMillis = millis - monotonicMillis();
    }

    private long monotonicMillis() {
        return Math.floorDiv(clock.nanoTime(), NANOS_PER_MILLI);
    }
}
