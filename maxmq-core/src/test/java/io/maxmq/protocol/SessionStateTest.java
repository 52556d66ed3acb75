package io.maxmq.protocol;

import io.maxmq.Spec;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.SessionLimits;
import io.maxmq.spi.event.BrokerEvent.SessionEnd;
import io.maxmq.spi.event.BrokerEvent.SessionExpired;
import io.maxmq.spi.event.BrokerEvent.SessionTakenOver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.maxmq.TestClient.text;
import static org.assertj.core.api.Assertions.assertThat;

/** What outlives a connection and for how long (MQTT 5.0 §3.1.2.4, §3.1.2.11.2, §4.1, §4.4). */
class SessionStateTest {
    @AutoClose
    private final TestBroker broker = TestBroker.start();

    /** Connects with a session that outlives the connection. */
    private TestClient durable(ProtocolVersion version, String clientId) {
        return broker.connected(durableConnect(version, clientId, Properties.builder()));
    }

    private static Connect durableConnect(ProtocolVersion version, String clientId, Properties.Builder properties) {
        Properties sent = version.isV5()
                ? properties.set(PropertyId.SESSION_EXPIRY_INTERVAL, 3600).build()
                : Properties.NONE;
        return new Connect(version, false, false, 0, sent, clientId, null, null, null);
    }

    private ConnAck reconnect(TestClient client, String clientId) {
        return client.connect(durableConnect(client.version(), clientId, Properties.builder()));
    }

    private void publish(String topic, String payload, QoS qos) {
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        publisher.publish(topic, payload, qos);
        publisher.disconnect();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec(
            value = {"MQTT-3.1.2-5", "MQTT-3.1.2-23", "MQTT-3.2.2-3"},
            v3 = {"MQTT-3.1.2-4", "MQTT-3.1.2-5", "MQTT-3.2.2-2", "MQTT-3.2.2-3"})
    void resumesASessionWithItsSubscriptionsAndQueue(ProtocolVersion version) {
        TestClient client = broker.client(version);
        assertThat(reconnect(client, "client").sessionPresent()).isFalse();
        client.subscribe("a", QoS.AT_LEAST_ONCE);
        client.disconnect();
        publish("a", "while away", QoS.AT_LEAST_ONCE);

        TestClient back = broker.client(version);
        ConnAck answer = reconnect(back, "client");

        // MQTT 3.1 has no Session Present.
        assertThat(answer.sessionPresent()).isEqualTo(version != ProtocolVersion.MQTT_3_1);
        Publish received = back.expectMessage("a", "while away");
        assertThat(received.dup()).isFalse();
        publish("a", "live", QoS.AT_LEAST_ONCE);
        back.expectMessage("a", "live");
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec(
            value = {"MQTT-3.1.2-4", "MQTT-3.2.2-2"},
            v3 = {"MQTT-3.1.2-6", "MQTT-3.2.2-1"})
    void aCleanStartForgetsTheSession(ProtocolVersion version) {
        TestClient client = durable(version, "client");
        client.subscribe("a", QoS.AT_LEAST_ONCE);
        client.disconnect();
        publish("a", "lost", QoS.AT_LEAST_ONCE);

        TestClient back = broker.client(version);

        assertThat(back.connect("client", true).sessionPresent()).isFalse();
        publish("a", "lost too", QoS.AT_LEAST_ONCE);
        back.expectNothing();
        assertThat(broker.events()
                        .await(SessionExpired.class, event -> event.clientId().equals("client"))
                        .why())
                .isEqualTo(SessionEnd.CLEAN_START);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aSessionOfZeroExpiryEndsWithItsConnection(ProtocolVersion version) {
        TestClient client = broker.connected(version, "client");
        client.subscribe("a", QoS.AT_LEAST_ONCE);
        client.disconnect();

        TestClient back = broker.client(version);

        assertThat(reconnect(back, "client").sessionPresent()).isFalse();
    }

    @Test
    @Spec("MQTT-4.1.0-2")
    void aVersionFiveSessionExpiresAfterItsInterval() {
        TestClient client = durable(ProtocolVersion.MQTT_5, "client");
        client.disconnect();

        broker.clock().advanceToJustBefore(Duration.ofSeconds(3600));
        TestClient back = broker.client(ProtocolVersion.MQTT_5);
        assertThat(reconnect(back, "client").sessionPresent()).isTrue();
        back.disconnect();
        broker.clock().advance(Duration.ofSeconds(3600));

        TestClient late = broker.client(ProtocolVersion.MQTT_5);
        assertThat(reconnect(late, "client").sessionPresent()).isFalse();
        assertThat(broker.events()
                        .await(SessionExpired.class, event -> event.clientId().equals("client"))
                        .why())
                .isEqualTo(SessionEnd.EXPIRED);
    }

    @Test
    @Spec("MQTT-4.1.0-1")
    void aConnectedSessionDoesNotExpire() {
        TestClient client = durable(ProtocolVersion.MQTT_5, "client");
        client.subscribe("a", QoS.AT_LEAST_ONCE);

        broker.clock().advance(Duration.ofSeconds(4000));

        publish("a", "still here", QoS.AT_LEAST_ONCE);
        client.expectMessage("a", "still here");
    }

    @Test
    void aVersionThreeSessionExpiresAfterTheDefault() {
        TestClient client = durable(ProtocolVersion.MQTT_3_1_1, "client");
        client.disconnect();

        broker.clock().advance(SessionLimits.defaults().defaultExpiryV3());

        TestClient late = broker.client(ProtocolVersion.MQTT_3_1_1);
        assertThat(reconnect(late, "client").sessionPresent()).isFalse();
    }

    @Test
    void lastsForEverWhenItMayLastLongerThanMqttCanSay() {
        Duration centuries = Duration.ofDays(73_000);
        TestBroker patient = TestBroker.start(builder -> builder.sessions(SessionLimits.builder()
                .maxExpiry(centuries)
                .defaultExpiryV3(centuries)
                .build()));
        try (patient) {
            TestClient client = patient.client(ProtocolVersion.MQTT_3_1_1);
            reconnect(client, "client");
            client.disconnect();
            patient.clock().advance(Duration.ofDays(36_500));

            assertThat(reconnect(patient.client(ProtocolVersion.MQTT_3_1_1), "client")
                            .sessionPresent())
                    .isTrue();
        }
    }

    @Test
    void capsTheExpiryAndSaysSo() {
        TestClient client = broker.client(ProtocolVersion.MQTT_5);

        ConnAck answer = client.connect(new Connect(
                ProtocolVersion.MQTT_5,
                false,
                false,
                0,
                Properties.builder()
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, 0xFFFF_FFFFL)
                        .build(),
                "client",
                null,
                null,
                null));

        assertThat(answer.properties().longOr(PropertyId.SESSION_EXPIRY_INTERVAL, -1))
                .isEqualTo(SessionLimits.defaults().maxExpiry().toSeconds());
    }

    @Test
    void disconnectMayChangeTheExpiry() {
        TestClient client = durable(ProtocolVersion.MQTT_5, "client");
        client.send(new Disconnect(
                ReasonCode.SUCCESS,
                Properties.builder().set(PropertyId.SESSION_EXPIRY_INTERVAL, 10).build()));
        client.expectEnd();

        broker.clock().advance(Duration.ofSeconds(10));

        TestClient late = broker.client(ProtocolVersion.MQTT_5);
        assertThat(reconnect(late, "client").sessionPresent()).isFalse();
    }

    @Test
    void disconnectMustNotRaiseAnExpiryOfZero() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        client.send(new Disconnect(
                ReasonCode.SUCCESS,
                Properties.builder().set(PropertyId.SESSION_EXPIRY_INTERVAL, 10).build()));

        client.expectDisconnect(ReasonCode.PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec(value = "MQTT-3.1.4-3", v3 = "MQTT-3.1.4-2")
    void aSecondConnectionTakesOver(ProtocolVersion version) {
        TestClient first = durable(version, "client");
        first.subscribe("a", QoS.AT_LEAST_ONCE);
        TestClient second = broker.client(version);

        ConnAck answer = reconnect(second, "client");

        assertThat(answer.sessionPresent()).isEqualTo(version != ProtocolVersion.MQTT_3_1);
        first.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
        publish("a", "to the second", QoS.AT_LEAST_ONCE);
        second.expectMessage("a", "to the second");
        broker.events().await(SessionTakenOver.class);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec(
            value = {"MQTT-4.4.0-1", "MQTT-4.6.0-1", "MQTT-3.3.1-1", "MQTT-4.3.3-6"},
            v3 = {"MQTT-4.4.0-1", "MQTT-4.6.0-1", "MQTT-3.3.1-1"})
    void resendsWhatIsUnacknowledgedWithDupAndTheOriginalIdsInOrder(ProtocolVersion version) {
        TestClient client = durable(version, "client");
        client.subscribe("a", QoS.EXACTLY_ONCE);
        for (int i = 0; i < 6; i++) {
            publish("a", "m" + i, i % 2 == 0 ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE);
        }
        List<Publish> sent = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            sent.add(client.expect(Publish.class));
        }
        // The third is acknowledged out of order, the fourth taken but not yet completed.
        client.send(PubAck.of(sent.get(2).packetId()), PubRec.of(sent.get(3).packetId()));
        assertThat(client.expect(PubRel.class).packetId()).isEqualTo(sent.get(3).packetId());
        client.close();
        broker.awaitDisconnected("client");
        publish("a", "m6", QoS.AT_LEAST_ONCE);

        TestClient back = broker.client(version);
        reconnect(back, "client");

        for (int i : new int[] {0, 1}) {
            expectResent(back, sent.get(i));
        }
        PubRel release = back.expect(PubRel.class);
        assertThat(release.packetId()).isEqualTo(sent.get(3).packetId());
        for (int i : new int[] {4, 5}) {
            expectResent(back, sent.get(i));
        }
        Publish fresh = back.expect(Publish.class);
        assertThat(text(fresh)).isEqualTo("m6");
        assertThat(fresh.dup()).isFalse();
        back.send(PubComp.of(release.packetId()));
        back.expectNothing();
    }

    private static void expectResent(TestClient client, Publish original) {
        Publish again = client.expect(Publish.class);
        assertThat(again.dup()).isTrue();
        assertThat(again.packetId()).isEqualTo(original.packetId());
        assertThat(again.qos()).isEqualTo(original.qos());
        assertThat(text(again)).isEqualTo(text(original));
    }

    @Test
    @Spec("MQTT-3.3.4-9")
    void resendsWithinTheReceiveMaximumOfTheNewConnection() {
        TestClient client = durable(ProtocolVersion.MQTT_5, "client");
        client.subscribe("a", QoS.AT_LEAST_ONCE);
        for (int i = 0; i < 3; i++) {
            publish("a", "m" + i, QoS.AT_LEAST_ONCE);
            client.expect(Publish.class);
        }
        client.close();
        broker.awaitDisconnected("client");

        TestClient back = broker.connected(durableConnect(
                ProtocolVersion.MQTT_5, "client", Properties.builder().set(PropertyId.RECEIVE_MAXIMUM, 1)));

        for (int i = 0; i < 3; i++) {
            Publish again = back.expect(Publish.class);
            assertThat(text(again)).isEqualTo("m" + i);
            assertThat(again.dup()).isTrue();
            back.expectNothing();
            back.send(PubAck.of(again.packetId()));
        }
    }

    @Test
    @Spec("MQTT-3.1.2-24")
    void doesNotResendWhatTheNewConnectionFindsTooLarge() {
        TestClient client = durable(ProtocolVersion.MQTT_5, "client");
        client.subscribe("a", QoS.EXACTLY_ONCE);
        publish("a", "x".repeat(500), QoS.AT_LEAST_ONCE);
        publish("a", "small", QoS.AT_LEAST_ONCE);
        client.expect(Publish.class);
        client.expect(Publish.class);
        client.close();
        broker.awaitDisconnected("client");

        TestClient back = broker.connected(durableConnect(
                ProtocolVersion.MQTT_5, "client", Properties.builder().set(PropertyId.MAXIMUM_PACKET_SIZE, 100)));

        assertThat(text(back.expect(Publish.class))).isEqualTo("small");
        back.expectNothing();
    }

    @Test
    void packetIdsRunThroughAllOfThemAndStartAgain() {
        TestClient client = durable(ProtocolVersion.MQTT_3_1_1, "client");
        client.subscribe("a", QoS.AT_LEAST_ONCE);
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_3_1_1, "fast");
        int expected = 1;

        for (int batch = 0; batch < 66_000 / 50; batch++) {
            Publish[] messages = new Publish[50];
            for (int i = 0; i < messages.length; i++) {
                messages[i] = TestClient.message("a", "", QoS.AT_LEAST_ONCE, i + 1);
            }
            publisher.send(messages);
            PubAck[] acks = new PubAck[messages.length];
            for (int i = 0; i < messages.length; i++) {
                int id = client.expect(Publish.class).packetId();
                assertThat(id).isEqualTo(expected);
                expected = expected == 65_535 ? 1 : expected + 1;
                acks[i] = PubAck.of(id);
                publisher.expect(PubAck.class);
            }
            client.send(acks);
        }
    }
}
