package io.maxmq.core.conformance;

import io.maxmq.Spec;
import org.junit.jupiter.api.Test;

/** Shared subscriptions (MQTT 5.0 §4.8.2). */
class SharedIT extends Suite {
    @Test
    @Spec({"MQTT-4.8.2-1", "MQTT-4.8.2-2"})
    void aShareNameIsFollowedByAFilter() {
        Peer peer = connected(5, "names");
        for (String filter : new String[] {
            "$share",
            "$share/",
            "$share//a",
            "$share/g",
            "$share/g/",
            "$share/+/a",
            "$share/#/a",
            "$share/g+/a",
            "$share/g#h/a"
        }) {
            if (filter.equals("$share")) {
                // A topic of one level, like any other.
                peer.send("82: 0001 00 <$share> 00").expect("90: 0001 00 00");
            } else {
                peer.send("82: 0001 00 <%s> 00".formatted(filter)).expect("90: 0001 00 8F");
            }
        }
        peer.send("82: 0001 00 <$share/g/names/+> 00").expect("90: 0001 00 00");
        peer.send("30: <names/x> 00 'x'").expect("30: <names/x> 00 'x'");
    }

    @Test
    @Spec("MQTT-4.8.2-3")
    void eachMemberHasItsGrantedQos() {
        Peer zero = subscribed(5, "zero", "$share/qos/granted", 0);
        Peer one = subscribed(5, "one", "$share/qos/granted", 1);
        Peer publisher = connected(5, "publisher");

        publisher.send("34: <granted> 0001 00 'a' 34: <granted> 0002 00 'b'").expect("50: 0001 50: 0002");

        zero.expect("30: <granted> 00 'a'").expectNothing();
        one.expect("32: <granted> 0001 00 'b'").expectNothing();
    }

    @Test
    @Spec("MQTT-4.8.2-4")
    void aQosTwoDeliveryIsCompletedWhenItsMemberIsBack() {
        Peer member =
                resumed(5, "member").send("82: 0001 00 <$share/back/shared> 02").expect("90: 0001 00 02");
        connected(5, "publisher").send("34: <shared> 0001 00 'x'").expect("50: 0001");
        member.expect("34: <shared> 0001 00 'x'");
        Peer other = subscribed(5, "other", "$share/back/shared", 2);
        lose(member, "member");
        other.expectNothing();

        Peer back = resumed(5, "member").expect("3C: <shared> 0001 00 'x'");

        back.send("50: 0001").expect("62: 0001").send("70: 0001").expectNothing();
        other.expectNothing();
    }

    @Test
    @Spec("MQTT-4.8.2-5")
    void aQosTwoDeliveryEndsWithTheSessionOfItsMember() {
        Peer member = subscribed(5, "mortal", "$share/end/ended", 2);
        connected(5, "publisher").send("34: <ended> 0001 00 'x'").expect("50: 0001");
        member.expect("34: <ended> 0001 00 'x'");
        Peer other = subscribed(5, "other", "$share/end/ended", 2);

        lose(member, "mortal");

        other.expectNothing();
    }

    @Test
    @Spec("MQTT-4.8.2-6")
    void whatAMemberRefusesGoesToNobodyElse() {
        Peer member = subscribed(5, "refusing", "$share/no/refused", 2);
        connected(5, "publisher")
                .send("32: <refused> 0001 00 'x' 34: <refused> 0002 00 'y'")
                .expect("40: 0001 50: 0002");
        member.expect("32: <refused> 0001 00 'x' 34: <refused> 0002 00 'y'");
        Peer other = subscribed(5, "other", "$share/no/refused", 2);

        member.send("40: 0001 97 50: 0002 83").expectNothing();
        lose(member, "refusing");

        other.expectNothing();
    }
}
