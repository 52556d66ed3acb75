package io.maxmq.spring;

import io.maxmq.MaxMQ;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The health of the broker for Spring Boot 4. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(name = "org.springframework.boot.health.contributor.HealthIndicator")
@ConditionalOnEnabledHealthIndicator("maxmq")
class Boot4Health {

    @Bean
    @ConditionalOnMissingBean(name = "maxmqHealthIndicator")
    HealthIndicator maxmqHealthIndicator(MaxMQ broker) {
        return () -> {
            HealthReport report = HealthReport.of(broker.health());
            return Health.status(report.status()).withDetails(report.details()).build();
        };
    }
}
