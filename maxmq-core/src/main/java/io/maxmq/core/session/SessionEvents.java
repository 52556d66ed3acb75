package io.maxmq.core.session;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.TenantCounters;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Routes;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerEvent.SessionEnd;
import java.net.SocketAddress;
import java.util.Optional;

/** Emits events and updates counters for the sessions of a loop. Runs on the loop. */
public final class SessionEvents {
    private final Loop loop;
    private final Events events;

    public SessionEvents(Loop loop, Events events) {
        this.loop = loop;
        this.events = events;
    }

    RetainedEvents retained() {
        return new RetainedEvents(loop, events);
    }

    void created(Session session) {
        loop.counters().increment(Counter.SESSIONS_CREATED);
        loop.counters().add(Counter.SESSIONS, 1);
        countForTenant(session, 1);
        if (events.wants(BrokerEvent.SessionCreated.class)) {
            SessionKey key = session.key();
            loop.emit(events, new BrokerEvent.SessionCreated(loop.epochMillis(), key.tenant(), key.clientId()));
        }
    }

    void resumed(Session session) {
        loop.counters().increment(Counter.SESSIONS_RESUMED);
        if (events.wants(BrokerEvent.SessionResumed.class)) {
            SessionKey key = session.key();
            loop.emit(
                    events,
                    new BrokerEvent.SessionResumed(
                            loop.epochMillis(),
                            key.tenant(),
                            key.clientId(),
                            session.holdings().queuedMessages()));
        }
    }

    void suspended(Session session) {
        if (events.wants(BrokerEvent.SessionSuspended.class)) {
            SessionKey key = session.key();
            loop.emit(
                    events,
                    new BrokerEvent.SessionSuspended(
                            loop.epochMillis(),
                            key.tenant(),
                            key.clientId(),
                            session.expirySeconds(),
                            session.holdings().queuedMessages()));
        }
    }

    /** Reports a message without a matching subscription. */
    void unmatched(RoutedMessage message, Routes routes) {
        if (events.wantsUnmatched()) { // hot: per message
            Session publisher = message.publisher() instanceof Session session ? session : null;
            boolean told = events.wantsMessages(BrokerEvent.MessageUnmatched.class);
            String topic = message.topic().utf8().length > DroppedMessages.MAX_NAME_BYTES
                    ? ""
                    : message.topic().name();
            loop.emit(
                    events,
                    new BrokerEvent.MessageUnmatched(
                            loop.epochMillis(),
                            routes.tenant(),
                            publisher == null ? "" : publisher.key().clientId(),
                            topic,
                            told && publisher != null ? Optional.ofNullable(publisher.client()) : Optional.empty(),
                            told ? Optional.of(DroppedMessages.copy(message.keep(), loop)) : Optional.empty()));
        }
    }

    void takenOver(ClientInfo by, SocketAddress previousAddress) {
        loop.counters().increment(Counter.TAKEOVERS);
        if (events.wants(BrokerEvent.SessionTakenOver.class)) {
            loop.emit(events, new BrokerEvent.SessionTakenOver(loop.epochMillis(), by, previousAddress));
        }
    }

    void ended(Session session, SessionEnd why, int droppedMessages) {
        loop.counters().increment(counterOf(why));
        loop.counters().add(Counter.SESSIONS, -1);
        countForTenant(session, -1);
        if (droppedMessages > 0) {
            loop.counters().dropped(DropReason.SESSION_ENDED, droppedMessages, 0);
        }
        if (events.wants(BrokerEvent.SessionExpired.class)) {
            SessionKey key = session.key();
            loop.emit(
                    events,
                    new BrokerEvent.SessionExpired(
                            loop.epochMillis(), key.tenant(), key.clientId(), why, droppedMessages));
        }
    }

    private void countForTenant(Session session, int change) {
        TenantCounters counters = session.routes().counters(loop.index());
        if (counters != null) {
            counters.add(TenantCounters.Kind.SESSIONS, change);
        }
    }

    private static Counter counterOf(SessionEnd why) {
        return switch (why) {
            case EXPIRED -> Counter.SESSIONS_EXPIRED;
            case CLEAN_START -> Counter.SESSIONS_ENDED_BY_CLEAN_START;
            case PURGED -> Counter.SESSIONS_PURGED;
            case BROKER_CLOSED -> Counter.SESSIONS_ENDED_BY_CLOSE;
        };
    }

    void willPublished(SessionWill will) {
        loop.counters().increment(Counter.WILLS_PUBLISHED);
        if (events.wants(BrokerEvent.WillPublished.class)) {
            loop.emit(
                    events,
                    new BrokerEvent.WillPublished(
                            loop.epochMillis(),
                            will.client(),
                            will.message().topic().name()));
        }
    }
}
