package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;

/** PUBACK: answers a PUBLISH with QoS 1. MQTT 5.0 §3.4. Before 5.0 only the packet id travels. */
public record PubAck(int packetId, ReasonCode reason, Properties properties) implements PublishAck {
    public PubAck {
        PacketChecks.packetId(packetId);
    }

    /** The ordinary one: success, no properties. */
    public static PubAck of(int packetId) {
        return new PubAck(packetId, ReasonCode.SUCCESS, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBACK;
    }
}
