package io.maxmq.spi.admin;

import io.maxmq.codec.QoS;
import io.maxmq.spi.MessageId;
import io.maxmq.spi.Stable;
import java.util.OptionalLong;

/**
 * A message that a session holds for its client, without its payload. Immutable.
 *
 * @param id tells also when the broker accepted it, see {@link MessageId#epochMillis()}
 * @param topic it was published to
 * @param payloadBytes how long the payload is
 * @param qos that it is delivered with
 * @param retain the RETAIN flag that it is delivered with
 * @param expiresAtEpochMillis in milliseconds since 1970; empty for never
 * @param topicFilter of the subscription that it is delivered for, with {@code $share/NAME/} when shared
 * @param packetId 1..65535 once it is in flight, 0 while it is queued
 * @since 0.1.0
 */
@Stable
public record MessageView(
        MessageId id,
        String topic,
        int payloadBytes,
        QoS qos,
        boolean retain,
        OptionalLong expiresAtEpochMillis,
        String topicFilter,
        int packetId) {}
