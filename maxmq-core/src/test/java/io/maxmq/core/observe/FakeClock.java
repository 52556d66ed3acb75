package io.maxmq.core.observe;

import io.maxmq.spi.Clock;
import java.time.Duration;

/** A clock that stands still until advanced. */
@SuppressWarnings("NonAtomicVolatileUpdate") // only advance writes, one thread at a time
public final class FakeClock implements Clock {

    private volatile long nanos = Long.MAX_VALUE - 500_000_000; // overflows soon: only comparisons by difference work
    private volatile long millis = 1_700_000_000_000L;

    /** Advances the time. */
    public synchronized void advance(Duration by) {
        nanos += by.toNanos();
        millis += by.toMillis();
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long epochMillis() {
        return millis;
    }
}
