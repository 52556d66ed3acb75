package io.maxmq.protocol;

import io.maxmq.Spec;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.config.SessionLimits;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.spi.event.BrokerEvent.ConnectRefused;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** CONNECT and CONNACK (MQTT 5.0 §3.1, §3.2; MQTT 3.1 §3.1). */
class ConnectTest {
    @AutoClose
    /** The authenticator vouches for the user name of each CONNECT. */
    private final TestBroker broker = TestBroker.closed(builder ->
            builder.authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed())));

    private static Connect connect(ProtocolVersion version, String clientId, boolean cleanStart, String user) {
        return new Connect(version, false, cleanStart, 0, Properties.NONE, clientId, null, user, null);
    }

    private ReasonCode refusal(Connect connect) {
        return refusal(broker, connect);
    }

    private static ReasonCode refusal(TestBroker broker, Connect connect) {
        TestClient client = broker.client(connect.version());
        ReasonCode reason = client.send(connect).expect(ConnAck.class).reason();
        client.expectEnd();
        return reason;
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void isToldToListeners(ProtocolVersion version) {
        broker.connected(version, "client");

        ClientConnected event = broker.events().await(ClientConnected.class);

        assertThat(event.client().clientId()).isEqualTo("client");
        assertThat(event.client().protocolVersion()).isEqualTo(version);
        assertThat(event.client().listener()).isEqualTo("in-memory");
        assertThat(event.sessionPresent()).isFalse();
    }

    @Test
    @Spec(
            value = {"MQTT-3.1.3-6", "MQTT-3.1.3-7", "MQTT-3.2.2-16"},
            v3 = "MQTT-3.1.3-6")
    void anEmptyClientIdGetsOneFromTheBroker() {
        TestClient five = broker.client(ProtocolVersion.MQTT_5);
        ConnAck answer = five.connect("", true);
        String assigned = answer.properties().string(PropertyId.ASSIGNED_CLIENT_IDENTIFIER);
        assertThat(assigned).isNotEmpty();

        TestClient other = broker.client(ProtocolVersion.MQTT_5);
        assertThat(other.connect("", true).properties().string(PropertyId.ASSIGNED_CLIENT_IDENTIFIER))
                .isNotEqualTo(assigned);
        broker.connected(ProtocolVersion.MQTT_3_1_1, "");
        five.ping();
        other.ping();
    }

    @Test
    void anAssignedClientIdResumesItsSession() {
        Properties expiry =
                Properties.builder().set(PropertyId.SESSION_EXPIRY_INTERVAL, 60).build();
        TestClient first = broker.client(ProtocolVersion.MQTT_5);
        String assigned = first.connect(
                        new Connect(ProtocolVersion.MQTT_5, false, false, 0, expiry, "", null, null, null))
                .properties()
                .string(PropertyId.ASSIGNED_CLIENT_IDENTIFIER);
        first.disconnect();

        TestClient back = broker.client(ProtocolVersion.MQTT_5);

        assertThat(back.connect(assigned, false).sessionPresent()).isTrue();
    }

    @Test
    @Spec(v3 = {"MQTT-3.1.3-7", "MQTT-3.1.3-8"})
    void anEmptyClientIdNeedsACleanSessionBeforeVersionFive() {
        assertThat(refusal(connect(ProtocolVersion.MQTT_3_1_1, "", false, null)))
                .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }

    @Test
    void versionThreeOneHasNoEmptyClientId() {
        TestClient client = broker.client(ProtocolVersion.MQTT_3_1);

        client.sendInts(0x10, 14, 0, 6, 'M', 'Q', 'I', 's', 'd', 'p', 3, 2, 0, 60, 0, 0);

        assertThat(client.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        client.expectEnd();
    }

    @Test
    @Spec(value = "MQTT-3.1.3-8", v3 = "MQTT-3.1.3-9")
    void clientIdsMayHave256BytesInUtf8() {
        broker.connected(ProtocolVersion.MQTT_5, "x".repeat(256));
        assertThat(refusal(connect(ProtocolVersion.MQTT_5, "x".repeat(257), true, null)))
                .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        assertThat(refusal(connect(ProtocolVersion.MQTT_3_1_1, "é".repeat(129), true, null)))
                .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }

    @Test
    void longClientIdsInVersionThreeOneAreAChoice() {
        broker.connected(ProtocolVersion.MQTT_3_1, "x".repeat(100));
        try (TestBroker strict = TestBroker.start(builder -> builder.connections(
                ConnectionLimits.builder().longClientIdsInV31(false).build()))) {
            strict.connected(ProtocolVersion.MQTT_3_1, "x".repeat(23));
            TestClient client = strict.client(ProtocolVersion.MQTT_3_1);

            client.send(connect(ProtocolVersion.MQTT_3_1, "x".repeat(24), true, null));

            assertThat(client.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
            client.expectEnd();
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void anotherUsersConnectLeavesTheOwnerAlone(ProtocolVersion version) {
        anotherUsersConnectLeavesTheOwnerAlone(broker, version);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void anotherClaimedNameLeavesTheOwnerAlone(ProtocolVersion version) {
        try (TestBroker anonymous = TestBroker.start()) {
            anotherUsersConnectLeavesTheOwnerAlone(anonymous, version);
        }
    }

    private static void anotherUsersConnectLeavesTheOwnerAlone(TestBroker broker, ProtocolVersion version) {
        TestClient owner = broker.connected(connect(version, "shared-id", true, "alice"));
        owner.subscribe("a", QoS.AT_LEAST_ONCE);

        assertThat(refusal(broker, connect(version, "shared-id", true, "mallory")))
                .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        assertThat(refusal(broker, connect(version, "shared-id", true, null)))
                .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);

        broker.publish(io.maxmq.spi.Message.of("a", "still here"));
        owner.expectMessage("a", "still here");
        ConnectRefused refused = broker.events().await(ConnectRefused.class);
        assertThat(refused.reasonCode()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }

    @Test
    void anotherUsersConnectLeavesAnOfflineSessionAlone() {
        anotherUsersConnectLeavesAnOfflineSessionAlone(broker);
    }

    @Test
    void anotherClaimedNameLeavesAnOfflineSessionAlone() {
        try (TestBroker anonymous = TestBroker.start()) {
            anotherUsersConnectLeavesAnOfflineSessionAlone(anonymous);
        }
    }

    private static void anotherUsersConnectLeavesAnOfflineSessionAlone(TestBroker broker) {
        TestClient owner = broker.connected(connect(ProtocolVersion.MQTT_3_1_1, "shared-id", false, "alice"));
        owner.disconnect();

        assertThat(refusal(broker, connect(ProtocolVersion.MQTT_3_1_1, "shared-id", false, "mallory")))
                .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);

        TestClient back = broker.client(ProtocolVersion.MQTT_3_1_1);
        assertThat(back.connect(connect(ProtocolVersion.MQTT_3_1_1, "shared-id", false, "alice"))
                        .sessionPresent())
                .isTrue();
    }

    @Test
    @Spec(value = "MQTT-3.1.2-2", v3 = "MQTT-3.1.2-2")
    void anUnknownProtocolLevelIsAnswered() {
        TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);

        client.sendInts(0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 9, 2, 0, 60, 0, 1, 'x');

        assertThat(client.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION);
        client.expectEnd();
    }

    @Test
    @Spec(value = "MQTT-3.1.2-1", v3 = "MQTT-3.1.2-1")
    void anUnknownProtocolNameIsAnsweredLikeAnUnknownLevel() {
        TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);

        client.sendInts(0x10, 13, 0, 4, 'H', 'T', 'T', 'P', 4, 2, 0, 60, 0, 1, 'x');

        assertThat(client.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION);
        client.expectEnd();
    }

    @Test
    @Spec(value = "MQTT-3.1.0-1", v3 = "MQTT-3.1.0-1")
    void anythingElseBeforeConnectCloses() {
        for (int[] bytes : new int[][] {{0xC0, 0}, {0x30, 3, 0, 1, 'a'}, {0xE0, 0}, {'G', 'E', 'T', ' ', '/'}}) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);
            client.sendInts(bytes);
            client.expectEnd();
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec(value = "MQTT-3.1.0-2", v3 = "MQTT-3.1.0-2")
    void aSecondConnectIsAProtocolError(ProtocolVersion version) {
        TestClient client = broker.connected(version, "client");

        client.send(Connect.of(version, "client", true, 0));

        client.expectDisconnect(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    @Spec("MQTT-3.1.2-3")
    void aMalformedConnectOfVersionFiveIsAnswered() {
        TestClient client = broker.client(ProtocolVersion.MQTT_5);

        // The reserved flag is set [MQTT-3.1.2-3].
        client.sendInts(0x10, 14, 0, 4, 'M', 'Q', 'T', 'T', 5, 3, 0, 60, 0, 0, 1, 'x');

        assertThat(client.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.MALFORMED_PACKET);
        client.expectEnd();
    }

    @Test
    @Spec("MQTT-4.12.0-1")
    void anAuthenticationMethodIsRefused() {
        assertThat(refusal(new Connect(
                        ProtocolVersion.MQTT_5,
                        false,
                        true,
                        0,
                        Properties.builder()
                                .set(PropertyId.AUTHENTICATION_METHOD, "SCRAM-SHA-256")
                                .build(),
                        "client",
                        null,
                        null,
                        null)))
                .isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD);
    }

    @Test
    void moreSessionsThanAllowedAreRefused() {
        try (TestBroker small = TestBroker.start(builder ->
                builder.sessions(SessionLimits.builder().maxSessions(2).build()))) {
            small.connected(ProtocolVersion.MQTT_5, "one");
            TestClient two = small.connected(ProtocolVersion.MQTT_5, "two");
            TestClient three = small.client(ProtocolVersion.MQTT_5);

            three.send(Connect.of(ProtocolVersion.MQTT_5, "three", true, 0));

            assertThat(three.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            two.disconnect();
            small.awaitDisconnected("two");
            small.connected(ProtocolVersion.MQTT_5, "four");
        }
    }

    @Test
    @Spec("MQTT-3.2.0-1")
    void aClientMayTalkBeforeItsConnAck() {
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        TestClient subscriber = broker.connected(ProtocolVersion.MQTT_5, "subscriber");
        subscriber.subscribe("a", QoS.AT_LEAST_ONCE);

        client.send(
                Connect.of(ProtocolVersion.MQTT_5, "client", true, 0),
                TestClient.message("a", "early", QoS.AT_LEAST_ONCE, 1));

        assertThat(client.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        client.expect(io.maxmq.codec.packet.PubAck.class);
        subscriber.expectMessage("a", "early");
    }

    @Test
    void withoutProblemInformationThereIsNoReasonString() {
        TestClient client = broker.connected(new Connect(
                ProtocolVersion.MQTT_5,
                false,
                true,
                0,
                Properties.builder()
                        .set(PropertyId.REQUEST_PROBLEM_INFORMATION, false)
                        .build(),
                "client",
                null,
                null,
                null));

        client.sendInts(0x36, 0);

        assertThat(client.expect(io.maxmq.codec.packet.Disconnect.class)
                        .properties()
                        .isEmpty())
                .isTrue();
    }
}
