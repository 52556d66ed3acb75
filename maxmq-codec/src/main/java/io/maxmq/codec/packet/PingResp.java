package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;

/** PINGRESP: so is the server. MQTT 5.0 §3.13. */
public record PingResp() implements Packet {
    public static final PingResp INSTANCE = new PingResp();

    @Override
    public PacketType type() {
        return PacketType.PINGRESP;
    }
}
