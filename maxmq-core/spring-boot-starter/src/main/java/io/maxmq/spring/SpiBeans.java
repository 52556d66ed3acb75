package io.maxmq.spring;

import io.maxmq.MaxMQBuilder;
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
import java.util.function.Consumer;
import org.springframework.beans.factory.ListableBeanFactory;

/** The plug-ins of a broker that are beans of an application. */
record SpiBeans(ListableBeanFactory beans) {

    /** Adds each bean in {@code @Order}, the customizers last. Fails when there are several stores, sinks or clocks. */
    void addTo(MaxMQBuilder builder) {
        each(Authenticator.class, builder::authenticator);
        each(EnhancedAuthenticator.class, builder::enhancedAuthenticator);
        each(Authorizer.class, builder::authorizer);
        each(RateLimiter.class, builder::rateLimiter);
        each(Interceptor.class, builder::interceptor);
        each(BrokerListener.class, builder::eventListener);
        each(Extension.class, builder::extension);
        beans.getBeanProvider(KeyValueStore.class).ifAvailable(builder::storage);
        beans.getBeanProvider(MetricsSink.class).ifAvailable(builder::metrics);
        beans.getBeanProvider(Clock.class).ifAvailable(builder::clock);
        each(MaxMQBuilderCustomizer.class, customizer -> customizer.customize(builder));
    }

    private <T> void each(Class<T> type, Consumer<T> add) {
        beans.getBeanProvider(type).orderedStream().forEach(add);
    }
}
