/**
 * A broker as a bean of a Spring Boot 3 or 4 application, configured by the properties {@code maxmq.*} and by beans of the broker's SPI.
 * Start at {@link io.maxmq.spring.MaxMQAutoConfiguration}.
 */
@org.jspecify.annotations.NullMarked
package io.maxmq.spring;
