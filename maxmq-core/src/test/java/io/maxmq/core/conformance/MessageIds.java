package io.maxmq.core.conformance;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The packet ids of the broker's messages in a session. Which ones it takes is its own affair, so a test has names for
 * them: the first PUBLISH that a test expects with packet id 7 gives the 7 its meaning. From then until the test
 * acknowledges that message, 7 is what the broker has called it, on this and on later connections.
 */
final class MessageIds {
    private static final int PUBACK = 0x40;
    private static final int PUBREC = 0x50;
    private static final int PUBREL = 0x60;
    private static final int PUBCOMP = 0x70;

    private final Map<Integer, Integer> byName = new HashMap<>();

    /** What a test expects, with the broker's ids in it: those of PUBLISH and PUBREL. */
    byte[] expected(byte[] packet, byte[] received) {
        int at = idOf(packet, PUBREL);
        if (at < 0 || at + 1 >= received.length || received[0] != packet[0]) {
            return packet;
        }
        Integer known = byName.get(u16(packet, at));
        if (known == null && type(packet) == 0x30) {
            int taken = u16(received, at);
            assertThat(taken).as("packet id of a message").isNotZero().isNotIn(byName.values());
            byName.put(u16(packet, at), taken);
            known = taken;
        }
        return with(packet, at, Objects.requireNonNullElse(known, u16(packet, at)));
    }

    /** What a test sends, with the broker's ids in it: those of PUBACK, PUBREC and PUBCOMP. */
    byte[] sent(byte[] packet) {
        int at = idOf(packet, PUBACK, PUBREC, PUBCOMP);
        if (at < 0) {
            return packet;
        }
        int name = u16(packet, at);
        boolean refuses = packet.length > at + 2 && packet[at + 2] < 0;
        boolean last = type(packet) != PUBREC || refuses;
        Integer known = last ? byName.remove(name) : byName.get(name);
        return with(packet, at, Objects.requireNonNullElse(known, name));
    }

    /** Where a packet of one of these types, or a PUBLISH above QoS 0, has its packet id; negative when it has none. */
    private static int idOf(byte[] packet, int... types) {
        int body = 1;
        while (body < packet.length && packet[body] < 0) {
            body++;
        }
        body++;
        if (packet.length < body + 2) {
            return -1;
        }
        for (int type : types) {
            if (type(packet) == type) {
                return body;
            }
        }
        if (types[0] != PUBREL || type(packet) != 0x30 || (packet[0] & 0x06) == 0) {
            return -1;
        }
        int at = body + 2 + u16(packet, body);
        return at + 2 <= packet.length ? at : -1;
    }

    private static int type(byte[] packet) {
        return packet[0] & 0xF0;
    }

    private static int u16(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
    }

    private static byte[] with(byte[] packet, int at, int id) {
        byte[] copy = packet.clone();
        copy[at] = (byte) (id >>> 8);
        copy[at + 1] = (byte) id;
        return copy;
    }
}
