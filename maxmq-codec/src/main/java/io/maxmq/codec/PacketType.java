package io.maxmq.codec;

import org.jspecify.annotations.Nullable;

/** The control packet types. MQTT 5.0 §2.1.2. */
public enum PacketType {
    CONNECT(1),
    CONNACK(2),
    PUBLISH(3),
    PUBACK(4),
    PUBREC(5),
    PUBREL(6),
    PUBCOMP(7),
    SUBSCRIBE(8),
    SUBACK(9),
    UNSUBSCRIBE(10),
    UNSUBACK(11),
    PINGREQ(12),
    PINGRESP(13),
    DISCONNECT(14),
    /** MQTT 5.0 only; 15 is reserved before. */
    AUTH(15);

    private static final PacketType[] BY_ORDINAL = values();

    private final int code;

    PacketType(int code) {
        this.code = code;
    }

    /** The high four bits of a packet's first byte, 1..15. */
    public int code() {
        return code;
    }

    /** The low four bits of the first byte that §2.1.3 prescribes; 0 for PUBLISH, whose bits carry DUP, QoS and RETAIN. */
    public int reservedFlags() {
        return this == PUBREL || this == SUBSCRIBE || this == UNSUBSCRIBE ? 0b0010 : 0;
    }

    /** The type with this code, or null when it is not 1..15. */
    public static @Nullable PacketType of(int code) {
        return code < 1 || code > 15 ? null : BY_ORDINAL[code - 1];
    }
}
