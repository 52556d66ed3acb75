package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;

/** PINGREQ: the client is alive. MQTT 5.0 §3.12. */
public record PingReq() implements Packet {
    public static final PingReq INSTANCE = new PingReq();

    @Override
    public PacketType type() {
        return PacketType.PINGREQ;
    }
}
