package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;
import java.util.List;

/**
 * SUBACK: answers SUBSCRIBE. MQTT 5.0 §3.9.
 *
 * @param reasons one for each subscription, in its order: the granted QoS ({@code SUCCESS} is QoS 0) or an error. 3.1.1
 *     writes every error as 0x80. 3.1 has no error at all: a caller that wants to keep to it grants a QoS instead
 */
public record SubAck(int packetId, Properties properties, List<ReasonCode> reasons) implements Packet {
    public SubAck {
        PacketChecks.packetId(packetId);
        reasons = PacketChecks.notEmpty("reasons", reasons);
    }

    @Override
    public PacketType type() {
        return PacketType.SUBACK;
    }
}
