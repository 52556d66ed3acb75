package io.maxmq.core.session;

import io.maxmq.codec.QoS;
import io.maxmq.core.intercept.RecipientInterceptors;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.RecipientRules;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.intercept.Recipient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Recipient rules that call the recipient interceptors. One per loop. Runs on the loop. Not thread-safe. */
final class InterceptedRecipients implements RecipientRules {
    private final RecipientInterceptors interceptors;
    private final Loop loop;
    private final DroppedMessages drops;

    // The last message passed to an interceptor; one view serves all its recipients.
    private @Nullable RoutedMessage viewed;
    private long viewedSequence;
    private @Nullable Message view;
    private boolean deferred;

    InterceptedRecipients(RecipientInterceptors interceptors, Loop loop, DroppedMessages drops) {
        this.interceptors = interceptors;
        this.loop = loop;
        this.drops = drops;
    }

    @Override
    public boolean includes(RoutedMessage message, FilterSubscription subscription) {
        if (!(subscription.subscriber() instanceof Session session)
                || interceptors.includes(recipient(session, subscription, session.client() != null), view(message))) {
            return true;
        }
        message.countMatched();
        drops.dropped(session.key(), message, DropReason.INTERCEPTED);
        message.countAccepted();
        return false;
    }

    @Override
    public @Nullable FilterSubscription choose(RoutedMessage message, SharedGroup group) {
        List<FilterSubscription> members = group.members();
        members.removeIf(each ->
                !(each.subscriber() instanceof Session) || !each.subscriber().isOnline());
        if (members.isEmpty()) {
            return null;
        }
        List<Recipient> candidates = new ArrayList<>(members.size());
        for (FilterSubscription each : members) {
            if (each.subscriber() instanceof Session session) {
                candidates.add(recipient(session, each, true));
            }
        }
        int chosen = interceptors.choose(Collections.unmodifiableList(candidates), view(message));
        return chosen < 0 ? null : members.get(chosen);
    }

    private static Recipient recipient(Session session, FilterSubscription subscription, boolean online) {
        SessionKey key = session.key();
        return new Recipient(
                key.tenant(), key.clientId(), subscription.filter().toString(), QoS.of(subscription.maxQos()), online);
    }

    private Message view(RoutedMessage message) {
        Message known = view;
        if (known == null || viewed != message || viewedSequence != message.sequence()) {
            known = ApplicationMessages.copy(message, loop.expiryMillis());
            view = known;
            viewed = message;
            viewedSequence = message.sequence();
            if (!deferred) {
                deferred = true;
                loop.defer(this::forget);
            }
        }
        return known;
    }

    private void forget() {
        deferred = false;
        view = null;
        viewed = null;
    }
}
