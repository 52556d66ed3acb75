package io.maxmq.codec.wire;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.Publish;
import io.netty.buffer.ByteBuf;

/** Writes the record of PUBLISH; the broker's own way is {@link PublishFrame}. MQTT 5.0 §3.3. Stateless. */
final class PublishWriter {
    private PublishWriter() {}

    static int length(Publish publish, boolean v5) {
        int topicLength = FieldWriter.stringLength("topic name", publish.topic()) - 2;
        int propertiesLength = v5 ? PropertiesWriter.length(publish.properties(), PacketType.PUBLISH) : 0;
        return PublishFrame.remainingLength(
                v5,
                topicLength,
                publish.qos() != QoS.AT_MOST_ONCE,
                propertiesLength,
                publish.payload().remaining());
    }

    static void write(Publish publish, boolean v5, ByteBuf out) {
        FieldWriter.writeString(out, publish.topic());
        if (publish.qos() != QoS.AT_MOST_ONCE) {
            out.writeShort(publish.packetId());
        }
        if (v5) {
            PropertiesWriter.writeWithPrefix(publish.properties(), PacketType.PUBLISH, out);
        }
        out.writeBytes(publish.payload());
    }
}
