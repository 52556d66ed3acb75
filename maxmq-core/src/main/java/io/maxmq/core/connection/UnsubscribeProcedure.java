package io.maxmq.core.connection;

import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.UnsubAck;
import io.maxmq.codec.packet.Unsubscribe;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.session.Session;
import java.util.ArrayList;
import java.util.List;

/** One UNSUBSCRIBE (MQTT 5.0 §3.10). Runs on the connection's loop. */
final class UnsubscribeProcedure {
    private final Connection connection;
    private final Connections home;
    private final Unsubscribe unsubscribe;

    UnsubscribeProcedure(Connection connection, Connections home, Unsubscribe unsubscribe) {
        this.connection = connection;
        this.home = home;
        this.unsubscribe = unsubscribe;
    }

    void begin() {
        Session session = connection.session();
        if (session == null) {
            return;
        }
        connection
                .here()
                .loop()
                .counters()
                .add(Counter.UNSUBSCRIBES, unsubscribe.topicFilters().size());
        List<ReasonCode> answers = new ArrayList<>(unsubscribe.topicFilters().size());
        for (String filter : unsubscribe.topicFilters()) {
            boolean existed = session.unsubscribe(filter);
            answers.add(existed ? ReasonCode.SUCCESS : ReasonCode.NO_SUBSCRIPTION_EXISTED);
            if (existed) {
                home.events().unsubscribed(connection, filter);
            }
        }
        connection.send(new UnsubAck(unsubscribe.packetId(), Properties.NONE, answers));
    }
}
