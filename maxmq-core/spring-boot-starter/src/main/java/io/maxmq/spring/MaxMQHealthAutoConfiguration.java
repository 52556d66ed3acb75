package io.maxmq.spring;

import io.maxmq.MaxMQ;
import io.maxmq.spi.Preview;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Import;

/**
 * Adds the broker to the application's health as {@code maxmq}, unless {@code management.health.maxmq.enabled=false}. The bean is of the
 * type that the running version of Spring Boot has.
 *
 * @since 0.1.0
 */
@Preview
@AutoConfiguration(after = MaxMQAutoConfiguration.class)
@ConditionalOnBean(MaxMQ.class)
@Import({Boot3Health.class, Boot4Health.class})
public class MaxMQHealthAutoConfiguration {}
