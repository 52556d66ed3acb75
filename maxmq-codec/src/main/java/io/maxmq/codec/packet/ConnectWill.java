package io.maxmq.codec.packet;

import io.maxmq.codec.QoS;
import java.nio.ByteBuffer;

/**
 * The message that the broker publishes when a connection ends without a normal DISCONNECT. MQTT 5.0 §3.1.2.5,
 * §3.1.3.2..4.
 */
public record ConnectWill(String topic, ByteBuffer payload, QoS qos, boolean retain, Properties properties) {
    public ConnectWill {
        payload = PacketChecks.view(payload);
    }

    /** A fresh read-only view of the payload. */
    @Override
    public ByteBuffer payload() {
        return payload.duplicate();
    }
}
