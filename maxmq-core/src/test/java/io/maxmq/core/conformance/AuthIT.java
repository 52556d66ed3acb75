package io.maxmq.core.conformance;

import io.maxmq.Spec;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** AUTH and enhanced authentication (MQTT 5.0 §3.15 and §4.12). */
class AuthIT extends Suite {
    @Test
    @Spec("MQTT-4.12.0-1")
    void aMethodThatIsNotSupportedIsRefused() {
        open(5).send("10: <MQTT> 05 02 0000 {15 <no-such-method>} <unsupported>")
                .expectRefused(0x8C);
    }

    @Test
    @Spec("MQTT-4.12.0-6")
    void withoutAMethodThereIsNoAuth() {
        Peer peer = open(5).send(connect(5, "plain"));

        // CONNACK is the first packet that comes.
        assertThat(peer.expectAccepted().has(0x15)).isFalse();
        peer.expectNothing();
    }

    @Test
    @Spec("MQTT-4.12.0-7")
    void aClientWithoutAMethodSendsNoAuth() {
        connected(5, "without").send("F0: 19 {15 <method>}").expectDisconnect(0x82);
        connected(5, "without").send("F0: 18 {15 <method> 16 [01]}").expectDisconnect(0x82);
    }

    @Test
    @Spec("MQTT-3.15.1-1")
    void wrongFlagsOfAuthEndTheConnection() {
        for (String first : new String[] {"F1", "F2", "F4", "F8"}) {
            connected(5, "flags").send(first + ": 18 {15 <method>}").expectDisconnect(0x81);
        }
    }

    @Test
    @Spec("MQTT-3.15.2-1")
    void aReasonThatAuthDoesNotHaveIsRefused() {
        for (String reason : new String[] {"01", "17", "80", "FF"}) {
            Peer peer = connected(5, "reason").send("F0: %s {15 <method>}".formatted(reason));

            assertThat(peer.body(0xE0)[0] & 0xFF).isIn(0x81, 0x82);
            peer.expectEnd();
        }
    }
}
