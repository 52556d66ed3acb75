package io.maxmq.protocol;

import io.maxmq.Spec;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static io.maxmq.TestClient.message;
import static org.assertj.core.api.Assertions.assertThat;

/** QoS 0, 1 and 2 in both directions (MQTT 5.0 §4.3, §4.6). */
class QosTest {
    @AutoClose
    private final TestBroker broker = TestBroker.start();

    static Stream<Arguments> versionsAndQos() {
        return Stream.of(ProtocolVersion.values())
                .flatMap(version -> Stream.of(QoS.values())
                        .flatMap(published -> Stream.of(QoS.values())
                                .map(subscribed -> Arguments.of(version, published, subscribed))));
    }

    @ParameterizedTest
    @MethodSource("versionsAndQos")
    @Spec(value = "MQTT-3.8.4-8", v3 = "MQTT-3.8.4-6")
    void deliversAtTheLowerOfPublishedAndGrantedQos(ProtocolVersion version, QoS published, QoS granted) {
        TestClient subscriber = broker.connected(version, "subscriber");
        subscriber.subscribe("a/b", granted);
        TestClient publisher = broker.connected(version, "publisher");

        publisher.publish("a/b", "hello", published);

        Publish received = subscriber.expectMessage("a/b", "hello");
        assertThat(received.qos()).isEqualTo(published.min(granted));
        assertThat(received.dup()).isFalse();
        assertThat(received.retain()).isFalse();
        subscriber.expectNothing();
        publisher.expectNothing();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void deliversBetweenVersions(ProtocolVersion version) {
        TestClient publisher = broker.connected(version, "publisher");
        List<TestClient> subscribers = new ArrayList<>();
        for (ProtocolVersion other : ProtocolVersion.values()) {
            TestClient subscriber = broker.connected(other, "subscriber-" + other);
            subscriber.subscribe("#", QoS.EXACTLY_ONCE);
            subscribers.add(subscriber);
        }

        publisher.publish("a", "hello", QoS.EXACTLY_ONCE);

        subscribers.forEach(subscriber -> subscriber.expectMessage("a", "hello"));
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec(
            value = {"MQTT-4.3.3-10", "MQTT-4.3.3-11", "MQTT-4.3.3-12"},
            v3 = "MQTT-4.3.3-2")
    void routesQosTwoOnceHoweverOftenItIsSentBeforeItsRelease(ProtocolVersion version) {
        TestClient subscriber = broker.connected(version, "subscriber");
        subscriber.subscribe("a", QoS.AT_MOST_ONCE);
        TestClient publisher = broker.connected(version, "publisher");
        Publish first = message("a", "once", QoS.EXACTLY_ONCE, 7);
        Publish again = new Publish(true, QoS.EXACTLY_ONCE, false, "a", 7, first.properties(), first.payload());

        publisher.send(first, again, again);

        for (int i = 0; i < 3; i++) {
            assertThat(publisher.expect(PubRec.class).packetId()).isEqualTo(7);
        }
        subscriber.expectMessage("a", "once");
        subscriber.expectNothing();
        publisher.send(PubRel.of(7));
        assertThat(publisher.expect(PubComp.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        publisher.send(message("a", "next", QoS.EXACTLY_ONCE, 7));
        publisher.expect(PubRec.class);
        subscriber.expectMessage("a", "next");
    }

    @Test
    @Spec(v3 = "MQTT-4.3.3-2")
    void remembersQosTwoIdsOverAReconnect() {
        TestClient subscriber = broker.connected(ProtocolVersion.MQTT_5, "subscriber");
        subscriber.subscribe("a", QoS.AT_MOST_ONCE);
        TestClient publisher = broker.client(ProtocolVersion.MQTT_3_1_1);
        publisher.connect("publisher", false);
        publisher.send(message("a", "once", QoS.EXACTLY_ONCE, 7));
        publisher.expect(PubRec.class);
        publisher.close();

        TestClient back = broker.client(ProtocolVersion.MQTT_3_1_1);
        assertThat(back.connect("publisher", false).sessionPresent()).isTrue();
        back.send(new Publish(
                true,
                QoS.EXACTLY_ONCE,
                false,
                "a",
                7,
                io.maxmq.codec.packet.Properties.NONE,
                TestClient.bytes("once")));

        assertThat(back.expect(PubRec.class).packetId()).isEqualTo(7);
        back.send(PubRel.of(7));
        back.expect(PubComp.class);
        subscriber.expectMessage("a", "once");
        subscriber.expectNothing();
    }

    @Test
    void tellsThatNobodySubscribedTo() {
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");

        assertThat(publisher.publish("a", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        assertThat(publisher.publish("a", "x", QoS.EXACTLY_ONCE)).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
    }

    @Test
    void answersAnUnknownReleaseWithPacketIdentifierNotFound() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        client.send(PubRel.of(77));

        assertThat(client.expect(PubComp.class).reason()).isEqualTo(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
    }

    @Test
    void answersAnUnknownPubRecWithPacketIdentifierNotFound() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        client.send(PubRec.of(77));

        assertThat(client.expect(PubRel.class).reason()).isEqualTo(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
        client.expectNothing();
    }

    @Test
    void ignoresAnAcknowledgementThatNobodyWaitsFor() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_3_1_1, "client");

        client.send(PubAck.of(77), PubComp.of(78));

        client.expectNothing();
    }

    @Test
    @Spec("MQTT-4.3.3-4")
    void endsAQosTwoDeliveryThatTheReceiverRefuses() {
        TestClient subscriber = broker.connected(ProtocolVersion.MQTT_5, "subscriber");
        subscriber.subscribe("a", QoS.EXACTLY_ONCE);
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        publisher.publish("a", "refused", QoS.EXACTLY_ONCE);
        Publish refused = subscriber.expect(Publish.class);

        subscriber.send(
                new PubRec(refused.packetId(), ReasonCode.QUOTA_EXCEEDED, io.maxmq.codec.packet.Properties.NONE));

        subscriber.expectNothing();
        publisher.publish("a", "taken", QoS.EXACTLY_ONCE);
        subscriber.expectMessage("a", "taken");
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec(
            value = {"MQTT-4.6.0-2", "MQTT-4.6.0-3", "MQTT-4.6.0-5", "MQTT-4.6.0-6"},
            v3 = {"MQTT-4.6.0-2", "MQTT-4.6.0-3", "MQTT-4.6.0-5", "MQTT-4.6.0-6"})
    void keepsTheOrderOfOnePublisherOnOneTopicAndOfItsAcknowledgements(ProtocolVersion version) {
        TestClient subscriber = broker.connected(version, "subscriber");
        subscriber.subscribe("a", QoS.EXACTLY_ONCE);
        TestClient publisher = broker.connected(version, "publisher");
        Publish[] messages = IntStream.rangeClosed(1, 50)
                .mapToObj(i -> message("a", "m" + i, i % 2 == 0 ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE, i))
                .toArray(Publish[]::new);

        publisher.send(messages);

        for (int i = 1; i <= 50; i++) {
            assertThat(TestClient.text(subscriber.expect(Publish.class))).isEqualTo("m" + i);
        }
        for (int i = 1; i <= 50; i++) {
            int id = i % 2 == 0
                    ? publisher.expect(PubAck.class).packetId()
                    : publisher.expect(PubRec.class).packetId();
            assertThat(id).isEqualTo(i);
        }
    }

    @Test
    void publishesToItself() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_3_1_1, "client");
        client.subscribe("a", QoS.AT_MOST_ONCE);

        client.send(message("a", "echo", QoS.AT_MOST_ONCE, 0));

        client.expectMessage("a", "echo");
    }

    @Test
    void deliversAnEmptyAndALargePayload() {
        TestClient subscriber = broker.connected(ProtocolVersion.MQTT_5, "subscriber");
        subscriber.subscribe("a", QoS.AT_LEAST_ONCE);
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        String large = "x".repeat(300_000);

        publisher.publish("a", "", QoS.AT_LEAST_ONCE);
        publisher.publish("a", large, QoS.AT_LEAST_ONCE);

        subscriber.expectMessage("a", "");
        subscriber.expectMessage("a", large);
    }
}
