package io.maxmq.spring;

import io.maxmq.MaxMQBuilder;
import io.maxmq.spi.storage.Durability;
import io.maxmq.storage.RocksDbStorage;

/** The storage of {@code maxmq-storage}; loadable only with that module. */
final class StorageDirectory {
    private StorageDirectory() {}

    static void addTo(MaxMQBuilder builder, String directory, Durability durability) {
        builder.storage(RocksDbStorage.at(FileLocation.at(directory)).durability(durability));
    }
}
