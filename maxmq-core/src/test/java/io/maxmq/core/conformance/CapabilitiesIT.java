package io.maxmq.core.conformance;

import io.maxmq.MaxMQBuilder;
import io.maxmq.Spec;
import io.maxmq.codec.QoS;
import io.maxmq.config.Capabilities;
import io.maxmq.config.ConnectionLimits;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A broker that does not offer everything (§3.2.2.3 of MQTT 5.0, §3.8.3 of MQTT 3.1.1). */
class CapabilitiesIT extends Suite {
    @Override
    MaxMQBuilder settings(MaxMQBuilder builder) {
        return builder.capabilities(Capabilities.builder()
                        .maximumQos(QoS.AT_MOST_ONCE)
                        .retainAvailable(false)
                        .wildcardSubscriptionsAvailable(false)
                        .build())
                .connections(ConnectionLimits.builder().topicAliasMaximum(0).build());
    }

    @Test
    @Spec({"MQTT-3.2.2-9", "MQTT-3.2.2-10"})
    void theMaximumQosIsToldAndSubscriptionsAtAnyAreAccepted() {
        Peer peer = open(5).send(connect(5, "maximum"));

        assertThat(peer.expectAccepted().number(0x24, 2)).isZero();
        for (int qos = 0; qos <= 2; qos++) {
            peer.send("82: 0001 00 <a> 0%d".formatted(qos)).expect("90: 0001 00 00");
        }
    }

    @Test
    @Spec("MQTT-3.2.2-11")
    void aMessageAboveTheMaximumQosIsRefused() {
        connected(5, "above").send("32: <a> 0001 00 'x'").expectDisconnect(0x9B);
        connected(5, "above").send("34: <a> 0001 00 'x'").expectDisconnect(0x9B);
    }

    @Test
    @Spec("MQTT-3.2.2-12")
    void aWillAboveTheMaximumQosIsRefused() {
        open(5).send("10: <MQTT> 05 0E 0000 00 <will> 00 <w> <p>").expectRefused(0x9B);
        open(5).send("10: <MQTT> 05 06 0000 00 <will> 00 <w> <p>").expectAccepted();
    }

    @Test
    @Spec("MQTT-3.2.2-13")
    void aRetainedWillIsRefused() {
        open(5).send("10: <MQTT> 05 26 0000 00 <will> 00 <w> <p>").expectRefused(0x9A);
    }

    @Test
    @Spec("MQTT-3.2.2-14")
    void aRetainedMessageIsRefused() {
        Peer peer = open(5).send(connect(5, "retaining"));
        assertThat(peer.expectAccepted().number(0x25, 1)).isZero();

        peer.send("31: <a> 00 'x'").expectDisconnect(0x9A);
    }

    @Test
    @Spec("MQTT-3.2.2-18")
    void withoutAMaximumEachAliasIsRefused() {
        Peer peer = open(5).send(connect(5, "alias"));
        assertThat(peer.expectAccepted().has(0x22)).isFalse();

        peer.send("30: <a> {23 0001} 'x'").expectDisconnect(0x94);
    }

    @Test
    @Spec(v3 = "MQTT-3.8.3-2")
    void wildcardsAreRefused() {
        connected(4, "wildcards").send("82: 0001 <a/+> 00 <b> 00 <#> 00").expect("90: 0001 80 00 80");
    }
}
