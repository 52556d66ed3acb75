package io.maxmq.core.connection;

import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.UnsubAck;
import io.maxmq.codec.packet.Unsubscribe;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.routing.ExclusiveSubscriptions;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.Subscribing;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import io.maxmq.spi.intercept.Decision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One UNSUBSCRIBE (MQTT 5.0 §3.10): its filters one after the other, then UNSUBACK. While an interceptor takes its time the
 * packets behind it are held. Runs on the connection's loop. Not thread-safe.
 */
final class UnsubscribeProcedure {
    /** Work of the loop ({@link io.maxmq.core.loop.Loop#work}) that a filter stands for: 2 µs or so. */
    private static final int FILTER_WORK = 20;

    /** These are more than a turn has room for. */
    private static final int MAX_COUNTED = 100_000;

    private final Connection connection;
    private final Connections home;
    private final ClientInfo client;
    private final Unsubscribe unsubscribe;
    private final List<ReasonCode> answers;
    private final PacketHold hold;

    /** The removed subscriptions, as they were. */
    private final Map<TopicFilter, Subscribing.Before> removed = new LinkedHashMap<>();

    UnsubscribeProcedure(Connection connection, Connections home, ClientInfo client, Unsubscribe unsubscribe) {
        this.connection = connection;
        this.home = home;
        this.client = client;
        this.unsubscribe = unsubscribe;
        this.answers = new ArrayList<>(unsubscribe.topicFilters().size());
        this.hold = new PacketHold(connection, InputGate.PLUGIN);
    }

    void begin() {
        int filters = unsubscribe.topicFilters().size();
        connection.here().loop().counters().add(Counter.UNSUBSCRIBES, filters);
        connection.here().loop().work(FILTER_WORK * Math.min(filters, MAX_COUNTED));
        proceed();
    }

    /** Goes through the filters that are left; comes back here when an answer has taken its time. */
    private void proceed() {
        while (answers.size() < unsubscribe.topicFilters().size()) {
            int before = answers.size();
            Item item = new Item(
                    home.rewriter().subscribed(unsubscribe.topicFilters().get(before)));
            home.interceptors().unsubscribe(client, item.topicFilter, connection.caller(), item::intercepted);
            if (answers.size() == before) {
                item.late = true;
                hold();
                return;
            }
        }
        acknowledge();
    }

    /** UNSUBACK is sent when storage has forgotten the subscriptions. */
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
                // Else the next UNSUBSCRIBE would find nothing, and be acknowledged while storage has the subscription.
                removed.forEach(session.subscribing()::takeBack);
            }
            if (connection.isClosed()) {
                return;
            }
            if (failure != null && !connection.isV5()) {
                // MQTT 3 has no code for it, and UNSUBACK were a promise: the client is to ask again.
                connection.end(Initiator.BROKER, ReasonCode.QUOTA_EXCEEDED, "storage refuses");
                return;
            }
            if (failure != null) {
                answers.replaceAll(each -> each.isError() ? each : ReasonCode.UNSPECIFIED_ERROR);
            }
            acknowledgeNow();
        });
    }

    private void acknowledgeNow() {
        connection.send(new UnsubAck(unsubscribe.packetId(), Properties.NONE, answers));
        if (hold.isHeld()) {
            hold.end();
        }
    }

    /** False when the connection has ended for it. */
    private boolean hold() {
        return hold.isHeld() || hold.begin(PacketHold.bytesOf(unsubscribe.topicFilters(), String::length));
    }

    private final class Item {
        private final String topicFilter;
        private boolean late;

        Item(String topicFilter) {
            this.topicFilter = topicFilter;
        }

        void intercepted(Decision<String> decision) {
            if (connection.isClosed()) {
                return;
            }
            if (decision instanceof Decision.Refuse<String> refusal) {
                answers.add(refusal.reasonCode());
            } else {
                answers.add(
                        answerTo(decision instanceof Decision.Change<String> change ? change.value() : topicFilter));
            }
            if (late) {
                proceed();
            }
        }
    }

    private ReasonCode answerTo(String topicFilter) {
        Session session = connection.session();
        if (session == null) {
            return ReasonCode.UNSPECIFIED_ERROR;
        }
        Subscribing.Before before = session.subscribing().beforeUnsubscribe(topicFilter);
        if (!session.subscribing().unsubscribe(topicFilter)) {
            return home.subscriptionRules().isInvalid(topicFilter)
                    ? ReasonCode.TOPIC_FILTER_INVALID
                    : ReasonCode.NO_SUBSCRIPTION_EXISTED;
        }
        if (before.subscription() != null) {
            removed.put(before.subscription().filter(), before);
        }
        home.events().unsubscribed(connection, ExclusiveSubscriptions.plain(topicFilter));
        return ReasonCode.SUCCESS;
    }
}
