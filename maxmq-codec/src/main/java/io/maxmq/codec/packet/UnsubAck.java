package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import java.util.List;

/**
 * UNSUBACK: answers UNSUBSCRIBE. MQTT 5.0 §3.11.
 *
 * @param reasons one for each filter, in its order. Packets before 5.0 do not carry them: empty when read from such a
 *     packet
 */
public record UnsubAck(int packetId, Properties properties, List<ReasonCode> reasons) implements Packet {
    public UnsubAck {
        PacketChecks.packetId(packetId);
        reasons = List.copyOf(reasons);
    }

    @Override
    public PacketType type() {
        return PacketType.UNSUBACK;
    }
}
