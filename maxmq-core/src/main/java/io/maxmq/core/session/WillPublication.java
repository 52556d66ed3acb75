package io.maxmq.core.session;

import io.maxmq.codec.QoS;
import io.maxmq.codec.topic.TopicName;
import io.maxmq.core.access.Access;
import io.maxmq.core.access.CallerLoop;
import io.maxmq.core.intercept.Interceptors;
import io.maxmq.core.routing.PendingOutcome;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.intercept.Decision;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Publishes due wills (MQTT 5.0 §3.1.2.5), after interceptors, if the authorizers still allow the publication. The
 * record of a will is deleted when all recipients have it.
 *
 * <p>One per loop. Runs on the loop. Not thread-safe.
 */
final class WillPublication {
    /** Delay before a will is routed again whose write for a recipient failed. */
    private static final long RETRY_NANOS = 10_000_000_000L;

    private final LoopSessions home;
    private final CallerLoop caller;
    private final Access access;
    private final Interceptors interceptors;
    private final SessionEvents events;
    private final RoutedMessage transit;

    WillPublication(
            LoopSessions home,
            CallerLoop caller,
            Access access,
            Interceptors interceptors,
            SessionEvents events,
            RoutedMessage transit) {
        this.home = home;
        this.caller = caller;
        this.access = access;
        this.interceptors = interceptors;
        this.events = events;
        this.transit = transit;
    }

    void publish(SessionWill due, Routes routes) {
        if (!interceptors.interceptsPublish()) {
            authorize(due, due, routes);
            return;
        }
        Message message = ApplicationMessages.view(
                due.message(),
                QoS.of(due.message().qos()),
                due.message().retain(),
                home.loop().expiryMillis());
        interceptors.publish(Optional.of(due.client()), message, caller, decision -> {
            SessionWill let = decision instanceof Decision.Proceed ? due : null;
            if (decision instanceof Decision.Change<Message> change) {
                let = changed(due, change.value(), routes);
            }
            if (let != null) {
                authorize(due, let, routes);
            } else {
                forget(due);
                transit.begin(due.message(), null);
                home.drops().dropped(keyOf(due), transit, DropReason.INTERCEPTED);
            }
        });
    }

    /** Returns the will with the interceptors' message; null if that message cannot be published. */
    private @Nullable SessionWill changed(SessionWill due, Message message, Routes routes) {
        try {
            var unused = TopicName.of(message.topic()); // throws if invalid
            return ApplicationMessages.will(
                    due.client(),
                    new io.maxmq.spi.Will(message, Duration.ZERO),
                    due.laterSeconds(),
                    routes.topics(),
                    home.loop().index(),
                    transit);
        } catch (IllegalArgumentException unfit) {
            interceptors.reportInvalidMessage(unfit);
            return null;
        }
    }

    /**
     * @param set the will as the client set it, which storage contains
     * @param due the will as interceptors changed it
     */
    private void authorize(SessionWill set, SessionWill due, Routes routes) {
        StoredMessage message = due.message();
        access.open(due.client(), caller)
                .will(new Action.Will(message.topic().name(), QoS.of(message.qos()), message.retain()), decision -> {
                    if (decision instanceof Authorization.Allowed) {
                        route(set, due, routes);
                        events.willPublished(due);
                    } else {
                        forget(set);
                        home.drops().dropped(keyOf(due), message, DropReason.NOT_AUTHORIZED);
                    }
                });
    }

    private void route(SessionWill set, SessionWill due, Routes routes) {
        // No Local applies to the client: to the session that set the will, or to a newer one of the same client id.
        transit.begin(due.message(), home.find(keyOf(due)));
        if (due.expirySeconds() >= 0) {
            transit.expiresAtMillis(home.loop().expiryMillis() + due.expirySeconds() * 1000);
            // Forces a new copy, so that queued messages also carry the expiry.
            transit.copyBeforeKeep();
        }
        transit.delaySeconds(due.laterSeconds());
        if (home.stored() != null) {
            transit.track(false);
        }
        home.publications().route(keyOf(due), routes, transit, due.client());
        PendingOutcome outcome = transit.outcome();
        if (outcome == null) {
            forget(set);
            return;
        }
        outcome.addKnown(transit);
        if (outcome.isComplete()) {
            routed(set, due, routes, outcome);
        } else {
            outcome.onComplete(() -> routed(set, due, routes, outcome));
        }
    }

    private void routed(SessionWill set, SessionWill due, Routes routes, PendingOutcome outcome) {
        boolean unstored = outcome.isUnstored();
        if (unstored && (due.message().qos() < 2 || outcome.accepted() == 0)) {
            home.loop().schedule(RETRY_NANOS, () -> routeAgain(set, due, routes));
        } else {
            forget(set);
        }
    }

    private void routeAgain(SessionWill set, SessionWill due, Routes routes) {
        if (!home.isClosing()) {
            route(set, due, routes); // otherwise the next start publishes the will
        }
    }

    private void forget(SessionWill set) {
        StoredSessions stored = home.stored();
        if (stored != null && !home.isClosing()) {
            stored.done(keyOf(set), set);
        }
    }

    private static SessionKey keyOf(SessionWill will) {
        return new SessionKey(will.client().tenant(), will.client().clientId());
    }
}
