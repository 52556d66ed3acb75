package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;

/**
 * The event that a completed batch survives. At every level a crash leaves a prefix of a partition's batches, in order.
 *
 * @since 0.1.0
 */
@Stable
public enum Durability {
    /** Power loss: the batch is forced to the medium, of a majority in a replicated store. */
    FSYNC,
    /** A kill of the process, but not power loss: the batch is passed to the operating system. */
    OS,
    /** Nothing: completed when applied in memory. A log, if there is one, is written behind. */
    NONE
}
