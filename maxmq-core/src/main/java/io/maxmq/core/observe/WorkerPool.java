package io.maxmq.core.observe;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;

/**
 * Threads for the embedder's code that may block: plug-ins, listeners, handlers. Named {@code maxmq-BROKER-worker-N},
 * daemons, started when needed, gone after a minute without work.
 *
 * <p>At most {@code queueCapacity} tasks wait; beyond that {@link #execute} refuses. Serial executors have one slot each
 * on top, so one that has accepted a task is never refused a thread. A throwing task is logged and costs nothing else.
 * Thread-safe.
 */
public final class WorkerPool implements Executor, AutoCloseable {

    private static final long IDLE_SECONDS = 60;

    private final int queueCapacity;
    private final Duration closeTimeout;
    private final Logger log;
    private final ThreadGroup group;
    private final ThreadPoolExecutor threads;

    /** Tasks of {@link #execute} that wait. Bounds them in place of the pool's own queue, which serial executors share. */
    private final AtomicInteger waiting = new AtomicInteger();

    /** Set when {@link #close()} has waited long enough; serial executors read it between tasks. */
    private volatile boolean discards;

    /**
     * Creates a pool without threads.
     *
     * @param kind word in the names of its threads, {@code worker}
     * @param closeTimeout what {@link #close()} gives to running tasks
     * @param loggers of the broker that the threads are named after
     */
    public WorkerPool(String kind, int threadCount, int queueCapacity, Duration closeTimeout, Loggers loggers) {
        this.queueCapacity = queueCapacity;
        this.closeTimeout = closeTimeout;
        this.log = loggers.of("worker");
        String prefix = ThreadNames.prefix(loggers.brokerName()) + "-" + kind;
        this.group = new ThreadGroup(prefix + "s");
        this.threads = new ThreadPoolExecutor(
                threadCount,
                threadCount,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new NamedThreads(group, prefix + "-"));
        threads.allowCoreThreadTimeOut(true);
    }

    private static final class NamedThreads implements ThreadFactory {
        private final ThreadGroup group;
        private final String prefix;
        private final AtomicInteger number = new AtomicInteger();

        NamedThreads(ThreadGroup group, String prefix) {
            this.group = group;
            this.prefix = prefix;
        }

        @Override
        public Thread newThread(Runnable task) {
            Thread thread = new Thread(group, task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        }
    }

    /**
     * Runs the task soon.
     *
     * @throws RejectedExecutionException when the queue is full or the pool closed
     */
    @Override
    public void execute(Runnable task) {
        if (!tryExecute(task)) {
            throw new RejectedExecutionException(
                    threads.isShutdown() ? "worker pool is closed" : "worker pool's queue is full: " + queueCapacity);
        }
    }

    /** Runs the task soon; false when the queue is full or the pool closed. */
    public boolean tryExecute(Runnable task) {
        if (waiting.incrementAndGet() > queueCapacity) {
            waiting.decrementAndGet();
            return false;
        }
        boolean accepted = submit(() -> {
            waiting.decrementAndGet();
            task.run();
        });
        if (!accepted) {
            waiting.decrementAndGet();
        }
        return accepted;
    }

    /** An executor that runs one task at a time on this pool, and accepts at most {@code capacity} unfinished ones. */
    public SerialExecutor serial(int capacity) {
        return new SerialExecutor(this, capacity);
    }

    /** How many tasks of {@link #execute} wait for a thread. */
    public int waitingTasks() {
        return waiting.get();
    }

    /** How many tasks run now. */
    public int activeThreads() {
        return threads.getActiveCount();
    }

    /** Past the bound of waiting tasks; false only when the pool is closed. */
    boolean submit(Runnable task) {
        try {
            threads.execute(() -> {
                try {
                    task.run();
                } catch (Throwable e) { // must not kill the thread, whose handler would print to stderr
                    logFailure(e);
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    boolean isClosed() {
        return threads.isShutdown();
    }

    boolean discards() {
        return discards;
    }

    void logFailure(Throwable e) {
        log.error("worker task failed", e);
    }

    /**
     * Runs what waits, joins the threads; after half of the timeout interrupts them and discards what still waits.
     * Called on a worker thread it does not wait for itself. Idempotent.
     */
    @Override
    public void close() {
        threads.shutdown();
        if (Thread.currentThread().getThreadGroup() == group) {
            return;
        }
        try {
            long halfNanos = closeTimeout.toNanos() / 2;
            if (threads.awaitTermination(halfNanos, TimeUnit.NANOSECONDS)) {
                return;
            }
            discards = true;
            int discarded = threads.shutdownNow().size();
            if (!threads.awaitTermination(halfNanos, TimeUnit.NANOSECONDS)) {
                log.warn("{} tasks did not end when interrupted, {} never began", threads.getActiveCount(), discarded);
            }
        } catch (InterruptedException e) {
            discards = true;
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
