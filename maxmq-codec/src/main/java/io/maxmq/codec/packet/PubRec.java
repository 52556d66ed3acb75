package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;

/** PUBREC: the first answer to a PUBLISH with QoS 2. MQTT 5.0 §3.5. Before 5.0 only the packet id travels. */
public record PubRec(int packetId, ReasonCode reason, Properties properties) implements PublishAck {
    public PubRec {
        PacketChecks.packetId(packetId);
    }

    /** The ordinary one: success, no properties. */
    public static PubRec of(int packetId) {
        return new PubRec(packetId, ReasonCode.SUCCESS, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBREC;
    }
}
