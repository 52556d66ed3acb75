package io.maxmq.codec.wire;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.Publish;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * PUBLISH of a client read as the specification tells it, field by field into a record, by relative reads of a buffer and
 * the JDK's UTF-8: the other opinion on the flyweight. Knows no limits.
 */
final class NaivePublishReader {
    private static final class Refused extends RuntimeException {}

    private final ByteBuffer in;

    private NaivePublishReader(ByteBuffer in) {
        this.in = in;
    }

    /** The packet, or null when it is to be refused. */
    static @Nullable Publish read(byte[] packet, ProtocolVersion version) {
        ByteBuffer in = ByteBuffer.wrap(packet);
        int first = in.get();
        while (in.get() < 0) {} // remaining length
        try {
            return new NaivePublishReader(in).read(first, version);
        } catch (Refused | java.nio.BufferUnderflowException | IllegalArgumentException e) {
            return null;
        }
    }

    private Publish read(int first, ProtocolVersion version) {
        String topic = string();
        if (topic.contains("+") || topic.contains("#")) {
            throw new Refused();
        }
        QoS qos = QoS.of(first >> 1 & 3);
        int packetId = qos == QoS.AT_MOST_ONCE ? 0 : in.getShort() & 0xFFFF;
        Properties properties = version.isV5() ? properties() : Properties.NONE;
        if (topic.isEmpty() && !properties.has(PropertyId.TOPIC_ALIAS)) {
            throw new Refused();
        }
        // the record refuses packet id 0, and DUP at QoS 0
        return new Publish((first & 8) != 0, qos, (first & 1) != 0, topic, packetId, properties, in.slice());
    }

    private Properties properties() {
        int length = 0;
        int factor = 1;
        int b;
        do {
            b = in.get();
            length += (b & 0x7F) * factor;
            if (factor > 1 && b == 0 || factor == 128 * 128 * 128 && b < 0) {
                throw new Refused();
            }
            factor *= 128;
        } while (b < 0);
        if (length > in.remaining()) {
            throw new Refused();
        }
        ByteBuffer own = in.slice(in.position(), length);
        in.position(in.position() + length);
        return new NaivePublishReader(own).ownProperties();
    }

    private Properties ownProperties() {
        Properties.Builder builder = Properties.builder();
        Set<PropertyId> seen = EnumSet.noneOf(PropertyId.class);
        while (in.hasRemaining()) {
            int id = in.get();
            PropertyId property = switch (id) {
                case 0x01 -> PropertyId.PAYLOAD_FORMAT_INDICATOR;
                case 0x02 -> PropertyId.MESSAGE_EXPIRY_INTERVAL;
                case 0x03 -> PropertyId.CONTENT_TYPE;
                case 0x08 -> PropertyId.RESPONSE_TOPIC;
                case 0x09 -> PropertyId.CORRELATION_DATA;
                case 0x23 -> PropertyId.TOPIC_ALIAS;
                case 0x26 -> PropertyId.USER_PROPERTY;
                default -> throw new Refused();
            };
            if (!seen.add(property) && property != PropertyId.USER_PROPERTY) {
                throw new Refused();
            }
            switch (id) {
                case 0x01 -> builder.set(property, in.get() & 0xFF);
                case 0x02 -> builder.set(property, in.getInt() & 0xFFFF_FFFFL);
                case 0x23 -> builder.set(property, in.getShort() & 0xFFFF);
                case 0x03 -> builder.set(property, string());
                case 0x08 -> {
                    String topic = string();
                    if (topic.isEmpty() || topic.contains("+") || topic.contains("#")) {
                        throw new Refused();
                    }
                    builder.set(property, topic);
                }
                case 0x09 -> builder.set(property, ByteBuffer.wrap(bytes()));
                default -> builder.userProperty(string(), string());
            }
        }
        return builder.build();
    }

    private String string() {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes()))
                    .toString();
            if (text.contains("\0")) {
                throw new Refused();
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new Refused();
        }
    }

    private byte[] bytes() {
        byte[] bytes = new byte[in.getShort() & 0xFFFF];
        in.get(bytes);
        return bytes;
    }
}
