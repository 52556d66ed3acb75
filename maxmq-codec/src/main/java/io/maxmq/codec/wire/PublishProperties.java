package io.maxmq.codec.wire;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.packet.Properties;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

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
}
