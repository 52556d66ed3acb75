package io.maxmq.configfile;

import io.maxmq.config.ConfigFileReader;
import io.maxmq.config.ConfiguredBroker;
import io.maxmq.spi.Internal;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads a HOCON file with the overrides of this process: its system properties and environment variables. Stateless.
 *
 * @since 0.1.0
 */
@Internal
public final class HoconReader implements ConfigFileReader {
    @Override
    public ConfiguredBroker read(Path file) {
        Map<String, String> properties = new HashMap<>();
        for (String name : System.getProperties().stringPropertyNames()) {
            properties.put(name, System.getProperty(name, ""));
        }
        return read(file, properties, System.getenv());
    }

    static ConfiguredBroker read(Path file, Map<String, String> systemProperties, Map<String, String> environment) {
        return HoconFile.read(file, systemProperties, environment);
    }
}
