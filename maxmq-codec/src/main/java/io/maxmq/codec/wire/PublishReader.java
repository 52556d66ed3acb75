package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;

import static io.maxmq.codec.ReasonCode.PROTOCOL_ERROR;

/** Reads PUBLISH into its flyweight; the decoder has checked the flags. MQTT 5.0 §3.3. Stateless, allocates nothing. */
final class PublishReader {
    private PublishReader() {}

    static void read(int flags, PacketInput in, boolean v5, PropertiesReader properties, PublishView view)
            throws MalformedPacketException { // hot: per message
        int topicLength = in.readTwoBytes("topic name");
        int topicStart = in.take(topicLength, "topic name");
        int packetId = (flags & 0b0110) == 0 ? 0 : in.readPacketId();
        if (v5) {
            properties.check(in, PacketType.PUBLISH);
        } else {
            properties.none(in.position());
        }
        if (topicLength == 0 && properties.topicAlias == 0) {
            throw new MalformedPacketException(PROTOCOL_ERROR, "topic name is empty, and there is no topic alias");
        }
        view.set(in.bytes(), flags, topicStart, topicLength, packetId);
        view.setProperties(properties);
        view.setPayload(in.position(), in.remaining());
    }
}
