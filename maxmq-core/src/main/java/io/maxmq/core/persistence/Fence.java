package io.maxmq.core.persistence;

/** Runs something when what has to be written before it is written. */
@FunctionalInterface
interface Fence {
    void pass(Runnable then);
}
