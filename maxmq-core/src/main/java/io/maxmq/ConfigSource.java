package io.maxmq;

import io.maxmq.config.BrokerConfig;
import io.maxmq.core.bootstrap.Broker;
import io.maxmq.core.configfile.ConfigFile;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.admin.Reloaded;
import java.nio.file.Path;
import java.util.List;

/**
 * The configuration file of a broker, to be read again while it runs: its bans take effect, the rest waits for the next start.
 * Thread-safe.
 */
final class ConfigSource {
    private final Path file;

    /** As last read; guarded by this. */
    private BrokerConfig latest;

    ConfigSource(Path file, BrokerConfig read) {
        this.file = file;
        this.latest = read;
    }

    /** Reads the file. Blocks. */
    synchronized Reloaded reload(Broker broker) {
        String source = "configuration file " + file;
        try {
            BrokerConfig now = ConfigFile.read(file).config();
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
