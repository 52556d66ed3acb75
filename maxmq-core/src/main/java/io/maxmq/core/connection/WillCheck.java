package io.maxmq.core.connection;

import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.topic.TopicName;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What may be wrong with a Will (MQTT 5.0 §3.1.2.5 to §3.1.2.7, §3.1.3.2 to §3.1.3.4) before anybody is asked. */
final class WillCheck {
    static final String NOT_DELAYED = "will topic: not $delayed/SECONDS/TOPIC, or too many seconds";

    private WillCheck() {}

    static @Nullable ConnectRefusal problem(@Nullable ConnectWill will, Connections home) {
        if (will == null) {
            return null;
        }
        String invalid = TopicName.problem(will.topic(), home.limits().maxTopicLevels());
        if (invalid != null) {
            return new ConnectRefusal(ReasonCode.TOPIC_NAME_INVALID, "will topic: " + invalid);
        }
        String topic = home.rewriter().published(will.topic());
        if (home.dollarTopics().isDelayed(topic)) {
            DelayedTopic delayed = home.dollarTopics().delayed(topic);
            if (delayed == null) {
                return new ConnectRefusal(ReasonCode.TOPIC_NAME_INVALID, NOT_DELAYED);
            }
            topic = delayed.topic();
        }
        if (home.dollarTopics().isClosed(topic)) {
            return new ConnectRefusal(ReasonCode.NOT_AUTHORIZED, "will topic begins with $");
        }
        if (will.payload().remaining() > home.limits().maxWillBytes()) {
            return new ConnectRefusal(
                    ReasonCode.PACKET_TOO_LARGE,
                    "will payload is larger than " + home.limits().maxWillBytes() + " bytes");
        }
        if (will.qos().compareTo(home.capabilities().maximumQos()) > 0) {
            return new ConnectRefusal(
                    ReasonCode.QOS_NOT_SUPPORTED, "will QoS: " + will.qos().code());
        }
        if (will.retain() && !home.capabilities().retainAvailable()) {
            return new ConnectRefusal(ReasonCode.RETAIN_NOT_SUPPORTED, "will RETAIN is set");
        }
        if (home.capabilities().payloadFormatChecked()
                && will.properties().booleanOr(PropertyId.PAYLOAD_FORMAT_INDICATOR, false)
                && !isText(will.payload())) {
            return new ConnectRefusal(
                    ReasonCode.PAYLOAD_FORMAT_INVALID, "will payload is not the UTF-8 that its format indicator says");
        }
        return null;
    }

    private static boolean isText(ByteBuffer payload) {
        return Utf8.isWellFormedPayload(payload, payload.position(), payload.remaining());
    }
}
