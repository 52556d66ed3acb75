package io.maxmq.core.persistence;

import io.maxmq.core.persistence.MemoryKeyValueStore.Settings;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What memory stores have that come one after another: each begins where the one before has ended. One is open at a time. What
 * is there is handed on as it is, not copied. Thread-safe.
 */
public final class KeptMemory {
    private final Settings settings;

    // Both guarded by this.
    private List<PartitionState> states = List.of();
    private @Nullable MemoryKeyValueStore open;

    /** Empty. */
    public KeptMemory(Settings settings) {
        this.settings = settings;
    }

    /** A new store, not yet open. */
    public KeyValueStore newStore() {
        return new KeptMemoryStore(this, settings);
    }

    /**
     * The store that goes on from here.
     *
     * @throws StorageException {@code UNAVAILABLE} while another one is open
     */
    synchronized MemoryKeyValueStore take(Executor executor) {
        if (open != null) {
            throw new StorageException(
                    Kind.UNAVAILABLE, "this memory is in use by a broker that runs; close that one first");
        }
        open = new MemoryKeyValueStore(executor, settings, states);
        return open;
    }

    /** Whoever comes next has what {@code store} had. It is closed, and its executor has ended. */
    synchronized void giveBack(MemoryKeyValueStore store) {
        if (open == store) {
            states = store.states();
            open = null;
        }
    }
}
