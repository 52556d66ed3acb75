package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import java.util.Set;

/**
 * The whole store as it was: each partition in one state of its own, all of them later than every batch that had
 * completed when the snapshot was asked for. Later batches don't show, though they may cost space until it is closed.
 *
 * <p>{@link KeyValueStore#restore} reads any implementation: a snapshot of another store, or a backup. Thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public interface Snapshot extends AutoCloseable {

    /** Returns the mapping of shards to partitions; the store that restores it may have another. */
    Partitions partitions();

    /**
     * Returns the version of the last batch of a partition in the snapshot; 0 without a batch.
     *
     * @throws IllegalArgumentException for an unknown partition
     */
    long version(int partition);

    /** At least those tables that are not empty. */
    Set<Table> tables();

    /** Reads it; {@link Scan#consistency()} has no meaning here. Fails as {@link KeyValueStore#scan} does. */
    Cursor scan(Scan scan);

    /** Releases the state, its cursors included. Idempotent. */
    @Override
    void close();
}
