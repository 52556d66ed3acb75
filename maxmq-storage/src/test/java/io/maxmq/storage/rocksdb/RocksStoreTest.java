package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.tck.KeyValueStoreContract;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The contract: forced, written behind, and with several partitions in one directory at the level between. */
class RocksStoreTest {

    @TempDir
    static Path directories;

    private static final AtomicInteger NEXT = new AtomicInteger();

    private abstract static class Contract extends KeyValueStoreContract {
        private final Map<KeyValueStore, StoreSettings> made = new ConcurrentHashMap<>();

        abstract StoreSettings settings(Path directory);

        @Override
        protected KeyValueStore newStore() {
            return make(settings(directories.resolve("store-" + NEXT.incrementAndGet())));
        }

        @Override
        protected KeyValueStore reopened(KeyValueStore closed) {
            return make(made.get(closed));
        }

        private KeyValueStore make(StoreSettings settings) {
            RocksStore store = new RocksStore(settings);
            made.put(store, settings);
            return store;
        }
    }

    @Nested
    class Forced extends Contract {
        @Override
        StoreSettings settings(Path directory) {
            return StoreSettings.of(directory);
        }
    }

    @Nested
    class WrittenBehind extends Contract {
        @Override
        StoreSettings settings(Path directory) {
            return StoreSettings.of(directory).withDurability(Durability.NONE);
        }
    }

    @Nested
    class WithSevenPartitions extends Contract {
        @Override
        StoreSettings settings(Path directory) {
            return StoreSettings.of(directory).withDurability(Durability.OS).withPartitions(7);
        }
    }
}
