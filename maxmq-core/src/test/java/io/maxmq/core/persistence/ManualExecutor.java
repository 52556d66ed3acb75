package io.maxmq.core.persistence;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Runs tasks when the test says so, on the test's thread. Not thread-safe. */
final class ManualExecutor implements Executor {

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
    boolean runOne() {
        Runnable task = tasks.poll();
        if (task == null) {
            return false;
        }
        task.run();
        return true;
    }

    /** Runs everything, what comes meanwhile too. */
    void runAll() {
        while (runOne()) {}
    }

    int waiting() {
        return tasks.size();
    }

    /** Takes no more. */
    void stop() {
        stopped = true;
    }
}
