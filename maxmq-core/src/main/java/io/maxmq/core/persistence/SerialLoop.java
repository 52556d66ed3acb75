package io.maxmq.core.persistence;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Repeats a step on an executor as long as the step finds something to do, never two at once, each seeing what the one
 * before did. Gives the executor back after some steps, {@value #STEPS_PER_TURN} unless told.
 *
 * <p>Thread-safe: {@link #wake()} from anywhere, the step included.
 */
final class SerialLoop {

    private static final int STEPS_PER_TURN = 128;

    private final Executor executor;
    private final BooleanSupplier step;
    private final Consumer<RejectedExecutionException> rejected;
    private final int stepsPerTurn;

    /** Wake-ups not yet seen to have found nothing. Above 0: a turn runs or is on its way, and nobody else starts one. */
    private final AtomicInteger wakeUps = new AtomicInteger();

    /**
     * @param step does one thing and says true, or says false when there is nothing to do; must not throw
     * @param rejected is called instead, on the thread that found out, when the executor takes no more; must leave nothing
     *     to do
     */
    SerialLoop(Executor executor, BooleanSupplier step, Consumer<RejectedExecutionException> rejected) {
        this(executor, STEPS_PER_TURN, step, rejected);
    }

    /** @param stepsPerTurn 1 or more */
    SerialLoop(
            Executor executor, int stepsPerTurn, BooleanSupplier step, Consumer<RejectedExecutionException> rejected) {
        this.executor = executor;
        this.stepsPerTurn = stepsPerTurn;
        this.step = step;
        this.rejected = rejected;
    }

    /** Says that there is something to do. What happened before is seen by the step that follows. */
    void wake() {
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
