package io.maxmq.codec.packet;

import io.maxmq.codec.PacketType;
import java.util.List;

/**
 * UNSUBSCRIBE: ends subscriptions, answered one by one in UNSUBACK. MQTT 5.0 §3.10.
 *
 * @param topicFilters well-formed UTF-8, but not necessarily valid filters
 */
public record Unsubscribe(int packetId, Properties properties, List<String> topicFilters) implements Packet {
    public Unsubscribe {
        PacketChecks.packetId(packetId);
        topicFilters = PacketChecks.notEmpty("topicFilters", topicFilters);
    }

    @Override
    public PacketType type() {
        return PacketType.UNSUBSCRIBE;
    }
}
