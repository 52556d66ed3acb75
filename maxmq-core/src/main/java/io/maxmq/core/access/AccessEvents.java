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

/** Tells listeners what was decided. Thread-safe. */
final class AccessEvents {
    private final Events events;
    private final Clock clock;

    AccessEvents(Events events, Clock clock) {
        this.events = events;
        this.clock = clock;
    }

    /** @param asked whether an authenticator has decided */
    void authenticated(ClientInfo client, AuthenticationResult result, boolean asked) {
        if (!events.wants(BrokerEvent.AuthenticationDecided.class)) {
            return;
        }
        if (result instanceof AuthenticationResult.Allowed allowed) {
            tell(Access.authenticated(client, allowed), !asked, ReasonCode.SUCCESS);
        } else if (result instanceof AuthenticationResult.Denied denied) {
            tell(client, false, denied.reasonCode());
        } else if (result instanceof AuthenticationResult.Redirected redirected) {
            tell(client, false, redirected.permanent() ? ReasonCode.SERVER_MOVED : ReasonCode.USE_ANOTHER_SERVER);
        }
    }

    /** What an exchange has come to; nothing while it goes on. */
    void authenticated(ClientInfo client, EnhancedAuthenticationResult result) {
        if (!events.wants(BrokerEvent.AuthenticationDecided.class)) {
            return;
        }
        if (result instanceof EnhancedAuthenticationResult.Allowed allowed) {
            tell(Access.authenticated(client, allowed.as()), false, ReasonCode.SUCCESS);
        } else if (result instanceof EnhancedAuthenticationResult.Denied denied) {
            tell(client, false, denied.denied().reasonCode());
        }
    }

    private void tell(ClientInfo client, boolean isAnonymous, ReasonCode code) {
        events.emit(new BrokerEvent.AuthenticationDecided(clock.epochMillis(), client, isAnonymous, code));
    }

    /** @param authorizer empty when nobody has decided */
    void authorized(ClientInfo client, Action action, Authorization answer, String authorizer) {
        if (events.wants(BrokerEvent.AuthorizationDecided.class)) {
            events.emit(new BrokerEvent.AuthorizationDecided(
                    clock.epochMillis(), client, action, answer instanceof Authorization.Allowed, authorizer));
        }
    }
}
