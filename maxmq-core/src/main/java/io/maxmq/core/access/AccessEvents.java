package io.maxmq.core.access;

import io.maxmq.codec.ReasonCode;
import io.maxmq.core.observe.Events;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Clock;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.EnhancedAuthenticationResult;
import io.maxmq.spi.event.BrokerEvent;

/** Emits events about decisions. Thread-safe; called on the loop of the question. */
final class AccessEvents {
    private final Events events;
    private final Clock clock;

    AccessEvents(Events events, Clock clock) {
        this.events = events;
        this.clock = clock;
    }

    /** @param asked true if an authenticator has decided */
    void authenticated(CallerLoop loop, ClientInfo client, AuthenticationResult result, boolean asked) {
        if (!events.wants(BrokerEvent.AuthenticationDecided.class)) {
            return;
        }
        if (result instanceof AuthenticationResult.Allowed allowed) {
            tell(loop, Access.authenticated(client, allowed), !asked, ReasonCode.SUCCESS);
        } else if (result instanceof AuthenticationResult.Denied denied) {
            tell(loop, client, false, denied.reasonCode());
        } else if (result instanceof AuthenticationResult.Redirected redirected) {
            tell(loop, client, false, redirected.permanent() ? ReasonCode.SERVER_MOVED : ReasonCode.USE_ANOTHER_SERVER);
        }
    }

    /** Emits the final result of an exchange; nothing for an intermediate step. */
    void authenticated(CallerLoop loop, ClientInfo client, EnhancedAuthenticationResult result) {
        if (!events.wants(BrokerEvent.AuthenticationDecided.class)) {
            return;
        }
        if (result instanceof EnhancedAuthenticationResult.Allowed allowed) {
            tell(loop, Access.authenticated(client, allowed.as()), false, ReasonCode.SUCCESS);
        } else if (result instanceof EnhancedAuthenticationResult.Denied denied) {
            tell(loop, client, false, denied.denied().reasonCode());
        }
    }

    private void tell(CallerLoop loop, ClientInfo client, boolean isAnonymous, ReasonCode code) {
        loop.emit(events, new BrokerEvent.AuthenticationDecided(clock.epochMillis(), client, isAnonymous, code));
    }

    /** @param authorizer empty if no authorizer has decided */
    void authorized(CallerLoop loop, ClientInfo client, Action action, Authorization answer, String authorizer) {
        if (events.wants(BrokerEvent.AuthorizationDecided.class)) {
            loop.emit(
                    events,
                    new BrokerEvent.AuthorizationDecided(
                            clock.epochMillis(), client, action, answer instanceof Authorization.Allowed, authorizer));
        }
    }
}
