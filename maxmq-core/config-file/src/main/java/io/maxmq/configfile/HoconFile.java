package io.maxmq.configfile;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import io.maxmq.codec.Utf8;
import io.maxmq.config.BrokerConfig;
import io.maxmq.config.ConfiguredBroker;
import io.maxmq.spi.SecretFile;
import io.maxmq.spi.config.ConfigFileException;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.limit.RateLimiter;
import io.maxmq.spi.storage.KeyValueStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Parses a configuration file and reads it whole, or refuses it. Cannot be loaded without the library that parses. Stateless. */
final class HoconFile {
    private HoconFile() {}

    /** As {@link HoconReader#read(Path, Map, Map)}. */
    static ConfiguredBroker read(Path file, Map<String, String> systemProperties, Map<String, String> environment) {
        Path absolute = file.toAbsolutePath();
        Overrides overrides = new Overrides(systemProperties, environment);
        Path directory = absolute.getParent();
        Config written = parse(absolute);
        ConfigObject parsed = resolve(absolute, written).root();
        Section root = new Section("", parsed, written.root(), directory == null ? absolute : directory, overrides);
        BrokerConfig config = BrokerSettings.read(root);
        AuthenticatorSettings authentication = AuthenticatorSettings.read(root);
        List<Extension> extensions = new ArrayList<>(RateSettings.flapping(root.section("flapping")));
        extensions.addAll(ExtensionSettings.read(root));
        RateLimiter rateLimiter = RateSettings.rateLimiter(root);
        KeyValueStore storage = StorageSettings.read(root.section("storage"));
        root.refuseUnknown();
        overrides.refuseUnknown();
        warnOfExposedSecrets(parsed, LoggerFactory.getLogger("io.maxmq." + config.name() + ".config"));
        return new ConfiguredBroker(
                config,
                authentication.authenticators(),
                authentication.enhanced(),
                authentication.authorizers(),
                rateLimiter,
                extensions,
                storage,
                root.origins());
    }

    private static void warnOfExposedSecrets(ConfigObject parsed, Logger log) {
        for (Path file : ConfigSecrets.files(parsed)) {
            String exposure = SecretFile.exposure(file);
            if (exposure != null) {
                log.warn("{}", Utf8.escape(exposure));
            }
        }
    }

    private static Config parse(Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new ConfigFileException(file.toString(), 0, "there is no such file, or it can't be read", null);
        }
        try {
            ConfigParseOptions options =
                    ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setAllowMissing(false);
            return ConfigFactory.parseFile(file.toFile(), options);
        } catch (ConfigException e) {
            throw refused(file, e);
        }
    }

    private static Config resolve(Path file, Config written) {
        try {
            return written.resolve();
        } catch (ConfigException e) {
            throw refused(file, e);
        }
    }

    private static ConfigFileException refused(Path file, ConfigException e) {
        @Nullable ConfigOrigin origin = e.origin();
        String problem = String.valueOf(e.getMessage());
        if (origin == null || origin.filename() == null) {
            return new ConfigFileException(file.toString(), 0, problem, e);
        }
        String said = origin.description() + ": ";
        return Section.at(origin, problem.startsWith(said) ? problem.substring(said.length()) : problem, e);
    }
}
