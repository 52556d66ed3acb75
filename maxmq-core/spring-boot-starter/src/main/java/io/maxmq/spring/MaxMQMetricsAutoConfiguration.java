package io.maxmq.spring;

import io.maxmq.micrometer.MicrometerMetrics;
import io.maxmq.spi.Preview;
import io.maxmq.spi.event.MetricsSink;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * Publishes the broker's metrics to the application's meter registry, when {@code maxmq-micrometer} is on the class path. A bean of type
 * {@link MetricsSink} replaces this.
 *
 * @since 0.1.0
 */
@Preview
@AutoConfiguration(
        before = MaxMQAutoConfiguration.class,
        afterName = {
            // Spring Boot 3
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
            // Spring Boot 4
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnClass({MeterRegistry.class, MicrometerMetrics.class})
@ConditionalOnProperty(prefix = "maxmq", name = "enabled", matchIfMissing = true)
@ConditionalOnSingleCandidate(MeterRegistry.class)
public class MaxMQMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(MetricsSink.class)
    MetricsSink maxMQMetrics(MeterRegistry registry) {
        return new MicrometerMetrics(registry);
    }
}
