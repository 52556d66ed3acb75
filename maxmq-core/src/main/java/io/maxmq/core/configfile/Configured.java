package io.maxmq.core.configfile;

import io.maxmq.config.BrokerConfig;
import io.maxmq.spi.Extension;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import io.maxmq.spi.limit.RateLimiter;
import io.maxmq.spi.storage.KeyValueStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration file says.
 *
 * @param tokenAuthorizers that decide by what an authenticator has found out; before all others
 * @param storage null for everything in memory; not open yet
 */
public record Configured(
        BrokerConfig config,
        List<Authenticator> authenticators,
        List<EnhancedAuthenticator> enhancedAuthenticators,
        List<Authorizer> tokenAuthorizers,
        List<Authorizer> authorizers,
        RateLimiter rateLimiter,
        List<Extension> extensions,
        @Nullable KeyValueStore storage) {}
