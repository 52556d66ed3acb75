package io.maxmq;

import io.maxmq.config.BrokerConfig;
import io.maxmq.config.ConfigFileReader;
import io.maxmq.core.bootstrap.Broker;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.admin.Reloaded;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Configuration file of a broker, which can be read again while the broker runs: its bans take effect at once, the
 * other settings at the next start. Thread-safe.
 */
final class ConfigSource {
    private final ConfigFileReader reader;
    private final Path file;

    /** As last read; guarded by this. */
    private BrokerConfig latest;

    ConfigSource(ConfigFileReader reader, Path file, BrokerConfig read) {
        this.reader = reader;
        this.file = file;
        this.latest = read;
    }

    /**
     * Finds the reader of configuration files.
     *
     * @throws IllegalStateException if no reader is on the class path; the message names the artifact to add
     */
    static ConfigFileReader reader(Path file) {
        return ServiceLoader.load(ConfigFileReader.class, ConfigSource.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no reader of configuration files: add"
                        + " io.maxmq:maxmq-config-file, as a module io.maxmq.configfile; file=" + file));
    }

    /** Reads the file. Blocks. */
    synchronized Reloaded reload(Broker broker) {
        String source = "configuration file " + file;
        try {
            BrokerConfig now = reader.read(file).settings();
            broker.replaceBans(latest.bans(), now.bans());
            boolean hasOtherChanges = !withoutBans(now).equals(withoutBans(latest));
            latest = now.toBuilder().build();
            return Reloaded.done(
                    source,
                    now.bans().size() + " bans"
                            + (hasOtherChanges ? "; other settings changed and wait for the next start" : ""));
        } catch (RuntimeException e) {
            return Reloaded.failed(source, e);
        }
    }

    private static BrokerConfig withoutBans(BrokerConfig config) {
        List<Ban> none = List.of();
        return config.toBuilder().bans(none).build();
    }
}
