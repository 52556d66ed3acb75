package io.maxmq.core.session;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.FlightEvents;
import io.maxmq.core.routing.InTransit;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.DropReason;

/**
 * Accounts for every message that a recipient does not get: a counter by reason always, a JFR event and a broker event
 * for who listens. One per loop. Runs on the loop.
 */
public final class Drops {
    /** Longer names are left out of events: many of them may wait for a listener. */
    static final int MAX_NAME_BYTES = 1024;

    private final String broker;
    private final Loop loop;
    private final Events events;

    public Drops(String broker, Loop loop, Events events) {
        this.broker = broker;
        this.loop = loop;
        this.events = events;
    }

    void dropped(Session recipient, InTransit message, DropReason reason) { // hot: per drop
        if (count(message, reason) && isTold()) {
            tell(recipient.tenant(), recipient.clientId(), message.topic(), reason, message.payloadLength());
        }
    }

    /** @param recipient who does not get it; for what is not taken in, who sent it */
    public void dropped(SessionKey recipient, InTransit message, DropReason reason) { // hot: per drop
        if (count(message, reason) && isTold()) {
            tell(recipient.tenant(), recipient.clientId(), message.topic(), reason, message.payloadLength());
        }
    }

    /** False when another member of its group is asked: then it does not count. */
    private boolean count(InTransit message, DropReason reason) {
        if (message.isAttempt() && isPassedOn(reason)) {
            return false;
        }
        message.countDropped(reason);
        loop.counters().dropped(reason, 1, message.payloadLength());
        return true;
    }

    /** Of a shared subscription: what is dropped for one of these is not given to another member. */
    private static boolean isPassedOn(DropReason reason) {
        return switch (reason) {
            case TOO_LARGE, INTERCEPTED, NOT_AUTHORIZED, NOT_QUEUED -> false;
            default -> true;
        };
    }

    public void dropped(SessionKey recipient, StoredMessage message, DropReason reason) {
        loop.counters().dropped(reason, 1, message.payloadLength());
        if (isTold()) {
            tell(recipient.tenant(), recipient.clientId(), message.topic(), reason, message.payloadLength());
        }
    }

    /** Messages that nobody knows any more than how many there were. */
    void lost(SessionKey recipient, DropReason reason, int count, long bytes) {
        loop.counters().dropped(reason, count, bytes);
        if (FlightEvents.recordsDrops()) {
            FlightEvents.drop(broker, recipient.clientId(), "", reason, count, bytes);
        }
        if (events.wants(BrokerEvent.MessageDropped.class)) {
            loop.emit(
                    events,
                    new BrokerEvent.MessageDropped(
                            loop.epochMillis(), recipient.tenant(), recipient.clientId(), "", reason, count, bytes));
        }
    }

    /** Whether anybody wants to know more than how many there are. */
    private boolean isTold() {
        return FlightEvents.recordsDrops() || events.wants(BrokerEvent.MessageDropped.class);
    }

    private void tell(Tenant tenant, String clientId, Topic topic, DropReason reason, long bytes) {
        if (FlightEvents.recordsDrops()) {
            FlightEvents.drop(broker, clientId, topic.name(), reason, 1, bytes);
        }
        if (events.wants(BrokerEvent.MessageDropped.class)) {
            String name = topic.utf8().length > MAX_NAME_BYTES ? "" : topic.name();
            loop.emit(
                    events,
                    new BrokerEvent.MessageDropped(loop.epochMillis(), tenant, clientId, name, reason, 1, bytes));
        }
    }
}
