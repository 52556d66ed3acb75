package io.maxmq.codec.wire;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.UnsubAck;
import io.netty.buffer.ByteBuf;

/** Writes SUBACK and UNSUBACK. MQTT 5.0 §3.9, §3.11. Stateless. */
final class SubAckWriter {
    private SubAckWriter() {}

    static int length(SubAck subAck, boolean v5) {
        for (ReasonCode reason : subAck.reasons()) {
            ReasonWriter.requireAllowed(reason, PacketType.SUBACK);
        }
        int properties = v5 ? PropertiesWriter.lengthWithPrefix(subAck.properties(), PacketType.SUBACK) : 0;
        return 2 + properties + subAck.reasons().size();
    }

    /** Before 5.0 every error is 0x80 (3.1.1 §3.9.3). */
    static void write(SubAck subAck, boolean v5, ByteBuf out) {
        out.writeShort(subAck.packetId());
        if (v5) {
            PropertiesWriter.writeWithPrefix(subAck.properties(), PacketType.SUBACK, out);
        }
        for (ReasonCode reason : subAck.reasons()) {
            out.writeByte(v5 || !reason.isError() ? reason.code() : ReasonCode.UNSPECIFIED_ERROR.code());
        }
    }

    static int length(UnsubAck unsubAck, boolean v5) {
        if (!v5) {
            return 2;
        }
        if (unsubAck.reasons().isEmpty()) {
            throw new IllegalArgumentException("MQTT 5.0 needs a reason for each filter: reasons=[]");
        }
        for (ReasonCode reason : unsubAck.reasons()) {
            ReasonWriter.requireAllowed(reason, PacketType.UNSUBACK);
        }
        return 2
                + PropertiesWriter.lengthWithPrefix(unsubAck.properties(), PacketType.UNSUBACK)
                + unsubAck.reasons().size();
    }

    static void write(UnsubAck unsubAck, boolean v5, ByteBuf out) {
        out.writeShort(unsubAck.packetId());
        if (v5) {
            PropertiesWriter.writeWithPrefix(unsubAck.properties(), PacketType.UNSUBACK, out);
            for (ReasonCode reason : unsubAck.reasons()) {
                out.writeByte(reason.code());
            }
        }
    }
}
