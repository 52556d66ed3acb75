package io.maxmq.core.loop;

/** Work to run at the end of the loop's current iteration: flushing an output, posting a batch to another loop. */
public interface Deferred {
    /** Runs on the loop, once per {@link Loop#defer}. */
    void runDeferred();

    /**
     * Releases output buffers before the end of the iteration, because too many are open; {@link #runDeferred} still
     * follows. The caller may be in the middle of writing a packet: do nothing else.
     */
    default void flushEarly() {}
}
