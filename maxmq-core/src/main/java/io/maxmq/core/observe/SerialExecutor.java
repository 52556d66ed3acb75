package io.maxmq.core.observe;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;

/**
 * Runs one task at a time, in the order of acceptance, on a {@link WorkerPool}. Returns the thread after a number of
 * tasks, so that many of these share few threads. Refuses tasks while {@code capacity} tasks are unfinished, including
 * the running one. Each task sees the effects of the previous one. Thread-safe.
 */
public final class SerialExecutor implements Executor {

    private static final int TASKS_PER_TURN = 64;
    private static final int CHUNK = 64;

    private final WorkerPool pool;
    private final int capacity;
    private final MessagePassingQueue<Runnable> tasks = new MpscUnboundedAtomicArrayQueue<>(CHUNK);

    /**
     * Accepted and unfinished tasks. The thread that increments it to 1 submits {@link #turn} to the pool, or sets
     * {@link #owed}; the thread that decrements it to 0 ends the turn.
     */
    private final AtomicInteger unfinished = new AtomicInteger();

    /** True if a turn is due and not submitted. The thread that clears it submits the turn. */
    private final AtomicBoolean owed = new AtomicBoolean();

    private final AtomicLong refused = new AtomicLong();
    private final Runnable turn = this::turn;

    SerialExecutor(WorkerPool pool, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be at least 1: capacity=" + capacity);
        }
        this.pool = pool;
        this.capacity = capacity;
    }

    /**
     * Runs the task after those already accepted.
     *
     * @throws RejectedExecutionException if {@code capacity} tasks are unfinished or the pool is closed
     */
    @Override
    public void execute(Runnable task) {
        if (!tryExecute(task)) {
            throw new RejectedExecutionException("serial executor is full or closed: capacity=" + capacity);
        }
    }

    /**
     * Runs the task after those already accepted. Returns false if {@code capacity} tasks are unfinished or the pool is
     * closed.
     */
    public boolean tryExecute(Runnable task) {
        int before = accept(task);
        if (before == 0) {
            return submitTurn();
        }
        begin(); // earlier tasks of a batch may be waiting for a delayed begin
        return before > 0;
    }

    /**
     * Adds one of several tasks without waking a thread. The caller must call {@link #begin} while {@link #isOwed}; a
     * long queue starts by itself.
     */
    boolean tryAdd(Runnable task) {
        int before = accept(task);
        if (before == 0) {
            owed.set(true);
        } else if (before >= TASKS_PER_TURN) {
            begin();
        }
        return before >= 0;
    }

    /** True if {@link #begin} must be called. */
    boolean isOwed() {
        return owed.get();
    }

    /** Starts the added tasks. */
    void begin() {
        if (owed.get() && owed.compareAndSet(true, false)) {
            var unused = submitTurn();
        }
    }

    /** Returns the number of previously unfinished tasks; -1 if refused. */
    private int accept(Runnable task) {
        int before;
        do {
            before = unfinished.get();
            if (before >= capacity || pool.isClosed()) {
                refused.incrementAndGet();
                return -1;
            }
        } while (!unfinished.compareAndSet(before, before + 1));
        tasks.offer(task);
        return before;
    }

    private boolean submitTurn() {
        if (pool.submit(turn)) {
            return true;
        }
        // The pool has just been closed. Unfinished stays above 0, so no further turn starts.
        refused.incrementAndGet();
        return false;
    }

    /** Number of refused tasks. */
    public long refused() {
        return refused.get();
    }

    /** Number of accepted and unfinished tasks. */
    public int unfinished() {
        return unfinished.get();
    }

    private void turn() {
        do {
            for (int i = 0; i < TASKS_PER_TURN; i++) {
                if (pool.discards()) {
                    return; // unfinished stays above 0, so no further turn starts
                }
                run(next());
                if (unfinished.decrementAndGet() == 0) {
                    return;
                }
            }
        } while (!pool.submit(turn)); // a closing pool accepts no turn: continue with this one
    }

    private Runnable next() {
        Runnable task = tasks.poll();
        while (task == null) { // counted, but not yet linked by its producer
            Thread.onSpinWait();
            task = tasks.poll();
        }
        return task;
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) { // later tasks must still run
            pool.logFailure(e);
        }
    }
}
