package io.maxmq.memory;

import io.maxmq.spi.storage.Partitions;
import java.util.List;

/** The initial content of one memory store, and the receiver of its final content. Called on the store's thread. */
interface StoreContent {

    /** A store that starts empty and whose content is gone when it is closed. */
    StoreContent EMPTY = new StoreContent() {
        @Override
        public List<PartitionState> open(Partitions partitions) {
            return PartitionState.empty(partitions);
        }

        @Override
        public void close(List<PartitionState> states) {}
    };

    /**
     * The initial states, by partition.
     *
     * @throws io.maxmq.spi.storage.StorageException if the store can't be opened; {@link #close} follows all the same
     */
    List<PartitionState> open(Partitions partitions);

    /** Takes the final states, by partition. The last call, also if the store was never opened or failed to open. */
    void close(List<PartitionState> states);
}
