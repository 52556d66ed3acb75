package io.maxmq.codec.wire;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.ConnAck;
import io.netty.buffer.ByteBuf;

/** Writes CONNACK. MQTT 5.0 §3.2, 3.1.1 §3.2. Stateless. */
final class ConnAckWriter {
    private ConnAckWriter() {}

    static int length(ConnAck connAck, ProtocolVersion version) {
        return 2 + (version.isV5() ? PropertiesWriter.lengthWithPrefix(connAck.properties(), PacketType.CONNACK) : 0);
    }

    static void write(ConnAck connAck, ProtocolVersion version, ByteBuf out) {
        // 3.1 §3.2 does not use the first byte
        out.writeByte(connAck.sessionPresent() && version != ProtocolVersion.MQTT_3_1 ? 1 : 0);
        if (version.isV5()) {
            out.writeByte(connAck.reason().code());
            PropertiesWriter.writeWithPrefix(connAck.properties(), PacketType.CONNACK, out);
        } else {
            out.writeByte(ReturnCode.of(connAck.reason()));
        }
    }
}
