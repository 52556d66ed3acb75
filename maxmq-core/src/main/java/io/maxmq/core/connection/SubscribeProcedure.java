package io.maxmq.core.connection;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.codec.packet.Subscription;
import io.maxmq.codec.topic.ShareName;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.config.Capabilities;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.Subscribing;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.SubscriptionRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One SUBSCRIBE (MQTT 5.0 §3.8): its filters one after the other, each checked, authorised and added; then SUBACK; then
 * the retained messages. While an authorizer takes its time the packets behind it are held.
 *
 * <p>Runs on the connection's loop. Not thread-safe.
 */
final class SubscribeProcedure {
    /** Work of the loop ({@link io.maxmq.core.loop.Loop#work}) that a filter stands for: 5 µs or so. */
    private static final int FILTER_WORK = 50;

    /** A retained message is owed to this filter once SUBACK has been sent. */
    private final List<TopicFilter> retainedFor = new ArrayList<>();

    /** What has been added, and what was there before. */
    private final Map<TopicFilter, Subscribing.Before> added = new LinkedHashMap<>();

    private final List<ReasonCode> answers;
    private final Connection connection;
    private final Connections home;
    private final ClientInfo client;
    private final Subscribe subscribe;
    private final int subscriptionId;
    private final PacketHold hold;

    /** Why the first filter that was refused was; for the reason string. */
    private @Nullable String refusal;

    SubscribeProcedure(Connection connection, Connections home, ClientInfo client, Subscribe subscribe) {
        this.connection = connection;
        this.home = home;
        this.client = client;
        this.subscribe = subscribe;
        this.answers = new ArrayList<>(subscribe.subscriptions().size());
        this.hold = new PacketHold(connection, InputGate.PLUGIN);
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
                        ReasonCode.PROTOCOL_ERROR,
                        "No Local on a shared subscription: " + Utf8.quote(wanted.topicFilter()));
            }
            if (connection.isV5()) {
                requireOffered(wanted.topicFilter());
            }
        }
        if (home.overload().shedsSubscriptions()) {
            refuseAll("the broker has too much to do");
        } else if (connection.withinSubscribeRate(subscribe.subscriptions().size())) {
            proceed();
        } else if (!connection.isClosed()) {
            refuseAll("SUBSCRIBE rate too high");
        }
    }

    private void refuseAll(String why) {
        subscribe.subscriptions().forEach(each -> new Item(each).refuse(ReasonCode.QUOTA_EXCEEDED, why));
        acknowledge();
    }

    /** What CONNACK has said is not there must not be asked for (§3.2.2.3.11 to §3.2.2.3.13). */
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

    /** Goes through the filters that are left; comes back here when an answer has taken its time, or in the loop's next turn. */
    private void proceed() {
        while (answers.size() < subscribe.subscriptions().size()) {
            int before = answers.size();
            if (before > 0 && !connection.mayWorkOn()) {
                if (hold()) {
                    connection.here().loop().executeNextTurn(this::proceedInNextTurn);
                }
                return;
            }
            connection.here().loop().work(FILTER_WORK);
            Item item = new Item(subscribe.subscriptions().get(before));
            item.intercept();
            if (connection.isClosed()) {
                return;
            }
            if (answers.size() == before) {
                item.late = true;
                hold();
                return;
            }
        }
        acknowledge();
    }

    private void proceedInNextTurn() {
        if (!connection.isClosed()) {
            connection.beginWork();
            proceed();
        }
    }

    /** One filter on its way from the interceptors to the session. */
    private final class Item {
        private final Subscription asked;
        private boolean late;

        Item(Subscription asked) {
            this.asked = asked;
        }

        void intercept() {
            SubscriptionRequest request = new SubscriptionRequest(
                    home.rewriter().subscribed(asked.topicFilter()),
                    asked.maxQos(),
                    asked.noLocal(),
                    asked.retainAsPublished(),
                    asked.retainHandling());
            home.interceptors()
                    .subscribe(client, request, connection.caller(), decision -> intercepted(request, decision));
        }

        private void intercepted(SubscriptionRequest before, Decision<SubscriptionRequest> decision) {
            if (connection.isClosed()) {
                return;
            }
            if (decision instanceof Decision.Refuse<SubscriptionRequest> refusal) {
                refuse(refusal.reasonCode(), refusal.reason());
            } else if (decision instanceof Decision.Change<SubscriptionRequest> change) {
                authorize(limited(change.value()));
            } else {
                authorize(limited(before));
            }
        }

        private SubscriptionRequest limited(SubscriptionRequest wanted) {
            QoS most = connection.limits().maximumQos().orElse(wanted.qos());
            return most.compareTo(wanted.qos()) < 0 ? wanted.withQos(most) : wanted;
        }

        private void authorize(SubscriptionRequest wanted) {
            String invalid = home.subscriptionRules().problemOf(wanted.topicFilter());
            if (invalid != null) {
                refuse(ReasonCode.TOPIC_FILTER_INVALID, invalid);
                return;
            }
            TopicFilter filter = home.subscriptionRules().filterOf(wanted.topicFilter());
            ReasonCode problem = home.subscriptionRules().notOffered(filter, hasId());
            PublishIntake intake = connection.intake();
            if (problem != null || intake == null) {
                answer(problem == null ? ReasonCode.UNSPECIFIED_ERROR : problem);
                return;
            }
            ask(wanted, filter, intake.access());
        }

        /** An answer by rules that have changed meanwhile would not be looked at again: existing subscriptions have been. */
        private void ask(SubscriptionRequest wanted, TopicFilter filter, ClientAccess access) {
            int rules = home.access().epoch();
            ShareName share = filter.share();
            long begin = System.nanoTime();
            access.subscribe(
                    new Action.Subscribe(filter.text(), share == null ? null : share.text(), wanted.qos()),
                    decision -> {
                        if (home.access().epoch() == rules || connection.isClosed()) {
                            authorized(wanted, filter, decision);
                        } else {
                            ask(wanted, filter, access);
                        }
                    });
            connection.here().loop().workSince(begin);
        }

        private void authorized(SubscriptionRequest wanted, TopicFilter filter, Authorization decision) {
            if (connection.isClosed()) {
                return;
            }
            if (decision instanceof Authorization.Denied denied) {
                connection.here().loop().counters().increment(Counter.AUTHORIZATIONS_DENIED);
                answer(denied.reasonCode());
            } else {
                add(wanted, filter);
            }
        }

        private void add(SubscriptionRequest wanted, TopicFilter filter) {
            Session session = connection.session();
            if (session == null) {
                answer(ReasonCode.UNSPECIFIED_ERROR);
                return;
            }
            Subscribing.Before before = session.subscribing().before(filter);
            SubscriptionRules.Added added = home.subscriptionRules().add(session, filter, wanted, subscriptionId);
            if (added.granted() == null) {
                refuse(added.code(), added.why());
                return;
            }
            SubscribeProcedure.this.added.putIfAbsent(filter, before);
            if (added.wantsRetained()) {
                retainedFor.add(filter);
            }
            home.events().subscribed(connection, filter, added.granted());
            answer(added.code());
        }

        private void refuse(ReasonCode code, String why) {
            if (refusal == null && !why.isEmpty()) {
                refusal = Utf8.quote(asked.topicFilter()) + ": " + why;
            }
            answer(code);
        }

        private void answer(ReasonCode code) {
            ReasonCode told = code;
            if (code.isError() && client.protocolVersion() == ProtocolVersion.MQTT_3_1) {
                // MQTT 3.1 §3.9 has no code for a refusal: the client is told what it asked for, and gets nothing.
                told = SubscriptionRules.grantedCode(asked.maxQos());
            }
            answers.add(told);
            if (late) {
                proceed();
            }
        }
    }

    private boolean hasId() {
        return subscribe.properties().has(PropertyId.SUBSCRIPTION_IDENTIFIER);
    }

    private Properties reasonString() {
        String why = refusal;
        return why == null || !connection.isV5()
                ? Properties.NONE
                : connection.writer().reasonString(why);
    }

    /** SUBACK is sent when the subscriptions are in storage, where they are to be. */
    private void acknowledge() {
        Session session = connection.session();
        if (session == null || session.isWritten()) {
            acknowledgeNow();
            return;
        }
        if (!hold()) {
            return;
        }
        session.afterWritten(failure -> {
            if (failure != null && !session.isEnded()) {
                withdraw(session);
            }
            if (connection.isClosed()) {
                return;
            }
            acknowledgeNow();
        });
    }

    /** Storage has refused: what was there before is there again. */
    private void withdraw(Session session) {
        added.forEach(session.subscribing()::takeBack);
        retainedFor.clear();
        refusal = "storage refuses";
        answers.replaceAll(each -> each.isError() ? each : ReasonCode.QUOTA_EXCEEDED);
    }

    private void acknowledgeNow() {
        connection.send(new SubAck(subscribe.packetId(), reasonString(), answers));
        Session session = connection.session();
        if (session != null) {
            for (TopicFilter filter : retainedFor) {
                session.subscribing().sendRetained(filter);
            }
        }
        if (hold.isHeld()) {
            hold.end();
        }
    }

    /** False when the connection has ended for it. */
    private boolean hold() {
        return hold.isHeld()
                || hold.begin(PacketHold.bytesOf(
                        subscribe.subscriptions(), each -> each.topicFilter().length()));
    }
}
