package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

import static io.maxmq.codec.ReasonCode.PROTOCOL_ERROR;
import static io.maxmq.codec.ReasonCode.QUOTA_EXCEEDED;
import static io.maxmq.codec.ReasonCode.TOPIC_ALIAS_INVALID;
import static io.maxmq.codec.wire.PacketInput.malformed;

/**
 * Reads properties (MQTT 5.0 §2.2.2) in two steps: {@link #check} validates and allocates nothing, {@link #build} makes a
 * record of what was validated. So the flyweight of PUBLISH and the records accept exactly the same. One per decoder; the
 * fields tell of the last check. Not thread-safe.
 */
final class PropertiesReader {
    private final DecodeLimits limits;
    private final boolean fromClient;

    /** Where the properties start, behind their length, and how many bytes they have. */
    int start;

    int length;

    /** 1..65535, or 0 for none; {@code topicAliasAt} is where the property starts. */
    int topicAlias;

    int topicAliasAt;

    /** 0..2^32-1, or -1 for none; {@code messageExpiryAt} is where the property starts. */
    long messageExpirySeconds;

    int messageExpiryAt;

    /** True if the payload format indicator is 1. */
    boolean payloadIsText;

    /** A bit for each {@link PropertyId#ordinal()} that was there. */
    private int seen;

    private int userProperties;
    private int userPropertyBytes;

    PropertiesReader(DecodeLimits limits, boolean fromClient) {
        this.limits = limits;
        this.fromClient = fromClient;
    }

    /** Tells of no properties, at {@code position}: what a packet before 5.0 has. */
    void none(int position) {
        start = position;
        length = 0;
        topicAlias = 0;
        messageExpirySeconds = -1;
        payloadIsText = false;
        seen = 0;
        userProperties = 0;
        userPropertyBytes = 0;
    }

    /** Reads and validates the properties of a packet. */
    Properties read(PacketInput in, PacketType type) throws MalformedPacketException {
        check(in, type);
        return build(in.bytes(), start, length);
    }

    /** Reads and validates the properties of a will, which stand in CONNECT (§3.1.3.2). */
    Properties readWill(PacketInput in) throws MalformedPacketException {
        check(in, null);
        return build(in.bytes(), start, length);
    }

    /** Goes behind the properties of a packet, or of a will when {@code type} is null. */
    void check(PacketInput in, @Nullable PacketType type) throws MalformedPacketException { // hot: per message
        int announced = in.readVariableByteInteger("property length");
        none(in.position());
        if (announced == 0) {
            return;
        }
        length = announced;
        int packetEnd = in.end();
        int end = in.take(announced, "properties") + announced;
        in.set(in.bytes(), start, end);
        while (in.remaining() > 0) {
            checkNext(in, type);
        }
        in.end(packetEnd);
        if (has(PropertyId.AUTHENTICATION_DATA) && !has(PropertyId.AUTHENTICATION_METHOD)) { // §3.1.2.11.10
            throw new MalformedPacketException(PROTOCOL_ERROR, "AUTHENTICATION_DATA without AUTHENTICATION_METHOD");
        }
    }

    /** Returns whether the last check met the property. */
    boolean has(PropertyId property) {
        return (seen & 1 << property.ordinal()) != 0;
    }

    private void checkNext(PacketInput in, @Nullable PacketType type) throws MalformedPacketException {
        int at = in.position();
        int id = in.readByte("property identifier"); // a variable byte integer, but no property needs a second byte
        PropertyId property = PropertyId.of(id);
        if (property == null) {
            throw malformed("property identifier is unknown: id=" + id);
        }
        if (type == null ? !property.allowedInWill() : !property.allowedIn(type)) {
            throw malformed("property has no place here: " + (type == null ? "will" : type) + " property=" + property);
        }
        int bit = 1 << property.ordinal();
        if ((seen & bit) != 0 && !mayRepeat(property, type)) {
            throw new MalformedPacketException(PROTOCOL_ERROR, "property is there twice: property=" + property);
        }
        seen |= bit;
        switch (property.type()) {
            case BYTE -> {
                int value = in.readByte(property.name());
                checkRange(property, value);
                if (property == PropertyId.PAYLOAD_FORMAT_INDICATOR) {
                    payloadIsText = value == 1;
                }
            }
            case TWO_BYTES -> {
                int value = in.readTwoBytes(property.name());
                checkRange(property, value);
                if (property == PropertyId.TOPIC_ALIAS) {
                    topicAlias = value;
                    topicAliasAt = at;
                }
            }
            case FOUR_BYTES -> {
                long value = in.readFourBytes(property.name());
                checkRange(property, value);
                if (property == PropertyId.MESSAGE_EXPIRY_INTERVAL) {
                    messageExpirySeconds = value;
                    messageExpiryAt = at;
                }
            }
            case VARIABLE_BYTE_INTEGER -> checkRange(property, in.readVariableByteInteger(property.name()));
            case STRING -> {
                int bytes = in.skipString(property.name());
                if (property == PropertyId.RESPONSE_TOPIC) {
                    checkResponseTopic(in, bytes);
                }
            }
            case BINARY -> in.skipBinary(property.name());
            case STRING_PAIR -> {
                in.skipString("user property name");
                in.skipString("user property value");
                checkUserPropertyLimits(in.position() - at);
            }
        }
        if (type != null) {
            checkSide(property, type);
        }
    }

    private static boolean mayRepeat(PropertyId property, @Nullable PacketType type) {
        return property == PropertyId.USER_PROPERTY
                || (property == PropertyId.SUBSCRIPTION_IDENTIFIER && type == PacketType.PUBLISH);
    }

    private static void checkRange(PropertyId property, long value) throws MalformedPacketException {
        if (value < property.min() || value > property.max()) {
            throw new MalformedPacketException(
                    property == PropertyId.TOPIC_ALIAS ? TOPIC_ALIAS_INVALID : PROTOCOL_ERROR,
                    property + " must be " + property.min() + ".." + property.max() + ": value=" + value);
        }
    }

    /** [MQTT-3.3.2-14]. */
    private static void checkResponseTopic(PacketInput in, int length) throws MalformedPacketException {
        int start = in.position() - length;
        if (length == 0 || TopicBytes.hasWildcard(in.bytes(), start, length)) {
            throw new MalformedPacketException(
                    PROTOCOL_ERROR,
                    "RESPONSE_TOPIC is empty or holds a wildcard: value=" + Utf8.quote(in.string(start, length)));
        }
    }

    private void checkUserPropertyLimits(int bytes) throws MalformedPacketException {
        userProperties++;
        userPropertyBytes += bytes;
        if (userProperties > limits.maxUserProperties()) {
            throw new MalformedPacketException(
                    QUOTA_EXCEEDED, "user properties are too many: allowed=" + limits.maxUserProperties());
        }
        if (userPropertyBytes > limits.maxUserPropertyBytes()) {
            throw new MalformedPacketException(
                    QUOTA_EXCEEDED, "user properties are too long: allowed bytes=" + limits.maxUserPropertyBytes());
        }
    }

    /** Refuses a property that only the other side may send. */
    private void checkSide(PropertyId property, PacketType type) throws MalformedPacketException {
        boolean wrong = switch (property) {
            case SUBSCRIPTION_IDENTIFIER -> type == PacketType.PUBLISH && fromClient; // [MQTT-3.3.4-6]
            case SESSION_EXPIRY_INTERVAL -> type == PacketType.DISCONNECT && !fromClient; // [MQTT-3.14.2-2]
            case SERVER_REFERENCE -> type == PacketType.DISCONNECT && fromClient; // §3.14.2.2.5
            default -> false;
        };
        if (wrong) {
            throw new MalformedPacketException(
                    PROTOCOL_ERROR,
                    property + " in " + type + " is not for a " + (fromClient ? "client" : "server") + " to send");
        }
    }

    /** A record of properties that were checked, from {@code start}, {@code length} bytes. Copies strings and data. */
    static Properties build(ByteBuffer bytes, int start, int length) {
        if (length == 0) {
            return Properties.NONE;
        }
        Properties.Builder builder = Properties.builder();
        int at = start;
        int end = start + length;
        while (at < end) {
            PropertyId property = PropertyId.of(bytes.get(at++));
            if (property == null) {
                throw new IllegalArgumentException("properties were not checked: index=" + (at - 1));
            }
            switch (property.type()) {
                case BYTE -> builder.set(property, bytes.get(at) & 0xFF);
                case TWO_BYTES -> builder.set(property, bytes.getShort(at) & 0xFFFF);
                case FOUR_BYTES -> builder.set(property, bytes.getInt(at) & 0xFFFF_FFFFL);
                case VARIABLE_BYTE_INTEGER -> builder.subscriptionIdentifier(variableByteInteger(bytes, at));
                case STRING -> builder.set(property, string(bytes, at));
                case BINARY -> builder.set(property, ByteBuffer.wrap(field(bytes, at)));
                case STRING_PAIR -> {
                    String name = string(bytes, at);
                    at += fieldLength(bytes, at);
                    builder.userProperty(name, string(bytes, at));
                }
            }
            at += valueLength(property.type(), bytes, at);
        }
        return builder.build();
    }

    /** Returns the number of bytes that a value has; for a pair, its second string. */
    private static int valueLength(PropertyId.Type type, ByteBuffer bytes, int at) {
        return switch (type) {
            case BYTE -> 1;
            case TWO_BYTES -> 2;
            case FOUR_BYTES -> 4;
            case VARIABLE_BYTE_INTEGER -> VariableByteInteger.length(variableByteInteger(bytes, at));
            case STRING, BINARY, STRING_PAIR -> fieldLength(bytes, at);
        };
    }

    private static int variableByteInteger(ByteBuffer bytes, int at) {
        int value = 0;
        int next = at;
        int b;
        do {
            b = bytes.get(next);
            value |= (b & 0x7F) << 7 * (next - at);
            next++;
        } while (b < 0);
        return value;
    }

    private static int fieldLength(ByteBuffer bytes, int at) {
        return 2 + (bytes.getShort(at) & 0xFFFF);
    }

    private static byte[] field(ByteBuffer bytes, int at) {
        byte[] field = new byte[bytes.getShort(at) & 0xFFFF];
        bytes.get(at + 2, field);
        return field;
    }

    private static String string(ByteBuffer bytes, int at) {
        return new String(field(bytes, at), StandardCharsets.UTF_8);
    }
}
