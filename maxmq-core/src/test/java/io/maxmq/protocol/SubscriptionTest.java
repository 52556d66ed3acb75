package io.maxmq.protocol;

import io.maxmq.Spec;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.config.OverlappingSubscriptions;
import io.maxmq.config.SessionLimits;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.SubscribeInterceptor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/** SUBSCRIBE, UNSUBSCRIBE, wildcards, options, shared subscriptions (MQTT 5.0 §3.8, §3.10, §4.7, §4.8). */
class SubscriptionTest {
    @AutoClose
    private final TestBroker broker = TestBroker.start();

    private static Message message(String topic, String payload) {
        return Message.builder(topic)
                .payload(TestClient.bytes(payload).array())
                .qos(QoS.EXACTLY_ONCE)
                .build();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec(value = "MQTT-3.3.2-3", v3 = "MQTT-3.3.2-3")
    void wildcardsMatch(ProtocolVersion version) {
        TestClient client = broker.connected(version, "client");
        client.subscribe("a/+/c", QoS.AT_MOST_ONCE);
        client.subscribe("x/#", QoS.AT_MOST_ONCE);

        for (String topic : List.of("a/b/c", "a//c", "a/b", "a/b/c/d", "x", "x/y", "x/y/z", "xx")) {
            broker.publish(Message.of(topic, topic));
        }

        for (String topic : List.of("a/b/c", "a//c", "x", "x/y", "x/y/z")) {
            client.expectMessage(topic, topic);
        }
        client.expectNothing();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec(value = "MQTT-3.3.4-2", v3 = "MQTT-3.3.5-1")
    void overlappingSubscriptionsDeliverOnceAtTheHighestQos(ProtocolVersion version) {
        TestClient client = broker.connected(version, "client");
        client.subscribe("a/#", QoS.AT_MOST_ONCE);
        client.subscribe("a/b", QoS.EXACTLY_ONCE);
        client.subscribe("+/b", QoS.AT_LEAST_ONCE);

        broker.publish(message("a/b", "once"));

        assertThat(client.expectMessage("a/b", "once").qos()).isEqualTo(QoS.EXACTLY_ONCE);
        client.expectNothing();
    }

    @Test
    @Spec({"MQTT-3.3.4-3", "MQTT-3.3.4-4"})
    void overlappingSubscriptionsTellAllTheirIdentifiers() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe(id(1), RequestedSubscription.of("a/#", QoS.AT_MOST_ONCE));
        client.subscribe(id(268_435_455), RequestedSubscription.of("a/b", QoS.EXACTLY_ONCE));
        client.subscribe("+/b", QoS.AT_LEAST_ONCE);

        broker.publish(message("a/b", "once"));

        assertThat(client.expectMessage("a/b", "once").properties().subscriptionIdentifiers())
                .containsExactlyInAnyOrder(1, 268_435_455);
        client.expectNothing();
    }

    private static Properties id(int identifier) {
        return Properties.builder().subscriptionIdentifier(identifier).build();
    }

    @Test
    @Spec("MQTT-3.8.4-3")
    void subscribingAgainReplacesOptionsAndIdentifier() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe(id(1), RequestedSubscription.of("a", QoS.EXACTLY_ONCE));
        client.subscribe(id(2), RequestedSubscription.of("a", QoS.AT_LEAST_ONCE));

        broker.publish(message("a", "once"));

        Publish received = client.expectMessage("a", "once");
        assertThat(received.qos()).isEqualTo(QoS.AT_LEAST_ONCE);
        assertThat(received.properties().subscriptionIdentifiers()).containsExactly(2);
        client.expectNothing();
    }

    @Test
    @Spec("MQTT-3.8.3-3")
    void noLocalKeepsOwnMessagesBack() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe(
                Properties.NONE,
                new RequestedSubscription("a", QoS.AT_LEAST_ONCE, true, false, RetainHandling.SEND_AT_SUBSCRIBE));
        TestClient other = broker.connected(ProtocolVersion.MQTT_5, "other");

        client.publish("a", "own", QoS.AT_LEAST_ONCE);
        other.publish("a", "other's", QoS.AT_LEAST_ONCE);

        client.expectMessage("a", "other's");
        client.expectNothing();
    }

    private static RequestedSubscription noLocal(String filter) {
        return new RequestedSubscription(filter, QoS.AT_LEAST_ONCE, true, false, RetainHandling.SEND_AT_SUBSCRIBE);
    }

    @Test
    @Spec("MQTT-3.8.3-3")
    void noLocalLeavesOutOwnRetainedMessages() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        TestClient other = broker.connected(ProtocolVersion.MQTT_5, "other");
        client.publish("r/own", "own", QoS.AT_LEAST_ONCE, true);
        other.publish("r/theirs", "theirs", QoS.AT_LEAST_ONCE, true);
        broker.publish(
                Message.builder("r/application").payload("app").retain(true).build());

        client.subscribe(Properties.NONE, noLocal("r/+"));

        assertThat(List.of(
                        client.expect(Publish.class).topic(),
                        client.expect(Publish.class).topic()))
                .containsExactlyInAnyOrder("r/theirs", "r/application");
        client.expectNothing();
        // No Local is about the last publisher of a topic, and about a client id rather than a session.
        other.publish("r/own", "taken over", QoS.AT_LEAST_ONCE, true);
        client.expectMessage("r/own", "taken over");
        client.publish("r/theirs", "taken over", QoS.AT_LEAST_ONCE, true);
        client.disconnect();
        broker.awaitDisconnected("client");
        TestClient back = broker.connected(ProtocolVersion.MQTT_5, "client");
        back.subscribe(Properties.NONE, noLocal("r/own"));
        back.expectMessage("r/own", "taken over");
        back.subscribe(Properties.NONE, noLocal("r/theirs"));
        back.expectNothing();
        back.subscribe("r/theirs", QoS.AT_LEAST_ONCE);
        back.expectMessage("r/theirs", "taken over");
    }

    @Test
    void noLocalOfOneSubscriptionLeavesTheOtherItsMessage() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe(
                id(1),
                new RequestedSubscription("a/#", QoS.EXACTLY_ONCE, true, false, RetainHandling.SEND_AT_SUBSCRIBE));
        client.subscribe(id(2), RequestedSubscription.of("a/b", QoS.AT_MOST_ONCE));

        client.send(TestClient.message("a/b", "own", QoS.AT_MOST_ONCE, 0));

        Publish received = client.expectMessage("a/b", "own");
        assertThat(received.properties().subscriptionIdentifiers()).containsExactly(2);
        client.expectNothing();
    }

    @Test
    @Spec("MQTT-3.8.3-4")
    void noLocalOnASharedSubscriptionIsAProtocolError() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        client.send(new Subscribe(
                1,
                Properties.NONE,
                List.of(new RequestedSubscription(
                        "$share/g/a", QoS.AT_MOST_ONCE, true, false, RetainHandling.SEND_AT_SUBSCRIBE))));

        client.expectDisconnect(ReasonCode.PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec(value = "MQTT-3.10.4-2", v3 = "MQTT-3.10.4-2")
    void unsubscribeEndsDelivery(ProtocolVersion version) {
        TestClient client = broker.connected(version, "client");
        client.subscribe("a", QoS.AT_LEAST_ONCE);

        client.unsubscribe("a");
        broker.publish(message("a", "unheard"));

        client.expectNothing();
        assertThat(broker.events().await(BrokerEvent.Unsubscribed.class).topicFilter())
                .isEqualTo("a");
    }

    @Test
    void unsubscribeTellsWhatWasNotSubscribed() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe("a", QoS.AT_LEAST_ONCE);

        assertThat(client.unsubscribe("a").reasons()).containsExactly(ReasonCode.SUCCESS);
        assertThat(client.unsubscribe("a").reasons()).containsExactly(ReasonCode.NO_SUBSCRIPTION_EXISTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/#/b", "a+", "", "$share//a", "$share/g", "$exclusive/#/a"})
    void unsubscribeFromAnInvalidFilterIsRefusedAsInvalid(String filter) {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        assertThat(client.unsubscribe(filter).reasons()).containsExactly(ReasonCode.TOPIC_FILTER_INVALID);
    }

    @Test
    @Spec({"MQTT-3.8.4-2", "MQTT-3.8.4-6", "MQTT-3.8.4-7", "MQTT-3.9.3-1"})
    void answersEachFilterOfOneSubscribe() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        SubAck answer = client.send(new Subscribe(
                        9,
                        Properties.NONE,
                        List.of(
                                RequestedSubscription.of("a", QoS.AT_MOST_ONCE),
                                RequestedSubscription.of("a/#/b", QoS.AT_LEAST_ONCE),
                                RequestedSubscription.of("b", QoS.EXACTLY_ONCE))))
                .expect(SubAck.class);

        assertThat(answer.packetId()).isEqualTo(9);
        assertThat(answer.reasons())
                .containsExactly(ReasonCode.SUCCESS, ReasonCode.TOPIC_FILTER_INVALID, ReasonCode.GRANTED_QOS_2);
    }

    @Test
    void refusesMoreFiltersThanASessionMayHave() {
        try (TestBroker small = TestBroker.start(builder ->
                builder.sessions(SessionLimits.builder().maxSubscriptions(2).build()))) {
            TestClient client = small.connected(ProtocolVersion.MQTT_5, "client");
            client.subscribe("a", QoS.AT_MOST_ONCE);
            client.subscribe("b", QoS.AT_MOST_ONCE);

            SubAck answer = client.send(
                            new Subscribe(9, Properties.NONE, List.of(RequestedSubscription.of("c", QoS.AT_MOST_ONCE))))
                    .expect(SubAck.class);

            assertThat(answer.reasons()).containsExactly(ReasonCode.QUOTA_EXCEEDED);
            // One that is there may be changed.
            client.subscribe("a", QoS.AT_LEAST_ONCE);
        }
    }

    private static ReasonCode refusal(TestClient client, Properties properties, String filter) {
        return client.send(new Subscribe(5, properties, List.of(RequestedSubscription.of(filter, QoS.AT_MOST_ONCE))))
                .expect(SubAck.class)
                .reasons()
                .get(0);
    }

    @Test
    void versionThreeOneIsToldNoRefusal() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_3_1, "client");

        SubAck answer = client.send(new Subscribe(
                        9, Properties.NONE, List.of(RequestedSubscription.of("a/#/b", QoS.AT_LEAST_ONCE))))
                .expect(SubAck.class);

        assertThat(answer.reasons()).containsExactly(ReasonCode.GRANTED_QOS_1);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void overlappingSubscriptionsDeliverEachWhenThatIsTheSetting(ProtocolVersion version) {
        try (TestBroker each = TestBroker.start(builder ->
                builder.configure(config -> config.overlapping(OverlappingSubscriptions.DELIVERY_PER_SUBSCRIPTION)))) {
            TestClient client = each.connected(version, "client");
            client.subscribe("a/#", QoS.AT_MOST_ONCE);
            client.subscribe("a/b", QoS.EXACTLY_ONCE);

            each.publish(message("a/b", "twice"));

            assertThat(List.of(
                            client.expectMessage("a/b", "twice").qos(),
                            client.expectMessage("a/b", "twice").qos()))
                    .containsExactlyInAnyOrder(QoS.AT_MOST_ONCE, QoS.EXACTLY_ONCE);
            client.expectNothing();
        }
    }

    @Test
    @Spec("MQTT-3.3.4-5")
    void copiesCarryTheIdentifierOfTheirOwnSubscriptionWhenEachIsDelivered() {
        try (TestBroker each = TestBroker.start(builder ->
                builder.configure(config -> config.overlapping(OverlappingSubscriptions.DELIVERY_PER_SUBSCRIPTION)))) {
            TestClient client = each.connected(ProtocolVersion.MQTT_5, "client");
            client.subscribe(id(1), RequestedSubscription.of("a/#", QoS.AT_MOST_ONCE));
            client.subscribe(id(2), RequestedSubscription.of("a/b", QoS.EXACTLY_ONCE));

            each.publish(message("a/b", "twice"));

            assertThat(List.of(client.expectMessage("a/b", "twice"), client.expectMessage("a/b", "twice")))
                    .extracting(copy -> copy.qos(), copy -> copy.properties().subscriptionIdentifiers())
                    .containsExactlyInAnyOrder(
                            tuple(QoS.AT_MOST_ONCE, List.of(1)), tuple(QoS.EXACTLY_ONCE, List.of(2)));
            client.expectNothing();
        }
    }

    @Test
    void aSubscriptionWithoutAQueueStaysWhileItsClientIsAway() {
        SubscribeInterceptor noQueue = (client, request) ->
                request.topicFilter().startsWith("now/") ? Decision.change(request.withoutQueue()) : Decision.proceed();
        try (TestBroker with = TestBroker.start(builder -> builder.interceptor(noQueue))) {
            TestClient client = with.client(ProtocolVersion.MQTT_3_1_1);
            client.connect("client", false);
            client.subscribe("now/#", QoS.AT_LEAST_ONCE);
            client.subscribe("+/later", QoS.AT_LEAST_ONCE);
            client.disconnect();
            with.awaitDisconnected("client");

            with.publish(message("now/a", "missed"));
            with.publish(message("now/later", "kept by the other filter"));

            MessageDropped missed = with.events().await(MessageDropped.class);
            assertThat(missed.reason()).isEqualTo(DropReason.NOT_QUEUED);
            assertThat(missed.topic()).isEqualTo("now/a");
            TestClient back = with.client(ProtocolVersion.MQTT_3_1_1);
            back.connect("client", false);
            back.expectMessage("now/later", "kept by the other filter");
            with.publish(message("now/a", "live"));
            back.expectMessage("now/a", "live");
        }
    }

    // ---- shared

    private TestClient member(String clientId, String filter) {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, clientId);
        client.subscribe(filter, QoS.AT_LEAST_ONCE);
        return client;
    }

    @Test
    void aSharedSubscriptionGivesEachMessageToOneMemberInTurn() {
        List<TestClient> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            members.add(member("member-" + i, "$share/group/a/+"));
        }
        TestClient other = member("other", "$share/other/a/#");
        TestClient plain = member("plain", "a/b");

        for (int i = 0; i < 9; i++) {
            assertThat(broker.publish(message("a/b", "m" + i)).matched()).isEqualTo(3);
        }

        for (int i = 0; i < 9; i++) {
            members.get(i % 3).expectMessage("a/b", "m" + i);
            other.expectMessage("a/b", "m" + i);
            plain.expectMessage("a/b", "m" + i);
        }
        members.forEach(TestClient::expectNothing);
    }

    @Test
    void aMemberThatIsAwayIsSkipped() {
        TestClient away = broker.client(ProtocolVersion.MQTT_3_1_1);
        away.connect("away", false);
        away.subscribe("$share/group/a", QoS.AT_LEAST_ONCE);
        away.disconnect();
        TestClient here = member("here", "$share/group/a");

        for (int i = 0; i < 4; i++) {
            broker.publish(message("a", "m" + i));
        }

        for (int i = 0; i < 4; i++) {
            here.expectMessage("a", "m" + i);
        }
    }

    @Test
    void withEverybodyAwayAMemberKeepsTheMessage() {
        TestClient away = broker.client(ProtocolVersion.MQTT_3_1_1);
        away.connect("away", false);
        away.subscribe("$share/group/a", QoS.AT_LEAST_ONCE);
        away.disconnect();

        broker.publish(message("a", "kept"));

        TestClient back = broker.client(ProtocolVersion.MQTT_3_1_1);
        back.connect("away", false);
        back.expectMessage("a", "kept");
    }

    @Test
    void aMemberThatUnsubscribesGetsNoMore() {
        TestClient leaving = member("leaving", "$share/group/a");
        TestClient staying = member("staying", "$share/group/a");

        leaving.unsubscribe("$share/group/a");
        for (int i = 0; i < 4; i++) {
            broker.publish(message("a", "m" + i));
        }

        for (int i = 0; i < 4; i++) {
            staying.expectMessage("a", "m" + i);
        }
        leaving.expectNothing();
    }

    @Test
    void whatAMemberLeavesUnacknowledgedGoesToAnother() {
        TestClient leaving = member("leaving", "$share/group/a");
        broker.publish(message("a", "left"));
        leaving.expect(Publish.class);
        TestClient staying = member("staying", "$share/group/a");

        leaving.disconnect();

        staying.expectMessage("a", "left");
    }

    @Test
    void aFullMemberPassesTheMessageOn() {
        try (TestBroker small = TestBroker.start(builder -> builder.sessions(
                SessionLimits.builder().maxInFlight(1).maxQueuedMessages(1).build()))) {
            TestClient full = small.connected(ProtocolVersion.MQTT_5, "full");
            full.subscribe("$share/group/a", QoS.AT_LEAST_ONCE);
            small.publish(message("a", "in flight"));
            small.publish(message("a", "queued"));
            TestClient free = small.connected(ProtocolVersion.MQTT_5, "free");
            free.subscribe("$share/group/a", QoS.AT_LEAST_ONCE);

            for (int i = 0; i < 4; i++) {
                assertThat(small.publish(message("a", "m" + i)).queued()).isEqualTo(1);
                free.expectMessage("a", "m" + i);
                free.ping();
            }
        }
    }

    @Test
    @Spec({"MQTT-4.8.2-1", "MQTT-4.8.2-2"})
    void malformedShareFiltersAreRefused() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        for (String filter : List.of("$share/", "$share/g", "$share/g/", "$share//a", "$share/+/a", "$share/#/a")) {
            assertThat(refusal(client, Properties.NONE, filter)).as(filter).isEqualTo(ReasonCode.TOPIC_FILTER_INVALID);
        }
    }

    @Test
    void theFirstOnesAcknowledgementDoesNotWaitForASlowOne() {
        TestClient slow = broker.connected(ProtocolVersion.MQTT_5, "slow");
        slow.subscribe("a", QoS.AT_LEAST_ONCE);
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");

        publisher.send(TestClient.message("a", "x", QoS.AT_LEAST_ONCE, 1));

        assertThat(publisher.expect(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void connAckSaysNothingOfWhatIsOfferedByDefault() {
        TestClient client = broker.client(ProtocolVersion.MQTT_5);

        ConnAck answer = client.connect("client", true);

        assertThat(answer.properties().ids())
                .containsExactlyInAnyOrder(
                        PropertyId.RECEIVE_MAXIMUM,
                        PropertyId.MAXIMUM_PACKET_SIZE,
                        PropertyId.TOPIC_ALIAS_MAXIMUM,
                        PropertyId.SERVER_KEEP_ALIVE);
        assertThat(answer.properties().intOr(PropertyId.RECEIVE_MAXIMUM, 0)).isEqualTo(100);
        assertThat(answer.properties().longOr(PropertyId.MAXIMUM_PACKET_SIZE, 0))
                .isEqualTo(1 << 20);
        assertThat(answer.properties().intOr(PropertyId.TOPIC_ALIAS_MAXIMUM, 0)).isEqualTo(32);
    }
}
