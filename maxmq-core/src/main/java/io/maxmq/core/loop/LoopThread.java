package io.maxmq.core.loop;

/** The thread of a {@link Loop}: the transport's event loop, or an executor of a test. Thread-safe. */
public interface LoopThread {
    /** True if the caller runs on this thread. */
    boolean inLoop();

    /**
     * Runs {@code task} on the thread, in the order of the caller's calls. When called on the thread itself, the I/O of
     * the current iteration comes first. Never blocks.
     *
     * @throws java.util.concurrent.RejectedExecutionException after the loop has ended
     */
    void execute(Runnable task);

    /** Number of polls for I/O so far; on the thread itself. */
    long turn();

    /** Runs {@code task} on the thread after {@code delayNanos} of real time, independent of the broker's clock. */
    void schedule(Runnable task, long delayNanos);
}
