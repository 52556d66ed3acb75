package io.maxmq.core.connection;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.codec.packet.Subscription;
import io.maxmq.codec.topic.ShareName;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.Capabilities;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.session.Session;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

import static io.maxmq.codec.packet.PropertyId.SUBSCRIPTION_IDENTIFIER;

/**
 * One SUBSCRIBE (MQTT 5.0 §3.8): its filters one after the other, each checked, authorised and added; then SUBACK; then
 * the retained messages. While an authorizer takes its time the packets behind it are held.
 *
 * <p>Runs on the connection's loop. Not thread-safe.
 */
final class SubscribeProcedure {
    /** A retained message is owed to this filter once SUBACK has been sent. */
    private final List<TopicFilter> retainedFor = new ArrayList<>();

    private final List<ReasonCode> answers;
    private final Connection connection;
    private final Connections home;
    private final Subscribe subscribe;
    private final int subscriptionId;
    private int next;
    private boolean waiting;

    SubscribeProcedure(Connection connection, Connections home, Subscribe subscribe) {
        this.connection = connection;
        this.home = home;
        this.subscribe = subscribe;
        this.answers = new ArrayList<>(subscribe.subscriptions().size());
        List<Integer> ids = subscribe.properties().subscriptionIdentifiers();
        this.subscriptionId = ids.isEmpty() ? 0 : ids.get(0);
    }

    void begin() throws MalformedPacketException {
        connection
                .here()
                .loop()
                .counters()
                .add(Counter.SUBSCRIBES, subscribe.subscriptions().size());
        for (Subscription wanted : subscribe.subscriptions()) {
            if (wanted.noLocal() && wanted.topicFilter().startsWith("$share/")) {
                throw new MalformedPacketException(
                        ReasonCode.PROTOCOL_ERROR, "No Local on a shared subscription: " + wanted.topicFilter());
            }
        }
        proceed();
    }

    private void proceed() {
        while (next < subscribe.subscriptions().size()) {
            Subscription wanted = subscribe.subscriptions().get(next);
            TopicFilter filter =
                    TopicFilter.parse(wanted.topicFilter(), home.limits().maxTopicLevels());
            ReasonCode problem = filter == null ? ReasonCode.TOPIC_FILTER_INVALID : problemOf(filter);
            if (filter == null || problem != null) {
                answer(problem == null ? ReasonCode.TOPIC_FILTER_INVALID : problem);
                continue;
            }
            if (!authorize(wanted, filter)) {
                return;
            }
        }
        acknowledge();
    }

    /** What the broker does not offer. */
    private @Nullable ReasonCode problemOf(TopicFilter filter) {
        Capabilities offered = home.capabilities();
        if (filter.share() != null && !offered.sharedSubscriptionsAvailable()) {
            return ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
        }
        if (filter.hasWildcard() && !offered.wildcardSubscriptionsAvailable()) {
            return ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED;
        }
        if (subscribe.properties().has(SUBSCRIPTION_IDENTIFIER) && !offered.subscriptionIdentifiersAvailable()) {
            return ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED;
        }
        return null;
    }

    /** Asks about the next filter; false when the answer takes time, and {@link #proceed} goes on with it. */
    private boolean authorize(Subscription wanted, TopicFilter filter) {
        PublishIntake intake = connection.intake();
        if (intake == null) {
            return false;
        }
        ShareName share = filter.share();
        Answer answer = new Answer(wanted, filter);
        intake.access()
                .subscribe(
                        new Action.Subscribe(filter.text(), share == null ? null : share.text(), wanted.maxQos()),
                        answer::accept);
        if (answer.given) {
            return true;
        }
        answer.late = true;
        waiting = true;
        connection.hold(Connection.HOLD_PLUGIN);
        return false;
    }

    private final class Answer {
        private final Subscription wanted;
        private final TopicFilter filter;
        private boolean given;
        private boolean late;

        Answer(Subscription wanted, TopicFilter filter) {
            this.wanted = wanted;
            this.filter = filter;
        }

        void accept(Authorization decision) {
            given = true;
            if (connection.isClosed()) {
                return;
            }
            if (decision instanceof Authorization.Denied denied) {
                connection.here().loop().counters().increment(Counter.AUTHORIZATIONS_DENIED);
                answer(denied.reasonCode());
            } else {
                add(wanted, filter);
            }
            if (late) {
                proceed();
            }
        }
    }

    private void add(Subscription wanted, TopicFilter filter) {
        Session session = connection.session();
        if (session == null) {
            answer(ReasonCode.UNSPECIFIED_ERROR);
            return;
        }
        if (session.routes().tree().visitBoundWith(filter) > home.maxVisitsPerMatch()) {
            // Filters that together make every match walk half the tree are refused, not served slowly.
            answer(ReasonCode.QUOTA_EXCEEDED);
            return;
        }
        QoS granted = wanted.maxQos().min(home.capabilities().maximumQos());
        Session.Subscribed outcome = session.subscribe(
                filter,
                new Session.Options(granted.code(), wanted.noLocal(), wanted.retainAsPublished(), subscriptionId));
        if (outcome == Session.Subscribed.QUOTA_EXCEEDED) {
            answer(ReasonCode.QUOTA_EXCEEDED);
            return;
        }
        answer(grantedCode(granted));
        if (filter.share() == null && wantsRetained(wanted.retainHandling(), outcome)) {
            retainedFor.add(filter);
        }
        home.events().subscribed(connection, filter, granted);
    }

    private static boolean wantsRetained(RetainHandling handling, Session.Subscribed outcome) {
        return handling == RetainHandling.SEND_AT_SUBSCRIBE
                || (handling == RetainHandling.SEND_IF_NEW && outcome == Session.Subscribed.NEW);
    }

    private static ReasonCode grantedCode(QoS qos) {
        return switch (qos) {
            case AT_MOST_ONCE -> ReasonCode.SUCCESS;
            case AT_LEAST_ONCE -> ReasonCode.GRANTED_QOS_1;
            case EXACTLY_ONCE -> ReasonCode.GRANTED_QOS_2;
        };
    }

    private void answer(ReasonCode code) {
        Subscription wanted = subscribe.subscriptions().get(next++);
        ReasonCode told = code;
        if (code.isError() && home.versionOf(connection) == ProtocolVersion.MQTT_3_1) {
            // MQTT 3.1 §3.9 has no code for a refusal: the client is told what it asked for, and gets nothing.
            told = grantedCode(wanted.maxQos());
        }
        answers.add(told);
    }

    private void acknowledge() {
        connection.send(new SubAck(subscribe.packetId(), io.maxmq.codec.packet.Properties.NONE, answers));
        Session session = connection.session();
        if (session != null) {
            for (TopicFilter filter : retainedFor) {
                session.sendRetained(filter);
            }
        }
        if (waiting) {
            connection.release(Connection.HOLD_PLUGIN);
        }
    }
}
