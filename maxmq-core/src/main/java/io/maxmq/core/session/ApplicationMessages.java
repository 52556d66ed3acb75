package io.maxmq.core.session;

import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.UserProperty;
import io.maxmq.codec.wire.PublishProperties;
import io.maxmq.codec.wire.PublishView;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Subscriber;
import io.maxmq.core.routing.Topic;
import io.maxmq.core.routing.TopicTable;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.MessageId;
import io.maxmq.spi.PayloadFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conversion of messages between the application's form and the routed or stored form. Stateless. */
public final class ApplicationMessages {
    private static final byte[] NO_BYTES = new byte[0];

    private ApplicationMessages() {}

    /**
     * Returns the shared topic of a valid name. A name with more levels than the present limit, as a stored message may
     * have, gets an unshared topic.
     */
    public static Topic topic(TopicTable topics, int loop, String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        int hash = PublishView.topicHash(utf8);
        Topic known = topics.find(loop, utf8, hash);
        if (known != null) {
            return known;
        }
        return topics.isTooDeep(utf8) ? new Topic(utf8, hash) : topics.intern(loop, utf8, hash);
    }

    /**
     * Begins the routing of a message that an application published or changed.
     *
     * @throws IllegalArgumentException if MQTT does not allow a string of the message; {@code transit} is unchanged
     */
    public static void begin(
            RoutedMessage transit, Message message, Topic topic, @Nullable Subscriber publisher, long epochMillis) {
        byte[] properties = PublishProperties.encode(propertiesOf(message)); // first: it may throw
        transit.begin(topic, message.qos().code(), message.retain(), publisher);
        transit.properties(properties, 0, properties.length);
        ByteBuffer payload = message.payload();
        transit.payload(payload, payload.position(), payload.remaining());
        message.messageExpiry().ifPresent(expiry -> transit.expiresAtMillis(epochMillis + expiry.toMillis()));
    }

    private static Properties propertiesOf(Message message) {
        Properties.Builder properties = Properties.builder();
        message.payloadFormatIndicator()
                .ifPresent(format -> properties.set(PropertyId.PAYLOAD_FORMAT_INDICATOR, format.ordinal()));
        message.contentType().ifPresent(type -> properties.set(PropertyId.CONTENT_TYPE, type));
        message.responseTopic().ifPresent(topic -> properties.set(PropertyId.RESPONSE_TOPIC, topic));
        message.correlationData().ifPresent(data -> properties.set(PropertyId.CORRELATION_DATA, data));
        for (UserProperty property : message.userProperties()) {
            properties.userProperty(property.name(), property.value());
        }
        return properties.build();
    }

    /** Returns a copy of the message with its own payload, which the application may keep. */
    public static Message copy(RoutedMessage transit, long epochMillis) {
        byte[] payload = new byte[transit.payloadLength()];
        transit.copyPayload(payload, 0);
        byte[] properties = NO_BYTES;
        if (transit.propertiesLength() > 0) {
            properties = new byte[transit.propertiesLength()];
            transit.copyProperties(properties, 0);
        }
        Message.Builder message = Message.builder(transit.topic().name())
                .qos(QoS.of(transit.qos()))
                .retain(transit.retain());
        ByteBuffer correlation = describe(message, properties, transit.expiresAtMillis(), epochMillis);
        if (correlation != null) {
            message.correlationData(correlation);
        }
        return message.wrapPayload(payload).build();
    }

    /** Returns the application's view of a stored message. The payload is not copied. */
    public static Message view(StoredMessage stored, QoS qos, boolean retain, long epochMillis) {
        byte[] properties = new byte[stored.propertiesLength()];
        System.arraycopy(stored.body(), 0, properties, 0, properties.length);
        return message(
                stored.topic(),
                stored.body(),
                stored.propertiesLength(),
                properties,
                qos,
                retain,
                stored.expiresAtMillis(),
                epochMillis,
                new MessageId(stored.idHigh(), stored.idLow()));
    }

    private static Message message(
            Topic topic,
            byte[] payload,
            int payloadStart,
            byte[] encodedProperties,
            QoS qos,
            boolean retain,
            long expiresAtMillis,
            long epochMillis,
            @Nullable MessageId id) {
        Message.Builder message =
                Message.builder(topic.name()).qos(qos).retain(retain).id(id);
        ByteBuffer correlation = describe(message, encodedProperties, expiresAtMillis, epochMillis);
        return message.view(payload, payloadStart, payload.length - payloadStart, correlation)
                .build();
    }

    /**
     * Sets everything except the payload and the correlation data, and returns the correlation data, which may be a
     * view.
     */
    private static @Nullable ByteBuffer describe(
            Message.Builder message, byte[] encodedProperties, long expiresAtMillis, long epochMillis) {
        if (expiresAtMillis != 0) {
            message.messageExpiry(Duration.ofMillis(Math.max(1, expiresAtMillis - epochMillis)));
        }
        return encodedProperties.length == 0
                ? null
                : copyProperties(PublishProperties.decode(encodedProperties), message);
    }

    /** Sets the properties except the correlation data, which may be a view and is returned. */
    private static @Nullable ByteBuffer copyProperties(Properties properties, Message.Builder message) {
        if (properties.has(PropertyId.PAYLOAD_FORMAT_INDICATOR)) {
            message.payloadFormatIndicator(
                    PayloadFormat.values()[properties.intOr(PropertyId.PAYLOAD_FORMAT_INDICATOR, 0)]);
        }
        message.contentType(properties.string(PropertyId.CONTENT_TYPE));
        message.responseTopic(properties.string(PropertyId.RESPONSE_TOPIC));
        message.userProperties(List.copyOf(properties.userProperties()));
        return properties.binary(PropertyId.CORRELATION_DATA);
    }

    /** Returns the interceptors' view of the will of a CONNECT. */
    public static io.maxmq.spi.Will will(io.maxmq.codec.packet.ConnectWill will) {
        Properties properties = will.properties();
        Message.Builder message = Message.builder(will.topic())
                .qos(will.qos())
                .retain(will.retain())
                .payload(will.payload());
        ByteBuffer correlation = copyProperties(properties, message);
        if (correlation != null) {
            message.correlationData(correlation);
        }
        if (properties.has(PropertyId.MESSAGE_EXPIRY_INTERVAL)) {
            message.messageExpiry(
                    Duration.ofSeconds(Math.max(1, properties.longOr(PropertyId.MESSAGE_EXPIRY_INTERVAL, 0))));
        }
        return new io.maxmq.spi.Will(
                message.build(), Duration.ofSeconds(properties.longOr(PropertyId.WILL_DELAY_INTERVAL, 0)));
    }

    /**
     * Converts a will to the form that its session keeps.
     *
     * @param laterSeconds see {@link SessionWill#laterSeconds}
     */
    public static SessionWill will(
            ClientInfo client,
            io.maxmq.spi.Will will,
            int laterSeconds,
            TopicTable topics,
            int loop,
            RoutedMessage transit) {
        Message message = will.message();
        begin(transit, message, topic(topics, loop, message.topic()), null, 0);
        // The expiry counts from the publication, so the kept message has none.
        transit.expiresAtMillis(0);
        long expirySeconds = message.messageExpiry().map(Duration::toSeconds).orElse(-1L);
        return new SessionWill(client, transit.keep(), will.delay().toSeconds(), expirySeconds, laterSeconds);
    }
}
