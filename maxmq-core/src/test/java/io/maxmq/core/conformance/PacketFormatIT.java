package io.maxmq.core.conformance;

import io.maxmq.Spec;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Chapters 1 and 2 of both standards: strings, integers, flags, packet ids, property lengths. */
class PacketFormatIT extends Suite {
    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-1.5.4-1", v3 = "MQTT-1.5.3-1")
    void illFormedStringsEndTheConnection(int level) {
        // Overlong, a surrogate, beyond Unicode, cut off, no first byte, a first byte alone.
        for (String wrong : new String[] {"C0AF", "EDA080", "F4908080", "E282", "80", "FF"}) {
            connected(level, "ill-formed")
                    .send("30: [%s] {} 'x'".formatted(wrong))
                    .expectDisconnect(0x81);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-1.5.4-2", "MQTT-4.7.3-2"},
            v3 = {"MQTT-1.5.3-2", "MQTT-4.7.3-2"})
    void nulEndsTheConnection(int level) {
        connected(level, "nul").send("30: ['a' 00 'b'] {} 'x'").expectDisconnect(0x81);
        connected(level, "nul").send("82: 0001 {} [00] 00").expectDisconnect(0x81);
        connected(level, "nul").send("A2: 0001 {} ['a' 00]").expectDisconnect(0x81);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-1.5.4-3", "MQTT-4.7.3-4"},
            v3 = {"MQTT-1.5.3-3", "MQTT-4.7.3-4"})
    void nothingInATopicIsStrippedOrNormalized(int level) {
        Peer peer = connected(level, "marked");
        // A byte order mark; the two ways to write e with an acute accent; case; a space; an unassigned code point.
        String[] topics = {
            "EFBBBF 'bom'", "'bom'", "C3A9 'q'", "65CC81 'q'", "'Case'", "'case'", "'case '", "'a/' EFBFBF"
        };
        for (String topic : topics) {
            peer.send("82: 0001 {} [%s] 00".formatted(topic)).expect("90: 0001 {} 00");
        }

        for (String topic : topics) {
            peer.send("30: [%s] {} 'x'".formatted(topic)).expect("30: [%s] {} 'x'".formatted(topic));
        }

        peer.expectNothing();
    }

    @Test
    @Spec("MQTT-1.5.5-1")
    void variableByteIntegersAreAsShortAsCanBe() {
        Peer peer = subscribed(5, "varint", "varint/#", 0);
        connected(5, "overlong").send("C0 80 00").expectDisconnect(0x81);
        connected(5, "overlong").send("30: <a> 8000 'x'").expectDisconnect(0x81);

        // Peer takes no remaining length with a byte too many: 1 + 2 + 8 + 1 of them are not payload.
        for (int length : new int[] {115, 116, 16_371, 16_372}) {
            String payload = "'" + "x".repeat(length) + "'";
            peer.send("30: <varint/v> {} " + payload).expect("30: <varint/v> {} " + payload);
        }
        // A property length of 127 and of 128 bytes.
        for (int length : new int[] {121, 122}) {
            String property = "{26 <n> <%s>}".formatted("v".repeat(length));
            peer.send("30: <varint/v> %s".formatted(property)).expect("30: <varint/v> %s".formatted(property));
        }
    }

    @Test
    @Spec("MQTT-1.5.7-1")
    void bothStringsOfAPairAreChecked() {
        connected(5, "pair").send("30: <a> {26 [C0AF] <v>} 'x'").expectDisconnect(0x81);
        connected(5, "pair").send("30: <a> {26 <n> [EDA080]} 'x'").expectDisconnect(0x81);
        connected(5, "pair").send("30: <a> {26 <n> ['v' 00]} 'x'").expectDisconnect(0x81);
    }

    @ParameterizedTest
    @CsvSource({
        "41: 0001",
        "52: 0001",
        "60: 0001",
        "63: 0001",
        "71: 0001",
        "80: 0001 {} <a> 00",
        "83: 0001 {} <a> 00",
        "A0: 0001 {} <a>",
        "A3: 0001 {} <a>",
        "C1:",
        "E1:",
        "E2:"
    })
    @Spec(
            value = {
                "MQTT-2.1.3-1",
                "MQTT-3.6.1-1",
                "MQTT-3.8.1-1",
                "MQTT-3.10.1-1",
                "MQTT-3.14.1-1",
                "MQTT-4.13.1-1",
                "MQTT-4.13.2-1"
            },
            v3 = {
                "MQTT-2.2.2-1",
                "MQTT-2.2.2-2",
                "MQTT-3.6.1-1",
                "MQTT-3.8.1-1",
                "MQTT-3.10.1-1",
                "MQTT-3.14.1-1",
                "MQTT-4.8.0-1"
            })
    void wrongFlagsEndTheConnection(String packet) {
        connected(4, "flags").send(packet).expectDisconnect(0x81);
        connected(5, "flags").send(packet).expectDisconnect(0x81);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-2.2.1-2", v3 = "MQTT-2.3.1-5")
    void aMessageAtQosZeroHasNoPacketId(int level) {
        subscribed(level, "no-id", "no-id/t", 2)
                .send("30: <no-id/t> {} 'payload'")
                .expect("30: <no-id/t> {} 'payload'");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-2.2.1-3", v3 = "MQTT-2.3.1-1")
    void packetIdZeroIsRefused(int level) {
        for (String packet :
                new String[] {"32: <a> 0000 {} 'x'", "34: <a> 0000 {} 'x'", "82: 0000 {} <a> 00", "A2: 0000 {} <a>"}) {
            connected(level, "zero").send(packet).expectDisconnect(0x82);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-2.2.1-4", "MQTT-4.3.2-1", "MQTT-4.3.3-1"},
            v3 = {"MQTT-2.3.1-1", "MQTT-2.3.1-4"})
    void messagesUnderWayHavePacketIdsOfTheirOwn(int level) {
        Peer peer = subscribed(level, "ids", "ids/t", 2);
        Set<Integer> underWay = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            String publish = i % 2 == 0 ? "32" : "34";
            peer.send("%s: <ids/t> %04X {} 'x'".formatted(publish, 1000 + i));
            int id = idOf(peer, publish);
            assertThat(id).isNotZero();
            assertThat(underWay.add(id)).as("%d is free", id).isTrue();
            peer.expect((i % 2 == 0 ? "40" : "50") + ": %04X".formatted(1000 + i));
            if (i % 4 == 0) {
                // PUBACK: only this one may be used again.
                peer.send("40: %04X".formatted(id));
                underWay.remove(id);
            }
        }
    }

    private static int idOf(Peer peer, String first) {
        byte[] body = peer.body(Integer.parseInt(first, 16));
        int at = 2 + body[1];
        return (body[at] & 0xFF) << 8 | body[at + 1] & 0xFF;
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-2.2.1-5", "MQTT-2.2.1-6", "MQTT-3.8.4-2", "MQTT-3.10.4-5"},
            v3 = {"MQTT-2.3.1-6", "MQTT-2.3.1-7", "MQTT-3.8.4-2", "MQTT-3.10.4-4"})
    void answersHaveThePacketIdOfWhatTheyAnswer(int level) {
        connected(level, "answers")
                .send("32: <answers/none> FFFE {} 'x'")
                .expect("40: FFFE (10)")
                .send("34: <answers/none> 8001 {} 'x'")
                .expect("50: 8001 (10)")
                .send("62: 8001")
                .expect("70: 8001")
                .send("82: 1234 {} <answers/t> 01")
                .expect("90: 1234 {} 01")
                .send("A2: 4321 {} <answers/t>")
                .expect("B0: 4321 {} (00)");
    }

    @Test
    @Spec("MQTT-2.2.2-1")
    void noPropertiesAreALengthOfZero() {
        // A packet without a property length is cut off.
        connected(5, "no-length").send("30: <a>").expectDisconnect(0x81);
        connected(5, "no-length").send("82: 0001 <a> 00").expectDisconnect(0x81);
        subscribed(5, "length-zero", "length-zero", 0)
                .send("30: <length-zero> 00")
                .expect("30: <length-zero> 00")
                .send("A2: 0002 00 <length-zero>")
                .expect("B0: 0002 00 00");
    }
}
