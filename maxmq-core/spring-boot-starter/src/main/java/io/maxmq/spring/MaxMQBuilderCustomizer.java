package io.maxmq.spring;

import io.maxmq.MaxMQBuilder;
import io.maxmq.spi.Preview;

/**
 * A bean that changes the broker's settings before the broker starts: for settings without a property. Customizers run in {@code @Order}, after
 * the properties and after the beans of the SPI were applied.
 *
 * @since 0.1.0
 */
@Preview
@FunctionalInterface
public interface MaxMQBuilderCustomizer {

    /**
     * Changes the settings. Called once, on the thread that refreshes the application context. An exception fails the refresh.
     *
     * @param builder of the broker; the customizer must not start it
     */
    void customize(MaxMQBuilder builder);
}
