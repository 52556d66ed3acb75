package io.maxmq.core.loop;

/** Work that waits for the end of the loop's present iteration: flushing an output, posting a batch to another loop. */
public interface Deferred {
    /** Runs on the loop, once per {@link Loop#defer}. */
    void runDeferred();
}
