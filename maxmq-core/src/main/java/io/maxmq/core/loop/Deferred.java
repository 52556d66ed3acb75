package io.maxmq.core.loop;

/** Work that waits for the end of the loop's present iteration: flushing an output, posting a batch to another loop. */
public interface Deferred {
    /** Runs on the loop, once per {@link Loop#defer}. */
    void runDeferred();

    /**
     * Gives back output buffers before the end of the iteration, because there are too many; {@link #runDeferred} still
     * follows. Somebody is in the middle of a packet: do nothing else.
     */
    default void flushEarly() {}
}
