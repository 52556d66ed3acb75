package io.maxmq.protocol;

import io.maxmq.Spec;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** When a will is published, and when not (MQTT 5.0 §3.1.2.5, §3.1.3.2.2, §3.14.4). */
class WillTest {
    private final AtomicBoolean revoked = new AtomicBoolean();

    @AutoClose
    private final TestBroker broker =
            TestBroker.start(builder -> builder.authorizer((client, action) -> CompletableFuture.completedFuture(
                    action instanceof Action.Will will
                                    && (revoked.get() || will.topic().equals("forbidden"))
                            ? Authorization.denied()
                            : Authorization.allowed())));

    private TestClient observer;

    @BeforeEach
    void observe() {
        observer = broker.connected(ProtocolVersion.MQTT_5, "observer");
        observer.subscribe("will", QoS.EXACTLY_ONCE);
    }

    private static Connect withWill(ProtocolVersion version, int delaySeconds, int expirySeconds) {
        Properties properties = Properties.NONE;
        Properties willProperties = Properties.NONE;
        if (version.isV5()) {
            properties = Properties.builder()
                    .set(PropertyId.SESSION_EXPIRY_INTERVAL, expirySeconds)
                    .build();
            willProperties = Properties.builder()
                    .set(PropertyId.WILL_DELAY_INTERVAL, delaySeconds)
                    .build();
        }
        return new Connect(
                version,
                false,
                !version.isV5() || expirySeconds == 0,
                60,
                properties,
                "mortal",
                will("will", willProperties),
                null,
                null);
    }

    private static ConnectWill will(String topic, Properties properties) {
        return new ConnectWill(topic, TestClient.bytes("dead"), QoS.AT_LEAST_ONCE, false, properties);
    }

    private void expectNoWill() {
        observer.expectNothing();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec(
            value = {"MQTT-3.1.2-8", "MQTT-3.1.2-14"},
            v3 = {"MQTT-3.1.2-8", "MQTT-3.1.2-16"})
    void isPublishedWhenTheConnectionIsLost(ProtocolVersion version) {
        TestClient client = broker.connected(withWill(version, 0, 0));

        client.close();

        Publish will = observer.expectMessage("will", "dead");
        assertThat(will.qos()).isEqualTo(QoS.AT_LEAST_ONCE);
        assertThat(will.retain()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec(value = "MQTT-3.14.4-3", v3 = "MQTT-3.14.4-3")
    void isForgottenWithANormalDisconnect(ProtocolVersion version) {
        TestClient client = broker.connected(withWill(version, 0, 0));

        client.disconnect();

        expectNoWill();
    }

    @Test
    void isPublishedWhenTheClientDisconnectsWithWill() {
        TestClient client = broker.connected(withWill(ProtocolVersion.MQTT_5, 0, 0));

        client.send(Disconnect.of(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE));

        observer.expectMessage("will", "dead");
    }

    @ParameterizedTest
    @EnumSource(
            value = ReasonCode.class,
            names = {
                "UNSPECIFIED_ERROR", "MALFORMED_PACKET", "PROTOCOL_ERROR", "IMPLEMENTATION_SPECIFIC_ERROR",
                "TOPIC_NAME_INVALID", "RECEIVE_MAXIMUM_EXCEEDED", "TOPIC_ALIAS_INVALID", "PACKET_TOO_LARGE",
                "MESSAGE_RATE_TOO_HIGH", "QUOTA_EXCEEDED", "ADMINISTRATIVE_ACTION", "PAYLOAD_FORMAT_INVALID"
            })
    void isPublishedAfterADisconnectWithAnyErrorOfTheClient(ReasonCode reason) {
        TestClient client = broker.connected(withWill(ProtocolVersion.MQTT_5, 0, 0));

        client.send(Disconnect.of(reason));

        client.expectEnd();
        observer.expectMessage("will", "dead");
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void isPublishedAfterASecondConnect(ProtocolVersion version) {
        TestClient client = broker.connected(withWill(version, 0, 0));

        client.send(withWill(version, 0, 0));

        client.expectDisconnect(ReasonCode.PROTOCOL_ERROR);
        observer.expectMessage("will", "dead");
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void isPublishedWhenTheKeepAliveRunsOut(ProtocolVersion version) {
        TestClient client = broker.connected(withWill(version, 0, 0));

        broker.clock().advance(Duration.ofSeconds(90));

        client.expectDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT);
        observer.expectMessage("will", "dead");
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void isPublishedAfterAProtocolError(ProtocolVersion version) {
        TestClient client = broker.connected(withWill(version, 0, 0));

        // PUBLISH with both QoS bits.
        client.sendInts(0x36, 0x03, 0x00, 0x01, 'a');

        client.expectDisconnect(ReasonCode.MALFORMED_PACKET);
        observer.expectMessage("will", "dead");
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void isPublishedWhenTheClientIsTakenOver(ProtocolVersion version) {
        broker.connected(withWill(version, 0, 0));

        broker.connected(version, "mortal");

        observer.expectMessage("will", "dead");
        observer.expectNothing();
    }

    @Test
    void waitsForItsDelay() {
        TestClient client = broker.connected(withWill(ProtocolVersion.MQTT_5, 30, 3600));
        client.close();
        broker.awaitDisconnected("mortal");

        broker.clock().advanceToJustBefore(Duration.ofSeconds(30));
        expectNoWill();
        broker.clock().advance(Duration.ZERO);

        observer.expectMessage("will", "dead");
    }

    @Test
    @Spec("MQTT-3.8.3-3")
    void noLocalLeavesOutTheOwnWill() {
        TestClient client = broker.connected(withWill(ProtocolVersion.MQTT_5, 0, 3600));
        client.subscribe(
                Properties.NONE,
                new RequestedSubscription("will", QoS.AT_LEAST_ONCE, true, false, RetainHandling.SEND_AT_SUBSCRIBE));
        client.close();
        observer.expectMessage("will", "dead");

        TestClient back = broker.client(ProtocolVersion.MQTT_5);
        back.connect("mortal", false);

        back.expectNothing();
    }

    @Test
    @Spec("MQTT-3.1.3-9")
    void isNotPublishedWhenTheClientIsBackWithinTheDelay() {
        TestClient client = broker.connected(withWill(ProtocolVersion.MQTT_5, 30, 3600));
        client.close();
        broker.awaitDisconnected("mortal");
        broker.clock().advance(Duration.ofSeconds(20));

        TestClient back = broker.client(ProtocolVersion.MQTT_5);
        back.connect("mortal", false);
        broker.clock().advance(Duration.ofSeconds(60));

        expectNoWill();
    }

    @Test
    void aTakeoverWithinTheDelayForgetsIt() {
        broker.connected(withWill(ProtocolVersion.MQTT_5, 30, 3600));

        TestClient second = broker.client(ProtocolVersion.MQTT_5);
        second.connect("mortal", false);
        broker.clock().advance(Duration.ofSeconds(60));

        expectNoWill();
    }

    @Test
    void isPublishedAtOnceWhenACleanStartEndsTheSession() {
        TestClient client = broker.connected(withWill(ProtocolVersion.MQTT_5, 30, 3600));
        client.close();
        broker.awaitDisconnected("mortal");

        broker.connected(ProtocolVersion.MQTT_5, "mortal");

        observer.expectMessage("will", "dead");
    }

    @Test
    void isPublishedWhenTheSessionExpiresBeforeTheDelay() {
        TestClient client = broker.connected(withWill(ProtocolVersion.MQTT_5, 3600, 30));
        client.close();
        broker.awaitDisconnected("mortal");

        broker.clock().advance(Duration.ofSeconds(30));

        observer.expectMessage("will", "dead");
        broker.clock().advance(Duration.ofSeconds(3600));
        expectNoWill();
    }

    @Test
    @Spec(v3 = "MQTT-3.1.2-17")
    void isRetainedWhenItSaysSo() {
        TestClient client = broker.connected(new Connect(
                ProtocolVersion.MQTT_3_1_1,
                false,
                true,
                0,
                Properties.NONE,
                "mortal",
                new ConnectWill("will", TestClient.bytes("dead"), QoS.AT_MOST_ONCE, true, Properties.NONE),
                null,
                null));
        client.close();
        observer.expectMessage("will", "dead");

        TestClient late = broker.connected(ProtocolVersion.MQTT_3_1_1, "late");
        late.subscribe("will", QoS.AT_MOST_ONCE);

        assertThat(late.expectMessage("will", "dead").retain()).isTrue();
    }

    @Test
    void carriesItsPropertiesAndItsExpiryCountsFromThePublication() {
        Connect connect = withWill(ProtocolVersion.MQTT_5, 0, 3600);
        Properties willProperties = Properties.builder()
                .set(PropertyId.WILL_DELAY_INTERVAL, 30)
                .set(PropertyId.MESSAGE_EXPIRY_INTERVAL, 10)
                .set(PropertyId.CONTENT_TYPE, "text/plain")
                .userProperty("cause", "unknown")
                .build();
        TestClient client = broker.connected(new Connect(
                connect.version(),
                false,
                false,
                60,
                connect.properties(),
                "mortal",
                will("will", willProperties),
                null,
                null));
        client.close();
        broker.awaitDisconnected("mortal");

        broker.clock().advance(Duration.ofSeconds(30));

        Publish will = observer.expectMessage("will", "dead");
        assertThat(will.properties().string(PropertyId.CONTENT_TYPE)).isEqualTo("text/plain");
        assertThat(will.properties().userProperties()).hasSize(1);
        assertThat(will.properties().longOr(PropertyId.MESSAGE_EXPIRY_INTERVAL, -1))
                .isEqualTo(10);
        assertThat(will.properties().has(PropertyId.WILL_DELAY_INTERVAL)).isFalse();
    }

    @Test
    void isRefusedInConnectWhenTheClientMayNotPublishIt() {
        TestClient client = broker.client(ProtocolVersion.MQTT_5);

        client.send(new Connect(
                ProtocolVersion.MQTT_5,
                false,
                true,
                0,
                Properties.NONE,
                "mortal",
                will("forbidden", Properties.NONE),
                null,
                null));

        assertThat(client.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        client.expectEnd();
    }

    @Test
    void isAuthorizedAgainWhenItIsDue() {
        TestClient client = broker.connected(withWill(ProtocolVersion.MQTT_5, 0, 0));
        revoked.set(true);

        client.close();
        broker.awaitDisconnected("mortal");

        MessageDropped drop = broker.events().await(MessageDropped.class);
        assertThat(drop.reason()).isEqualTo(DropReason.NOT_AUTHORIZED);
        assertThat(drop.clientId()).isEqualTo("mortal");
        expectNoWill();
    }

    @Test
    void isRefusedOnADollarTopic() {
        TestClient client = broker.client(ProtocolVersion.MQTT_5);

        client.send(new Connect(
                ProtocolVersion.MQTT_5,
                false,
                true,
                0,
                Properties.NONE,
                "mortal",
                will("$SYS/x", Properties.NONE),
                null,
                null));

        assertThat(client.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void isNotPublishedWhenTheBrokerCloses() {
        try (TestBroker closing = TestBroker.start()) {
            java.util.concurrent.atomic.AtomicInteger seen = new java.util.concurrent.atomic.AtomicInteger();
            closing.broker()
                    .subscribe("will", message -> seen.incrementAndGet())
                    .active()
                    .toCompletableFuture()
                    .join();
            closing.connected(withWill(ProtocolVersion.MQTT_5, 0, 0));

            closing.broker().close();

            assertThat(seen).hasValue(0);
        }
    }
}
