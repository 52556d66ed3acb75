package io.maxmq.core.connection;

import io.maxmq.codec.QoS;
import io.maxmq.codec.topic.ShareName;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks again about subscriptions that a session has: rights must not outlive their revocation, neither in a session that
 * is resumed nor after the rules have changed. Runs on the session's loop.
 */
final class SubscriptionReview {
    /** Is told what came of it: one of the two, once, perhaps before {@link #ask} returns. */
    interface Answer {
        /** @param denied the filters that may no longer be subscribed to */
        void reviewed(List<TopicFilter> denied);

        /** An authorizer has failed: what may no longer be subscribed to is not known, and nothing is to be taken away. */
        void failed();
    }

    private final List<TopicFilter> denied = new ArrayList<>();
    private final Answer answer;
    private boolean failed;
    private int unanswered;

    private SubscriptionReview(int count, Answer answer) {
        this.unanswered = count;
        this.answer = answer;
    }

    static void ask(ClientAccess access, List<FilterSubscription> subscriptions, Answer answer) {
        if (subscriptions.isEmpty()) {
            answer.reviewed(List.of());
            return;
        }
        SubscriptionReview review = new SubscriptionReview(subscriptions.size(), answer);
        for (FilterSubscription each : subscriptions) {
            TopicFilter filter = each.filter();
            ShareName share = filter.share();
            access.subscribe(
                    new Action.Subscribe(filter.text(), share == null ? null : share.text(), QoS.of(each.maxQos())),
                    decision -> review.decided(filter, decision));
        }
    }

    private void decided(TopicFilter filter, Authorization decision) {
        if (ClientAccess.isFailure(decision)) {
            failed = true;
        } else if (!(decision instanceof Authorization.Allowed)) {
            denied.add(filter);
        }
        if (--unanswered > 0) {
            return;
        }
        if (failed) {
            answer.failed();
        } else {
            answer.reviewed(denied);
        }
    }
}
