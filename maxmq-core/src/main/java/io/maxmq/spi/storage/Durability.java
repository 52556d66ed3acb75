package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;

/**
 * What a completed batch survives. Whatever the level, a crash leaves a prefix of a partition's batches, in order.
 *
 * @since 0.1.0
 */
@Stable
public enum Durability {
    /** Power loss: forced to the medium, of a majority when the store is replicated. */
    FSYNC,
    /** The process being killed, but not power loss: handed to the operating system. */
    OS,
    /** Nothing: completed when applied in memory. A log, if there is one, is written behind. */
    NONE
}
