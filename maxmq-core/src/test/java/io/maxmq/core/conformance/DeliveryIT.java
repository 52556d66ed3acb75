package io.maxmq.core.conformance;

import io.maxmq.MaxMQBuilder;
import io.maxmq.Spec;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** QoS 0, 1 and 2 in both roles, delivery again, order, and flow control (§3.3.4 to §3.7, §4.3, §4.4, §4.6, §4.9). */
class DeliveryIT extends Suite {
    /** Nobody may publish below {@code denied}. */
    @Override
    MaxMQBuilder settings(MaxMQBuilder builder) {
        return builder.authorizer((client, action) -> CompletableFuture.completedFuture(
                action instanceof Action.Publish publish && publish.topic().startsWith("denied")
                        ? Authorization.denied()
                        : Authorization.allowed()));
    }

    private Peer durable(int level, String id, String topic, int qos) {
        return resumed(level, id)
                .send("82: 0001 {} <%s> 0%d".formatted(topic, qos))
                .expect("90: 0001 {} 0%d".formatted(qos));
    }

    private void publish(int level, String packets, String answers) {
        connected(level, "publisher")
                .send(packets)
                .expect(answers)
                .expectNothing()
                .close();
    }

    // ---- the broker as receiver

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.3.4-1", v3 = "MQTT-3.3.4-1")
    void eachQosHasItsAnswer(int level) {
        connected(level, "answers")
                .send("30: <nobody> {} 'x'")
                .expectNothing()
                .send("32: <nobody> 0005 {} 'x'")
                .expect("40: 0005 (10)")
                .send("34: <nobody> 0006 {} 'x'")
                .expect("50: 0006 (10)")
                .expectNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-4.3.2-4", "MQTT-4.3.2-5", "MQTT-3.3.1-3"},
            v3 = {"MQTT-4.3.2-2", "MQTT-3.3.1-3"})
    void atQosOneTheSameIdIsANewMessageEachTime(int level) {
        Peer subscriber = subscribed(level, "subscriber", "again", 0);
        Peer publisher = connected(level, "publisher");
        for (String first : new String[] {"32", "3A", "32"}) {
            publisher.send(first + ": <again> 0007 {} 'x'").expect("40: 0007");
            // DUP tells of the way to the broker alone.
            subscriber.expect("30: <again> {} 'x'");
        }
        subscriber.expectNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.3.1-3", v3 = "MQTT-3.3.1-3")
    void dupIsNotForwarded(int level) {
        Peer subscriber = subscribed(level, "subscriber", "dup", 2);
        Peer publisher = connected(level, "publisher");

        publisher.send("3A: <dup> 0007 {} 'x' 3C: <dup> 0008 {} 'y'").expect("40: 0007 50: 0008");

        subscriber.expect("32: <dup> 0001 {} 'x' 34: <dup> 0002 {} 'y'");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-4.3.3-8", "MQTT-4.3.3-10", "MQTT-4.3.3-11", "MQTT-4.3.3-12"},
            v3 = "MQTT-4.3.3-2")
    void atQosTwoAMessageIsTakenOnceUntilItIsReleased(int level) {
        Peer subscriber = subscribed(level, "subscriber", "exactly", 0);
        Peer publisher = connected(level, "publisher");
        for (String payload : new String[] {"'one'", "'two'"}) {
            publisher.send("34: <exactly> 0007 {} " + payload).expect("50: 0007");
            publisher.send("3C: <exactly> 0007 {} " + payload).expect("50: 0007");
            publisher.send("34: <exactly> 0007 {} " + payload).expect("50: 0007");
            publisher.send("62: 0007").expect("70: 0007");
            subscriber.expect("30: <exactly> {} " + payload).expectNothing();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-4.3.3-10", v3 = "MQTT-4.3.3-2")
    void atQosTwoThatHoldsOverAReconnect(int level) {
        String id = "half-released-" + level;
        Peer subscriber = subscribed(level, "subscriber", "half", 0);
        lose(resumed(level, id).send("34: <half> 0007 {} 'x'").expect("50: 0007"), id);
        subscriber.expect("30: <half> {} 'x'");

        resumed(level, id)
                .send("3C: <half> 0007 {} 'x'")
                .expect("50: 0007")
                .send("62: 0007")
                .expect("70: 0007");

        subscriber.expectNothing();
    }

    @Test
    @Spec({"MQTT-4.3.3-9", "MQTT-3.5.2-1", "MQTT-3.4.2-1"})
    void atQosTwoARefusedIdIsFreeAtOnce() {
        Peer subscriber = subscribed(5, "subscriber", "allowed", 0);

        connected(5, "publisher")
                .send("32: <denied> 0003 00 'x'")
                .expect("40: 0003 87")
                .send("34: <denied> 0007 00 'x'")
                .expect("50: 0007 87")
                .send("34: <allowed> 0007 00 'x'")
                .expect("50: 0007");

        subscriber.expect("30: <allowed> 00 'x'");
    }

    @Test
    @Spec(v3 = "MQTT-3.3.5-2")
    void whatIsNotAuthorizedIsAcknowledgedInVersionThree() {
        Peer subscriber = subscribed(4, "subscriber", "denied/#", 0);

        connected(4, "publisher")
                .send("32: <denied/x> 0003 'x'")
                .expect("40: 0003")
                .send("34: <denied/x> 0004 'x'")
                .expect("50: 0004")
                .send("62: 0004")
                .expect("70: 0004");

        subscriber.expectNothing();
    }

    @Test
    @Spec("MQTT-4.3.3-13")
    void atQosTwoTheExchangeOutlivesItsMessage() {
        Peer publisher = connected(5, "publisher")
                .send("34: <short> 0007 {02 00000005} 'x'")
                .expect("50: 0007 10");

        broker.clock().advance(Duration.ofSeconds(10));

        publisher
                .send("3C: <short> 0007 {02 00000005} 'x'")
                .expect("50: 0007")
                .send("62: 0007")
                .expect("70: 0007");
    }

    @Test
    @Spec({"MQTT-3.6.2-1", "MQTT-3.7.2-1"})
    void whatNobodyWaitsForIsAnsweredWithItsReason() {
        connected(5, "unknown")
                .send("62: 0123")
                .expect("70: 0123 92")
                .send("50: 0124")
                .expect("62: 0124 92")
                .expectNothing();
    }

    // ---- the broker as sender

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-4.3.1-1", "MQTT-3.3.1-2"},
            v3 = {"MQTT-4.3.1-1", "MQTT-3.3.1-2"})
    void atQosZeroDupIsNotSet(int level) {
        subscribed(level, "zero", "zero", 2).send("30: <zero> {} 'x'").expect("30: <zero> {} 'x'");
        connected(level, "zero").send("38: <zero> {} 'x'").expectDisconnect(0x81);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-4.3.2-2", "MQTT-4.3.2-3", "MQTT-3.3.1-1", "MQTT-4.4.0-1"},
            v3 = {"MQTT-4.3.2-1", "MQTT-3.3.1-1", "MQTT-4.4.0-1", "MQTT-2.3.1-4"})
    void atQosOneAMessageIsSentAgainUntilItIsAcknowledged(int level) {
        String id = "one-" + level;
        Peer peer = durable(level, id, "one", 1);
        publish(level, "32: <one> 0001 {} 'a' 32: <one> 0002 {} 'b'", "40: 0001 40: 0002");
        peer.expect("32: <one> 0001 {} 'a' 32: <one> 0002 {} 'b'");
        // On one connection a message is sent once, however long it takes.
        broker.clock().advance(Duration.ofSeconds(600));
        peer.expectNothing();
        lose(peer, id);

        peer = resumed(level, id).expect("3A: <one> 0001 {} 'a' 3A: <one> 0002 {} 'b'");
        peer.send("40: 0001").expectNothing();
        lose(peer, id);

        resumed(level, id).expect("3A: <one> 0002 {} 'b'").send("40: 0002").expectNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {
                "MQTT-4.3.3-2",
                "MQTT-4.3.3-3",
                "MQTT-4.3.3-4",
                "MQTT-4.3.3-5",
                "MQTT-4.3.3-6",
                "MQTT-3.3.1-1",
                "MQTT-4.4.0-1"
            },
            v3 = {"MQTT-4.3.3-1", "MQTT-3.3.1-1", "MQTT-4.4.0-1", "MQTT-2.3.1-4"})
    void atQosTwoEachStepIsSentAgainUntilItIsAnswered(int level) {
        String id = "two-" + level;
        Peer peer = durable(level, id, "two", 2);
        publish(level, "34: <two> 0001 {} 'a'", "50: 0001");
        peer.expect("34: <two> 0001 {} 'a'");
        broker.clock().advance(Duration.ofSeconds(600));
        peer.expectNothing();
        lose(peer, id);

        peer = resumed(level, id)
                .expect("3C: <two> 0001 {} 'a'")
                .send("50: 0001")
                .expect("62: 0001");
        broker.clock().advance(Duration.ofSeconds(600));
        peer.expectNothing();
        lose(peer, id);

        peer = resumed(level, id).expect("62: 0001").expectNothing();
        peer.send("70: 0001").expectNothing();
        lose(peer, id);

        resumed(level, id).expectNothing();
    }

    @Test
    @Spec("MQTT-4.4.0-2")
    void aRefusedMessageIsNotSentAgain() {
        Peer peer = durable(5, "refusing", "refused", 2);
        publish(5, "32: <refused> 0001 00 'a' 34: <refused> 0002 00 'b'", "40: 0001 50: 0002");
        peer.expect("32: <refused> 0001 00 'a' 34: <refused> 0002 00 'b'");

        peer.send("40: 0001 83 50: 0002 97").expectNothing();
        lose(peer, "refusing");

        resumed(5, "refusing").expectNothing();
    }

    @Test
    @Spec("MQTT-4.3.3-7")
    void whatWasSentDoesNotExpire() {
        Peer peer = durable(5, "expiring", "expiring", 2);
        publish(5, "34: <expiring> 0001 {02 00000005} 'a'", "50: 0001");
        byte[] first = peer.body(0x34);
        lose(peer, "expiring");

        broker.clock().advance(Duration.ofSeconds(60));

        peer = resumed(5, "expiring");
        // Which interval it has now is not said.
        byte[] again = peer.body(0x3C);
        assertThat(Arrays.copyOf(again, 12)).isEqualTo(Arrays.copyOf(first, 12));
    }

    // ---- order

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-4.6.0-5", "MQTT-4.6.0-6"},
            v3 = {"MQTT-4.6.0-1", "MQTT-4.6.0-2", "MQTT-4.6.0-3", "MQTT-4.6.0-4", "MQTT-4.6.0-5", "MQTT-4.6.0-6"})
    void orderIsKept(int level) {
        String id = "ordered-" + level;
        Peer subscriber = durable(level, id, "ordered", 2);
        StringBuilder messages = new StringBuilder();
        StringBuilder answers = new StringBuilder();
        StringBuilder first = new StringBuilder();
        StringBuilder again = new StringBuilder();
        StringBuilder recs = new StringBuilder();
        StringBuilder rels = new StringBuilder();
        for (int i = 1; i <= 40; i++) {
            boolean one = i % 3 == 0;
            messages.append("%s: <ordered> %04X {} 'm%d' ".formatted(one ? "32" : "34", 100 + i, i));
            answers.append("%s: %04X ".formatted(one ? "40" : "50", 100 + i));
            first.append("%s: <ordered> %04X {} 'm%d' ".formatted(one ? "32" : "34", i, i));
            again.append("%s: <ordered> %04X {} 'm%d' ".formatted(one ? "3A" : "3C", i, i));
            if (!one) {
                recs.append("50: %04X ".formatted(i));
                rels.append("62: %04X ".formatted(i));
            }
        }

        connected(level, "publisher").send(messages.toString()).expect(answers.toString());

        subscriber.expect(first.toString());
        lose(subscriber, id);
        resumed(level, id).expect(again.toString()).send(recs.toString()).expect(rels.toString());
    }

    // ---- flow control

    @Test
    @Spec({"MQTT-3.3.4-9", "MQTT-3.3.4-10", "MQTT-4.9.0-1", "MQTT-4.9.0-2", "MQTT-4.9.0-3"})
    void aFullWindowHoldsNothingBackButMessages() {
        Peer peer = open(5).send("10: <MQTT> 05 02 0000 {21 0002} <windowed>");
        peer.expectAccepted();
        peer.send("82: 0001 00 <window> 02").expect("90: 0001 00 02");

        publish(
                5,
                "32: <window> 0001 00 'a' 34: <window> 0002 00 'b' 32: <window> 0003 00 'c' 34: <window> 0004 00 'd'",
                "40: 0001 50: 0002 40: 0003 50: 0004");

        peer.expect("32: <window> 0001 00 'a' 34: <window> 0002 00 'b'").expectNothing();
        // Everything else is handled and answered.
        peer.send("82: 0005 00 <more> 00")
                .expect("90: 0005 00 00")
                .send("32: <more> 0006 00 'x'")
                .expect("30: <more> 00 'x' 40: 0006")
                .send("34: <nobody> 0007 00 'x' 62: 0007")
                .expect("50: 0007 10 70: 0007")
                .send("A2: 0008 00 <more>")
                .expect("B0: 0008 00 00")
                .expectNothing();
        // PUBREC leaves the place taken, PUBACK and PUBCOMP make room, and so does a PUBREC that refuses.
        peer.send("50: 0002").expect("62: 0002").expectNothing();
        peer.send("70: 0002").expect("32: <window> 0003 00 'c'").expectNothing();
        peer.send("40: 0001").expect("34: <window> 0004 00 'd'").expectNothing();
        publish(5, "32: <window> 0001 00 'e'", "40: 0001");
        peer.expectNothing()
                .send("50: 0004 80")
                .expect("32: <window> 0005 00 'e'")
                .expectNothing();
    }
}
