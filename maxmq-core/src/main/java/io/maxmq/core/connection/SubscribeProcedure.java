package io.maxmq.core.connection;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.codec.topic.ShareName;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.Capabilities;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SubscriptionChanges;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.SubscriptionRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One SUBSCRIBE (MQTT 5.0 §3.8): its filters in a {@link FilterWalk}, each checked, authorized and added; then SUBACK; then the
 * retained messages. Runs on the connection's loop. Not thread-safe.
 */
final class SubscribeProcedure extends FilterWalk<SubscriptionRequest> {
    /** Work of the loop ({@link Loop#work}) that a filter stands for: 5 µs or so. */
    private static final int FILTER_WORK = 50;

    /** Filters whose retained messages follow SUBACK. */
    private final List<TopicFilter> retainedFor = new ArrayList<>();

    private final Connection connection;
    private final Connections home;
    private final Loop loop;
    private final ClientInfo client;
    private final Subscribe subscribe;
    private final int subscriptionId;

    SubscribeProcedure(Connection connection, Connections home, Loop loop, ClientInfo client, Subscribe subscribe) {
        super(connection, loop, subscribe.subscriptions().size(), FILTER_WORK);
        this.connection = connection;
        this.home = home;
        this.loop = loop;
        this.client = client;
        this.subscribe = subscribe;
        List<Integer> ids = subscribe.properties().subscriptionIdentifiers();
        this.subscriptionId = ids.isEmpty() ? 0 : ids.get(0);
    }

    void begin() throws MalformedPacketException {
        loop.counters().add(Counter.SUBSCRIBES, subscribe.subscriptions().size());
        for (RequestedSubscription wanted : subscribe.subscriptions()) {
            if (wanted.noLocal() && wanted.topicFilter().startsWith("$share/")) {
                throw new MalformedPacketException(
                        ReasonCode.PROTOCOL_ERROR,
                        "No Local on a shared subscription: " + Utf8.quote(wanted.topicFilter()));
            }
            if (connection.isV5()) {
                requireOffered(wanted.topicFilter());
            }
        }
        if (home.overload().shedsSubscriptions()) {
            refuseAll(ReasonCode.QUOTA_EXCEEDED, "the broker has too much to do");
        } else if (connection.withinSubscribeRate(subscribe.subscriptions().size())) {
            proceed();
        } else if (!connection.isClosed()) {
            refuseAll(ReasonCode.QUOTA_EXCEEDED, "SUBSCRIBE rate too high");
        }
    }

    /** Rejects a filter that CONNACK announced as not available (§3.2.2.3.11 to §3.2.2.3.13). */
    private void requireOffered(String asked) throws MalformedPacketException {
        Capabilities offered = home.capabilities();
        if (offered.wildcardSubscriptionsAvailable()
                && offered.sharedSubscriptionsAvailable()
                && offered.subscriptionIdentifiersAvailable()) {
            return;
        }
        TopicFilter filter = TopicFilter.parse(asked, home.limits().maxTopicLevels());
        ReasonCode problem = filter == null ? null : home.subscriptionRules().notOffered(filter, hasId());
        if (problem != null) {
            throw new MalformedPacketException(
                    problem, "CONNACK has said that this is not available: " + Utf8.quote(asked));
        }
    }

    private boolean hasId() {
        return subscribe.properties().has(PropertyId.SUBSCRIPTION_IDENTIFIER);
    }

    @Override
    SubscriptionRequest filter(int index) {
        RequestedSubscription asked = subscribe.subscriptions().get(index);
        return new SubscriptionRequest(
                home.rewriter().subscribed(asked.topicFilter()),
                asked.maxQos(),
                asked.noLocal(),
                asked.retainAsPublished(),
                asked.retainHandling());
    }

    @Override
    String asked(int index) {
        return subscribe.subscriptions().get(index).topicFilter();
    }

    @Override
    long bytes() {
        return PacketHold.bytesOf(
                subscribe.subscriptions(), each -> each.topicFilter().length());
    }

    @Override
    void intercept(SubscriptionRequest filter, Consumer<Decision<SubscriptionRequest>> then) {
        home.interceptors().subscribe(client, filter, connection.caller(), then);
    }

    @Override
    void perform(SubscriptionRequest request, Answer answer) {
        QoS most = connection.limits().maximumQos().orElse(request.qos());
        SubscriptionRequest wanted = most.compareTo(request.qos()) < 0 ? request.withQos(most) : request;
        String invalid = home.subscriptionRules().problemOf(wanted.topicFilter());
        if (invalid != null) {
            answer.refuse(ReasonCode.TOPIC_FILTER_INVALID, invalid);
            return;
        }
        TopicFilter filter = home.subscriptionRules().filterOf(wanted.topicFilter());
        ReasonCode problem = home.subscriptionRules().notOffered(filter, hasId());
        PublishIntake intake = connection.intake();
        if (problem != null || intake == null) {
            answer.give(problem == null ? ReasonCode.UNSPECIFIED_ERROR : problem);
            return;
        }
        authorize(wanted, filter, intake.access(), answer);
    }

    /** Asks again where the rules have changed before the answer: existing subscriptions have been reviewed by then. */
    private void authorize(SubscriptionRequest wanted, TopicFilter filter, ClientAccess access, Answer answer) {
        int rules = home.access().epoch();
        ShareName share = filter.share();
        long begin = System.nanoTime();
        access.subscribe(
                new Action.Subscribe(filter.text(), share == null ? null : share.text(), wanted.qos()), decision -> {
                    if (connection.isClosed()) {
                        return;
                    }
                    if (home.access().epoch() != rules) {
                        authorize(wanted, filter, access, answer);
                    } else if (decision instanceof Authorization.Denied denied) {
                        loop.counters().increment(Counter.AUTHORIZATIONS_DENIED);
                        answer.give(denied.reasonCode());
                    } else {
                        add(wanted, filter, answer);
                    }
                });
        loop.workSince(begin);
    }

    private void add(SubscriptionRequest wanted, TopicFilter filter, Answer answer) {
        Session session = connection.session();
        if (session == null) {
            answer.give(ReasonCode.UNSPECIFIED_ERROR);
            return;
        }
        SubscriptionChanges.Before before = session.subscribing().before(filter);
        SubscriptionRules.Added added = home.subscriptionRules().add(session, filter, wanted, subscriptionId);
        if (added.granted() == null) {
            answer.refuse(added.code(), added.why());
            return;
        }
        answer.changes(filter, before);
        if (added.wantsRetained()) {
            retainedFor.add(filter);
        }
        home.events().subscribed(connection, filter, added.granted());
        answer.give(added.code());
    }

    /** MQTT 3.1 §3.9 has no code for a refusal: the client receives the code of its request, and no messages. */
    @Override
    ReasonCode told(ReasonCode code, int index) {
        return code.isError() && client.protocolVersion() == ProtocolVersion.MQTT_3_1
                ? SubscriptionRules.grantedCode(
                        subscribe.subscriptions().get(index).maxQos())
                : code;
    }

    @Override
    boolean storageRefuses() {
        retainedFor.clear();
        failAll(ReasonCode.QUOTA_EXCEEDED, "storage refuses");
        return true;
    }

    @Override
    void acknowledge(List<ReasonCode> answered, @Nullable String refused) {
        Properties reason = refused == null || !connection.isV5()
                ? Properties.NONE
                : connection.writer().reasonString(refused);
        connection.send(new SubAck(subscribe.packetId(), reason, answered));
        Session session = connection.session();
        if (session != null) {
            retainedFor.forEach(session.subscribing()::sendRetained);
        }
    }
}
