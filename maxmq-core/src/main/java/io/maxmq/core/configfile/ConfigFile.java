package io.maxmq.core.configfile;

import io.maxmq.spi.config.ConfigFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads a configuration file whole, or refuses it. Names no type of the library that parses, so that it can say when that is
 * missing. Stateless.
 */
public final class ConfigFile {
    private ConfigFile() {}

    /**
     * Reads {@code file}, and what system properties and environment variables say in its place.
     *
     * @throws ConfigFileException saying what is wrong, and where
     * @throws IllegalStateException when the library that parses is missing; names its artifact
     */
    public static Configured read(Path file) {
        Map<String, String> properties = new HashMap<>();
        for (String name : System.getProperties().stringPropertyNames()) {
            properties.put(name, System.getProperty(name, ""));
        }
        try {
            return read(file, properties, System.getenv());
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "a configuration file needs the HOCON parser: add com.typesafe:config, as a module typesafe.config",
                    e);
        }
    }

    static Configured read(Path file, Map<String, String> systemProperties, Map<String, String> environment) {
        return read(file, systemProperties, environment, new TreeSet<>());
    }

    /** @param keys gets all that there could be, by their paths */
    static Configured read(
            Path file, Map<String, String> systemProperties, Map<String, String> environment, Set<String> keys) {
        return HoconFile.read(file, systemProperties, environment, keys);
    }
}
