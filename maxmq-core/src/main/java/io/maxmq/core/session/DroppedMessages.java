package io.maxmq.core.session;

import io.maxmq.codec.QoS;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Events;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Accounts for every message that a recipient does not get: always increments the counter of the reason, and emits a
 * broker event for listeners and flight recordings. One per loop. Runs on the loop.
 */
public final class DroppedMessages {
    /** Longer topic names are omitted from events, since many events may wait for a listener. */
    static final int MAX_NAME_BYTES = 1024;

    private final Loop loop;
    private final Events events;

    /** Lookup of this loop's connected clients. */
    private Function<SessionKey, @Nullable ClientInfo> clients = key -> null;

    public DroppedMessages(Loop loop, Events events) {
        this.loop = loop;
        this.events = events;
    }

    /** Sets the lookup of this loop's connected clients; called once. */
    void clients(Function<SessionKey, @Nullable ClientInfo> byKey) {
        clients = byKey;
    }

    void dropped(Session recipient, RoutedMessage message, DropReason reason) { // hot: per drop
        if (count(message, reason) && events.wantsDropped()) {
            tell(recipient.key(), message, reason);
        }
    }

    /** @param recipient session that does not get the message, or the publisher of a message that the broker rejects */
    public void dropped(SessionKey recipient, RoutedMessage message, DropReason reason) { // hot: per drop
        if (count(message, reason) && events.wantsDropped()) {
            tell(recipient, message, reason);
        }
    }

    /**
     * Counts the drop; false, without counting, if the message is offered to another member of the shared subscription.
     */
    private boolean count(RoutedMessage message, DropReason reason) {
        if (message.isAttempt() && isPassedOn(reason)) {
            return false;
        }
        message.countDropped(reason);
        loop.counters().dropped(reason, 1, message.payloadLength());
        return true;
    }

    /** Returns whether a shared subscription offers the message to another member after a drop for this reason. */
    private static boolean isPassedOn(DropReason reason) {
        return switch (reason) {
            case TOO_LARGE, INTERCEPTED, NOT_AUTHORIZED, NOT_QUEUED -> false;
            default -> true;
        };
    }

    public void dropped(SessionKey recipient, StoredMessage message, DropReason reason) {
        loop.counters().dropped(reason, 1, message.payloadLength());
        if (events.wantsDropped()) {
            boolean isWanted = events.wantsMessages(BrokerEvent.MessageDropped.class);
            tell(recipient, message.topic(), reason, message.payloadLength(), isWanted ? message : null);
        }
    }

    /** Reports dropped messages of which only the number and size are known. */
    void lost(SessionKey recipient, DropReason reason, int count, long bytes) {
        loop.counters().dropped(reason, count, bytes);
        if (events.wantsDropped()) {
            loop.emit(
                    events,
                    new BrokerEvent.MessageDropped(
                            loop.epochMillis(),
                            recipient.tenant(),
                            recipient.clientId(),
                            "",
                            reason,
                            count,
                            bytes,
                            events.wantsMessages(BrokerEvent.MessageDropped.class)
                                    ? client(recipient)
                                    : Optional.empty(),
                            Optional.empty()));
        }
    }

    private void tell(SessionKey recipient, RoutedMessage message, DropReason reason) {
        // The message is copied only if a listener wants it.
        StoredMessage kept = events.wantsMessages(BrokerEvent.MessageDropped.class) ? message.keep() : null;
        tell(recipient, message.topic(), reason, message.payloadLength(), kept);
    }

    private void tell(
            SessionKey recipient, Topic topic, DropReason reason, long bytes, @Nullable StoredMessage message) {
        loop.emit(
                events,
                new BrokerEvent.MessageDropped(
                        loop.epochMillis(),
                        recipient.tenant(),
                        recipient.clientId(),
                        topic.utf8().length > MAX_NAME_BYTES ? "" : topic.name(),
                        reason,
                        1,
                        bytes,
                        message == null ? Optional.empty() : client(recipient),
                        message == null ? Optional.empty() : Optional.of(copy(message, loop))));
    }

    private Optional<ClientInfo> client(SessionKey key) {
        return Optional.ofNullable(clients.apply(key));
    }

    /** Returns a copy of the message that listeners may keep. */
    static Message copy(StoredMessage message, Loop loop) {
        return ApplicationMessages.view(message, QoS.of(message.qos()), message.retain(), loop.expiryMillis())
                .copy();
    }
}
