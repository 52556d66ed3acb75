/**
 * Values that all packages of the SPI share: messages, clients, tenants, time, and the stability annotations.
 * Values are immutable; interfaces that only the broker implements say so and may grow. Depends on nothing but the
 * MQTT vocabulary of {@code io.maxmq.codec}. Start at {@link io.maxmq.spi.extension.Extension}.
 */
package io.maxmq.spi;
