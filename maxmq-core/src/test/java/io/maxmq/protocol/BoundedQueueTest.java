package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.config.Overflow;
import io.maxmq.config.SessionLimits;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.event.BrokerEvent.SessionExpired;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a session's queue holds, and what happens to the message that it does not hold. */
class BoundedQueueTest {
    private TestBroker broker;

    @AfterEach
    void close() {
        broker.close();
    }

    private void start(UnaryOperator<SessionLimits.Builder> limits) {
        broker = TestBroker.start(builder ->
                builder.sessions(limits.apply(SessionLimits.builder()).build()));
    }

    /** A client of this id whose session waits offline. */
    private void offline(String clientId, String topicFilter) {
        TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);
        client.connect(clientId, false);
        client.subscribe(topicFilter, QoS.AT_LEAST_ONCE);
        client.disconnect();
    }

    private TestClient back(String clientId) {
        TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);
        assertThat(client.connect(clientId, false).sessionPresent()).isTrue();
        return client;
    }

    private static Message message(String payload) {
        return Message.builder("a")
                .payload(payload.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .qos(QoS.AT_LEAST_ONCE)
                .build();
    }

    private void expectDrops(DropReason reason, int count) {
        broker.events().awaitAll(MessageDropped.class, event -> event.reason() == reason, count);
        assertThat(broker.events().of(MessageDropped.class)).hasSize(count);
    }

    @Test
    void dropsTheNewestByDefault() {
        start(limits -> limits.maxQueuedMessages(3));
        offline("slow", "a");

        for (int i = 0; i < 5; i++) {
            PublishResult result = broker.publish(message("m" + i));
            assertThat(result.matched()).isEqualTo(1);
            assertThat(result.queued()).isEqualTo(i < 3 ? 1 : 0);
            assertThat(result.dropped()).isEqualTo(i < 3 ? Map.of() : Map.of(DropReason.QUEUE_FULL_MESSAGES, 1));
        }

        expectDrops(DropReason.QUEUE_FULL_MESSAGES, 2);
        TestClient back = back("slow");
        for (int i = 0; i < 3; i++) {
            back.expectMessage("a", "m" + i);
        }
        back.expectNothing();
    }

    @Test
    void dropsTheOldestWhenToldTo() {
        start(limits -> limits.maxQueuedMessages(3).overflow(Overflow.DROP_OLDEST));
        offline("slow", "a");

        for (int i = 0; i < 5; i++) {
            assertThat(broker.publish(message("m" + i)).queued()).isEqualTo(1);
        }

        expectDrops(DropReason.QUEUE_FULL_MESSAGES, 2);
        TestClient back = back("slow");
        for (int i = 2; i < 5; i++) {
            back.expectMessage("a", "m" + i);
        }
        back.expectNothing();
    }

    @Test
    void countsBytes() {
        start(limits -> limits.maxQueuedBytes(2500));
        offline("slow", "a");

        for (int i = 0; i < 4; i++) {
            broker.publish(message(i + "x".repeat(999)));
        }

        expectDrops(DropReason.QUEUE_FULL_BYTES, 2);
        TestClient back = back("slow");
        back.expectMessage("a", 0 + "x".repeat(999));
        back.expectMessage("a", 1 + "x".repeat(999));
        back.expectNothing();
    }

    @Test
    void makesRoomInBytesByDroppingTheOldest() {
        start(limits -> limits.maxQueuedBytes(2500).overflow(Overflow.DROP_OLDEST));
        offline("slow", "a");

        for (int i = 0; i < 4; i++) {
            broker.publish(message(i + "x".repeat(999)));
        }

        expectDrops(DropReason.QUEUE_FULL_BYTES, 2);
        TestClient back = back("slow");
        back.expectMessage("a", 2 + "x".repeat(999));
        back.expectMessage("a", 3 + "x".repeat(999));
    }

    @Test
    void neverQueuesAMessageLargerThanTheWholeQueue() {
        start(limits -> limits.maxQueuedBytes(500).overflow(Overflow.DROP_OLDEST));
        offline("slow", "a");

        assertThat(broker.publish(message("x".repeat(1000))).dropped())
                .isEqualTo(Map.of(DropReason.QUEUE_FULL_BYTES, 1));
    }

    @Test
    void disconnectsASubscriberThatDoesNotAcknowledge() {
        start(limits -> limits.maxQueuedMessages(2).maxInFlight(1).overflow(Overflow.DISCONNECT));
        TestClient slow = broker.connected(ProtocolVersion.MQTT_5, "slow");
        slow.subscribe("a", QoS.AT_LEAST_ONCE);

        for (int i = 0; i < 4; i++) {
            broker.publish(message("m" + i));
        }

        slow.expect(Publish.class);
        slow.expectDisconnect(ReasonCode.QUOTA_EXCEEDED);
        assertThat(broker.events().await(ClientDisconnected.class).reasonCode()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }

    @Test
    void rejectsThePublisherWhenNobodyCouldTakeTheMessage() {
        start(limits -> limits.maxQueuedMessages(1).overflow(Overflow.REJECT_PUBLISHER));
        offline("full", "a");
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");

        assertThat(publisher.publish("a", "m0", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(publisher.publish("a", "m1", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(publisher.publish("a", "m2", QoS.EXACTLY_ONCE)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);

        offline("empty", "a");
        assertThat(publisher.publish("a", "m3", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);
        expectDrops(DropReason.QUEUE_FULL_MESSAGES, 3);
    }

    @Test
    void doesNotCountARefusedQosTwoMessageAsTaken() {
        start(limits -> limits.maxQueuedMessages(1).overflow(Overflow.REJECT_PUBLISHER));
        offline("full", "a");
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        publisher.publish("a", "m0", QoS.AT_LEAST_ONCE);
        publisher.send(TestClient.message("a", "m1", QoS.EXACTLY_ONCE, 9));
        assertThat(publisher.expect(io.maxmq.codec.packet.PubRec.class).reason())
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        TestClient back = back("full");
        back.expectMessage("a", "m0");

        publisher.send(TestClient.message("a", "again", QoS.EXACTLY_ONCE, 9));

        assertThat(publisher.expect(io.maxmq.codec.packet.PubRec.class).reason())
                .isEqualTo(ReasonCode.SUCCESS);
        back.expectMessage("a", "again");
    }

    @ParameterizedTest
    @EnumSource(Overflow.class)
    void aQueueThatEmptiesTakesMessagesAgain(Overflow overflow) {
        start(limits -> limits.maxQueuedMessages(2).maxInFlight(1).overflow(overflow));
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe("a", QoS.AT_LEAST_ONCE);

        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 3; i++) {
                broker.publish(message(round + "-" + i));
            }
            for (int i = 0; i < 3; i++) {
                client.expectMessage("a", round + "-" + i);
            }
            client.ping();
        }

        assertThat(broker.events().of(MessageDropped.class)).isEmpty();
    }

    @Test
    void sendsNoMoreThanTheClientsReceiveMaximum() {
        start(limits -> limits);
        TestClient client = broker.connected(new Connect(
                ProtocolVersion.MQTT_5,
                false,
                true,
                0,
                Properties.builder().set(PropertyId.RECEIVE_MAXIMUM, 2).build(),
                "client",
                null,
                null,
                null));
        client.subscribe("a", QoS.AT_LEAST_ONCE);

        for (int i = 0; i < 5; i++) {
            broker.publish(message("m" + i));
        }

        Publish first = client.expect(Publish.class);
        client.expect(Publish.class);
        client.expectNothing();
        client.send(PubAck.of(first.packetId()));
        assertThat(TestClient.text(client.expect(Publish.class))).isEqualTo("m2");
        client.expectNothing();
    }

    @Test
    void qosZeroPassesAFullWindow() {
        start(limits -> limits.maxInFlight(1));
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe("#", QoS.AT_LEAST_ONCE);
        broker.publish(message("m0"));
        broker.publish(message("m1"));

        broker.publish(Message.of("b", "now"));

        client.expect(Publish.class);
        assertThat(client.expect(Publish.class).topic()).isEqualTo("b");
        client.expectNothing();
    }

    @Test
    void dropsQosZeroForWhoIsAway() {
        start(limits -> limits);
        offline("away", "a");

        PublishResult result = broker.publish(Message.of("a", "gone"));

        assertThat(result.dropped()).isEqualTo(Map.of(DropReason.QOS0_OFFLINE, 1));
        expectDrops(DropReason.QOS0_OFFLINE, 1);
    }

    @Test
    void dropsQosZeroForWhoStopsReadingAndKeepsQosOne() {
        broker = TestBroker.start(builder -> builder.connections(ConnectionLimits.builder()
                .outboundLowWatermarkBytes(4096)
                .outboundHighWatermarkBytes(16_384)
                .build()));
        TestClient slow = broker.connected(ProtocolVersion.MQTT_5, "slow");
        slow.subscribe("#", QoS.AT_LEAST_ONCE);
        int sent = 0;
        while (broker.publish(Message.of("a", "x".repeat(1000))).queued() == 1) {
            sent++;
        }

        broker.publish(message("kept"));

        assertThat(sent).isBetween(10, 20);
        for (int i = 0; i < sent; i++) {
            assertThat(slow.expect(Publish.class).qos()).isEqualTo(QoS.AT_MOST_ONCE);
        }
        slow.expectMessage("a", "kept");
        expectDrops(DropReason.QOS0_NOT_WRITABLE, 1);
        assertThat(broker.publish(Message.of("a", "again")).queued()).isEqualTo(1);
    }

    @Test
    void tellsHowManyMessagesAnEndingSessionHadLeft() {
        start(limits -> limits);
        offline("gone", "a");
        broker.publish(message("m0"));
        broker.publish(message("m1"));

        broker.connected(ProtocolVersion.MQTT_3_1_1, "gone");

        assertThat(broker.events().await(SessionExpired.class).droppedMessages())
                .isEqualTo(2);
    }
}
