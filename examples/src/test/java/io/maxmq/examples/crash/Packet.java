package io.maxmq.examples.crash;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A packet that has come. What its type does not have is 0 or empty.
 *
 * @param flags the lower half of the first byte; of CONNACK the acknowledge flags
 * @param remainingSeconds of a PUBLISH: -1 when it has no expiry, -2 when its version has no such thing
 * @param receiveMaximum of a CONNACK: how many of QoS 1 and 2 may be unacknowledged
 */
record Packet(
        int type,
        int flags,
        int packetId,
        int reason,
        String topic,
        byte[] payload,
        int remainingSeconds,
        int receiveMaximum) {
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int PUBREC = 5;
    static final int PUBREL = 6;
    static final int PUBCOMP = 7;
    static final int SUBACK = 9;
    static final int UNSUBACK = 11;
    private static final int DISCONNECT = 14;

    private static final int ERROR = 0x80;
    private static final int PACKET_IDENTIFIER_NOT_FOUND = 0x92;

    /** Of an acknowledgement: whether the broker has not done what it was asked for. */
    boolean isRefusal() {
        return reason >= ERROR;
    }

    int qos() {
        return flags >> 1 & 3;
    }

    boolean dup() {
        return (flags & 8) != 0;
    }

    boolean retain() {
        return (flags & 1) != 0;
    }

    /**
     * Reads what is behind the fixed header.
     *
     * @param version 4 or 5
     * @param header the first byte
     * @throws Connection.RefusedException when it says that the broker has not done what it was asked for, but for PUBACK and
     *     PUBREC
     */
    static Packet parse(int version, int header, ByteBuffer body) throws IOException {
        int type = header >> 4;
        int flags = header & 15;
        switch (type) {
            case CONNACK -> {
                int acknowledgeFlags = body.get();
                int reason = body.get() & 0xFF;
                Properties properties = version == 5 && body.hasRemaining() ? Properties.read(body) : Properties.NONE;
                return new Packet(type, acknowledgeFlags, 0, reason, "", new byte[0], -1, properties.receiveMaximum());
            }
            case PUBLISH -> {
                byte[] topic = new byte[body.getShort() & 0xFFFF];
                body.get(topic);
                int packetId = (flags & 6) == 0 ? 0 : body.getShort() & 0xFFFF;
                int remaining = version == 5 ? Properties.read(body).expirySeconds() : -2;
                byte[] payload = new byte[body.remaining()];
                body.get(payload);
                return new Packet(
                        type, flags, packetId, 0, new String(topic, StandardCharsets.UTF_8), payload, remaining, 0);
            }
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> {
                int packetId = body.getShort() & 0xFFFF;
                int reason = body.hasRemaining() ? body.get() & 0xFF : 0;
                // MQTT 5.0 §4.3.3: whoever has forgotten the packet id has been through with it.
                boolean isOver = type == PUBCOMP && reason == PACKET_IDENTIFIER_NOT_FOUND;
                return type == PUBACK || type == PUBREC
                        ? new Packet(type, 0, packetId, reason, "", new byte[0], -1, 0)
                        : acknowledgement(type, packetId, isOver ? 0 : reason);
            }
            case SUBACK, UNSUBACK -> {
                int packetId = body.getShort() & 0xFFFF;
                return acknowledgement(type, packetId, body.hasRemaining() ? body.get(body.limit() - 1) & 0xFF : 0);
            }
            case DISCONNECT ->
                throw new Connection.RefusedException(
                        "DISCONNECT with reason " + Integer.toHexString(body.hasRemaining() ? body.get() & 0xFF : 0));
            default -> throw new IOException("unexpected packet of type " + type);
        }
    }

    private static Packet acknowledgement(int type, int packetId, int reason) {
        if (reason >= ERROR) {
            throw new Connection.RefusedException("acknowledgement of type " + type + " for packet id " + packetId
                    + " with reason 0x" + Integer.toHexString(reason));
        }
        return new Packet(type, 0, packetId, reason, "", new byte[0], -1, 0);
    }

    /** The properties that matter here; the others are skipped. */
    private record Properties(int expirySeconds, int receiveMaximum) {
        static final Properties NONE = new Properties(-1, 65_535);

        static Properties read(ByteBuffer body) throws IOException {
            int length = variable(body);
            int end = body.position() + length;
            int expirySeconds = NONE.expirySeconds();
            int receiveMaximum = NONE.receiveMaximum();
            while (body.position() < end) {
                int id = body.get();
                switch (id) {
                    case 0x02 -> expirySeconds = body.getInt();
                    case 0x21 -> receiveMaximum = body.getShort() & 0xFFFF;
                    case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A -> body.get();
                    case 0x13, 0x22, 0x23 -> body.getShort();
                    case 0x11, 0x18, 0x27 -> body.getInt();
                    case 0x0B -> variable(body);
                    case 0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1A, 0x1C, 0x1F -> skipText(body);
                    case 0x26 -> {
                        skipText(body);
                        skipText(body);
                    }
                    default -> throw new IOException("unknown property " + id);
                }
            }
            return new Properties(expirySeconds, receiveMaximum);
        }

        private static int variable(ByteBuffer body) {
            int value = 0;
            for (int shift = 0, digit = 0x80; (digit & 0x80) != 0; shift += 7) {
                digit = body.get();
                value |= (digit & 0x7F) << shift;
            }
            return value;
        }

        private static void skipText(ByteBuffer body) {
            int length = body.getShort() & 0xFFFF;
            body.position(body.position() + length);
        }
    }
}
