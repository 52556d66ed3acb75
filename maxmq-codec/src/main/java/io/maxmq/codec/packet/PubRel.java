package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;

/** PUBREL: answers PUBREC and releases the packet id at the receiver. MQTT 5.0 §3.6. Before 5.0 only the packet id travels. */
public record PubRel(int packetId, ReasonCode reason, Properties properties) implements PublishAck {
    public PubRel {
        PacketChecks.packetId(packetId);
    }

    /** The ordinary one: success, no properties. */
    public static PubRel of(int packetId) {
        return new PubRel(packetId, ReasonCode.SUCCESS, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBREL;
    }
}
