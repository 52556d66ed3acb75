package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.UnsubAck;
import java.util.ArrayList;
import java.util.List;

import static io.maxmq.codec.ReasonCode.PROTOCOL_ERROR;
import static io.maxmq.codec.wire.PacketInput.malformed;

/** Reads SUBACK and UNSUBACK. MQTT 5.0 §3.9, §3.11. Stateless. */
final class SubAckReader {
    private SubAckReader() {}

    static SubAck readSubAck(PacketInput in, boolean v5, PropertiesReader properties) throws MalformedPacketException {
        int packetId = in.readPacketId();
        Properties own = v5 ? properties.read(in, PacketType.SUBACK) : Properties.NONE;
        return new SubAck(packetId, own, readReasons(in, PacketType.SUBACK, v5));
    }

    /** Before 5.0 there are no reasons. */
    static UnsubAck readUnsubAck(PacketInput in, boolean v5, PropertiesReader properties)
            throws MalformedPacketException {
        int packetId = in.readPacketId();
        if (!v5) {
            return new UnsubAck(packetId, Properties.NONE, List.of());
        }
        Properties own = properties.read(in, PacketType.UNSUBACK);
        return new UnsubAck(packetId, own, readReasons(in, PacketType.UNSUBACK, true));
    }

    private static List<ReasonCode> readReasons(PacketInput in, PacketType type, boolean v5)
            throws MalformedPacketException {
        if (in.remaining() == 0) {
            throw new MalformedPacketException(PROTOCOL_ERROR, type + " has no reason code");
        }
        List<ReasonCode> reasons = new ArrayList<>();
        while (in.remaining() > 0) {
            ReasonCode reason = in.readReason(type, false);
            if (!v5 && reason.isError() && reason != ReasonCode.UNSPECIFIED_ERROR) { // 3.1.1 [MQTT-3.9.3-2]
                throw malformed("SUBACK return code must be 0..2 or 128: code=" + reason.code());
            }
            reasons.add(reason);
        }
        return reasons;
    }
}
