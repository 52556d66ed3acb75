package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;

/**
 * CONNACK: the server's answer to CONNECT. MQTT 5.0 §3.2. Before 5.0 the reason travels as one of six return codes, see
 * {@code io.maxmq.codec.wire.PacketEncoder}.
 */
public record ConnAck(boolean sessionPresent, ReasonCode reason, Properties properties) implements Packet {
    public ConnAck {
        if (sessionPresent && reason != ReasonCode.SUCCESS) {
            throw new IllegalArgumentException("a refused connection has no session present: reason=" + reason);
        }
    }

    @Override
    public PacketType type() {
        return PacketType.CONNACK;
    }
}
