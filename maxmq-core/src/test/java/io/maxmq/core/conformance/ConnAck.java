package io.maxmq.core.conformance;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * CONNACK, read by the letter of the standard.
 *
 * @param properties the value of each by its id; without the length before it, where it has one
 */
record ConnAck(boolean sessionPresent, int reason, Map<Integer, byte[]> properties) {
    /** MQTT 5.0 §3.2.2.2. */
    private static final Set<Integer> REASONS = Set.of(
            0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A,
            0x9B, 0x9C, 0x9D, 0x9F);

    static ConnAck of(int level, byte[] body) {
        assertThat(body[0] & 0xFE).as("reserved flags of CONNACK").isZero();
        int reason = body[1] & 0xFF;
        // A level that the broker does not know is refused in the form of MQTT 3.
        if (level < 5 || body.length == 2) {
            assertThat(body).hasSize(2);
            assertThat(reason).as("return code of CONNACK").isBetween(0, 5);
            return new ConnAck(body[0] == 1, reason, Map.of());
        }
        assertThat(REASONS).as("reasons of CONNACK").contains(reason);
        return new ConnAck(body[0] == 1, reason, properties(body));
    }

    private static Map<Integer, byte[]> properties(byte[] body) {
        assertThat(body[2]).as("property length, in one byte").isEqualTo((byte) (body.length - 3));
        Map<Integer, byte[]> all = new TreeMap<>();
        for (int at = 3; at < body.length; ) {
            int id = body[at++];
            int length = switch (id) {
                case 0x11, 0x27 -> 4;
                case 0x13, 0x21, 0x22 -> 2;
                case 0x24, 0x25, 0x28, 0x29, 0x2A -> 1;
                default -> {
                    int counted = (body[at] & 0xFF) << 8 | body[at + 1] & 0xFF;
                    at += 2;
                    yield counted;
                }
            };
            all.put(id, Arrays.copyOfRange(body, at, at + length));
            at += length;
        }
        return all;
    }

    boolean has(int property) {
        return properties.containsKey(property);
    }

    @Nullable
    String text(int property) {
        byte[] value = properties.get(property);
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    int number(int property, int absent) {
        byte[] value = properties.get(property);
        return value == null ? absent : new java.math.BigInteger(1, value).intValue();
    }
}
