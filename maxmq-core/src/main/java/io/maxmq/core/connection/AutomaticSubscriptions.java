package io.maxmq.core.connection;

import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.topic.ShareName;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.AutomaticSubscription;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SubscriptionChanges;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import io.maxmq.spi.intercept.SubscriptionRequest;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/** Gives sessions what the settings have their clients subscribe to. Immutable; runs on the connection's loop. */
final class AutomaticSubscriptions {
    private final List<AutomaticSubscription> rules;

    AutomaticSubscriptions(List<AutomaticSubscription> rules) {
        this.rules = rules;
    }

    /** The filters, with their shares, of automatic subscriptions that this client needs no right to. */
    Predicate<String> exemptFor(ClientInfo client) {
        return filter -> rules.stream()
                .anyMatch(rule -> !rule.authorized()
                        && rule.isFor(client.clientId())
                        && filter.equals(ClientTemplate.fill(rule.subscription().topicFilter(), client)));
    }

    /** Once per session; after CONNACK, because messages may follow at once. The client's packets wait for the authorizers. */
    void give(Connection connection, Connections home, Session session, ClientAccess access) {
        if (!rules.isEmpty() && session.subscribing().beginAutomatic()) {
            new Giving(connection, home, session, access).proceed();
        }
    }

    /** Goes through the rules for one client, one after the other. */
    private final class Giving {
        private final Connection connection;
        private final Connections home;
        private final Session session;
        private final ClientAccess access;
        private final PacketHold hold;
        private final Iterator<AutomaticSubscription> left = rules.iterator();
        private boolean isAsking;

        Giving(Connection connection, Connections home, Session session, ClientAccess access) {
            this.connection = connection;
            this.home = home;
            this.session = session;
            this.access = access;
            this.hold = new PacketHold(connection, InputGate.AUTHORIZER);
        }

        /** Comes back here when an answer has taken its time. */
        void proceed() {
            while (left.hasNext() && !connection.isClosed()) {
                AutomaticSubscription rule = left.next();
                if (rule.isFor(access.client().clientId())) {
                    give(rule);
                }
                if (isAsking) {
                    if (!hold.isHeld()) {
                        var unused = hold.begin(0); // without bytes it always begins
                    }
                    return;
                }
            }
            if (connection.isClosed()) {
                session.subscribing().automaticNotGiven();
            } else if (hold.isHeld()) {
                hold.end();
            }
        }

        private void give(AutomaticSubscription rule) {
            SubscriptionRequest wanted = rule.subscription();
            String text = ClientTemplate.fill(wanted.topicFilter(), access.client());
            TopicFilter filter = TopicFilter.parse(text, home.limits().maxTopicLevels());
            if (filter == null) {
                home.events()
                        .notSubscribed(
                                access.client(), wanted.topicFilter(), "the client's names do not make a filter");
            } else if (session.subscription(filter.toString()) == null) {
                if (rule.authorized()) {
                    isAsking = true;
                    ask(wanted, filter);
                } else {
                    add(wanted, filter);
                }
            }
        }

        /** An answer by rules that have changed meanwhile would not be looked at again. */
        private void ask(SubscriptionRequest wanted, TopicFilter filter) {
            int rulesAsked = home.access().epoch();
            ShareName share = filter.share();
            access.subscribe(
                    new Action.Subscribe(filter.text(), share == null ? null : share.text(), wanted.qos()),
                    decision -> {
                        if (home.access().epoch() != rulesAsked && !connection.isClosed()) {
                            ask(wanted, filter);
                        } else {
                            answered(wanted, filter, decision);
                        }
                    });
        }

        private void answered(SubscriptionRequest wanted, TopicFilter filter, Authorization decision) {
            isAsking = false;
            if (!connection.isClosed()) {
                if (decision instanceof Authorization.Allowed) {
                    add(wanted, filter);
                } else if (ClientAccess.isFailure(decision)) {
                    connection.end(
                            Initiator.BROKER, ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, "an authorizer has failed");
                } else {
                    connection.loop().counters().increment(Counter.AUTHORIZATIONS_DENIED);
                    home.events().notSubscribed(access.client(), filter.toString(), "the client has no right to it");
                }
            }
            if (hold.isHeld()) {
                proceed();
            }
        }

        private void add(SubscriptionRequest wanted, TopicFilter filter) {
            QoS granted = wanted.qos().min(home.capabilities().maximumQos());
            if (SubscriptionRules.isTooWide(session, filter)
                    || home.subscriptionRules().exceedsQuota(session, filter)
                    || session.subscribing()
                                    .subscribeAutomatically(
                                            filter,
                                            new SubscriptionChanges.Options(
                                                    granted.code(),
                                                    wanted.noLocal(),
                                                    wanted.retainAsPublished(),
                                                    wanted.queued(),
                                                    0))
                            == SubscriptionChanges.Outcome.QUOTA_EXCEEDED) {
                home.events().notSubscribed(access.client(), filter.toString(), "a limit of subscriptions is reached");
                return;
            }
            home.events().subscribed(connection, filter, granted);
            if (filter.share() == null && wanted.retainHandling() != RetainHandling.DO_NOT_SEND) {
                session.subscribing().sendRetained(filter);
            }
        }
    }
}
