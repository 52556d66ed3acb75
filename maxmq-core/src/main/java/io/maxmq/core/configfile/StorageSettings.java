package io.maxmq.core.configfile;

import io.maxmq.spi.config.ConfigSection;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.StorageProvider;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The section {@code storage}: its {@code type} names the provider that reads the rest. Stateless. */
final class StorageSettings {
    private static final String MEMORY = "memory";

    private StorageSettings() {}

    /** Null for everything in memory. */
    static @Nullable KeyValueStore read(ConfigSection section) {
        String type = section.text("type", MEMORY);
        if (type.equals(MEMORY)) {
            return null;
        }
        Map<String, StorageProvider> providers = new TreeMap<>();
        for (StorageProvider each : ServiceLoader.load(StorageProvider.class, StorageSettings.class.getClassLoader())) {
            providers.put(each.type(), each);
        }
        StorageProvider provider = providers.get(type);
        if (provider == null) {
            throw section.wrong("type", "must be " + known(providers) + ", not " + type + missing(type));
        }
        return BrokerSettings.checked(section, () -> provider.create(section));
    }

    private static String known(Map<String, StorageProvider> providers) {
        return providers.isEmpty() ? MEMORY : MEMORY + " or " + String.join(" or ", providers.keySet());
    }

    private static String missing(String type) {
        return type.equals("rocksdb") ? ": add io.maxmq:maxmq-storage, as a module io.maxmq.storage" : "";
    }
}
