package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.QoS;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.codec.packet.Unsubscribe;
import java.util.ArrayList;
import java.util.List;

import static io.maxmq.codec.ReasonCode.PROTOCOL_ERROR;
import static io.maxmq.codec.ReasonCode.QUOTA_EXCEEDED;
import static io.maxmq.codec.wire.PacketInput.malformed;

/**
 * Reads SUBSCRIBE and UNSUBSCRIBE. MQTT 5.0 §3.8, §3.10. Whether a string is a topic filter is left to the broker, which
 * answers each on its own. Stateless.
 */
final class SubscribeReader {
    private SubscribeReader() {}

    static Subscribe readSubscribe(PacketInput in, boolean v5, PropertiesReader properties, DecodeLimits limits)
            throws MalformedPacketException {
        int packetId = in.readPacketId();
        Properties own = v5 ? properties.read(in, PacketType.SUBSCRIBE) : Properties.NONE;
        List<RequestedSubscription> subscriptions = new ArrayList<>();
        do { // [MQTT-3.8.3-2]
            checkCount(in, subscriptions.size(), PacketType.SUBSCRIBE, limits);
            String filter = in.readString("topic filter");
            int options = in.readByte("subscription options");
            subscriptions.add(subscription(filter, options, v5));
        } while (in.remaining() > 0);
        return new Subscribe(packetId, own, subscriptions);
    }

    static Unsubscribe readUnsubscribe(PacketInput in, boolean v5, PropertiesReader properties, DecodeLimits limits)
            throws MalformedPacketException {
        int packetId = in.readPacketId();
        Properties own = v5 ? properties.read(in, PacketType.UNSUBSCRIBE) : Properties.NONE;
        List<String> filters = new ArrayList<>();
        do { // [MQTT-3.10.3-2]
            checkCount(in, filters.size(), PacketType.UNSUBSCRIBE, limits);
            filters.add(in.readString("topic filter"));
        } while (in.remaining() > 0);
        return new Unsubscribe(packetId, own, filters);
    }

    private static void checkCount(PacketInput in, int count, PacketType type, DecodeLimits limits)
            throws MalformedPacketException {
        if (in.remaining() == 0) {
            throw new MalformedPacketException(PROTOCOL_ERROR, type + " has no topic filter");
        }
        if (count == limits.maxTopicFilters()) {
            throw new MalformedPacketException(
                    QUOTA_EXCEEDED, type + " has too many topic filters: allowed=" + limits.maxTopicFilters());
        }
    }

    /** §3.8.3.1. */
    private static RequestedSubscription subscription(String filter, int options, boolean v5)
            throws MalformedPacketException {
        int reserved = v5 ? 0b1100_0000 : 0b1111_1100;
        if ((options & reserved) != 0) { // [MQTT-3.8.3-5], 3.1.1 [MQTT-3-8.3-4]
            throw malformed("subscription options have reserved bits: options=" + options);
        }
        int qos = options & 0b11;
        if (qos == 3) {
            throw new MalformedPacketException(PROTOCOL_ERROR, "subscription QoS must be 0..2: qos=3");
        }
        int retainHandling = options >> 4 & 0b11;
        if (retainHandling == 3) {
            throw new MalformedPacketException(PROTOCOL_ERROR, "retain handling must be 0..2: value=3");
        }
        return new RequestedSubscription(
                filter,
                QoS.of(qos),
                (options & 0b0100) != 0,
                (options & 0b1000) != 0,
                RetainHandling.of(retainHandling));
    }
}
