package io.maxmq.core.persistence;

import io.maxmq.ManualClock;
import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.loop.LoopMemory;
import io.maxmq.core.loop.LoopThread;
import io.maxmq.core.time.ExpiryClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A loop that runs on request, on the thread of the test; pauses end on request. Not thread-safe. */
public final class ManualLoop implements LoopThread {
    private final ManualClock clock = new ManualClock();
    final MemoryBudget budget;
    public final Loop loop;
    public final List<Throwable> failures = new ArrayList<>();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final ArrayDeque<Pause> pauses = new ArrayDeque<>();
    private final ArrayDeque<Runnable> nextTurn = new ArrayDeque<>();
    private boolean running;

    private record Pause(Runnable task, long nanos) {}

    private long turns;
    /** Number of posted tasks. */
    int posts;

    public ManualLoop(long budgetBytes) {
        budget = new MemoryBudget(budgetBytes, 0);
        loop = new Loop(
                0,
                this,
                new ExpiryClock(clock),
                new LoopMemory(new MemoryCredit(budget), new MemoryCredit(new MemoryBudget(1 << 20, 0)), 1 << 20),
                failures::add);
    }

    @Override
    public boolean inLoop() {
        return running;
    }

    @Override
    public void execute(Runnable task) {
        posts++;
        tasks.add(task);
    }

    @Override
    public long turn() {
        return turns;
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        if (delayNanos > 1) {
            pauses.add(new Pause(task, delayNanos));
        } else {
            nextTurn.add(task);
        }
    }

    /** Runs the work on the loop, then all tasks that it causes in this iteration. */
    public void run(Runnable work) {
        running = true;
        turns++;
        tasks.addAll(nextTurn);
        nextTurn.clear();
        work.run();
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
        running = false;
    }

    /** Runs the posted tasks. */
    public void runPosted() {
        run(() -> {});
    }

    /** Ends all pauses. */
    public void pass() {
        passUpTo(Long.MAX_VALUE);
    }

    /** Ends the pauses of less than ten seconds. */
    void passBriefly() {
        passUpTo(10_000_000_000L);
    }

    private void passUpTo(long nanos) {
        run(() -> {
            for (int left = pauses.size(); left > 0; left--) {
                Pause pause = pauses.remove();
                if (pause.nanos <= nanos) {
                    pause.task.run();
                } else {
                    pauses.add(pause);
                }
            }
        });
    }

    /** Advances the clock and runs the due timers. */
    public void advance(Duration by) {
        clock.advance(by);
        run(loop::pollDueTimers);
    }

    /** Bytes charged and not released. */
    public long chargedBytes() {
        return budget.usedBytes() - loop.credit().reserveBytes();
    }
}
