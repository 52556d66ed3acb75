package io.maxmq.spi.intercept;

import io.maxmq.codec.QoS;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;

/**
 * One message on its way to one session. Immutable.
 *
 * @param clientId of a client, or of a subscription that the application has under a name, which begins with {@code $in-process/}
 * @param topic as it was published or, where a {@link DeliveryInterceptor} has changed it, as it is sent
 * @param payloadBytes how long the payload is
 * @param qos it is delivered with
 * @param packetId 1..65535; 0 at QoS 0, and while the message is queued
 * @param again whether it is sent once more, on another connection (MQTT 5.0 §4.4)
 * @since 0.1.0
 */
@Stable
public record Delivery(
        Tenant tenant, String clientId, String topic, int payloadBytes, QoS qos, int packetId, boolean again) {}
