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
 * Threads for code of the embedder that may block: plug-ins, listeners, handlers. Named {@code maxmq-BROKER-worker-N},
 * daemons, started on demand, ended after a minute without work.
 *
 * <p>{@link #execute} refuses tasks while {@code queueCapacity} tasks wait. Each serial executor has one additional
 * slot, so its turn is never refused. An exception of a task is logged and has no other effect. Thread-safe.
 */
public final class WorkerPool implements Executor, AutoCloseable {

    private static final long IDLE_SECONDS = 60;

    private final int queueCapacity;
    private final Duration closeTimeout;
    private final Logger log;
    private final ThreadGroup group;
    private final ThreadPoolExecutor threads;

    /** Waiting tasks of {@link #execute}. Replaces a bound of the pool's own queue, which serial executors share. */
    private final AtomicInteger waiting = new AtomicInteger();

    /** Set when {@link #close()} stops waiting; serial executors read it between tasks. */
    private volatile boolean discards;

    /**
     * Creates a pool without threads.
     *
     * @param kind word in the names of its threads, {@code worker}
     * @param closeTimeout time for running tasks in {@link #close()}
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
     * @throws RejectedExecutionException if the queue is full or the pool is closed
     */
    @Override
    public void execute(Runnable task) {
        if (!tryExecute(task)) {
            throw new RejectedExecutionException(
                    threads.isShutdown() ? "worker pool is closed" : "worker pool's queue is full: " + queueCapacity);
        }
    }

    /** Runs the task soon. Returns false if the queue is full or the pool is closed. */
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

    /**
     * Returns an executor that runs one task at a time on this pool and accepts at most {@code capacity} unfinished
     * ones.
     */
    public SerialExecutor serial(int capacity) {
        return new SerialExecutor(this, capacity);
    }

    /** Number of tasks of {@link #execute} that wait for a thread. */
    public int waitingTasks() {
        return waiting.get();
    }

    /** Number of running tasks. */
    public int activeThreads() {
        return threads.getActiveCount();
    }

    /** Submits a task without the bound of waiting tasks. Returns false only if the pool is closed. */
    boolean submit(Runnable task) {
        try {
            threads.execute(() -> {
                try {
                    task.run();
                } catch (Throwable e) { // must not end the thread, whose handler would print to stderr
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
     * Runs the waiting tasks and joins the threads; after half of the timeout, interrupts them and discards the
     * remaining tasks. On a worker thread, does not wait. Idempotent.
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
                log.warn(
                        "{} tasks did not end after an interrupt, {} were never started",
                        threads.getActiveCount(),
                        discarded);
            }
        } catch (InterruptedException e) {
            discards = true;
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
