package io.maxmq.core.conformance;

import io.maxmq.Spec;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Topic aliases of the broker (MQTT 5.0 §3.1.2.11.5 and §3.3.2.3.4). */
class OutboundAliasIT extends Suite {
    @ParameterizedTest
    @ValueSource(strings = {"{17 00}", "{22 0000}"})
    @Spec("MQTT-3.1.2-27")
    void aClientThatWantsNoneGetsNone(String properties) {
        Peer peer = open(5).send("10: <MQTT> 05 02 0000 %s <no-alias>".formatted(properties));
        peer.expectAccepted();
        peer.send("82: 0001 00 <none/#> 00").expect("90: 0001 00 00");

        for (int i = 0; i < 5; i++) {
            peer.send("30: <none/a/long/topic> 00 'x'").expect("30: <none/a/long/topic> 00 'x'");
        }
    }

    @Test
    @Spec({"MQTT-3.1.2-26", "MQTT-3.3.2-8", "MQTT-3.3.2-11"})
    void noAliasIsAboveTheClientsMaximum() {
        Peer peer = open(5).send("10: <MQTT> 05 02 0000 {22 0002} <two-aliases>");
        peer.expectAccepted();
        peer.send("82: 0001 00 <alias/#> 00").expect("90: 0001 00 00");
        Map<Integer, String> known = new HashMap<>();

        for (int i = 0; i < 40; i++) {
            String topic = "alias/a/topic/that/is/long/" + i % 4;
            peer.send("30: <%s> 00 'x'".formatted(topic));
            assertThat(topicOf(peer.body(0x30), known)).isEqualTo(topic);
        }

        assertThat(known.keySet()).isNotEmpty().isSubsetOf(1, 2);
    }

    /** The topic, if need be by its alias; QoS 0, and no property but an alias. */
    private static String topicOf(byte[] body, Map<Integer, String> known) {
        int length = (body[0] & 0xFF) << 8 | body[1] & 0xFF;
        String topic = new String(body, 2, length, StandardCharsets.UTF_8);
        byte[] rest = Arrays.copyOfRange(body, 2 + length, body.length);
        if (rest[0] == 0) {
            assertThat(rest).isEqualTo(Script.bytes(5, "00 'x'"));
            return topic;
        }
        int alias = (rest[2] & 0xFF) << 8 | rest[3] & 0xFF;
        assertThat(rest).isEqualTo(Script.bytes(5, "{23 %04X} 'x'".formatted(alias)));
        if (!topic.isEmpty()) {
            known.put(alias, topic);
        }
        return known.getOrDefault(alias, "an alias without a topic: " + alias);
    }
}
