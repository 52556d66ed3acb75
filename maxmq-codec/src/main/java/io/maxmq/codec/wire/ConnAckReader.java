package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Properties;

import static io.maxmq.codec.ReasonCode.PROTOCOL_ERROR;
import static io.maxmq.codec.wire.PacketInput.malformed;

/** Reads CONNACK. MQTT 5.0 §3.2, 3.1.1 §3.2. Stateless. */
final class ConnAckReader {
    private ConnAckReader() {}

    static ConnAck read(PacketInput in, boolean v5, PropertiesReader properties) throws MalformedPacketException {
        int flags = in.readByte("connect acknowledge flags");
        if (flags > 1) { // [MQTT-3.2.2-1]
            throw malformed("connect acknowledge flags must be 0 or 1: flags=" + flags);
        }
        ReasonCode reason = v5 ? in.readReason(PacketType.CONNACK, false) : readReturnCode(in);
        if (flags == 1 && reason != ReasonCode.SUCCESS) { // [MQTT-3.2.2-6]
            throw new MalformedPacketException(PROTOCOL_ERROR, "session present with a refusal: reason=" + reason);
        }
        return new ConnAck(flags == 1, reason, v5 ? properties.read(in, PacketType.CONNACK) : Properties.NONE);
    }

    private static ReasonCode readReturnCode(PacketInput in) throws MalformedPacketException {
        int code = in.readByte("connect return code");
        ReasonCode reason = ReturnCode.reason(code);
        if (reason == null) {
            throw malformed("connect return code must be 0..5: code=" + code);
        }
        return reason;
    }
}
