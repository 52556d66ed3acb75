package io.maxmq.core.session;

import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.core.intercept.DeliveryObservers;
import io.maxmq.core.routing.InTransit;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.intercept.Delivery;

/** Tells observers what becomes of a session's messages. There is none when nobody observes. Stateless; runs on the loop. */
final class ObservedDeliveries {
    private final DeliveryObservers observers;

    ObservedDeliveries(DeliveryObservers observers) {
        this.observers = observers;
    }

    void queued(Tenant tenant, String clientId, InTransit message, int flags) {
        observers.queued(of(tenant, clientId, message.topic(), message.payloadLength(), flags, 0, false));
    }

    void sent(Tenant tenant, String clientId, InTransit message, int flags, int packetId, boolean again) {
        observers.sent(of(tenant, clientId, message.topic(), message.payloadLength(), flags, packetId, again));
    }

    void answered(SessionKey key, StoredMessage message, int qos, int packetId, ReasonCode reason) {
        int flags = DeliveryFlags.of(qos, false);
        observers.answered(
                of(key.tenant(), key.clientId(), message.topic(), message.payloadLength(), flags, packetId, false),
                reason);
    }

    private static Delivery of(
            Tenant tenant, String clientId, Topic topic, int payloadBytes, int flags, int packetId, boolean again) {
        return new Delivery(
                tenant, clientId, topic.name(), payloadBytes, QoS.of(DeliveryFlags.qos(flags)), packetId, again);
    }
}
