package io.maxmq.core.loop;

/** The thread behind a {@link Loop}: the transport's event loop, or a test's own executor. Thread-safe. */
public interface LoopThread {
    /** Whether the caller runs on this thread. */
    boolean inLoop();

    /**
     * Runs {@code task} on the thread, in the order of the calls of one caller; with the I/O of the present iteration
     * before it when called from the thread itself. Never blocks.
     *
     * @throws java.util.concurrent.RejectedExecutionException after the loop has ended
     */
    void execute(Runnable task);

    /** How often this thread has looked for I/O; on the thread itself. */
    long turn();

    /** Runs {@code task} on the thread after {@code delayNanos}. Real time, whatever the broker's clock. */
    void schedule(Runnable task, long delayNanos);
}
