package io.maxmq.memory;

import io.maxmq.spi.storage.Batch;
import java.util.List;

/**
 * A batch that was applied to a partition. Immutable.
 *
 * @param state the state of the partition after the batch
 * @param batch compact ({@link Batch#compact()})
 * @param counters the value of each {@code add} after the batch
 */
record AppliedBatch(int partition, PartitionState state, Batch batch, List<Long> counters) {
    long version() {
        return state.version();
    }
}
