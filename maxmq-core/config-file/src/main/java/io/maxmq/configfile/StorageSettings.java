package io.maxmq.configfile;

import io.maxmq.spi.config.ConfigSection;
import io.maxmq.spi.config.StorageProvider;
import io.maxmq.spi.storage.KeyValueStore;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** The section {@code storage}: its {@code type} names the provider that reads the rest. Stateless. */
final class StorageSettings {
    private static final String MEMORY = "memory";

    private StorageSettings() {}

    /** Null for a broker in memory. */
    static @Nullable KeyValueStore read(ConfigSection section) {
        String type = section.text("type", MEMORY);
        if (type.equals(MEMORY)) {
            return null;
        }
        Providers<StorageProvider> providers = new Providers<>(
                ServiceLoader.load(StorageProvider.class, StorageSettings.class.getClassLoader()),
                StorageProvider::type,
                Map.of("rocksdb", "io.maxmq:maxmq-storage, as a module io.maxmq.storage"));
        StorageProvider provider = providers.ofType(section, type, MEMORY);
        return BrokerSettings.checked(section, () -> provider.create(section));
    }
}
