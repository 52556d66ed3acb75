package io.maxmq.core.session;

import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.core.intercept.DeliveryObservers;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.intercept.Delivery;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reports the deliveries of a session to the observers. Exists only if an observer is registered. Runs on the loop. */
final class ObservedDeliveries {
    private final DeliveryObservers observers;
    private final Loop loop;

    ObservedDeliveries(DeliveryObservers observers, Loop loop) {
        this.observers = observers;
        this.loop = loop;
    }

    void queued(SessionKey key, @Nullable ClientInfo client, RoutedMessage message, int flags) {
        observers.queued(observed(key, client, message, flags, 0, false));
    }

    void sent(
            SessionKey key,
            @Nullable ClientInfo client,
            RoutedMessage message,
            int flags,
            int packetId,
            boolean again) {
        observers.sent(observed(key, client, message, flags, packetId, again));
    }

    void answered(
            SessionKey key,
            @Nullable ClientInfo client,
            StoredMessage message,
            int qos,
            int packetId,
            ReasonCode reason) {
        int flags = DeliveryFlags.of(qos, message.retain());
        observers.answered(
                new Observed(
                        key,
                        client,
                        message.topic(),
                        message.payloadLength(),
                        flags,
                        packetId,
                        false,
                        loop,
                        null,
                        message),
                reason);
    }

    private Observed observed(
            SessionKey key,
            @Nullable ClientInfo client,
            RoutedMessage message,
            int flags,
            int packetId,
            boolean again) {
        return new Observed(
                key, client, message.topic(), message.payloadLength(), flags, packetId, again, loop, message, null);
    }

    /**
     * @param transit the routed message, or null if {@code kept} is set
     * @param kept the stored message, or null if {@code transit} is set
     */
    private record Observed(
            SessionKey key,
            @Nullable ClientInfo receiver,
            Topic name,
            int payloadBytes,
            int flags,
            int packetId,
            boolean again,
            Loop loop,
            @Nullable RoutedMessage transit,
            @Nullable StoredMessage kept)
            implements Delivery {
        @Override
        public Tenant tenant() {
            return key.tenant();
        }

        @Override
        public String clientId() {
            return key.clientId();
        }

        @Override
        public Optional<ClientInfo> client() {
            return Optional.ofNullable(receiver);
        }

        @Override
        public String topic() {
            return name.name();
        }

        @Override
        public QoS qos() {
            return QoS.of(DeliveryFlags.qos(flags));
        }

        @Override
        public Message message() {
            RoutedMessage passing = transit;
            StoredMessage message = passing == null ? kept : passing.keep();
            if (message == null) {
                throw new IllegalStateException("delivery without a message");
            }
            return ApplicationMessages.view(
                    message, QoS.of(message.qos()), DeliveryFlags.retain(flags), loop.expiryMillis());
        }
    }
}
