package io.maxmq.core.connection;

import io.maxmq.codec.QoS;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.AutomaticSubscription;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.Subscribing;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.intercept.SubscriptionRequest;
import java.util.List;

/** Gives sessions what the settings have their clients subscribe to. Immutable; runs on the connection's loop. */
final class AutomaticSubscriptions {
    private final List<AutomaticSubscription> rules;

    AutomaticSubscriptions(List<AutomaticSubscription> rules) {
        this.rules = rules;
    }

    /** Once per session; after CONNACK, because messages may follow at once. */
    void give(Connection connection, Connections home, Session session, ClientInfo client) {
        if (rules.isEmpty() || !session.subscribing().beginAutomatic()) {
            return;
        }
        for (AutomaticSubscription rule : rules) {
            if (rule.isFor(client.clientId())) {
                give(connection, home, session, client, rule.subscription());
            }
        }
    }

    private static void give(
            Connection connection, Connections home, Session session, ClientInfo client, SubscriptionRequest wanted) {
        String text = ClientTemplate.fill(wanted.topicFilter(), client);
        TopicFilter filter = TopicFilter.parse(text, home.limits().maxTopicLevels());
        if (filter == null) {
            home.events().notSubscribed(client, wanted.topicFilter(), "the client's names do not make a filter");
            return;
        }
        if (session.subscription(filter.toString()) != null) {
            return;
        }
        QoS granted = wanted.qos().min(home.capabilities().maximumQos());
        if (SubscriptionRules.isTooWide(session, filter)
                || home.subscriptionRules().exceedsQuota(session, filter)
                || session.subscribing()
                                .subscribeAutomatically(
                                        filter,
                                        new Subscribing.Options(
                                                granted.code(),
                                                wanted.noLocal(),
                                                wanted.retainAsPublished(),
                                                wanted.queued(),
                                                0))
                        == Subscribing.Outcome.QUOTA_EXCEEDED) {
            home.events().notSubscribed(client, text, "a limit of subscriptions is reached");
            return;
        }
        home.events().subscribed(connection, filter, granted);
        if (filter.share() == null && wanted.retainHandling() != RetainHandling.DO_NOT_SEND) {
            session.subscribing().sendRetained(filter);
        }
    }
}
