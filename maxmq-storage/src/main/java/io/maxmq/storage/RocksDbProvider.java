package io.maxmq.storage;

import io.maxmq.spi.Internal;
import io.maxmq.spi.config.ConfigSection;
import io.maxmq.spi.config.StorageProvider;
import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.KeyValueStore;

/**
 * {@link RocksDbStorage} in a configuration file: {@code storage { type = rocksdb, directory = … }}. Found by {@link
 * java.util.ServiceLoader}; programs use {@link RocksDbStorage}.
 *
 * @since 0.1.0
 */
@Internal
public final class RocksDbProvider implements StorageProvider {

    /** For the service loader. */
    public RocksDbProvider() {}

    @Override
    public String type() {
        return "rocksdb";
    }

    @Override
    public KeyValueStore create(ConfigSection section) {
        RocksDbStorage store = RocksDbStorage.at(section.file("directory"))
                .durability(section.choice("durability", Durability.class, Durability.FSYNC));
        long memory = section.bytes("memory", -1);
        if (section.has("memory")) {
            store.memory(memory);
        }
        long maxPending = section.bytes("max-pending", -1);
        if (section.has("max-pending")) {
            store.maxPending(maxPending);
        }
        long maxDisk = section.bytes("max-disk", -1);
        if (section.has("max-disk")) {
            store.maxDisk(maxDisk);
        }
        long reserve = section.bytes("reserve", -1);
        if (section.has("reserve")) {
            store.reserve(reserve);
        }
        return store;
    }
}
