package io.maxmq.core.configfile;

import io.maxmq.config.BrokerConfig;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.storage.KeyValueStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration file says.
 *
 * @param storage null for everything in memory; not open yet
 */
public record Configured(
        BrokerConfig config,
        List<Authenticator> authenticators,
        @Nullable KeyValueStore storage) {}
