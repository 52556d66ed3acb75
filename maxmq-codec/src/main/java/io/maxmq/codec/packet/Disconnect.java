package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ReasonCode;

/**
 * DISCONNECT: the last packet of a connection. MQTT 5.0 §3.14. Before 5.0 it has no body and only clients send it, so
 * {@code SUCCESS} without properties is what is read there, and a server closes without a word.
 */
public record Disconnect(ReasonCode reason, Properties properties) implements Packet {

    /** A disconnect without properties. */
    public static Disconnect of(ReasonCode reason) {
        return new Disconnect(reason, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.DISCONNECT;
    }
}
