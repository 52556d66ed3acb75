package io.maxmq.codec.wire;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The properties of a message as the broker keeps them: the bytes of PUBLISH, without their length in front (MQTT 5.0
 * §3.3.2.3). Stateless.
 */
public final class PublishProperties {
    private static final byte[] EMPTY = {};

    private PublishProperties() {}

    /**
     * Properties as bytes, in the order of their identifiers.
     *
     * @throws IllegalArgumentException when one has no place in PUBLISH, or a string is not what MQTT allows
     */
    public static byte[] encode(Properties properties) {
        int length = PropertiesWriter.length(properties, PacketType.PUBLISH);
        if (length == 0) {
            return EMPTY;
        }
        byte[] encoded = new byte[length];
        ByteBuf out = Unpooled.wrappedBuffer(encoded).writerIndex(0);
        PropertiesWriter.write(properties, out);
        return encoded;
    }

    /** The opposite; {@code encoded} comes from {@link #encode} or a decoded packet and is not checked again. */
    public static Properties decode(byte[] encoded) {
        return PropertiesReader.build(ByteBuffer.wrap(encoded), 0, encoded.length);
    }

    /**
     * Searches for a user property by its name, without allocating.
     *
     * @param encoded properties from {@link #encode} or a decoded packet, which are not checked again
     * @param name in UTF-8
     */
    public static boolean hasUserProperty(byte[] encoded, int start, int length, byte[] name) { // hot: per message
        int end = start + length;
        int at = start;
        while (at < end) {
            PropertyId property = PropertyId.of(encoded[at] & 0xFF);
            if (property == null) {
                throw new IllegalArgumentException("unknown property: id=" + (encoded[at] & 0xFF));
            }
            at++;
            if (property == PropertyId.USER_PROPERTY && isText(encoded, at, name)) {
                return true;
            }
            at = behind(property, encoded, at);
        }
        return false;
    }

    private static boolean isText(byte[] encoded, int at, byte[] text) {
        int length = twoBytes(encoded, at);
        return length == text.length && Arrays.equals(encoded, at + 2, at + 2 + length, text, 0, length);
    }

    /** Where the value of a property ends that starts at {@code at}. */
    private static int behind(PropertyId property, byte[] encoded, int at) {
        return switch (property.type()) {
            case BYTE -> at + 1;
            case TWO_BYTES -> at + 2;
            case FOUR_BYTES -> at + 4;
            case VARIABLE_BYTE_INTEGER -> behindVariableByteInteger(encoded, at);
            case STRING, BINARY -> behindBytes(encoded, at);
            case STRING_PAIR -> behindBytes(encoded, behindBytes(encoded, at));
        };
    }

    private static int behindBytes(byte[] encoded, int at) {
        return at + 2 + twoBytes(encoded, at);
    }

    private static int behindVariableByteInteger(byte[] encoded, int at) {
        int last = at;
        while (encoded[last] < 0) { // the continuation bit
            last++;
        }
        return last + 1;
    }

    private static int twoBytes(byte[] encoded, int at) {
        return (encoded[at] & 0xFF) << 8 | encoded[at + 1] & 0xFF;
    }
}
