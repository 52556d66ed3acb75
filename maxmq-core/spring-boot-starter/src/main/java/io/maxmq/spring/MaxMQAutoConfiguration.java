package io.maxmq.spring;

import io.maxmq.MaxMQ;
import io.maxmq.MaxMQBuilder;
import io.maxmq.spi.Preview;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Starts a broker with the application context, as a bean of type {@link MaxMQ}, unless the application defines such a bean itself or sets
 * {@code maxmq.enabled=false}.
 *
 * <p>The broker is running when other beans get it: they can subscribe and publish in-process. Its listeners open when all beans are ready, in
 * the life cycle phase of Spring's web servers, so no client connects to an application that is half built. The broker closes in the same
 * phase, before the beans are destroyed.
 *
 * <p>The builder gets the properties {@code maxmq.*} first, then the beans of these types in {@code @Order}: {@code Authenticator},
 * {@code EnhancedAuthenticator}, {@code Authorizer}, {@code RateLimiter}, {@code Interceptor}, {@code BrokerListener}, {@code Extension}; one
 * {@code KeyValueStore}, {@code MetricsSink} and {@code Clock}; and last the {@link MaxMQBuilderCustomizer} beans.
 *
 * @since 0.1.0
 */
@Preview
@AutoConfiguration
@ConditionalOnProperty(prefix = "maxmq", name = "enabled", matchIfMissing = true)
@ConditionalOnMissingBean(MaxMQ.class)
@EnableConfigurationProperties(MaxMQProperties.class)
public class MaxMQAutoConfiguration {

    @Bean
    EmbeddedBroker maxMQLifecycle(
            MaxMQProperties properties, ListableBeanFactory beans, ConfigurableEnvironment environment) {
        MaxMQBuilder builder = properties.newBuilder();
        new SpiBeans(beans).addTo(builder);
        return EmbeddedBroker.start(builder, environment);
    }

    @Bean
    MaxMQ maxMQ(EmbeddedBroker embedded) {
        return embedded.broker();
    }
}
