package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.QoS;
import java.nio.ByteBuffer;

/**
 * PUBLISH: carries an application message. MQTT 5.0 §3.3.
 *
 * @param dup whether it may have been sent before; false at QoS 0
 * @param topic empty only when a topic alias stands for it
 * @param packetId 1..65535, or 0 at QoS 0
 */
public record Publish(
        boolean dup, QoS qos, boolean retain, String topic, int packetId, Properties properties, ByteBuffer payload)
        implements Packet {
    public Publish {
        if (qos == QoS.AT_MOST_ONCE) {
            if (packetId != 0) {
                throw new IllegalArgumentException("packetId must be 0 at QoS 0: packetId=" + packetId);
            }
            if (dup) {
                throw new IllegalArgumentException("dup must be false at QoS 0");
            }
        } else {
            PacketChecks.packetId(packetId);
        }
        payload = PacketChecks.view(payload);
    }

    /** A fresh read-only view of the payload. */
    @Override
    public ByteBuffer payload() {
        return payload.duplicate();
    }

    @Override
    public PacketType type() {
        return PacketType.PUBLISH;
    }
}
