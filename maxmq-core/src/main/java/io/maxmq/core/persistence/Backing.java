package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Capabilities.Feature;
import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageFigures;
import java.util.List;
import java.util.Set;

/**
 * What stands behind a store in memory: where its content comes from when it opens, and where each change goes before it shows.
 * For one store. Called by the store's thread, one call after another; {@link #close} when that has ended, or is blocked. The
 * defaults are those of a store behind which there is nothing.
 */
interface Backing {

    /** Nothing: the store begins empty, and what it has is gone when it is closed. */
    Backing NONE = new Backing() {};

    /** What the store's thread is called. */
    default String threadName() {
        return "maxmq-memory-storage";
    }

    default Durability durability() {
        return Durability.NONE;
    }

    /** What the store has because of it. */
    default Set<Feature> features() {
        return Set.of();
    }

    /**
     * What the store begins with.
     *
     * @return by partition
     * @throws StorageException when it can't be opened; {@link #close} follows all the same
     */
    default List<PartitionState> open(Partitions partitions) {
        return PartitionState.empty(partitions);
    }

    /**
     * Returns when the changes are durable.
     *
     * @param changes one or more, in order
     * @param before the states that they change, by partition
     * @throws StorageException and none of them shows
     */
    default void append(List<Recorded> changes, List<PartitionState> before) {}

    /**
     * Returns when these states, by partition, are durable in place of all there was.
     *
     * @throws StorageException and the store is as before
     */
    default void replace(List<PartitionState> states) {}

    /** Nobody waits: the time for what has to be done now and then. Must not throw. */
    default void tidy(List<PartitionState> states) {}

    /** What it takes and has done; of the rest 0. Any thread. */
    default StorageFigures figures() {
        return new StorageFigures(0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** The last call, also when it was never opened or failed to. */
    default void close(List<PartitionState> states) {}

    /**
     * A batch that was applied.
     *
     * @param state the partition's after it
     * @param batch without the read blocks that it was cut from
     * @param counters what each {@code add} left
     */
    record Recorded(int partition, PartitionState state, Batch batch, List<Long> counters) {
        long version() {
            return state.version();
        }
    }
}
