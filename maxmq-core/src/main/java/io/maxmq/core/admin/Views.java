package io.maxmq.core.admin;

import io.maxmq.codec.QoS;
import io.maxmq.codec.topic.ShareName;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.session.ApplicationMessages;
import io.maxmq.core.session.DeliveryFlags;
import io.maxmq.core.session.InProcessNames;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SessionInspection;
import io.maxmq.core.session.SessionKey;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.MessageId;
import io.maxmq.spi.admin.ClientView;
import io.maxmq.spi.admin.MessageView;
import io.maxmq.spi.admin.RetainedView;
import io.maxmq.spi.admin.SessionView;
import io.maxmq.spi.admin.SubscriptionView;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Converts the broker's state to views for an administrator. Runs on the loop of the viewed object; retained messages
 * on any thread.
 */
final class Views {
    private Views() {}

    /** Null when it is not connected, or is the application. */
    static @Nullable ClientView client(Session session) {
        ClientInfo client = session.client();
        if (client == null || InProcessNames.isReserved(client.clientId())) {
            return null;
        }
        SessionInspection holdings = session.holdings();
        return new ClientView(
                client, session.subscriptionCount(), holdings.queuedMessages(), holdings.inFlightMessages());
    }

    static SessionView session(Session session, long epochMillis) {
        SessionInspection holdings = session.holdings();
        StoredMessage oldest = holdings.oldestQueued();
        return new SessionView(
                session.tenant(),
                session.clientId(),
                Optional.ofNullable(session.user()),
                Optional.ofNullable(session.client()),
                session.expirySeconds(),
                session.subscriptionCount(),
                holdings.queuedMessages(),
                holdings.queuedBytes(),
                oldest == null ? Optional.empty() : Optional.of(age(oldest, epochMillis)),
                holdings.inFlightMessages(),
                holdings.inFlightBytes(),
                holdings.hasWill(),
                holdings.bytes());
    }

    private static Duration age(StoredMessage message, long epochMillis) {
        return Duration.ofMillis(Math.max(0, epochMillis - id(message).epochMillis()));
    }

    static SubscriptionView subscription(SessionKey of, FilterSubscription subscription) {
        ShareName share = subscription.share();
        return new SubscriptionView(
                of.tenant(),
                of.clientId(),
                subscription.filter().toString(),
                Optional.ofNullable(share == null ? null : share.text()),
                QoS.of(subscription.maxQos()),
                subscription.noLocal(),
                subscription.retainAsPublished(),
                subscription.subscriptionId());
    }

    /** @param packetId 0 for one that is not in flight */
    static MessageView message(
            StoredMessage message,
            int flags,
            FilterSubscription subscription,
            int packetId,
            boolean withPayload,
            long epochMillis) {
        QoS qos = QoS.of(DeliveryFlags.qos(flags));
        boolean retain = DeliveryFlags.retain(flags);
        return new MessageView(
                id(message),
                message.topic().name(),
                message.payloadLength(),
                qos,
                retain,
                expiry(message),
                subscription.filter().toString(),
                packetId,
                withPayload
                        ? Optional.of(ApplicationMessages.view(message, qos, retain, epochMillis))
                        : Optional.empty());
    }

    static RetainedView retained(StoredMessage message) {
        return new RetainedView(
                message.topic().name(), message.payloadLength(), QoS.of(message.qos()), expiry(message), id(message));
    }

    static OptionalLong expiry(StoredMessage message) {
        return message.expiresAtMillis() == 0 ? OptionalLong.empty() : OptionalLong.of(message.expiresAtMillis());
    }

    static MessageId id(StoredMessage message) {
        return new MessageId(message.idHigh(), message.idLow());
    }
}
