package io.maxmq.core.bootstrap;

import io.maxmq.spi.Clock;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import io.maxmq.spi.event.BrokerListener;
import io.maxmq.spi.event.MetricsSink;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.intercept.Interceptor;
import io.maxmq.spi.limit.RateLimiter;
import io.maxmq.spi.storage.KeyValueStore;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The embedder's objects that plug into a broker. Immutable. */
public record Plugins(
        Clock clock,
        List<Authenticator> authenticators,
        List<EnhancedAuthenticator> enhancedAuthenticators,
        List<Authorizer> authorizers,
        List<RateLimiter> rateLimiters,
        List<Interceptor> interceptors,
        List<BrokerListener> listeners,
        MetricsSink metrics,
        List<Extension> extensions,
        @Nullable KeyValueStore storage) {
    public Plugins {
        authenticators = List.copyOf(authenticators);
        enhancedAuthenticators = List.copyOf(enhancedAuthenticators);
        authorizers = List.copyOf(authorizers);
        rateLimiters = List.copyOf(rateLimiters);
        interceptors = List.copyOf(interceptors);
        listeners = List.copyOf(listeners);
        extensions = List.copyOf(extensions);
    }

    /** Returns the names of the plug-ins. */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        authenticators.forEach(each -> names.add(each.name()));
        enhancedAuthenticators.forEach(each -> names.add(each.name()));
        authorizers.forEach(each -> names.add(each.name()));
        rateLimiters.forEach(each -> names.add(each.name()));
        interceptors.forEach(each -> names.add(each.name()));
        listeners.forEach(each -> names.add(each.name()));
        extensions.forEach(each -> names.add(each.name()));
        names.remove(""); // of an anonymous class
        return names;
    }
}
