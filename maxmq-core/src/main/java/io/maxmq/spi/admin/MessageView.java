package io.maxmq.spi.admin;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Message;
import io.maxmq.spi.MessageId;
import io.maxmq.spi.Stable;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A message that a session holds for its client. Immutable.
 *
 * @param id tells also when the broker accepted it, see {@link MessageId#epochMillis()}
 * @param topic it was published to
 * @param payloadBytes how long the payload is
 * @param qos that it is delivered with
 * @param retain the RETAIN flag that it is delivered with
 * @param expiresAtEpochMillis in milliseconds since 1970; empty for never
 * @param topicFilter of the subscription that it is delivered for, with {@code $share/NAME/} when shared; of overlapping ones
 *     that are delivered as one, the first
 * @param packetId 1..65535 once it is in flight, 0 while it is queued
 * @param message payload and properties; empty unless the query {@linkplain MessageQuery#withPayload asks for them}
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
        int packetId,
        Optional<Message> message) {}
