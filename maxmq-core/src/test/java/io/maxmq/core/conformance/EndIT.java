package io.maxmq.core.conformance;

import io.maxmq.Spec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** PINGREQ, DISCONNECT, errors (§3.12, §3.14, §4.8 of MQTT 3.1.1, §4.13 of MQTT 5.0), and what needs no test of its own. */
class EndIT extends Suite {
    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.12.4-1", v3 = "MQTT-3.12.4-1")
    void eachPingIsAnswered(int level) {
        connected(level, "ping").send("C0: C0: C0:").expect("D0: D0: D0:").expectNothing();
    }

    @Test
    @Spec({"MQTT-3.14.2-1", "MQTT-3.14.2-2", "MQTT-3.14.4-1", "MQTT-3.14.4-2", "MQTT-4.13.2-1"})
    void theBrokersDisconnectIsTheLastPacketAndHasNoExpiry() {
        Peer older = resumed(5, "last").send("82: 0001 00 <last> 01").expect("90: 0001 00 01");
        resumed(5, "last");
        byte[] body = older.body(0xE0);
        assertThat(body[0] & 0xFF).isEqualTo(0x8E);
        assertThat(new String(body, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf(0x11, 1))
                .as("session expiry interval")
                .isNegative();
        connected(5, "publisher").send("32: <last> 0001 00 'x'").expect("40: 0001");

        older.expectEnd();
    }

    @ParameterizedTest
    @ValueSource(strings = {"01", "03", "7F", "FF"})
    @Spec("MQTT-3.14.2-1")
    void aReasonThatDisconnectDoesNotHaveIsRefused(String reason) {
        Peer peer = connected(5, "reason").send("E0: " + reason);

        assertThat(peer.body(0xE0)[0] & 0xFF).isIn(0x81, 0x82);
        peer.expectEnd();
    }

    @ParameterizedTest
    @CsvSource({
        "40: 0001 05",
        "50: 0001 05",
        "62: 0001 10",
        "70: 0001 10",
    })
    @Spec({"MQTT-3.4.2-1", "MQTT-3.5.2-1", "MQTT-3.6.2-1", "MQTT-3.7.2-1"})
    void aReasonThatAnAnswerDoesNotHaveIsRefused(String answer) {
        Peer peer = connected(5, "reason").send(answer);

        assertThat(peer.body(0xE0)[0] & 0xFF).isIn(0x81, 0x82);
        peer.expectEnd();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "00:                             | 0x81",
                "20: 00 00 ()                    | 0x82",
                "90: 0001 {} 00                  | 0x82",
                "B0: 0001 {} (00)                | 0x82",
                "D0:                             | 0x82",
                "C0: 00                          | 0x81",
                "40: 00                          | 0x81",
                "40:                             | 0x81",
                "30 FF FF FF FF 01               | 0x81",
            })
    @Spec(value = "MQTT-4.13.1-1", v3 = "MQTT-4.8.0-1")
    void whatIsMalformedOrNotAllowedEndsTheConnection(String packet, String reason) {
        connected(4, "wrong").send(packet.replace("()", "")).expectDisconnect(Integer.decode(reason));
        connected(5, "wrong").send(packet.replace("()", "00")).expectDisconnect(Integer.decode(reason));
    }

    /** Everything here speaks over TCP, without any extension to the standards. */
    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = "MQTT-4.2.0-1",
            v3 = {"MQTT-7.0.0-2", "MQTT-7.1.1-1"})
    void bytesTravelInOrderAndWithoutLossOverTcp(int level) {
        Peer peer = subscribed(level, "stream", "stream", 0);
        String payload = "'" + "0123456789abcdef".repeat(2000) + "'";

        byte[] packets = Script.bytes(level, ("30: <stream> {} " + payload).repeat(20));
        for (int from = 0; from < packets.length; from += 999) {
            peer.sendBytes(java.util.Arrays.copyOfRange(packets, from, Math.min(packets.length, from + 999)));
        }

        for (int i = 0; i < 20; i++) {
            peer.expect("30: <stream> {} " + payload);
        }
        peer.expectNothing();
    }
}
