package io.maxmq.core.persistence;

/** Runs an action after the writes that must precede it. */
@FunctionalInterface
interface Fence {
    void pass(Runnable then);
}
