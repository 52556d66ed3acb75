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
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.config.Capabilities;
import io.maxmq.config.RetainedLimits;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Retained messages and the RETAIN flag (MQTT 5.0 §3.3.1.3). */
class RetainedTest {
    @AutoClose
    private final TestBroker broker = TestBroker.start();

    private void retain(String topic, String payload, QoS qos) {
        broker.publish(Message.builder(topic)
                .payload(TestClient.bytes(payload).array())
                .qos(qos)
                .retain(true)
                .build());
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec(
            value = {"MQTT-3.3.1-5", "MQTT-3.3.1-9"},
            v3 = {"MQTT-3.3.1-5", "MQTT-3.3.1-6", "MQTT-3.3.1-8"})
    void comesToANewSubscriptionWithTheFlag(ProtocolVersion version) {
        TestClient publisher = broker.connected(version, "publisher");
        publisher.publish("a", "kept", QoS.AT_LEAST_ONCE, true);
        TestClient subscriber = broker.connected(version, "subscriber");

        subscriber.subscribe("a", QoS.EXACTLY_ONCE);

        Publish received = subscriber.expectMessage("a", "kept");
        assertThat(received.retain()).isTrue();
        assertThat(received.qos()).isEqualTo(QoS.AT_LEAST_ONCE);
    }

    @Test
    void comesAfterSubAck() {
        retain("a", "kept", QoS.AT_MOST_ONCE);
        TestClient subscriber = broker.connected(ProtocolVersion.MQTT_5, "subscriber");

        // subscribe() expects SUBACK as the next packet
        subscriber.subscribe("a", QoS.AT_MOST_ONCE);

        subscriber.expectMessage("a", "kept");
    }

    @Test
    @Spec(
            value = {"MQTT-3.3.1-12", "MQTT-3.3.1-13"},
            v3 = "MQTT-3.3.1-9")
    void aLiveMessageLosesTheFlagUnlessTheSubscriberWantsIt() {
        TestClient plain = broker.connected(ProtocolVersion.MQTT_5, "plain");
        plain.subscribe("a", QoS.AT_MOST_ONCE);
        TestClient asPublished = broker.connected(ProtocolVersion.MQTT_5, "as-published");
        asPublished.subscribe(
                Properties.NONE,
                new RequestedSubscription("a", QoS.AT_MOST_ONCE, false, true, RetainHandling.SEND_AT_SUBSCRIBE));
        TestClient three = broker.connected(ProtocolVersion.MQTT_3_1_1, "three");
        three.subscribe("a", QoS.AT_MOST_ONCE);

        retain("a", "live", QoS.AT_MOST_ONCE);
        broker.publish(Message.of("a", "plain"));

        assertThat(plain.expectMessage("a", "live").retain()).isFalse();
        assertThat(three.expectMessage("a", "live").retain()).isFalse();
        assertThat(asPublished.expectMessage("a", "live").retain()).isTrue();
        assertThat(asPublished.expectMessage("a", "plain").retain()).isFalse();
    }

    @Test
    void aBridgeGetsTheFlagAsPublished() {
        TestClient bridge = broker.connected(
                new Connect(ProtocolVersion.MQTT_3_1_1, true, true, 0, Properties.NONE, "bridge", null, null, null));
        bridge.subscribe("a", QoS.AT_MOST_ONCE);

        retain("a", "live", QoS.AT_MOST_ONCE);

        assertThat(bridge.expectMessage("a", "live").retain()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec(
            value = {"MQTT-3.3.1-6", "MQTT-3.3.1-7", "MQTT-3.3.1-8"},
            v3 = {"MQTT-3.3.1-10", "MQTT-3.3.1-11", "MQTT-3.3.1-12"})
    void isReplacedAndRemoved(ProtocolVersion version) {
        TestClient publisher = broker.connected(version, "publisher");
        publisher.publish("a", "first", QoS.AT_LEAST_ONCE, true);
        publisher.publish("a", "second", QoS.AT_LEAST_ONCE, true);
        publisher.publish("a", "not retained", QoS.AT_LEAST_ONCE, false);
        TestClient early = broker.connected(version, "early");
        early.subscribe("a", QoS.AT_MOST_ONCE);
        early.expectMessage("a", "second");

        publisher.publish("a", "", QoS.AT_LEAST_ONCE, true);

        // Removing is a message too, without the flag.
        assertThat(early.expectMessage("a", "").retain()).isFalse();
        TestClient late = broker.connected(version, "late");
        late.subscribe("a", QoS.AT_MOST_ONCE);
        late.expectNothing();
    }

    @Test
    @Spec({"MQTT-3.3.1-9", "MQTT-3.3.1-10", "MQTT-3.3.1-11"})
    void followsRetainHandling() {
        retain("a", "kept", QoS.AT_MOST_ONCE);
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        subscribe(client, RetainHandling.DO_NOT_SEND);
        client.expectNothing();
        subscribe(client, RetainHandling.SEND_IF_NEW);
        client.expectNothing();
        subscribe(client, RetainHandling.SEND_AT_SUBSCRIBE);
        client.expectMessage("a", "kept");
        client.unsubscribe("a");
        subscribe(client, RetainHandling.SEND_IF_NEW);
        client.expectMessage("a", "kept");
    }

    private static void subscribe(TestClient client, RetainHandling handling) {
        client.subscribe(Properties.NONE, new RequestedSubscription("a", QoS.AT_MOST_ONCE, false, false, handling));
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void comesAgainWhenTheSubscriptionIsMadeAgain(ProtocolVersion version) {
        retain("a", "kept", QoS.AT_MOST_ONCE);
        TestClient client = broker.connected(version, "client");

        for (int i = 0; i < 2; i++) {
            client.subscribe("a", QoS.AT_MOST_ONCE);
            client.expectMessage("a", "kept");
        }
    }

    @Test
    void comesToWildcardsButNotFromDollarTopics() {
        retain("a/b", "1", QoS.AT_MOST_ONCE);
        retain("a/c", "2", QoS.AT_MOST_ONCE);
        retain("b/b", "3", QoS.AT_MOST_ONCE);
        retain("a", "4", QoS.AT_MOST_ONCE);
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        client.subscribe("a/#", QoS.AT_MOST_ONCE);
        assertThat(topics(client, 3)).containsExactlyInAnyOrder("a", "a/b", "a/c");
        client.subscribe("+/b", QoS.AT_MOST_ONCE);
        assertThat(topics(client, 2)).containsExactlyInAnyOrder("a/b", "b/b");
        client.expectNothing();
    }

    private static List<String> topics(TestClient client, int count) {
        List<String> topics = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            topics.add(client.expect(Publish.class).topic());
        }
        return topics;
    }

    @Test
    void doesNotComeToSharedSubscriptions() {
        retain("a", "kept", QoS.AT_MOST_ONCE);
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        client.subscribe("$share/group/a", QoS.AT_MOST_ONCE);

        client.expectNothing();
    }

    @Test
    void carriesTheSubscriptionIdentifierAndWhatIsLeftOfItsExpiry() {
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        publisher.send(new Publish(
                false,
                QoS.AT_MOST_ONCE,
                true,
                "a",
                0,
                Properties.builder().set(PropertyId.MESSAGE_EXPIRY_INTERVAL, 60).build(),
                TestClient.bytes("kept")));
        publisher.ping();
        broker.clock().advance(java.time.Duration.ofSeconds(20));
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        client.subscribe(
                Properties.builder().subscriptionIdentifier(7).build(),
                RequestedSubscription.of("a", QoS.AT_MOST_ONCE));

        Properties received = client.expectMessage("a", "kept").properties();
        assertThat(received.subscriptionIdentifiers()).containsExactly(7);
        assertThat(received.longOr(PropertyId.MESSAGE_EXPIRY_INTERVAL, -1)).isEqualTo(40);
        broker.clock().advance(java.time.Duration.ofSeconds(40));
        client.subscribe("a", QoS.AT_MOST_ONCE);
        client.expectNothing();
    }

    @Test
    void allComeHoweverSlowlyTheyAreAcknowledged() {
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < 5000; i++) {
            retain("r/" + i, "v", QoS.AT_LEAST_ONCE);
            expected.add("r/" + i);
        }
        TestClient client = broker.connected(new Connect(
                ProtocolVersion.MQTT_5,
                false,
                true,
                0,
                Properties.builder().set(PropertyId.RECEIVE_MAXIMUM, 1).build(),
                "client",
                null,
                null,
                null));

        client.subscribe("r/#", QoS.AT_LEAST_ONCE);

        Set<String> received = new HashSet<>();
        for (int i = 0; i < 5000; i++) {
            Publish publish = client.expect(Publish.class);
            assertThat(publish.retain()).isTrue();
            received.add(publish.topic());
            client.send(PubAck.of(publish.packetId()));
        }
        assertThat(received).isEqualTo(expected);
        client.expectNothing();
    }

    @Test
    void deliveryGoesOnAfterAReconnect() {
        for (int i = 0; i < 10; i++) {
            retain("r/" + i, "v", QoS.AT_LEAST_ONCE);
        }
        Connect connect = new Connect(
                ProtocolVersion.MQTT_5,
                false,
                false,
                0,
                Properties.builder()
                        .set(PropertyId.RECEIVE_MAXIMUM, 2)
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, 60)
                        .build(),
                "client",
                null,
                null,
                null);
        TestClient client = broker.connected(connect);
        client.subscribe("r/#", QoS.AT_LEAST_ONCE);
        client.expect(Publish.class);
        client.close();
        broker.awaitDisconnected("client");

        TestClient back = broker.connected(connect);

        Set<String> topics = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            Publish publish = back.expect(Publish.class);
            topics.add(publish.topic());
            back.send(PubAck.of(publish.packetId()));
        }
        assertThat(topics).hasSize(10);
        back.expectNothing();
    }

    @Test
    void beyondTheLimitIsRefusedWithQuotaExceeded() {
        try (TestBroker small = TestBroker.start(builder ->
                builder.retained(RetainedLimits.builder().maxMessages(1).build()))) {
            TestClient client = small.connected(ProtocolVersion.MQTT_5, "client");
            client.subscribe("#", QoS.AT_LEAST_ONCE);
            client.send(new Publish(false, QoS.AT_LEAST_ONCE, true, "a", 1, Properties.NONE, TestClient.bytes("x")));
            client.expectMessage("a", "x");
            assertThat(client.expect(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);

            client.send(new Publish(false, QoS.AT_LEAST_ONCE, true, "b", 2, Properties.NONE, TestClient.bytes("x")));

            assertThat(client.expect(PubAck.class).reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            assertThat(small.events().await(MessageDropped.class).reason()).isEqualTo(DropReason.RETAINED_LIMIT);
            // Replacing is within the limit.
            client.send(new Publish(false, QoS.AT_LEAST_ONCE, true, "a", 3, Properties.NONE, TestClient.bytes("y")));
            client.expectMessage("a", "y");
            assertThat(client.expect(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @Test
    @Spec("MQTT-3.2.2-14")
    void canBeSwitchedOff() {
        try (TestBroker without = TestBroker.start(builder -> builder.capabilities(
                Capabilities.builder().retainAvailable(false).build()))) {
            TestClient client = without.client(ProtocolVersion.MQTT_5);
            ConnAck answer = client.connect("client", true);
            assertThat(answer.properties().booleanOr(PropertyId.RETAIN_AVAILABLE, true))
                    .isFalse();

            client.send(new Publish(false, QoS.AT_MOST_ONCE, true, "a", 0, Properties.NONE, TestClient.bytes("x")));

            client.expectDisconnect(ReasonCode.RETAIN_NOT_SUPPORTED);
        }
    }

    private long count() {
        return broker.broker().retained().count();
    }

    @Test
    void whatHasExpiredIsRemovedByItself() {
        for (int i = 0; i < 5000; i++) {
            broker.publish(Message.builder((i % 2 == 0 ? "$expiring/" : "expiring/") + i)
                    .payload("x")
                    .retain(true)
                    .messageExpiry(Duration.ofSeconds(i < 3000 ? 15 : 100))
                    .build());
        }
        retain("stays", "x", QoS.AT_MOST_ONCE);
        assertThat(count()).isEqualTo(5001);

        broker.clock().advance(Duration.ofSeconds(20));
        awaitCount(2001);
        broker.clock().advance(Duration.ofSeconds(100));
        awaitCount(1);
    }

    /** The walk takes some turns of the loop, and the next one a deadline of the clock: so time goes on, but not to the next expiry. */
    private void awaitCount(long count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        for (int advances = 0; count() != count && System.nanoTime() < deadline; advances++) {
            if (advances < 400) {
                broker.clock().advance(Duration.ofMillis(100));
            }
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(count()).isEqualTo(count);
    }

    @Test
    void aPayloadTooLargeToRetainIsRefused() {
        try (TestBroker small = TestBroker.start(builder ->
                builder.retained(RetainedLimits.builder().maxPayloadBytes(3).build()))) {
            TestClient client = small.connected(ProtocolVersion.MQTT_5, "client");

            assertThat(client.publish("a", "four", QoS.AT_LEAST_ONCE, true)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            assertThat(client.publish("a", "two", QoS.AT_LEAST_ONCE, true)).isNotEqualTo(ReasonCode.QUOTA_EXCEEDED);
        }
    }
}
