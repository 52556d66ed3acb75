package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

import static io.maxmq.codec.ReasonCode.MALFORMED_PACKET;
import static io.maxmq.codec.ReasonCode.PACKET_TOO_LARGE;
import static io.maxmq.codec.ReasonCode.PROTOCOL_ERROR;
import static io.maxmq.codec.wire.PacketInput.malformed;

/**
 * The first 2..5 bytes of a packet (MQTT 5.0 §2.1): which packets this side may receive now, with which flags, and how
 * long. What can be refused here is refused as soon as its byte is there. One per decoder. Not thread-safe.
 *
 * <pre>
 *   type, 4 bits | flags, 4 bits | remaining length, 1..4 bytes
 * </pre>
 */
final class FixedHeader {
    /** A length that is not known yet; no packet has it. */
    static final int INCOMPLETE = 0;

    /** For each side and version, null included, and each first byte whether it is expected. Never written again. */
    private static final boolean[][] EXPECTED = new boolean[8][];

    static {
        for (int i = 0; i < EXPECTED.length; i++) {
            boolean[] expected = new boolean[256];
            for (int first = 0; first < expected.length; first++) {
                expected[first] = problem(i >= 4, ProtocolVersion.of(2 + i % 4), first) == null;
            }
            EXPECTED[i] = expected;
        }
    }

    private final boolean server;
    private @Nullable ProtocolVersion version;
    private boolean[] expected;
    private int maxPacketBytes;
    private int bodyStart;

    /** With {@code version} null only CONNECT is expected. */
    FixedHeader(boolean server, @Nullable ProtocolVersion version, int maxPacketBytes) {
        this.server = server;
        this.version = version;
        this.expected = expected(server, version);
        maxPacketBytes(maxPacketBytes);
    }

    void version(ProtocolVersion version) {
        this.version = version;
        this.expected = expected(server, version);
    }

    void maxPacketBytes(int maxPacketBytes) {
        if (maxPacketBytes < 2) {
            throw new IllegalArgumentException("maxPacketBytes must be 2 or more: maxPacketBytes=" + maxPacketBytes);
        }
        this.maxPacketBytes = maxPacketBytes;
    }

    /** Where the body starts of the packet whose length was found last. */
    int bodyStart() {
        return bodyStart;
    }

    /**
     * Returns the length of the packet at {@code at} in bytes, this header included, or {@link #INCOMPLETE} when the
     * header is cut off by {@code end}.
     */
    int packetLength(ByteBuffer bytes, int at, int end) throws MalformedPacketException { // hot: per message
        int first = bytes.get(at) & 0xFF;
        if (!expected[first]) {
            throw unexpected(first);
        }
        int next = at + 1;
        int remaining = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            if (next == end) {
                return INCOMPLETE;
            }
            int b = bytes.get(next++);
            remaining |= (b & 0x7F) << shift;
            if (b >= 0) {
                if (b == 0 && shift > 0) { // [MQTT-1.5.5-1]
                    throw malformed("remaining length is longer than needed: value=" + remaining);
                }
                int length = next - at + remaining;
                if (length > maxPacketBytes) {
                    throw new MalformedPacketException(
                            PACKET_TOO_LARGE, "packet has " + length + " bytes, allowed are " + maxPacketBytes);
                }
                bodyStart = next;
                return length;
            }
        }
        throw malformed("remaining length has more than four bytes");
    }

    private MalformedPacketException unexpected(int first) {
        MalformedPacketException problem = problem(server, version, first);
        return problem == null ? malformed("first byte is unexpected: byte=" + first) : problem;
    }

    private static boolean[] expected(boolean server, @Nullable ProtocolVersion version) {
        return EXPECTED[(server ? 4 : 0) + (version == null ? 0 : version.level() - 2)];
    }

    private static @Nullable MalformedPacketException problem(
            boolean server, @Nullable ProtocolVersion version, int first) {
        PacketType type = PacketType.of(first >> 4);
        if (type == null) {
            return malformed("packet type 0 is reserved");
        }
        if (server && version == null && type != PacketType.CONNECT) { // [MQTT-3.1.0-1]
            return new MalformedPacketException(PROTOCOL_ERROR, "first packet must be CONNECT: type=" + type);
        }
        boolean v5 = version == ProtocolVersion.MQTT_5;
        if (type == PacketType.AUTH && !v5) {
            return malformed("packet type 15 is reserved before MQTT 5.0");
        }
        boolean allowed = switch (type) {
            case PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, AUTH -> true;
            case CONNECT -> server && version == null; // [MQTT-3.1.0-2]
            case SUBSCRIBE, UNSUBSCRIBE, PINGREQ -> server;
            case CONNACK, SUBACK, UNSUBACK, PINGRESP -> !server;
            case DISCONNECT -> server || v5;
        };
        if (!allowed) {
            return new MalformedPacketException(
                    PROTOCOL_ERROR, type + " is not for a " + (server ? "client" : "server") + " to send now");
        }
        int flags = first & 0x0F;
        if (type == PacketType.PUBLISH) {
            return publishProblem(flags);
        }
        // MQTT 3.1 §2.1 gives the packets with QoS 1 a DUP flag, so a resent one may have it set.
        int ignored = version == ProtocolVersion.MQTT_3_1 && type.reservedFlags() != 0 ? PublishFrame.DUP : 0;
        return (flags & ~ignored) == type.reservedFlags()
                ? null
                : malformed(type + " flags must be " + type.reservedFlags() + ": flags=" + flags); // [MQTT-2.1.3-1]
    }

    private static @Nullable MalformedPacketException publishProblem(int flags) {
        int qos = flags >> 1 & 0b11;
        if (qos == 3) {
            return new MalformedPacketException(MALFORMED_PACKET, "PUBLISH QoS must be 0..2: qos=3"); // [MQTT-3.3.1-4]
        }
        return qos == 0 && (flags & PublishFrame.DUP) != 0
                ? malformed("PUBLISH DUP must be 0 at QoS 0: flags=" + flags) // [MQTT-3.3.1-2]
                : null;
    }
}
