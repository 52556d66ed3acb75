package io.maxmq.config;

import io.maxmq.spi.Preview;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.limit.RateLimiter;
import io.maxmq.spi.storage.KeyValueStore;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content of a configuration file, ready for the builder.
 *
 * @param authenticators in call order
 * @param authorizers in call order
 * @param storage not open; null for a broker in memory
 * @param origins by key, sections included: {@code FILE:LINE}, {@code environment variable NAME},
 *     {@code system property NAME} or {@link #DEFAULT}; {@link SettingKeys#valuesIn} has the values by the same keys
 * @since 0.1.0
 */
@Preview
public record ConfiguredBroker(
        BrokerConfig settings,
        List<Authenticator> authenticators,
        List<EnhancedAuthenticator> enhancedAuthenticators,
        List<Authorizer> authorizers,
        RateLimiter rateLimiter,
        List<Extension> extensions,
        @Nullable KeyValueStore storage,
        Map<String, String> origins) {

    /** The origin of a key that is neither in the file nor overridden. */
    public static final String DEFAULT = "default";

    /** Copies lists and map. */
    public ConfiguredBroker {
        authenticators = List.copyOf(authenticators);
        enhancedAuthenticators = List.copyOf(enhancedAuthenticators);
        authorizers = List.copyOf(authorizers);
        extensions = List.copyOf(extensions);
        origins = Map.copyOf(origins);
    }
}
