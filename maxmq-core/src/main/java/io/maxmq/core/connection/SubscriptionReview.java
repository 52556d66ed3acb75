package io.maxmq.core.connection;

import io.maxmq.codec.QoS;
import io.maxmq.codec.topic.ShareName;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.routing.Subscription;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Asks again about subscriptions that a session has: rights must not outlive their revocation, neither in a session that
 * is resumed nor after the rules have changed. Runs on the session's loop.
 */
final class SubscriptionReview {
    private final List<String> denied = new ArrayList<>();
    private final Consumer<List<String>> answer;
    private int unanswered;

    private SubscriptionReview(int count, Consumer<List<String>> answer) {
        this.unanswered = count;
        this.answer = answer;
    }

    /** @param answer called once, perhaps before this returns, with the filters that may no longer be subscribed to */
    static void ask(ClientAccess access, List<Subscription> subscriptions, Consumer<List<String>> answer) {
        if (subscriptions.isEmpty()) {
            answer.accept(List.of());
            return;
        }
        SubscriptionReview review = new SubscriptionReview(subscriptions.size(), answer);
        for (Subscription each : subscriptions) {
            TopicFilter filter = each.filter();
            ShareName share = filter.share();
            access.subscribe(
                    new Action.Subscribe(filter.text(), share == null ? null : share.text(), QoS.of(each.maxQos())),
                    decision -> review.decided(filter, decision));
        }
    }

    private void decided(TopicFilter filter, Authorization decision) {
        if (!(decision instanceof Authorization.Allowed)) {
            denied.add(filter.toString());
        }
        if (--unanswered == 0) {
            answer.accept(denied);
        }
    }
}
