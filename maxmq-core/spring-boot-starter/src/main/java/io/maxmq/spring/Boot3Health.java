package io.maxmq.spring;

import io.maxmq.MaxMQ;
import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The health of the broker for Spring Boot 3. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(name = "org.springframework.boot.actuate.health.HealthIndicator")
@ConditionalOnEnabledHealthIndicator("maxmq")
class Boot3Health {

    @Bean
    @ConditionalOnMissingBean(name = "maxmqHealthIndicator")
    HealthIndicator maxmqHealthIndicator(MaxMQ broker) {
        return () -> {
            HealthReport report = HealthReport.of(broker.health());
            return Health.status(report.status()).withDetails(report.details()).build();
        };
    }
}
