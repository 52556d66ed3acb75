package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;
import org.jspecify.annotations.Nullable;

import static io.maxmq.codec.PacketType.AUTH;
import static io.maxmq.codec.PacketType.CONNACK;
import static io.maxmq.codec.PacketType.CONNECT;
import static io.maxmq.codec.PacketType.DISCONNECT;
import static io.maxmq.codec.PacketType.PUBACK;
import static io.maxmq.codec.PacketType.PUBCOMP;
import static io.maxmq.codec.PacketType.PUBLISH;
import static io.maxmq.codec.PacketType.PUBREC;
import static io.maxmq.codec.PacketType.PUBREL;
import static io.maxmq.codec.PacketType.SUBACK;
import static io.maxmq.codec.PacketType.SUBSCRIBE;
import static io.maxmq.codec.PacketType.UNSUBACK;
import static io.maxmq.codec.PacketType.UNSUBSCRIBE;

/** The properties of MQTT 5.0 §2.2.2.2: id, type, range of a number, and where they may stand. */
public enum PropertyId {
    PAYLOAD_FORMAT_INDICATOR(0x01, Type.BYTE, 0, 1, true, PUBLISH),
    /** Seconds. */
    MESSAGE_EXPIRY_INTERVAL(0x02, Type.FOUR_BYTES, 0, 0xFFFF_FFFFL, true, PUBLISH),
    CONTENT_TYPE(0x03, Type.STRING, 0, 0, true, PUBLISH),
    RESPONSE_TOPIC(0x08, Type.STRING, 0, 0, true, PUBLISH),
    CORRELATION_DATA(0x09, Type.BINARY, 0, 0, true, PUBLISH),
    /** May repeat in a PUBLISH from the server. */
    SUBSCRIPTION_IDENTIFIER(0x0B, Type.VARIABLE_BYTE_INTEGER, 1, 268_435_455, false, PUBLISH, SUBSCRIBE),
    /** Seconds; 0xFFFFFFFF never expires. In DISCONNECT from the client only. */
    SESSION_EXPIRY_INTERVAL(0x11, Type.FOUR_BYTES, 0, 0xFFFF_FFFFL, false, CONNECT, CONNACK, DISCONNECT),
    ASSIGNED_CLIENT_IDENTIFIER(0x12, Type.STRING, 0, 0, false, CONNACK),
    /** Seconds. */
    SERVER_KEEP_ALIVE(0x13, Type.TWO_BYTES, 0, 65_535, false, CONNACK),
    AUTHENTICATION_METHOD(0x15, Type.STRING, 0, 0, false, CONNECT, CONNACK, AUTH),
    AUTHENTICATION_DATA(0x16, Type.BINARY, 0, 0, false, CONNECT, CONNACK, AUTH),
    REQUEST_PROBLEM_INFORMATION(0x17, Type.BYTE, 0, 1, false, CONNECT),
    /** Seconds. In the will only. */
    WILL_DELAY_INTERVAL(0x18, Type.FOUR_BYTES, 0, 0xFFFF_FFFFL, true),
    REQUEST_RESPONSE_INFORMATION(0x19, Type.BYTE, 0, 1, false, CONNECT),
    RESPONSE_INFORMATION(0x1A, Type.STRING, 0, 0, false, CONNACK),
    /** From the server only. */
    SERVER_REFERENCE(0x1C, Type.STRING, 0, 0, false, CONNACK, DISCONNECT),
    REASON_STRING(
            0x1F,
            Type.STRING,
            0,
            0,
            false,
            CONNACK,
            PUBACK,
            PUBREC,
            PUBREL,
            PUBCOMP,
            SUBACK,
            UNSUBACK,
            DISCONNECT,
            AUTH),
    RECEIVE_MAXIMUM(0x21, Type.TWO_BYTES, 1, 65_535, false, CONNECT, CONNACK),
    TOPIC_ALIAS_MAXIMUM(0x22, Type.TWO_BYTES, 0, 65_535, false, CONNECT, CONNACK),
    TOPIC_ALIAS(0x23, Type.TWO_BYTES, 1, 65_535, false, PUBLISH),
    MAXIMUM_QOS(0x24, Type.BYTE, 0, 1, false, CONNACK),
    RETAIN_AVAILABLE(0x25, Type.BYTE, 0, 1, false, CONNACK),
    /** May repeat everywhere. */
    USER_PROPERTY(
            0x26,
            Type.STRING_PAIR,
            0,
            0,
            true,
            CONNECT,
            CONNACK,
            PUBLISH,
            PUBACK,
            PUBREC,
            PUBREL,
            PUBCOMP,
            SUBSCRIBE,
            SUBACK,
            UNSUBSCRIBE,
            UNSUBACK,
            DISCONNECT,
            AUTH),
    /** Bytes of a whole packet. */
    MAXIMUM_PACKET_SIZE(0x27, Type.FOUR_BYTES, 1, 0xFFFF_FFFFL, false, CONNECT, CONNACK),
    WILDCARD_SUBSCRIPTION_AVAILABLE(0x28, Type.BYTE, 0, 1, false, CONNACK),
    SUBSCRIPTION_IDENTIFIER_AVAILABLE(0x29, Type.BYTE, 0, 1, false, CONNACK),
    SHARED_SUBSCRIPTION_AVAILABLE(0x2A, Type.BYTE, 0, 1, false, CONNACK);

    /** The encoding of a value. §1.5. */
    public enum Type {
        BYTE,
        TWO_BYTES,
        FOUR_BYTES,
        VARIABLE_BYTE_INTEGER,
        STRING,
        STRING_PAIR,
        BINARY;

        /** Returns whether a value is an unsigned number. */
        public boolean isNumber() {
            return ordinal() <= VARIABLE_BYTE_INTEGER.ordinal();
        }
    }

    private static final @Nullable PropertyId[] BY_ID = new PropertyId[0x2B];

    static {
        for (PropertyId property : values()) {
            BY_ID[property.id] = property;
        }
    }

    private final int id;
    private final Type type;
    private final long min;
    private final long max;
    private final boolean allowedInWill;
    private final int packets;

    PropertyId(int id, Type type, long min, long max, boolean allowedInWill, PacketType... packets) {
        this.id = id;
        this.type = type;
        this.min = min;
        this.max = max;
        this.allowedInWill = allowedInWill;
        int bits = 0;
        for (PacketType packet : packets) {
            bits |= 1 << packet.code();
        }
        this.packets = bits;
    }

    /** The identifier on the wire, 0x01..0x2A. */
    public int id() {
        return id;
    }

    public Type type() {
        return type;
    }

    /** The lowest allowed number; 0 for other types. */
    public long min() {
        return min;
    }

    /** The highest allowed number; 0 for other types. */
    public long max() {
        return max;
    }

    /** Returns whether a packet of this type may have the property, sent by one side or the other. */
    public boolean allowedIn(PacketType packet) {
        return (packets & 1 << packet.code()) != 0;
    }

    /** Returns whether the will of a CONNECT may have the property (§3.1.3.2). */
    public boolean allowedInWill() {
        return allowedInWill;
    }

    /** The property with this identifier, or null when MQTT 5.0 has none. */
    public static @Nullable PropertyId of(int id) {
        return id < 0 || id >= BY_ID.length ? null : BY_ID[id];
    }
}
