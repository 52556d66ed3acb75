package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.Listener;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.ClientLimits;
import io.maxmq.spi.event.BrokerEvent.ConnectRefused;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.event.BrokerEvent.SessionSuspended;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What authenticators give single clients: limits of their own, another server. */
class ClientLimitsTest {
    private static TestBroker broker(AuthenticationResult result) {
        Authenticator authenticator = request -> CompletableFuture.completedFuture(result);
        return TestBroker.closed(builder -> builder.listener(Listener.tcp(0)).authenticator(authenticator));
    }

    private static TestBroker limited(UnaryOperator<ClientLimits.Builder> limits) {
        return broker(AuthenticationResult.allowed()
                .withLimits(limits.apply(ClientLimits.builder()).build()));
    }

    private static Connect connect(
            ProtocolVersion version,
            boolean cleanStart,
            int keepAliveSeconds,
            long expiry,
            @Nullable ConnectWill will) {
        Properties properties = version.isV5()
                ? Properties.builder()
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, expiry)
                        .build()
                : Properties.NONE;
        return new Connect(version, false, cleanStart, keepAliveSeconds, properties, "c", will, null, null);
    }

    private static Publish publish(QoS qos, int packetId) {
        return new Publish(false, qos, false, "a", packetId, Properties.NONE, ByteBuffer.wrap(new byte[] {1}));
    }

    @Test
    void connackTellsWhatTheClientMayHave() {
        try (TestBroker broker = limited(limits -> limits.receiveMaximum(7)
                .maxPacketBytes(2000)
                .topicAliasMaximum(3)
                .maximumQos(QoS.AT_LEAST_ONCE)
                .maxKeepAlive(Duration.ofSeconds(20))
                .maxSessionExpiry(Duration.ofSeconds(30)))) {
            ConnAck answer = broker.tcpClient(ProtocolVersion.MQTT_5)
                    .connect(connect(ProtocolVersion.MQTT_5, true, 60, 3600, null));

            Properties told = answer.properties();
            assertThat(told.intOr(PropertyId.RECEIVE_MAXIMUM, 0)).isEqualTo(7);
            assertThat(told.longOr(PropertyId.MAXIMUM_PACKET_SIZE, 0)).isEqualTo(2000);
            assertThat(told.intOr(PropertyId.TOPIC_ALIAS_MAXIMUM, 0)).isEqualTo(3);
            assertThat(told.intOr(PropertyId.MAXIMUM_QOS, 2)).isEqualTo(1);
            assertThat(told.intOr(PropertyId.SERVER_KEEP_ALIVE, 0)).isEqualTo(20);
            assertThat(told.longOr(PropertyId.SESSION_EXPIRY_INTERVAL, 0)).isEqualTo(30);
        }
    }

    @Test
    void aLargerPacketEndsTheConnectionOfThisClient() {
        try (TestBroker broker = limited(limits -> limits.maxPacketBytes(2000))) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect("c", true);
            client.publish("a", "x".repeat(1900), QoS.AT_MOST_ONCE);
            client.ping();

            client.publish("a", "x".repeat(2000), QoS.AT_MOST_ONCE);

            client.expectDisconnect(ReasonCode.PACKET_TOO_LARGE);
        }
    }

    @Test
    void qosIsCappedForPublishSubscribeAndWill() {
        try (TestBroker broker = limited(limits -> limits.maximumQos(QoS.AT_LEAST_ONCE))) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect("c", true);
            assertThat(client.subscribe("a", QoS.EXACTLY_ONCE).reasons()).containsExactly(ReasonCode.GRANTED_QOS_1);
            client.send(publish(QoS.EXACTLY_ONCE, 1)).expectDisconnect(ReasonCode.QOS_NOT_SUPPORTED);

            TestClient withWill = broker.tcpClient(ProtocolVersion.MQTT_5);
            ConnectWill will =
                    new ConnectWill("will", ByteBuffer.wrap(new byte[] {1}), QoS.EXACTLY_ONCE, false, Properties.NONE);
            assertThat(withWill.send(connect(ProtocolVersion.MQTT_5, true, 0, 0, will))
                            .expect(ConnAck.class)
                            .reason())
                    .isEqualTo(ReasonCode.QOS_NOT_SUPPORTED);
        }
    }

    @Test
    void tooManyUnacknowledgedPublishesEndTheConnection() {
        try (TestBroker broker = limited(limits -> limits.receiveMaximum(2))) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect("c", true);

            client.send(publish(QoS.EXACTLY_ONCE, 1), publish(QoS.EXACTLY_ONCE, 2), publish(QoS.EXACTLY_ONCE, 3));

            client.next();
            client.next();
            client.expectDisconnect(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
        }
    }

    @Test
    void theQueueKeepsItsBoundWhileTheClientIsAway() {
        try (TestBroker broker = limited(limits -> limits.maxQueuedMessages(2).maxInFlight(1))) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect(connect(ProtocolVersion.MQTT_5, true, 0, 3600, null));
            client.subscribe("a", QoS.AT_LEAST_ONCE);
            client.disconnect();
            broker.awaitDisconnected("c");

            for (int i = 0; i < 3; i++) {
                broker.publish(Message.builder("a")
                        .payload("" + i)
                        .qos(QoS.AT_LEAST_ONCE)
                        .build());
            }

            assertThat(broker.events().await(MessageDropped.class).reason()).isEqualTo(DropReason.QUEUE_FULL_MESSAGES);
            TestClient again = broker.tcpClient(ProtocolVersion.MQTT_5);
            again.connect(connect(ProtocolVersion.MQTT_5, false, 0, 3600, null));
            assertThat(again.expect(Publish.class).packetId()).isPositive();
            again.expectNothing(); // one at a time
        }
    }

    @Test
    void disconnectCannotRaiseTheExpiryBeyondTheLimit() {
        try (TestBroker broker = limited(limits -> limits.maxSessionExpiry(Duration.ofSeconds(30)))) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect(connect(ProtocolVersion.MQTT_5, true, 0, 10, null));

            client.send(new Disconnect(
                    ReasonCode.SUCCESS,
                    Properties.builder()
                            .set(PropertyId.SESSION_EXPIRY_INTERVAL, 3600L)
                            .build()));

            assertThat(broker.events().await(SessionSuspended.class).expirySeconds())
                    .isEqualTo(30);
        }
    }

    @Test
    void aRedirectedClientIsToldWhereTo() {
        try (TestBroker broker = broker(AuthenticationResult.redirected("other:1883", false))) {
            ConnAck answer = broker.tcpClient(ProtocolVersion.MQTT_5)
                    .send(Connect.of(ProtocolVersion.MQTT_5, "c", true, 0))
                    .expect(ConnAck.class);
            ConnAck three = broker.tcpClient(ProtocolVersion.MQTT_3_1_1)
                    .send(Connect.of(ProtocolVersion.MQTT_3_1_1, "c", true, 0))
                    .expect(ConnAck.class);

            assertThat(answer.reason()).isEqualTo(ReasonCode.USE_ANOTHER_SERVER);
            assertThat(answer.properties().string(PropertyId.SERVER_REFERENCE)).isEqualTo("other:1883");
            assertThat(three.reason()).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
            assertThat(broker.events().await(ConnectRefused.class).reasonCode())
                    .isEqualTo(ReasonCode.USE_ANOTHER_SERVER);
        }
        try (TestBroker broker = broker(AuthenticationResult.redirected("other", true))) {
            assertThat(broker.tcpClient(ProtocolVersion.MQTT_5)
                            .send(Connect.of(ProtocolVersion.MQTT_5, "c", true, 0))
                            .expect(ConnAck.class)
                            .reason())
                    .isEqualTo(ReasonCode.SERVER_MOVED);
        }
    }

    @Test
    void valuesAreChecked() {
        assertThatThrownBy(() -> ClientLimits.builder().receiveMaximum(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("receiveMaximum must be 1..65535: receiveMaximum=0");
        assertThatThrownBy(() -> AuthenticationResult.redirected(" ", false))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
