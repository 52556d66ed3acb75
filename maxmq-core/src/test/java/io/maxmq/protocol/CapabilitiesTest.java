package io.maxmq.protocol;

import io.maxmq.Spec;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.config.Capabilities;
import io.maxmq.config.ConnectionLimits;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What CONNACK says is what holds, for who is told and for who is not (MQTT 5.0 §3.2.2.3). */
class CapabilitiesTest {
    private static TestBroker offering(Capabilities.Builder capabilities) {
        return TestBroker.start(builder -> builder.capabilities(capabilities.build()));
    }

    private static Connect withWill(ProtocolVersion version, QoS qos, boolean retain) {
        return new Connect(
                version,
                false,
                true,
                0,
                Properties.NONE,
                "client",
                new ConnectWill("will", TestClient.bytes("x"), qos, retain, Properties.NONE),
                null,
                null);
    }

    private static Connect asking(Properties properties, String clientId) {
        return new Connect(ProtocolVersion.MQTT_5, false, true, 0, properties, clientId, null, null, null);
    }

    // ---- quality of service

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec({"MQTT-3.2.2-9", "MQTT-3.2.2-10", "MQTT-3.2.2-11"})
    void noMoreThanTheMaximumQos(ProtocolVersion version) {
        try (TestBroker broker = offering(Capabilities.builder().maximumQos(QoS.AT_MOST_ONCE))) {
            TestClient client = broker.client(version);
            ConnAck answer = client.connect("client", true);
            if (version.isV5()) {
                assertThat(answer.properties().intOr(PropertyId.MAXIMUM_QOS, 2)).isZero();
            }

            assertThat(client.subscribe("a", QoS.EXACTLY_ONCE).reasons()).containsExactly(ReasonCode.SUCCESS);
            client.publish("a", "x", QoS.AT_MOST_ONCE);
            client.expectMessage("a", "x");
            client.send(TestClient.message("a", "y", QoS.AT_LEAST_ONCE, 1));
            client.expectDisconnect(ReasonCode.QOS_NOT_SUPPORTED);
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec("MQTT-3.2.2-12")
    void noWillAboveTheMaximumQos(ProtocolVersion version) {
        try (TestBroker broker = offering(Capabilities.builder().maximumQos(QoS.AT_LEAST_ONCE))) {
            TestClient client = broker.client(version);

            client.send(withWill(version, QoS.EXACTLY_ONCE, false));

            assertThat(client.expect(ConnAck.class).reason())
                    .isEqualTo(version.isV5() ? ReasonCode.QOS_NOT_SUPPORTED : ReasonCode.SERVER_UNAVAILABLE);
            client.expectEnd();
            broker.client(version).connect(withWill(version, QoS.AT_LEAST_ONCE, false));
        }
    }

    // ---- retain

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec("MQTT-3.2.2-14")
    void noRetainWhereThereIsNone(ProtocolVersion version) {
        try (TestBroker broker = offering(Capabilities.builder().retainAvailable(false))) {
            TestClient client = broker.client(version);
            ConnAck answer = client.connect("client", true);
            if (version.isV5()) {
                assertThat(answer.properties().booleanOr(PropertyId.RETAIN_AVAILABLE, true))
                        .isFalse();
            }

            client.send(new Publish(false, QoS.AT_MOST_ONCE, true, "a", 0, Properties.NONE, TestClient.bytes("x")));

            client.expectDisconnect(ReasonCode.RETAIN_NOT_SUPPORTED);
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec("MQTT-3.2.2-13")
    void noRetainedWillWhereThereIsNoRetain(ProtocolVersion version) {
        try (TestBroker broker = offering(Capabilities.builder().retainAvailable(false))) {
            TestClient client = broker.client(version);

            client.send(withWill(version, QoS.AT_MOST_ONCE, true));

            assertThat(client.expect(ConnAck.class).reason())
                    .isEqualTo(version.isV5() ? ReasonCode.RETAIN_NOT_SUPPORTED : ReasonCode.SERVER_UNAVAILABLE);
            client.expectEnd();
        }
    }

    // ---- subscriptions

    private static Capabilities.Builder plainSubscriptionsOnly() {
        return Capabilities.builder()
                .wildcardSubscriptionsAvailable(false)
                .sharedSubscriptionsAvailable(false)
                .subscriptionIdentifiersAvailable(false);
    }

    @ParameterizedTest
    @CsvSource({
        "a/+, 0, WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED",
        "#, 0, WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED",
        "$share/g/a, 0, SHARED_SUBSCRIPTIONS_NOT_SUPPORTED",
        "a, 7, SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED"
    })
    void askingForWhatConnAckDeniedIsAProtocolError(String filter, int id, ReasonCode reason) {
        try (TestBroker broker = offering(plainSubscriptionsOnly())) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);
            Properties told = client.connect("client", true).properties();
            assertThat(told.booleanOr(PropertyId.WILDCARD_SUBSCRIPTION_AVAILABLE, true))
                    .isFalse();
            assertThat(told.booleanOr(PropertyId.SHARED_SUBSCRIPTION_AVAILABLE, true))
                    .isFalse();
            assertThat(told.booleanOr(PropertyId.SUBSCRIPTION_IDENTIFIER_AVAILABLE, true))
                    .isFalse();
            client.subscribe("plain", QoS.AT_LEAST_ONCE);

            client.send(new Subscribe(
                    1,
                    id == 0
                            ? Properties.NONE
                            : Properties.builder().subscriptionIdentifier(id).build(),
                    List.of(
                            RequestedSubscription.of("fine", QoS.AT_MOST_ONCE),
                            RequestedSubscription.of(filter, QoS.AT_MOST_ONCE))));

            client.expectDisconnect(reason);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/+", "$share/g/a"})
    void versionThreeIsAnsweredFilterByFilter(String filter) {
        try (TestBroker broker = offering(plainSubscriptionsOnly())) {
            TestClient newer = broker.connected(ProtocolVersion.MQTT_3_1_1, "newer");
            TestClient older = broker.connected(ProtocolVersion.MQTT_3_1, "older");
            Subscribe subscribe = new Subscribe(
                    1,
                    Properties.NONE,
                    List.of(
                            RequestedSubscription.of(filter, QoS.AT_MOST_ONCE),
                            RequestedSubscription.of("fine", QoS.AT_MOST_ONCE)));

            assertThat(newer.send(subscribe).expect(SubAck.class).reasons())
                    .containsExactly(ReasonCode.UNSPECIFIED_ERROR, ReasonCode.SUCCESS);
            assertThat(older.send(subscribe).expect(SubAck.class).reasons())
                    .containsExactly(ReasonCode.SUCCESS, ReasonCode.SUCCESS);
            newer.publish("a/x", "unheard", QoS.AT_MOST_ONCE);
            newer.publish("fine", "heard", QoS.AT_MOST_ONCE);
            newer.expectMessage("fine", "heard");
            older.expectMessage("fine", "heard");
        }
    }

    @Test
    @Spec("MQTT-3.1.2-29")
    void aRefusedFilterIsExplainedToWhoWantsIt() {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
            TestClient terse = broker.connected(asking(
                    Properties.builder()
                            .set(PropertyId.REQUEST_PROBLEM_INFORMATION, false)
                            .build(),
                    "terse"));
            TestClient narrow = broker.connected(asking(
                    Properties.builder().set(PropertyId.MAXIMUM_PACKET_SIZE, 50).build(), "narrow"));
            Subscribe wrong =
                    new Subscribe(1, Properties.NONE, List.of(RequestedSubscription.of("a/#/b", QoS.AT_MOST_ONCE)));

            SubAck explained = client.send(wrong).expect(SubAck.class);
            SubAck unexplained = terse.send(wrong).expect(SubAck.class);
            SubAck shortened = narrow.send(wrong).expect(SubAck.class);

            assertThat(explained.properties().string(PropertyId.REASON_STRING)).startsWith("a/#/b: ");
            assertThat(List.of(explained.reasons(), unexplained.reasons(), shortened.reasons()))
                    .containsOnly(List.of(ReasonCode.TOPIC_FILTER_INVALID));
            assertThat(unexplained.properties().isEmpty()).isTrue();
            assertThat(shortened.properties().isEmpty()).isTrue();
        }
    }

    // ---- limits

    @Test
    void theLimitsThatHoldAreTold() {
        ConnectionLimits limits = ConnectionLimits.builder()
                .receiveMaximum(3)
                .topicAliasMaximum(5)
                .maxPacketBytes(100_000)
                .build();
        try (TestBroker broker = TestBroker.start(builder -> builder.connections(limits))) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);

            Properties told = client.connect("client", true).properties();

            assertThat(told.intOr(PropertyId.RECEIVE_MAXIMUM, 0)).isEqualTo(3);
            assertThat(told.intOr(PropertyId.TOPIC_ALIAS_MAXIMUM, 0)).isEqualTo(5);
            assertThat(told.longOr(PropertyId.MAXIMUM_PACKET_SIZE, 0)).isEqualTo(100_000);
            client.sendInts(0x30, 0xA1, 0x8D, 0x06); // PUBLISH with 100,001 bytes behind this
            client.expectDisconnect(ReasonCode.PACKET_TOO_LARGE);
        }
    }

    @Test
    @Spec({"MQTT-3.1.2-24", "MQTT-3.2.2-19"})
    void evenConnAckKeepsWithinTheClientsMaximum() {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);
            client.send(asking(
                    Properties.builder().set(PropertyId.MAXIMUM_PACKET_SIZE, 8).build(), "client"));

            ConnAck refusal = client.expect(ConnAck.class);

            assertThat(refusal.reason()).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
            assertThat(refusal.properties().isEmpty()).isTrue();
            client.expectEnd();
        }
    }

    // ---- response information

    @Test
    @Spec("MQTT-3.1.2-28")
    void responseInformationIsForWhoAsks() {
        Properties request = Properties.builder()
                .set(PropertyId.REQUEST_RESPONSE_INFORMATION, true)
                .build();
        try (TestBroker broker =
                offering(Capabilities.builder().responseInformation("replies/${tenant}/${clientid}"))) {
            TestClient asking = broker.client(ProtocolVersion.MQTT_5);
            TestClient silent = broker.client(ProtocolVersion.MQTT_5);
            TestClient cunning = broker.client(ProtocolVersion.MQTT_5);

            assertThat(asking.connect(asking(request, "c1")).properties().string(PropertyId.RESPONSE_INFORMATION))
                    .isEqualTo("replies/default/c1");
            assertThat(silent.connect("c2", true).properties().has(PropertyId.RESPONSE_INFORMATION))
                    .isFalse();
            assertThat(cunning.connect(asking(request, "c1/x")).properties().has(PropertyId.RESPONSE_INFORMATION))
                    .isFalse();
        }
    }

    @Test
    void thereIsNoResponseInformationByDefault() {
        try (TestBroker broker = TestBroker.start()) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);

            Properties told = client.connect(asking(
                            Properties.builder()
                                    .set(PropertyId.REQUEST_RESPONSE_INFORMATION, true)
                                    .build(),
                            "client"))
                    .properties();

            assertThat(told.has(PropertyId.RESPONSE_INFORMATION)).isFalse();
        }
    }

    // ---- topics that begin with $

    @Test
    void dollarTopicsMayBeOpened() {
        try (TestBroker broker = offering(Capabilities.builder().openDollarTopics(Set.of("$app")))) {
            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
            client.subscribe("$app/#", QoS.AT_MOST_ONCE);

            assertThat(client.publish("$application/x", "closed", QoS.AT_LEAST_ONCE))
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(client.publish("$SYS/x", "closed", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            client.publish("$app/x", "open", QoS.AT_MOST_ONCE);
            client.publish("$app", "open too", QoS.AT_MOST_ONCE);

            client.expectMessage("$app/x", "open");
            client.expectMessage("$app", "open too");
        }
    }

    @Test
    void anOpenedDollarTopicMayBeAWillsToo() {
        try (TestBroker broker = offering(Capabilities.builder().openDollarTopics(Set.of("$app")))) {
            TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);

            client.connect(new Connect(
                    ProtocolVersion.MQTT_3_1_1,
                    false,
                    true,
                    0,
                    Properties.NONE,
                    "client",
                    new ConnectWill("$app/w", TestClient.bytes("x"), QoS.AT_MOST_ONCE, false, Properties.NONE),
                    null,
                    null));

            client.ping();
        }
    }
}
