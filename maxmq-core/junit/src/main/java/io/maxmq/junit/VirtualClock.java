package io.maxmq.junit;

import io.maxmq.spi.Clock;
import io.maxmq.spi.Preview;
import io.maxmq.spi.Registration;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Time that stands still until a test moves it. Keep alive, session and message expiry, will delay and every other deadline of
 * a broker that lives by it pass when the test says so; what client libraries do, they do by the machine's time. Thread-safe.
 *
 * <p>Time moves in one step: what recurs happens once, however far it moves. Several steps show each time.
 *
 * @since 0.1.0
 */
@Preview
public final class VirtualClock implements Clock {
    private static final long START_EPOCH_MILLIS = 1_800_000_000_000L;

    /** The lateness of the broker's timers, with a margin. */
    private static final Duration TIMER_PRECISION = Duration.ofMillis(40);

    private final AtomicLong elapsedNanos = new AtomicLong();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** A clock that shows 15 January 2027, 08:00 UTC. */
    public VirtualClock() {}

    @Override
    public long nanoTime() {
        return elapsedNanos.get();
    }

    @Override
    public long epochMillis() {
        return START_EPOCH_MILLIS + elapsedNanos.get() / 1_000_000;
    }

    @Override
    public Registration onAdvance(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /**
     * Moves time by {@code duration} and 40 ms, which the broker's timers may be late: what is due then has run when this
     * returns. Waits for the broker's event loops, unless it is called on one.
     *
     * @throws IllegalArgumentException when it is negative
     */
    public void advance(Duration duration) {
        requirePositive(duration, Duration.ZERO);
        move(duration.plus(TIMER_PRECISION));
    }

    /**
     * Moves time to 1 ms before {@code duration} from now: what is due then has not run.
     *
     * @throws IllegalArgumentException when it is less than 1 ms
     */
    public void advanceToJustBefore(Duration duration) {
        requirePositive(duration, Duration.ofMillis(1));
        move(duration.minusMillis(1));
    }

    private static void requirePositive(Duration duration, Duration least) {
        if (duration.compareTo(least) < 0) {
            throw new IllegalArgumentException("duration must be " + least + " or more: duration=" + duration);
        }
    }

    private void move(Duration duration) {
        elapsedNanos.addAndGet(duration.toNanos());
        listeners.forEach(Runnable::run);
    }

    @Override
    public String toString() {
        return "VirtualClock[elapsed=" + Duration.ofNanos(elapsedNanos.get()) + "]";
    }
}
