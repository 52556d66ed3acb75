package io.maxmq.junit;

import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.Publish;
import io.maxmq.spi.Message;
import io.maxmq.spi.PayloadFormat;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Between a message and the properties of its PUBLISH (MQTT 5.0 §3.3.2.3). */
final class MessageProperties {
    private MessageProperties() {}

    static Properties of(Message message) {
        Properties.Builder properties = Properties.builder();
        message.payloadFormatIndicator()
                .ifPresent(
                        format -> properties.set(PropertyId.PAYLOAD_FORMAT_INDICATOR, format == PayloadFormat.UTF_8));
        message.messageExpiry().ifPresent(expiry -> {
            long seconds = expiry.plusNanos(999_999_999).toSeconds();
            properties.set(PropertyId.MESSAGE_EXPIRY_INTERVAL, seconds);
        });
        message.contentType().ifPresent(type -> properties.set(PropertyId.CONTENT_TYPE, type));
        message.responseTopic().ifPresent(topic -> properties.set(PropertyId.RESPONSE_TOPIC, topic));
        message.correlationData().ifPresent(data -> properties.set(PropertyId.CORRELATION_DATA, data));
        message.userProperties().forEach(each -> properties.userProperty(each.name(), each.value()));
        return properties.build();
    }

    static Message message(Publish publish) {
        Properties properties = publish.properties();
        Message.Builder message = Message.builder(publish.topic())
                .wrapPayload(publish.payload())
                .qos(publish.qos())
                .retain(publish.retain())
                .contentType(properties.string(PropertyId.CONTENT_TYPE))
                .responseTopic(properties.string(PropertyId.RESPONSE_TOPIC))
                .userProperties(properties.userProperties());
        if (properties.has(PropertyId.PAYLOAD_FORMAT_INDICATOR)) {
            boolean isText = properties.booleanOr(PropertyId.PAYLOAD_FORMAT_INDICATOR, false);
            message.payloadFormatIndicator(isText ? PayloadFormat.UTF_8 : PayloadFormat.BYTES);
        }
        ByteBuffer correlationData = properties.binary(PropertyId.CORRELATION_DATA);
        if (correlationData != null) {
            message.correlationData(correlationData);
        }
        long expirySeconds = properties.longOr(PropertyId.MESSAGE_EXPIRY_INTERVAL, 0);
        if (expirySeconds > 0) {
            message.messageExpiry(Duration.ofSeconds(expirySeconds));
        }
        return message.build();
    }
}
