package io.maxmq.codec.wire;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.codec.packet.Unsubscribe;
import io.netty.buffer.ByteBuf;

/** Writes SUBSCRIBE and UNSUBSCRIBE. MQTT 5.0 §3.8, §3.10. Stateless. */
final class SubscribeWriter {
    private SubscribeWriter() {}

    static int length(Subscribe subscribe, boolean v5) {
        int length = 2 + (v5 ? PropertiesWriter.lengthWithPrefix(subscribe.properties(), PacketType.SUBSCRIBE) : 0);
        for (RequestedSubscription subscription : subscribe.subscriptions()) {
            length += FieldWriter.stringLength("topic filter", subscription.topicFilter()) + 1;
        }
        return length;
    }

    static void write(Subscribe subscribe, boolean v5, ByteBuf out) {
        out.writeShort(subscribe.packetId());
        if (v5) {
            PropertiesWriter.writeWithPrefix(subscribe.properties(), PacketType.SUBSCRIBE, out);
        }
        for (RequestedSubscription subscription : subscribe.subscriptions()) {
            FieldWriter.writeString(out, subscription.topicFilter());
            out.writeByte(options(subscription, v5));
        }
    }

    /** §3.8.3.1. */
    private static int options(RequestedSubscription subscription, boolean v5) {
        int qos = subscription.maxQos().code();
        return v5
                ? qos
                        | (subscription.noLocal() ? 0b0100 : 0)
                        | (subscription.retainAsPublished() ? 0b1000 : 0)
                        | subscription.retainHandling().code() << 4
                : qos;
    }

    static int length(Unsubscribe unsubscribe, boolean v5) {
        int length = 2 + (v5 ? PropertiesWriter.lengthWithPrefix(unsubscribe.properties(), PacketType.UNSUBSCRIBE) : 0);
        for (String filter : unsubscribe.topicFilters()) {
            length += FieldWriter.stringLength("topic filter", filter);
        }
        return length;
    }

    static void write(Unsubscribe unsubscribe, boolean v5, ByteBuf out) {
        out.writeShort(unsubscribe.packetId());
        if (v5) {
            PropertiesWriter.writeWithPrefix(unsubscribe.properties(), PacketType.UNSUBSCRIBE, out);
        }
        for (String filter : unsubscribe.topicFilters()) {
            FieldWriter.writeString(out, filter);
        }
    }
}
