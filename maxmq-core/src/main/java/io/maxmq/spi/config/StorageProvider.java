package io.maxmq.spi.config;

import io.maxmq.spi.Stable;
import io.maxmq.spi.storage.KeyValueStore;

/**
 * Makes a store as the section {@code storage} of a configuration file describes it. Found by {@link java.util.ServiceLoader}.
 *
 * @since 0.1.0
 */
@Stable
public interface StorageProvider {

    /** What {@code storage.type} says to mean this one, like {@code rocksdb}. */
    String type();

    /**
     * Makes a store, and does not open it.
     *
     * @param section asked for every key that this kind of store has, but {@code type}
     */
    KeyValueStore create(ConfigSection section);
}
