package io.maxmq.core.hostile;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * MQTT packets byte by byte, right ones and wrong ones. Made without the broker's own codec, so that a mistake there
 * cannot hide itself. A protocol level of 5 stands for MQTT 5.0, 4 for 3.1.1, 3 for 3.1.
 */
final class Wire {
    static final int CONNACK = 0x20;
    static final int PUBLISH = 0x30;
    static final int PUBACK = 0x40;
    static final int PUBREC = 0x50;
    static final int PUBREL = 0x62;
    static final int PUBCOMP = 0x70;
    static final int SUBACK = 0x90;
    static final int DISCONNECT = 0xE0;

    static final byte[] PINGREQ = {(byte) 0xC0, 0};
    static final byte[] GOODBYE = {(byte) 0xE0, 0};
    static final byte[] NONE = {};

    /** Connect flags. */
    static final int CLEAN = 0x02;

    private Wire() {}

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static byte[] bytes(int... values) {
        byte[] all = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            all[i] = (byte) values[i];
        }
        return all;
    }

    static byte[] u16(int value) {
        return bytes(value >>> 8, value);
    }

    static byte[] u32(long value) {
        return bytes((int) (value >>> 24), (int) (value >>> 16), (int) (value >>> 8), (int) value);
    }

    static byte[] varint(int value) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int left = value;
        do {
            int digit = left & 0x7F;
            left >>>= 7;
            all.write(left > 0 ? digit | 0x80 : digit);
        } while (left > 0);
        return all.toByteArray();
    }

    static byte[] string(String text) {
        return binary(text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] binary(byte[] data) {
        return concat(u16(data.length), data);
    }

    /** A packet whose remaining length is right. */
    static byte[] packet(int first, byte[]... body) {
        byte[] all = concat(body);
        return concat(bytes(first), varint(all.length), all);
    }

    /** Properties with their length before them; nothing before MQTT 5.0. */
    static byte[] properties(int level, byte[]... properties) {
        byte[] all = concat(properties);
        return level < 5 ? NONE : concat(varint(all.length), all);
    }

    static byte[] userProperty(String name, String value) {
        return concat(bytes(0x26), string(name), string(value));
    }

    static byte[] connect(int level, String clientId) {
        return connect(level, clientId, CLEAN, 0, NONE, NONE);
    }

    /**
     * CONNECT.
     *
     * @param payload what follows the client id: will, user name, password
     */
    static byte[] connect(
            int level, String clientId, int flags, int keepAliveSeconds, byte[] properties, byte[] payload) {
        return packet(
                0x10,
                string(level == 3 ? "MQIsdp" : "MQTT"),
                bytes(level, flags),
                u16(keepAliveSeconds),
                properties(level, properties),
                string(clientId),
                payload);
    }

    static byte[] subscribe(int level, int packetId, int qos, String... filters) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String filter : filters) {
            all.writeBytes(string(filter));
            all.write(qos);
        }
        return packet(0x82, u16(packetId), properties(level), all.toByteArray());
    }

    static byte[] publish(int level, int qos, int packetId, String topic, byte[] payload) {
        return publish(level, qos << 1, packetId, topic, NONE, payload);
    }

    /** @param flags of the fixed header: DUP 8, QoS 0 to 2 times 2, RETAIN 1 */
    static byte[] publish(int level, int flags, int packetId, String topic, byte[] properties, byte[] payload) {
        return packet(
                PUBLISH | flags,
                string(topic),
                (flags & 6) == 0 ? NONE : u16(packetId),
                properties(level, properties),
                payload);
    }

    static byte[] ack(int first, int packetId) {
        return packet(first, u16(packetId));
    }
}
