package io.maxmq.core.observe;

import io.maxmq.spi.Clock;
import java.time.Duration;

/** A clock that stands until moved. */
@SuppressWarnings("NonAtomicVolatileUpdate") // only advance writes, one thread at a time
public final class FakeClock implements Clock {

    private volatile long nanos =
            Long.MAX_VALUE - 500_000_000; // overflows soon: who compares by difference only, passes
    private volatile long millis = 1_700_000_000_000L;

    /** Lets time pass. */
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
