/**
 * What extensions and the broker share: messages, clients, time, and the context that an extension is given.
 * Values are immutable; interfaces that only the broker implements say so and may grow. Imports nothing but the
 * MQTT vocabulary of {@code io.maxmq.codec}. Start at {@link io.maxmq.spi.Extension}.
 */
package io.maxmq.spi;
