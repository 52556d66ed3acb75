package io.maxmq.core.connection;

import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.UnsubAck;
import io.maxmq.codec.packet.Unsubscribe;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.routing.ExclusiveSubscriptions;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SubscriptionChanges;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import io.maxmq.spi.intercept.Decision;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One UNSUBSCRIBE (MQTT 5.0 §3.10): its filters in a {@link FilterWalk}, then UNSUBACK. Runs on the connection's loop. Not
 * thread-safe.
 */
final class UnsubscribeProcedure extends FilterWalk<String> {
    /** Work of the loop ({@link Loop#work}) that a filter stands for: 2 µs or so. */
    private static final int FILTER_WORK = 20;

    private final Connection connection;
    private final Connections home;
    private final Loop loop;
    private final ClientInfo client;
    private final Unsubscribe unsubscribe;

    UnsubscribeProcedure(
            Connection connection, Connections home, Loop loop, ClientInfo client, Unsubscribe unsubscribe) {
        super(connection, loop, unsubscribe.topicFilters().size(), FILTER_WORK);
        this.connection = connection;
        this.home = home;
        this.loop = loop;
        this.client = client;
        this.unsubscribe = unsubscribe;
    }

    void begin() {
        loop.counters().add(Counter.UNSUBSCRIBES, unsubscribe.topicFilters().size());
        proceed();
    }

    @Override
    String filter(int index) {
        return home.rewriter().subscribed(asked(index));
    }

    @Override
    String asked(int index) {
        return unsubscribe.topicFilters().get(index);
    }

    @Override
    long bytes() {
        return PacketHold.bytesOf(unsubscribe.topicFilters(), String::length);
    }

    @Override
    void intercept(String filter, Consumer<Decision<String>> then) {
        home.interceptors().unsubscribe(client, filter, connection.caller(), then);
    }

    @Override
    void perform(String filter, Answer answer) {
        Session session = connection.session();
        if (session == null) {
            answer.give(ReasonCode.UNSPECIFIED_ERROR);
            return;
        }
        SubscriptionChanges.Before before = session.subscribing().beforeUnsubscribe(filter);
        if (!session.subscribing().unsubscribe(filter)) {
            answer.give(
                    home.subscriptionRules().isInvalid(filter)
                            ? ReasonCode.TOPIC_FILTER_INVALID
                            : ReasonCode.NO_SUBSCRIPTION_EXISTED);
            return;
        }
        if (before.subscription() != null) {
            answer.changes(before.subscription().filter(), before);
        }
        home.events().unsubscribed(connection, ExclusiveSubscriptions.plain(filter));
        answer.give(ReasonCode.SUCCESS);
    }

    /**
     * The subscriptions are there again, else the next UNSUBSCRIBE would be acknowledged while storage has them. MQTT 3 has no code
     * for it, and UNSUBACK would be a promise: the client has to ask again.
     */
    @Override
    boolean storageRefuses() {
        if (!connection.isV5()) {
            connection.end(Initiator.BROKER, ReasonCode.QUOTA_EXCEEDED, "storage refuses");
            return false;
        }
        failAll(ReasonCode.UNSPECIFIED_ERROR, "storage refuses");
        return true;
    }

    @Override
    void acknowledge(List<ReasonCode> answered, @Nullable String refused) {
        connection.send(new UnsubAck(unsubscribe.packetId(), Properties.NONE, answered));
    }
}
