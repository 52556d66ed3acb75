package io.maxmq.rules;

import io.maxmq.MaxMQ;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.junit.ClientOptions;
import io.maxmq.junit.MaxMQExtension;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.maxmq.spi.auth.AuthenticationResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** Rules on what happens beside messages: the events that the broker has, and their fields. */
class EventRuleTest {
    private final RuleEngine rules = RuleEngine.create();
    private final Records records = new Records();

    @RegisterExtension
    final MaxMQExtension maxmq = MaxMQExtension.builder()
            .customize(broker -> broker.extension(rules)
                    .authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed())))
            .build();

    @Test
    void tellsTheLifeOfAClient(TestClients clients) throws Exception {
        rules.rule("life")
                .from("$events/client/+", "$events/session/#")
                .to(records.sink())
                .start();
        TestClient client = clients.connect(
                ClientOptions.of("c").version(ProtocolVersion.MQTT_3_1_1).credentials("user", "secret"));
        client.subscribe("a/b", QoS.AT_LEAST_ONCE);
        client.unsubscribe("a/b");
        client.disconnect();

        Map<String, @Nullable Object> first = records.values();
        Map<String, @Nullable Object> second = records.values();
        assertThat(List.of(String.valueOf(first.get("event")), String.valueOf(second.get("event"))))
                .containsExactlyInAnyOrder("client.connected", "client.connack");
        Map<String, @Nullable Object> connected = "client.connected".equals(first.get("event")) ? first : second;
        assertThat(connected)
                .containsEntry("clientid", "c")
                .containsEntry("username", "user")
                .containsEntry("proto_name", "MQTT")
                .containsEntry("proto_ver", 4L)
                .containsEntry("clean_start", true)
                .containsKeys("peername", "sockname", "keepalive", "connected_at", "timestamp", "node");
        Map<String, @Nullable Object> connack = connected == first ? second : first;
        assertThat(connack).containsEntry("reason_code", "success");

        assertThat(records.values())
                .containsEntry("event", "session.subscribed")
                .containsEntry("topic", "a/b")
                .containsEntry("qos", 1L)
                .containsEntry("username", "user");
        assertThat(records.values())
                .containsEntry("event", "session.unsubscribed")
                .containsEntry("clientid", "c")
                .containsEntry("username", "user")
                .containsKeys("peerhost", "peername", "client_attrs")
                .containsEntry("topic", "a/b");
        assertThat(records.values())
                .containsEntry("event", "client.disconnected")
                .containsEntry("reason", "normal")
                .containsEntry("clientid", "c")
                .containsKey("disconnected_at");
    }

    @Test
    void tellsWhyAConnectionHasEnded(TestClients clients, MaxMQ broker) throws Exception {
        rules.rule("end")
                .from("$events/client_disconnected")
                .map(e -> Map.of("why", text(e.field("reason"))))
                .to(records.sink())
                .start();

        clients.connect("dropped").drop();
        assertThat(records.values()).containsEntry("why", "tcp_closed");
        clients.connect("kicked");
        var unused = broker.clients().disconnect("kicked");
        assertThat(records.values()).containsEntry("why", "kicked");
        clients.connect("taken");
        clients.connect("taken");
        assertThat(records.values()).containsEntry("why", "takenover");
    }

    @Test
    void tellsOfMessagesThatNobodyGets(TestClients clients) throws Exception {
        rules.rule("lost")
                .sql("SELECT *, payload.v AS v FROM \"$events/message/dropped\"")
                .to(records.sink())
                .start();

        clients.connect("publisher").publish("nobody/there", "{\"v\": 7}", QoS.AT_LEAST_ONCE);

        assertThat(records.values())
                .containsEntry("event", "message.dropped")
                .containsEntry("reason", "no_subscribers")
                .containsEntry("topic", "nobody/there")
                .containsEntry("clientid", "publisher")
                .containsEntry("payload", "{\"v\": 7}")
                .containsEntry("v", 7L)
                .containsEntry("qos", 1L)
                .containsKeys("id", "peerhost", "flags", "pub_props", "publish_received_at");
    }

    @Test
    void tellsOfMessagesThatASessionHasLost(TestClients clients) throws Exception {
        rules.rule("lost")
                .from("$events/message/delivery_dropped")
                .to(records.sink())
                .start();
        TestClient away =
                clients.connect(ClientOptions.of("away").cleanStart(false).sessionExpiry(Duration.ofHours(1)));
        away.subscribe("a/#", QoS.AT_MOST_ONCE);
        away.disconnect();

        clients.connect("publisher").publish("a/b", "gone", QoS.AT_MOST_ONCE);

        assertThat(records.values())
                .containsEntry("event", "delivery.dropped")
                .containsEntry("reason", "qos0_msg")
                .containsEntry("clientid", "away")
                .containsEntry("from_clientid", "publisher")
                .containsEntry("topic", "a/b")
                .containsEntry("payload", "gone");
    }

    @Test
    void plainFiltersSelectNoEvents(TestClients clients) throws Exception {
        rules.rule("messages")
                .from("#")
                .map(m -> Map.of("e", m.kind()))
                .to(records.sink())
                .start();

        clients.connect("c").publish("t", "x", QoS.AT_LEAST_ONCE);

        assertThat(records.values()).containsEntry("e", "message.publish");
        assertThat(records.size()).isZero();
    }

    private static String text(@Nullable Object value) {
        return String.valueOf(value);
    }
}
