package io.maxmq.memory;

import io.maxmq.memory.MemoryKeyValueStore.Settings;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The content that consecutive memory stores share: each store starts with the content that the previous one had when it was
 * closed. One store is open at a time. The content is handed over, not copied. Thread-safe.
 */
final class KeptMemory {
    private final Settings settings;

    // Both guarded by this.
    private List<PartitionState> states = List.of();
    private @Nullable Turn open;

    KeptMemory(Settings settings) {
        this.settings = settings;
    }

    /** A new store, not yet open. */
    KeyValueStore newStore() {
        return new MemoryKeyValueStore(settings, new Turn());
    }

    private synchronized List<PartitionState> take(Turn turn, Partitions partitions) {
        if (open != null) {
            throw new StorageException(
                    Kind.UNAVAILABLE, "the memory is in use by another store; close the broker of that store first");
        }
        open = turn;
        return states.isEmpty() ? PartitionState.empty(partitions) : states;
    }

    private synchronized void giveBack(Turn turn, List<PartitionState> left) {
        if (turn.equals(open)) {
            states = left;
            open = null;
        }
    }

    /** One store's use of the content. */
    private final class Turn implements StoreContent {
        @Override
        public List<PartitionState> open(Partitions partitions) {
            return take(this, partitions);
        }

        @Override
        public void close(List<PartitionState> left) {
            giveBack(this, left);
        }
    }
}
