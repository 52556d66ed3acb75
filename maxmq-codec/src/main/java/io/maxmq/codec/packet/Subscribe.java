package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;
import java.util.List;

/** SUBSCRIBE: asks for one or more subscriptions, answered one by one in SUBACK. MQTT 5.0 §3.8. */
public record Subscribe(int packetId, Properties properties, List<RequestedSubscription> subscriptions)
        implements Packet {
    public Subscribe {
        PacketChecks.packetId(packetId);
        subscriptions = PacketChecks.notEmpty("subscriptions", subscriptions);
    }

    @Override
    public PacketType type() {
        return PacketType.SUBSCRIBE;
    }
}
