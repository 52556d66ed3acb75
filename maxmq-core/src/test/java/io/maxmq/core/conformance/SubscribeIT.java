package io.maxmq.core.conformance;

import io.maxmq.Spec;
import io.maxmq.TestBroker;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK and overlapping subscriptions (§3.3.4, §3.8 to §3.11, §4.7.1). */
class SubscribeIT extends Suite {
    // ---- what is refused

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-3.8.3-1", "MQTT-3.10.3-1"},
            v3 = {"MQTT-3.8.3-1", "MQTT-3.10.3-1"})
    void filtersAreStrings(int level) {
        connected(level, "ill").send("82: 0001 {} [C0AF] 00").expectDisconnect(0x81);
        connected(level, "ill").send("82: 0001 {} <a> 00 [EDA080] 00").expectDisconnect(0x81);
        connected(level, "ill").send("82: 0001 {} 0005 'a'").expectDisconnect(0x81);
        connected(level, "ill").send("A2: 0001 {} [FF]").expectDisconnect(0x81);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-3.8.3-2", "MQTT-3.10.3-2"},
            v3 = {"MQTT-3.8.3-3", "MQTT-3.10.3-2"})
    void thereIsAtLeastOneFilter(int level) {
        connected(level, "none").send("82: 0001 {}").expectDisconnect(0x82);
        connected(level, "none").send("A2: 0001 {}").expectDisconnect(0x82);
    }

    @Test
    @Spec("MQTT-3.8.3-5")
    void reservedOptionsAreMalformed() {
        for (String options : new String[] {"40", "80", "C1"}) {
            connected(5, "reserved").send("82: 0001 00 <a> " + options).expectDisconnect(0x81);
        }
    }

    @Test
    @Spec(v3 = "MQTT-3.8.3-4")
    void reservedBitsAndQosThreeEndTheConnectionInVersionThree() {
        for (String options : new String[] {"03", "04", "08", "10", "20", "40", "80", "FF"}) {
            connected(4, "reserved").send("82: 0001 <a> " + options).expectEnd();
        }
    }

    @Test
    @Spec("MQTT-3.8.3-4")
    void aSharedSubscriptionHasNoNoLocal() {
        connected(5, "shared").send("82: 0001 00 <$share/g/a> 04").expectDisconnect(0x82);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT-3.8.4-7", "MQTT-3.9.3-2"},
            v3 = {"MQTT-4.7.1-2", "MQTT-4.7.1-3", "MQTT-3.8.4-5", "MQTT-3.9.3-2"})
    void wildcardsStandOnlyWhereTheyMay(int level) {
        // A broker of its own: # would get what other tests have retained.
        try (TestBroker fresh = brokerWith(builder -> builder)) {
            Peer peer = open(level, fresh).send(connect(level, "wildcards"));
            peer.expectAccepted();
            String refused = level == 5 ? "8F" : "80";
            for (String filter : new String[] {"a#", "a/#/b", "#/a", "##", "a+", "+a", "a/b+/c", "a/++"}) {
                peer.send("82: 0001 {} <%s> 01".formatted(filter)).expect("90: 0001 {} " + refused);
            }
            for (String filter : new String[] {"#", "+", "a/#", "+/#", "/+", "+/", "a/+/+/b", "/#"}) {
                peer.send("82: 0002 {} <%s> 01".formatted(filter)).expect("90: 0002 {} 01");
            }
        }
    }

    // ---- SUBACK

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {
                "MQTT-3.8.4-1",
                "MQTT-3.8.4-2",
                "MQTT-3.8.4-5",
                "MQTT-3.8.4-6",
                "MQTT-3.8.4-7",
                "MQTT-3.9.3-1",
                "MQTT-3.9.3-2"
            },
            v3 = {"MQTT-3.8.4-1", "MQTT-3.8.4-2", "MQTT-3.8.4-4", "MQTT-3.8.4-5", "MQTT-3.9.3-1", "MQTT-3.9.3-2"})
    void manyFiltersHaveOneSubAckWithACodeForEach(int level) {
        Peer publisher =
                connected(level, "publisher").send("31: <many/b> {} 'kept'").expectNothing();
        Peer peer = connected(level, "many")
                .send("82: BEEF {} <many/a> 01 <many/#/x> 02 <many/b> 02 <many/c> 00 <many/a> 00")
                .expect("90: BEEF {} 01 %s 02 00 00".formatted(level == 5 ? "8F" : "80"));

        // As with a SUBSCRIBE for each: retained messages come, and the last one for many/a counts.
        peer.expect("31: <many/b> {} 'kept'");
        publisher.send("34: <many/a> 0001 {} 'a' 34: <many/b> 0002 {} 'b'").expect("50: 0001 50: 0002");
        peer.expect("30: <many/a> {} 'a' 34: <many/b> 0001 {} 'b'").expectNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-3.8.4-3", "MQTT-3.8.4-4"},
            v3 = "MQTT-3.8.4-3")
    void theSameFilterReplacesItsSubscription(int level) {
        Peer publisher =
                connected(level, "publisher").send("33: <same> 0001 {} 'kept'").expect("40: 0001 (10)");
        Peer peer = connected(level, "same").send("82: 0001 {0B 01} <same> 02");
        peer.expect("90: 0001 {} 02 33: <same> 0001 {0B 01} 'kept'").send("40: 0001");

        peer.send("82: 0002 {0B 02} <same> 00").expect("90: 0002 {} 00 31: <same> {0B 02} 'kept'");

        publisher.send("34: <same> 0002 {} 'live'").expect("50: 0002");
        peer.expect("30: <same> {0B 02} 'live'").expectNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.8.4-4", v3 = "MQTT-3.8.4-3")
    void replacingASubscriptionLosesNothing(int level) throws InterruptedException {
        try (TestBroker two = brokerWith(builder -> builder.loops(2))) {
            Peer publisher = open(level, two).send(connect(level, "publisher"));
            publisher.expectAccepted();
            Peer peer = open(level, two).send(connect(level, "replacing"));
            peer.expectAccepted();
            peer.send("82: 0001 {} <flow> 00").expect("90: 0001 {} 00");
            Thread publishing = new Thread(() -> {
                for (int i = 0; i < 500; i++) {
                    publisher.send("30: <flow> {} %04X".formatted(i));
                }
            });
            publishing.start();

            List<Integer> received = new ArrayList<>();
            int answers = 0;
            for (int i = 0; i < 50; i++) {
                peer.send("82: 0002 {} <flow> 00");
            }
            while (received.size() < 500 || answers < 50) {
                byte[] packet = peer.next();
                assertThat(packet).isNotNull();
                if (packet[0] == 0x30) {
                    received.add((packet[packet.length - 2] & 0xFF) << 8 | packet[packet.length - 1] & 0xFF);
                } else {
                    answers++;
                }
            }

            publishing.join();
            assertThat(received).isSorted().doesNotHaveDuplicates().hasSize(500);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.8.4-8", v3 = "MQTT-3.8.4-6")
    void messagesComeAtTheLowerQos(int level) {
        Peer publisher = connected(level, "publisher");
        String[] first = {"30", "32", "34"};
        for (int granted = 0; granted <= 2; granted++) {
            Peer subscriber = subscribed(level, "granted", "lower/" + granted, granted);
            int id = 0;
            for (int published = 0; published <= 2; published++) {
                String topic = "<lower/%d> ".formatted(granted);
                publisher.send(first[published] + ": " + topic + (published == 0 ? "" : "0001") + " {} 'x'");
                int qos = Math.min(published, granted);
                subscriber.expect(first[qos] + ": " + topic + (qos == 0 ? "" : "%04X".formatted(++id)) + " {} 'x'");
                if (published > 0) {
                    publisher.expect(published == 1 ? "40: 0001" : "50: 0001");
                }
            }
            publisher.send("62: 0001").expect("70: 0001");
        }
    }

    // ---- options

    @Test
    @Spec("MQTT-3.8.3-3")
    void noLocalKeepsAClientsOwnMessagesFromIt() {
        Peer peer = connected(5, "local").send("82: 0001 00 <local> 04").expect("90: 0001 00 00");

        peer.send("30: <local> 00 'own'").expectNothing();
        connected(5, "other").send("30: <local> 00 'other'").expectNothing();

        peer.expect("30: <local> 00 'other'").expectNothing();
        // It goes by client id: a later connection is the same client.
        Peer back = connected(5, "local");
        back.send("82: 0001 00 <local> 04")
                .expect("90: 0001 00 00")
                .send("30: <local> 00 'own'")
                .expectNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.3.4-2", v3 = "MQTT-3.3.5-1")
    void overlappingSubscriptionsDeliverAtTheHighestQos(int level) {
        Peer peer = connected(level, "overlapping")
                .send("82: 0001 {} <over/#> 00 <over/lap> 02 <+/lap> 01")
                .expect("90: 0001 {} 00 02 01");

        connected(level, "publisher").send("34: <over/lap> 0001 {} 'x'").expect("50: 0001");

        peer.expect("34: <over/lap> 0001 {} 'x'").expectNothing();
    }

    @Test
    @Spec({"MQTT-3.3.4-3", "MQTT-3.3.4-4"})
    void oneCopyHasTheIdentifiersOfAll() {
        Peer peer = connected(5, "identifiers")
                .send("82: 0001 {0B 07} <ids/#> 00 82: 0002 {0B FFFFFF7F} <ids/x> 00 82: 0003 {} <+/x> 00")
                .expect("90: 0001 00 00 90: 0002 00 00 90: 0003 00 00");

        peer.send("30: <ids/x> 00 'p'");

        String received = Script.show(peer.body(0x30));
        assertThat(received)
                .isIn(
                        Script.show(Script.bytes(5, "<ids/x> {0B 07 0B FFFFFF7F} 'p'")),
                        Script.show(Script.bytes(5, "<ids/x> {0B FFFFFF7F 0B 07} 'p'")));
        peer.expectNothing();
    }

    // ---- UNSUBSCRIBE

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-3.10.4-1", "MQTT-3.10.4-2", "MQTT-3.10.4-4", "MQTT-3.10.4-5", "MQTT-3.11.3-2"},
            v3 = {"MQTT-3.10.4-1", "MQTT-3.10.4-2", "MQTT-3.10.4-4", "MQTT-3.10.4-5"})
    void onlyTheSameFilterEndsASubscription(int level) {
        Peer peer = subscribed(level, "unsubscribing", "un/+", 0);
        for (String other : new String[] {"un/x", "un/#", "UN/+", "un/+/", "+/+", "un/ +"}) {
            peer.send("A2: 0002 {} <%s>".formatted(other)).body(0xB0);
            peer.send("30: <un/x> {} 'x'").expect("30: <un/x> {} 'x'");
        }

        peer.send("A2: 0003 {} <un/+>").expect("B0: 0003 {} (00)");

        peer.send("30: <un/x> {} 'x'").expectNothing();
        peer.send("A2: 0004 {} <un/+>").expect("B0: 0004 {} (11)");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.10.4-3", v3 = "MQTT-3.10.4-3")
    void whatHasBegunIsCompletedAfterUnsubscribe(int level) {
        String id = "completing-" + level;
        Peer peer = resumed(level, id).send("82: 0001 {} <begun> 02").expect("90: 0001 {} 02");
        connected(level, "publisher")
                .send("34: <begun> 0001 {} 'a' 32: <begun> 0002 {} 'b'")
                .expect("50: 0001 40: 0002");
        peer.expect("34: <begun> 0001 {} 'a' 32: <begun> 0002 {} 'b'");

        peer.send("A2: 0002 {} <begun>").expect("B0: 0002 {} (00)");

        peer.send("50: 0001").expect("62: 0001");
        lose(peer, id);
        resumed(level, id).expect("62: 0001 3A: <begun> 0002 {} 'b'");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-3.10.4-6", "MQTT-3.11.3-1", "MQTT-3.11.3-2"},
            v3 = "MQTT-3.10.4-6")
    void manyFiltersHaveOneUnsubAckWithACodeForEach(int level) {
        Peer peer = connected(level, "un-many")
                .send("82: 0001 {} <um/a> 00 <um/b> 00 <um/c> 00")
                .expect("90: 0001 {} 00 00 00");

        peer.send("A2: CAFE {} <um/a> <um/none> <um/c> <um/a>").expect("B0: CAFE {} (00 11 00 11)");

        peer.send("30: <um/a> {} 'x' 30: <um/b> {} 'y' 30: <um/c> {} 'z'")
                .expect("30: <um/b> {} 'y'")
                .expectNothing();
    }
}
