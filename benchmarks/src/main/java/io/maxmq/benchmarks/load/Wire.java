package io.maxmq.benchmarks.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of the packets that the generator sends and the few fields that it reads. Written apart from MaxMQ's codec, so
 * that a mistake there does not cancel out here. MQTT 3.1.1 and 5.0, §2 and §3.
 */
final class Wire {
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int PUBREC = 5;
    static final int PUBREL = 6;
    static final int PUBCOMP = 7;
    static final int SUBACK = 9;
    static final int PINGRESP = 13;
    static final int DISCONNECT = 14;

    static final int V5 = 5;
    private static final int LASTING_SECONDS = 24 * 60 * 60;
    private static final int MAX_RECEIVE_MAXIMUM = 65_535;

    private Wire() {}

    /** A clean CONNECT without credentials. */
    static ByteBuffer connect(int version, String clientId, int keepAliveSeconds) {
        return connect(version, clientId, keepAliveSeconds, false);
    }

    /** @param lasting whether it takes up a session that outlives the connection, by a day at MQTT 5.0 */
    static ByteBuffer connect(int version, String clientId, int keepAliveSeconds, boolean lasting) {
        ByteBuffer body = ByteBuffer.allocate(64 + clientId.length());
        putString(body, "MQTT");
        body.put((byte) version).put((byte) (lasting ? 0 : 0x02)).putShort((short) keepAliveSeconds);
        if (lasting && version == V5) {
            body.put((byte) 5).put((byte) 0x11).putInt(LASTING_SECONDS);
        } else {
            putNoProperties(body, version);
        }
        putString(body, clientId);
        return packet(0x10, body);
    }

    static ByteBuffer subscribe(int version, int packetId, String filter, int qos) {
        ByteBuffer body = ByteBuffer.allocate(16 + filter.length());
        body.putShort((short) packetId);
        putNoProperties(body, version);
        putString(body, filter);
        body.put((byte) qos);
        return packet(0x82, body);
    }

    /** PUBLISH up to its payload of {@code payloadBytes}, which the caller appends; with packet id 1 when {@code qos} > 0. */
    static ByteBuffer publishHead(int version, String topic, int qos, boolean retain, int payloadBytes) {
        ByteBuffer variable = ByteBuffer.allocate(16 + topic.length());
        putString(variable, topic);
        if (qos > 0) {
            variable.putShort((short) 1);
        }
        putNoProperties(variable, version);
        variable.flip();
        ByteBuffer head = ByteBuffer.allocate(5 + variable.remaining());
        head.put((byte) (0x30 | qos << 1 | (retain ? 1 : 0)));
        putLength(head, variable.remaining() + payloadBytes);
        return head.put(variable).flip();
    }

    static ByteBuffer disconnect() {
        return ByteBuffer.wrap(new byte[] {(byte) 0xE0, 0});
    }

    /** PUBACK, PUBREC, PUBREL or PUBCOMP in its four-byte form, which both versions allow for success. */
    static int acknowledgement(int type, int packetId) {
        int flags = type == PUBREL ? 0x02 : 0;
        return (type << 4 | flags) << 24 | 0x02 << 16 | packetId;
    }

    /** Receive Maximum in a v5 CONNACK (§3.2.2.3.3) whose body is [body, end); 65,535 when absent. */
    static int receiveMaximum(ByteBuffer in, int body, int end) {
        int position = body + 2;
        int length = 0;
        for (int shift = 0; position < end; shift += 7) {
            int next = in.get(position++);
            length |= (next & 0x7F) << shift;
            if (next >= 0) {
                break;
            }
        }
        int last = Math.min(end, position + length);
        while (position < last) {
            int id = in.get(position++);
            switch (id) {
                case 0x21:
                    return in.getShort(position) & 0xFFFF;
                case 0x24, 0x25, 0x28, 0x29, 0x2A:
                    position += 1;
                    break;
                case 0x13, 0x22:
                    position += 2;
                    break;
                case 0x11, 0x27:
                    position += 4;
                    break;
                case 0x26:
                    position += 2 + (in.getShort(position) & 0xFFFF);
                    position += 2 + (in.getShort(position) & 0xFFFF);
                    break;
                default: // all others are one string or binary
                    position += 2 + (in.getShort(position) & 0xFFFF);
            }
        }
        return MAX_RECEIVE_MAXIMUM;
    }

    private static ByteBuffer packet(int header, ByteBuffer body) {
        body.flip();
        ByteBuffer packet = ByteBuffer.allocate(5 + body.remaining());
        packet.put((byte) header);
        putLength(packet, body.remaining());
        return packet.put(body).flip();
    }

    private static void putNoProperties(ByteBuffer out, int version) {
        if (version == V5) {
            out.put((byte) 0);
        }
    }

    private static void putString(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.putShort((short) bytes.length).put(bytes);
    }

    private static void putLength(ByteBuffer out, int length) {
        int rest = length;
        while (rest > 0x7F) {
            out.put((byte) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }
}
