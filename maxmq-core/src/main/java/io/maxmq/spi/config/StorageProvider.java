package io.maxmq.spi.config;

import io.maxmq.spi.Stable;
import io.maxmq.spi.storage.KeyValueStore;

/**
 * Creates a store from the section {@code storage} of a configuration file. Found by {@link java.util.ServiceLoader}.
 *
 * @since 0.1.0
 */
@Stable
public interface StorageProvider {

    /** Returns the value of {@code storage.type} that selects this provider, such as {@code rocksdb}. */
    String type();

    /**
     * Creates a store without opening it.
     *
     * @param section the section; the provider requests every key of this kind of store, except {@code type}
     */
    KeyValueStore create(ConfigSection section);
}
