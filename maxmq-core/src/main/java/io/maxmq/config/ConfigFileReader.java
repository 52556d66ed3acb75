package io.maxmq.config;

import io.maxmq.spi.Preview;
import java.nio.file.Path;

/**
 * Reads a broker from a configuration file, for {@code MaxMQ.fromConfig}. Found by {@link java.util.ServiceLoader}; {@code
 * io.maxmq:maxmq-config-file} provides the reader of HOCON files.
 *
 * @since 0.1.0
 */
@Preview
public interface ConfigFileReader {

    /**
     * Reads {@code file} once, and the system properties and environment variables that override its keys. Blocks.
     *
     * @throws io.maxmq.spi.config.ConfigFileException if a key or a value is wrong; the message names the line
     * @throws IllegalStateException if a library is missing; the message names its artifact
     */
    ConfiguredBroker read(Path file);
}
