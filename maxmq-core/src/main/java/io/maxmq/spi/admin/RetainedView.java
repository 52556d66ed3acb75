package io.maxmq.spi.admin;

import io.maxmq.codec.QoS;
import io.maxmq.spi.MessageId;
import io.maxmq.spi.Stable;
import java.util.OptionalLong;

/**
 * A retained message without its payload. Immutable.
 *
 * @param topic whose last message it is
 * @param payloadBytes how long the payload is
 * @param qos as published
 * @param expiresAtEpochMillis in milliseconds since 1970; empty for never
 * @param id tells also when the broker accepted it, see {@link MessageId#epochMillis()}
 * @since 0.1.0
 */
@Stable
public record RetainedView(String topic, int payloadBytes, QoS qos, OptionalLong expiresAtEpochMillis, MessageId id) {}
