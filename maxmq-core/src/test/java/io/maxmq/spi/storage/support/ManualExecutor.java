package io.maxmq.spi.storage.support;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Runs tasks when the test says so, on the test's thread. Not thread-safe. */
public final class ManualExecutor implements Executor {

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean stopped;

    @Override
    public void execute(Runnable task) {
        if (stopped) {
            throw new RejectedExecutionException("stopped by the test");
        }
        tasks.add(task);
    }

    /** Runs the oldest task; says false when there is none. */
    public boolean runOne() {
        Runnable task = tasks.poll();
        if (task == null) {
            return false;
        }
        task.run();
        return true;
    }

    /** Runs everything, what comes meanwhile too. */
    public void runAll() {
        while (runOne()) {}
    }

    public int waiting() {
        return tasks.size();
    }

    /** Takes no more. */
    public void stop() {
        stopped = true;
    }
}
