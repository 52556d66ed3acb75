package io.maxmq.core.observe;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;

/**
 * Runs one task at a time, in the order accepted, on a {@link WorkerPool}; gives the thread back after some tasks, so
 * that many of these share few threads. At most {@code capacity} tasks are unfinished, the running one included; beyond
 * that it refuses. Each task sees what the one before it did. Thread-safe.
 */
public final class SerialExecutor implements Executor {

    private static final int TASKS_PER_TURN = 64;
    private static final int CHUNK = 64;

    private final WorkerPool pool;
    private final int capacity;
    private final MessagePassingQueue<Runnable> tasks = new MpscUnboundedAtomicArrayQueue<>(CHUNK);

    /** Accepted and not finished. Who makes it 1 brings {@link #turn} to the pool, or owes that; who makes it 0 ends the turn. */
    private final AtomicInteger unfinished = new AtomicInteger();

    /** A turn is due that nobody has brought to the pool. Who clears it does. */
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
     * @throws RejectedExecutionException when {@code capacity} tasks are unfinished or the pool is closed
     */
    @Override
    public void execute(Runnable task) {
        if (!tryExecute(task)) {
            throw new RejectedExecutionException("serial executor is full or closed: capacity=" + capacity);
        }
    }

    /** Runs the task after those already accepted; false when {@code capacity} are unfinished or the pool is closed. */
    public boolean tryExecute(Runnable task) {
        int before = accept(task);
        if (before == 0) {
            return submitTurn();
        }
        begin(); // what was added may wait for somebody who is held up
        return before > 0;
    }

    /**
     * The same for one of several: a thread is woken up for them only by {@link #begin}, which the caller owes while
     * {@link #isOwed}; or when there are enough of them.
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

    /** Whether {@link #begin} has something to begin. */
    boolean isOwed() {
        return owed.get();
    }

    /** Begins with what was added. */
    void begin() {
        if (owed.get() && owed.compareAndSet(true, false)) {
            var unused = submitTurn();
        }
    }

    /** How many were unfinished before it; -1 when it is refused. */
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
        // Closed just now. Unfinished stays above 0, so nobody begins a turn.
        refused.incrementAndGet();
        return false;
    }

    /** How many tasks were not accepted. */
    public long refused() {
        return refused.get();
    }

    /** Accepted and not finished. */
    public int unfinished() {
        return unfinished.get();
    }

    private void turn() {
        do {
            for (int i = 0; i < TASKS_PER_TURN; i++) {
                if (pool.discards()) {
                    return; // unfinished stays above 0, so nobody begins another turn
                }
                run(next());
                if (unfinished.decrementAndGet() == 0) {
                    return;
                }
            }
        } while (!pool.submit(turn)); // a pool that is being closed takes no turn: go on with this one
    }

    private Runnable next() {
        Runnable task = tasks.poll();
        while (task == null) { // counted, but its producer has not linked it yet
            Thread.onSpinWait();
            task = tasks.poll();
        }
        return task;
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) { // the tasks behind it are not to blame
            pool.logFailure(e);
        }
    }
}
