package io.maxmq.spi.storage.support;

import io.maxmq.spi.Preview;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Repeats a step on an executor until the step finds nothing to do. Steps never run concurrently; each sees the effects of
 * the one before. After {@value #STEPS_PER_TURN} steps, or the given number, the executor gets the thread back.
 *
 * <p>Thread-safe: {@link #wake()} may be called from any thread, also by the step.
 *
 * @since 0.1.0
 */
@Preview
public final class SerialLoop {

    private static final int STEPS_PER_TURN = 128;

    private final Executor executor;
    private final BooleanSupplier step;
    private final Consumer<RejectedExecutionException> rejected;
    private final int stepsPerTurn;

    /**
     * Wake-ups since the last turn without work. Above 0: a turn runs or is submitted, and other threads start none.
     */
    private final AtomicInteger wakeUps = new AtomicInteger();

    /**
     * @param step does one piece of work and returns true, or returns false without work; must not throw
     * @param rejected called instead of the step when the executor rejects the task, on the thread that submitted it;
     *     must remove all work
     */
    public SerialLoop(Executor executor, BooleanSupplier step, Consumer<RejectedExecutionException> rejected) {
        this(executor, STEPS_PER_TURN, step, rejected);
    }

    /** @param stepsPerTurn 1 or more */
    public SerialLoop(
            Executor executor, int stepsPerTurn, BooleanSupplier step, Consumer<RejectedExecutionException> rejected) {
        this.executor = executor;
        this.stepsPerTurn = stepsPerTurn;
        this.step = step;
        this.rejected = rejected;
    }

    /** Runs the step again, at least once, after this call; the step sees the writes that happened before it. */
    public void wake() {
        if (wakeUps.getAndIncrement() == 0) {
            startTurn();
        }
    }

    private void startTurn() {
        try {
            executor.execute(this::turn);
        } catch (RejectedExecutionException e) {
            int seen;
            do {
                seen = wakeUps.get();
                rejected.accept(e);
            } while (wakeUps.addAndGet(-seen) > 0);
        }
    }

    private void turn() {
        int seen = wakeUps.get();
        for (int steps = 0; steps < stepsPerTurn; steps++) {
            if (!step.getAsBoolean()) {
                seen = wakeUps.addAndGet(-seen);
                if (seen == 0) {
                    return;
                }
            }
        }
        startTurn();
    }
}
