package io.maxmq;

import io.maxmq.spi.Clock;
import io.maxmq.spi.Registration;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Time that stands still until a test moves it. Thread-safe. */
public final class ManualClock implements Clock {
    private static final long START_EPOCH_MILLIS = 1_800_000_000_000L;

    /** A tick of the broker's timers and a bit: what is due at {@code d} has run at {@code d + TICK}. */
    private static final Duration TICK = Duration.ofMillis(40);

    private final AtomicLong elapsedNanos = new AtomicLong();
    private final AtomicLong wallStepMillis = new AtomicLong();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    @Override
    public long nanoTime() {
        return elapsedNanos.get();
    }

    @Override
    public long epochMillis() {
        return START_EPOCH_MILLIS + wallStepMillis.get() + elapsedNanos.get() / 1_000_000;
    }

    /** Sets the wall clock ahead, or back by a negative duration: no time passes. */
    public void stepWallClock(Duration step) {
        wallStepMillis.addAndGet(step.toMillis());
    }

    @Override
    public Registration onAdvance(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Moves time to just before {@code duration} from now: what is due then has not run. */
    public void advanceToJustBefore(Duration duration) {
        move(duration.minusMillis(1));
    }

    /** Moves time by {@code duration} and a tick: what is due then has run when this returns. */
    public void advance(Duration duration) {
        move(duration.plus(TICK));
    }

    private void move(Duration duration) {
        elapsedNanos.addAndGet(duration.toNanos());
        listeners.forEach(Runnable::run);
    }
}
