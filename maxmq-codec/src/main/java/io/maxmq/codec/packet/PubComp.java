package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;

/** PUBCOMP: answers PUBREL and ends a delivery with QoS 2. MQTT 5.0 §3.7. Before 5.0 only the packet id travels. */
public record PubComp(int packetId, ReasonCode reason, Properties properties) implements PublishAck {
    public PubComp {
        PacketChecks.packetId(packetId);
    }

    /** The ordinary one: success, no properties. */
    public static PubComp of(int packetId) {
        return new PubComp(packetId, ReasonCode.SUCCESS, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBCOMP;
    }
}
