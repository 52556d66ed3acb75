package io.maxmq.core.conformance;

import io.maxmq.Spec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Retained messages and the RETAIN flag (§3.3.1.3). */
class RetainIT extends Suite {
    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-3.3.1-5", "MQTT-3.3.1-9"},
            v3 = {"MQTT-3.3.1-5", "MQTT-3.3.1-6", "MQTT-3.3.1-8"})
    void theLastOneOfEachTopicComesToANewSubscription(int level) {
        connected(level, "publisher")
                .send("33: <stored/a> 0001 {} 'old' 35: <stored/a> 0002 {} 'new' 33: <stored/b> 0003 {} 'b'")
                .expect("40: 0001 (10) 50: 0002 (10) 40: 0003 (10)");

        subscribed(level, "exact", "stored/a", 2)
                .expect("35: <stored/a> 0001 {} 'new'")
                .expectNothing();
        subscribed(level, "lower", "stored/a", 1)
                .expect("33: <stored/a> 0001 {} 'new'")
                .expectNothing();
        subscribed(level, "other", "stored/b", 2)
                .expect("33: <stored/b> 0001 {} 'b'")
                .expectNothing();
        subscribed(level, "none", "stored/c", 2).expectNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.3.1-5", v3 = "MQTT-3.3.1-7")
    void oneAtQosZeroReplacesTheOneBefore(int level) {
        Peer publisher =
                connected(level, "publisher").send("33: <zero> 0001 {} 'old'").expect("40: 0001 (10)");

        publisher.send("31: <zero> {} 'new'").expectNothing();

        subscribed(level, "reader", "zero", 2).expect("31: <zero> {} 'new'").expectNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-3.3.1-6", "MQTT-3.3.1-7", "MQTT-3.3.1-12"},
            v3 = {"MQTT-3.3.1-9", "MQTT-3.3.1-10", "MQTT-3.3.1-11"})
    void anEmptyOneIsForwardedAndRemoves(int level) {
        Peer subscriber = subscribed(level, "subscriber", "removed", 0);
        Peer publisher = connected(level, "publisher");
        publisher.send("31: <removed> {} 'kept'").expectNothing();
        subscriber.expect("30: <removed> {} 'kept'");

        publisher.send("31: <removed> {}").expectNothing();

        subscriber.expect("30: <removed> {}");
        subscribed(level, "late", "removed", 0).expectNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.3.1-8", v3 = "MQTT-3.3.1-12")
    void withoutTheFlagNothingChanges(int level) {
        Peer publisher = connected(level, "publisher");
        publisher.send("30: <plain/none/%d> {} 'x'".formatted(level)).expectNothing();
        subscribed(level, "none", "plain/none/" + level, 0).expectNothing();

        publisher
                .send("31: <plain> {} 'kept' 30: <plain> {} 'other' 30: <plain> {}")
                .expectNothing();

        subscribed(level, "reader", "plain", 0).expect("31: <plain> {} 'kept'").expectNothing();
    }

    @Test
    @Spec({"MQTT-3.3.1-9", "MQTT-3.3.1-10", "MQTT-3.3.1-11"})
    void retainHandlingIsFollowed() {
        Peer peer = connected(5, "handling").send("31: <handling> 00 'kept'").expectNothing();

        // 0, each time; 1 with a subscription that is there; 2, with and without one; 1 with a new one.
        peer.send("82: 0001 00 <handling> 00").expect("90: 0001 00 00 31: <handling> 00 'kept'");
        peer.send("82: 0002 00 <handling> 00").expect("90: 0002 00 00 31: <handling> 00 'kept'");
        peer.send("82: 0003 00 <handling> 10").expect("90: 0003 00 00").expectNothing();
        peer.send("82: 0004 00 <handling> 20").expect("90: 0004 00 00").expectNothing();
        peer.send("A2: 0005 00 <handling>").expect("B0: 0005 00 00");
        peer.send("82: 0006 00 <handling> 20").expect("90: 0006 00 00").expectNothing();
        peer.send("A2: 0007 00 <handling>").expect("B0: 0007 00 00");
        peer.send("82: 0008 00 <handling> 10").expect("90: 0008 00 00 31: <handling> 00 'kept'");
    }

    @Test
    @Spec({"MQTT-3.3.1-12", "MQTT-3.3.1-13"})
    void retainAsPublishedIsFollowed() {
        Peer plain = subscribed(5, "plain", "flag", 0);
        Peer asPublished =
                connected(5, "as-published").send("82: 0001 00 <flag> 08").expect("90: 0001 00 00");

        connected(5, "publisher").send("31: <flag> 00 'r' 30: <flag> 00 'p'").expectNothing();

        plain.expect("30: <flag> 00 'r' 30: <flag> 00 'p'");
        asPublished.expect("31: <flag> 00 'r' 30: <flag> 00 'p'");
    }
}
