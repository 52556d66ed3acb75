package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;

/**
 * The writes that a read must see. With a store on one machine both are the same.
 *
 * @since 0.1.0
 */
@Stable
public enum Consistency {
    /**
     * Every batch that had completed, wherever in the cluster, before the read was asked for. Needs the partition's
     * majority; without it the read fails with {@link StorageException.Kind#UNAVAILABLE}.
     */
    LINEARIZABLE,
    /**
     * A state that the partition had, as this machine knows it: perhaps an old one, without batches that completed
     * already, those of the caller included. Two reads in one process, the second asked for after the first had
     * completed, don't go back in time unless a {@link StorageException.Kind#RESTORED} lies between. Costs no network.
     */
    LOCAL
}
