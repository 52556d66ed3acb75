package io.maxmq.codec.wire;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.UserProperty;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes properties in the order of their identifiers. MQTT 5.0 §2.2.2. Stateless. */
final class PropertiesWriter {
    private PropertiesWriter() {}

    /**
     * Returns the number of bytes that the properties take, without their length in front.
     *
     * @param type the packet, or null for a will
     * @throws IllegalArgumentException when a property has no place there, or a value can't be written
     */
    static int length(Properties properties, @Nullable PacketType type) {
        if (properties.isEmpty()) {
            return 0;
        }
        int length = 0;
        for (PropertyId property : properties.ids()) {
            if (type == null ? !property.allowedInWill() : !property.allowedIn(type)) {
                throw new IllegalArgumentException(
                        "property has no place here: " + (type == null ? "will" : type) + " property=" + property);
            }
            length += length(properties, property);
        }
        if (type == PacketType.SUBSCRIBE && properties.subscriptionIdentifiers().size() > 1) { // §3.8.2.1.2
            throw new IllegalArgumentException("SUBSCRIBE takes one subscription identifier: subscriptionIdentifiers="
                    + properties.subscriptionIdentifiers());
        }
        return length;
    }

    /** As {@link #length}, with their length in front. */
    static int lengthWithPrefix(Properties properties, @Nullable PacketType type) {
        int length = length(properties, type);
        return VariableByteInteger.length(length) + length;
    }

    private static int length(Properties properties, PropertyId property) {
        String name = property.name();
        int length = 0;
        switch (property.type()) {
            case BYTE -> length = 2;
            case TWO_BYTES -> length = 3;
            case FOUR_BYTES -> length = 5;
            case VARIABLE_BYTE_INTEGER -> {
                for (int identifier : properties.subscriptionIdentifiers()) {
                    length += 1 + VariableByteInteger.length(identifier);
                }
            }
            case STRING -> {
                String text = string(properties, property);
                if (property == PropertyId.RESPONSE_TOPIC) {
                    requireTopic(text);
                }
                length = 1 + FieldWriter.stringLength(name, text);
            }
            case BINARY -> length = 1 + FieldWriter.binaryLength(name, binary(properties, property));
            case STRING_PAIR -> {
                for (UserProperty pair : properties.userProperties()) {
                    length += 1
                            + FieldWriter.stringLength("user property name", pair.name())
                            + FieldWriter.stringLength("user property value", pair.value());
                }
            }
        }
        return length;
    }

    /** [MQTT-3.3.2-14]; an invalid response topic would end the connection of every recipient. */
    private static void requireTopic(String text) {
        if (text.isEmpty() || text.indexOf('+') >= 0 || text.indexOf('#') >= 0) {
            throw new IllegalArgumentException(
                    "RESPONSE_TOPIC is empty or holds a wildcard: value=" + Utf8.quote(text));
        }
    }

    /** Writes the properties, with their length in front. */
    static void writeWithPrefix(Properties properties, @Nullable PacketType type, ByteBuf out) {
        VariableByteInteger.write(out, length(properties, type));
        write(properties, out);
    }

    /** Writes the properties, without their length. */
    static void write(Properties properties, ByteBuf out) {
        if (properties.isEmpty()) {
            return;
        }
        for (PropertyId property : properties.ids()) {
            switch (property.type()) {
                case BYTE -> out.writeByte(property.id()).writeByte(properties.intOr(property, 0));
                case TWO_BYTES -> out.writeByte(property.id()).writeShort(properties.intOr(property, 0));
                case FOUR_BYTES -> out.writeByte(property.id()).writeInt((int) properties.longOr(property, 0));
                case VARIABLE_BYTE_INTEGER -> {
                    for (int identifier : properties.subscriptionIdentifiers()) {
                        VariableByteInteger.write(out.writeByte(property.id()), identifier);
                    }
                }
                case STRING -> FieldWriter.writeString(out.writeByte(property.id()), string(properties, property));
                case BINARY -> FieldWriter.writeBinary(out.writeByte(property.id()), binary(properties, property));
                case STRING_PAIR -> {
                    for (UserProperty pair : properties.userProperties()) {
                        FieldWriter.writeString(out.writeByte(property.id()), pair.name());
                        FieldWriter.writeString(out, pair.value());
                    }
                }
            }
        }
    }

    private static String string(Properties properties, PropertyId property) {
        return Objects.requireNonNull(properties.string(property));
    }

    private static ByteBuffer binary(Properties properties, PropertyId property) {
        return Objects.requireNonNull(properties.binary(property));
    }
}
