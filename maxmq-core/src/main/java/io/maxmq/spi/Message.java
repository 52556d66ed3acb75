package io.maxmq.spi;

import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.UserProperty;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An Application Message (MQTT 5.0 §3.3), free of any connection: what was published, not how a packet carried it.
 * Immutable and thread-safe.
 *
 * <p>A message that a callback on an event loop is given may be a <em>view</em>: its payload and correlation data lie in
 * the broker's buffers and end with the callback. {@link #copy()} gives one that stays.
 *
 * @since 0.1.0
 */
@Stable
public final class Message {

    private static final byte[] NO_BYTES = new byte[0];

    /** Message Expiry Interval is a four byte integer of seconds (§3.3.2.3.3). */
    private static final Duration MAX_EXPIRY = Duration.ofSeconds(0xFFFF_FFFFL);

    private final String topic;

    /** The array that holds the payload, unless it is in {@link #foreignPayload}. Its buffer is created on demand. */
    private final byte[] payload;

    private final int payloadStart;
    private final int payloadLength;
    private final @Nullable ByteBuffer foreignPayload;
    private final QoS qos;
    private final boolean retain;
    private final boolean view;
    private final @Nullable MessageId id;
    private final @Nullable PayloadFormat payloadFormat;
    private final @Nullable String contentType;
    private final @Nullable String responseTopic;
    private final @Nullable ByteBuffer correlationData;
    private final @Nullable Duration messageExpiry;
    private final List<UserProperty> userProperties;

    private Message(Builder builder) {
        topic = builder.topic;
        payload = builder.payload;
        payloadStart = builder.payloadStart;
        payloadLength = builder.payloadLength;
        foreignPayload = builder.foreignPayload;
        qos = builder.qos;
        retain = builder.retain;
        view = builder.view;
        id = builder.id;
        payloadFormat = builder.payloadFormat;
        contentType = builder.contentType;
        responseTopic = builder.responseTopic;
        correlationData = builder.correlationData;
        messageExpiry = builder.messageExpiry;
        userProperties = List.copyOf(builder.userProperties);
    }

    /** A message of QoS 0 with a copy of the payload; more by {@link #builder(String)}. */
    public static Message of(String topic, byte[] payload) {
        return builder(topic).payload(payload).build();
    }

    /** A message of QoS 0 whose payload is the text in UTF-8. */
    public static Message of(String topic, String payload) {
        return builder(topic).payload(payload).build();
    }

    /** A message of this QoS with a copy of the payload. */
    public static Message of(String topic, byte[] payload, QoS qos) {
        return builder(topic).payload(payload).qos(qos).build();
    }

    /** A message of this QoS whose payload is the text in UTF-8. */
    public static Message of(String topic, String payload, QoS qos) {
        return builder(topic).payload(payload).qos(qos).build();
    }

    /**
     * Starts a message of QoS 0, not retained, with an empty payload and no properties.
     *
     * @param topic where it is published; that it is a valid topic name is checked when it is published
     * @throws IllegalArgumentException when {@code topic} is empty
     */
    public static Builder builder(String topic) {
        return new Builder(topic);
    }

    /** Starts from this message; also keeps its id, and its payload without a copy. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** The topic name it is published to; in a delivery the one that the publisher used, never an alias. */
    public String topic() {
        return topic;
    }

    /**
     * The payload as a read-only buffer of its own position and limit, positioned at its first byte. Costs a small
     * object, no copy. For a view valid during the callback only.
     */
    public ByteBuffer payload() {
        return foreignPayload != null
                ? foreignPayload.duplicate()
                : ByteBuffer.wrap(payload, payloadStart, payloadLength).slice().asReadOnlyBuffer();
    }

    /** A fresh copy of the payload. */
    public byte[] payloadBytes() {
        byte[] bytes = new byte[payloadLength];
        if (foreignPayload != null) {
            foreignPayload.get(foreignPayload.position(), bytes);
        } else {
            System.arraycopy(payload, payloadStart, bytes, 0, payloadLength);
        }
        return bytes;
    }

    /** The payload decoded as UTF-8, malformed bytes replaced. */
    public String payloadText() {
        return foreignPayload != null
                ? StandardCharsets.UTF_8.decode(foreignPayload.duplicate()).toString()
                : new String(payload, payloadStart, payloadLength, StandardCharsets.UTF_8);
    }

    /** Returns the payload's size in bytes. Allocates nothing. */
    public int payloadLength() {
        return payloadLength;
    }

    /** The QoS it was published with; in a delivery what the subscription left of it. */
    public QoS qos() {
        return qos;
    }

    /**
     * Published with RETAIN. In a delivery: a retained message of a new subscription, or one that was published with
     * RETAIN to a subscription with Retain As Published (§3.3.1.3).
     */
    public boolean retain() {
        return retain;
    }

    /** The broker's id; empty until the broker has accepted the message. */
    public Optional<MessageId> id() {
        return Optional.ofNullable(id);
    }

    /** §3.3.2.3.2; empty when the publisher left it out, which means {@link PayloadFormat#BYTES}. */
    public Optional<PayloadFormat> payloadFormatIndicator() {
        return Optional.ofNullable(payloadFormat);
    }

    /** §3.3.2.3.9. */
    public Optional<String> contentType() {
        return Optional.ofNullable(contentType);
    }

    /** §3.3.2.3.5. */
    public Optional<String> responseTopic() {
        return Optional.ofNullable(responseTopic);
    }

    /** §3.3.2.3.6, as a read-only buffer; valid as long as {@link #payload()} is. */
    public Optional<ByteBuffer> correlationData() {
        return Optional.ofNullable(correlationData).map(ByteBuffer::duplicate);
    }

    /** §3.3.2.3.3: how long it is worth delivering, counted from its acceptance; in a delivery what is left. */
    public Optional<Duration> messageExpiry() {
        return Optional.ofNullable(messageExpiry);
    }

    /** §3.3.2.3.7, in the publisher's order; names may repeat. Unmodifiable. */
    public List<UserProperty> userProperties() {
        return userProperties;
    }

    /** Returns whether payload and correlation data are valid only during the callback that received this message. */
    public boolean isView() {
        return view;
    }

    /** Returns this message, or for a view a message with copies of payload and correlation data. */
    public Message copy() {
        if (!view) {
            return this;
        }
        Builder copy = toBuilder().wrapPayload(payloadBytes());
        if (correlationData != null) {
            copy.correlationData(correlationData.duplicate());
        }
        copy.view = false;
        return copy.build();
    }

    /** Compares the published content of two messages, without the ids that the broker assigned. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Message that
                && topic.equals(that.topic)
                && hasPayloadOf(that)
                && qos == that.qos
                && retain == that.retain
                && payloadFormat == that.payloadFormat
                && Objects.equals(contentType, that.contentType)
                && Objects.equals(responseTopic, that.responseTopic)
                && Objects.equals(correlationData, that.correlationData)
                && Objects.equals(messageExpiry, that.messageExpiry)
                && userProperties.equals(that.userProperties);
    }

    private boolean hasPayloadOf(Message that) {
        return foreignPayload == null && that.foreignPayload == null
                ? Arrays.equals(
                        payload,
                        payloadStart,
                        payloadStart + payloadLength,
                        that.payload,
                        that.payloadStart,
                        that.payloadStart + that.payloadLength)
                : payload().equals(that.payload());
    }

    @Override
    public int hashCode() {
        return 31 * topic.hashCode() + payload().hashCode();
    }

    /** For logs and test failures: never the payload's bytes. */
    @Override
    public String toString() {
        return "Message[topic=" + topic + ", qos=" + qos.code() + ", retain=" + retain + ", payloadLength="
                + payloadLength() + (id == null ? "]" : ", id=" + id + "]");
    }

    /**
     * Collects a message's parts. Not thread-safe; may be used again after {@link #build()}.
     *
     * @since 0.1.0
     */
    @Stable
    public static final class Builder {

        private String topic;
        private byte[] payload = NO_BYTES;
        private int payloadStart;
        private int payloadLength;
        private @Nullable ByteBuffer foreignPayload;
        private QoS qos = QoS.AT_MOST_ONCE;
        private boolean retain;
        private boolean view;
        private @Nullable MessageId id;
        private @Nullable PayloadFormat payloadFormat;
        private @Nullable String contentType;
        private @Nullable String responseTopic;
        private @Nullable ByteBuffer correlationData;
        private @Nullable Duration messageExpiry;
        private List<UserProperty> userProperties = List.of();

        private Builder(String topic) {
            this.topic = checked(topic);
        }

        private Builder(Message from) {
            topic = from.topic;
            payload = from.payload;
            payloadStart = from.payloadStart;
            payloadLength = from.payloadLength;
            foreignPayload = from.foreignPayload;
            qos = from.qos;
            retain = from.retain;
            view = from.view;
            id = from.id;
            payloadFormat = from.payloadFormat;
            contentType = from.contentType;
            responseTopic = from.responseTopic;
            correlationData = from.correlationData;
            messageExpiry = from.messageExpiry;
            userProperties = from.userProperties;
        }

        /** Publishes elsewhere. */
        public Builder topic(String newTopic) {
            topic = checked(newTopic);
            return this;
        }

        /** Copies the bytes. */
        public Builder payload(byte[] bytes) {
            return bytes(bytes.clone(), 0, bytes.length);
        }

        /** Copies what remains of the buffer; its position stays. */
        public Builder payload(ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(bytes.position(), copy);
            return bytes(copy, 0, copy.length);
        }

        /** The text in UTF-8. Does not set the Payload Format Indicator. */
        public Builder payload(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            return bytes(utf8, 0, utf8.length);
        }

        /** Sets the payload without copying the array. The caller must not write to it any more. */
        public Builder wrapPayload(byte[] bytes) {
            return bytes(bytes, 0, bytes.length);
        }

        /**
         * Sets the payload to the buffer's remaining bytes without copying them. The caller must not write to them any
         * more.
         */
        public Builder wrapPayload(ByteBuffer bytes) {
            if (bytes.hasArray()) {
                return bytes(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            }
            bytes(NO_BYTES, 0, bytes.remaining());
            foreignPayload = bytes.slice().asReadOnlyBuffer();
            return this;
        }

        /** Default QoS 0. */
        public Builder qos(QoS newQos) {
            qos = newQos;
            return this;
        }

        /** Default false. */
        public Builder retain(boolean newRetain) {
            retain = newRetain;
            return this;
        }

        /** Null leaves it out. */
        public Builder payloadFormatIndicator(@Nullable PayloadFormat format) {
            payloadFormat = format;
            return this;
        }

        /** Null leaves it out. */
        public Builder contentType(@Nullable String type) {
            contentType = type;
            return this;
        }

        /** Null leaves it out. */
        public Builder responseTopic(@Nullable String newResponseTopic) {
            responseTopic = newResponseTopic;
            return this;
        }

        /** Copies the bytes; null leaves it out. */
        public Builder correlationData(byte @Nullable [] data) {
            correlationData = data == null ? null : readOnly(data.clone());
            return this;
        }

        /** Copies what remains of the buffer. */
        public Builder correlationData(ByteBuffer data) {
            correlationData = copyOf(data);
            return this;
        }

        /**
         * Null never expires.
         *
         * @param expiry at least 1 ms, at most 2^32-1 seconds; on the wire rounded up to whole seconds
         * @throws IllegalArgumentException when it is out of range
         */
        public Builder messageExpiry(@Nullable Duration expiry) {
            if (expiry != null && (expiry.toMillis() < 1 || expiry.compareTo(MAX_EXPIRY) > 0)) {
                throw new IllegalArgumentException("messageExpiry must be 1 ms..4294967295 s: messageExpiry=" + expiry);
            }
            messageExpiry = expiry;
            return this;
        }

        /** Adds one behind those already there. */
        public Builder userProperty(String name, String value) {
            if (!(userProperties instanceof ArrayList)) {
                userProperties = new ArrayList<>(userProperties);
            }
            userProperties.add(new UserProperty(name, value));
            return this;
        }

        /** Replaces all. */
        public Builder userProperties(List<UserProperty> properties) {
            userProperties = new ArrayList<>(properties);
            return this;
        }

        /** The broker's: an id that an embedder sets is replaced at publication. */
        @Internal
        public Builder id(@Nullable MessageId newId) {
            id = newId;
            return this;
        }

        /** The broker's: payload and correlation data are views, taken as they are, that end with the callback. */
        @Internal
        public Builder view(byte[] payloadView, int start, int length, @Nullable ByteBuffer correlationDataView) {
            bytes(payloadView, start, length);
            correlationData = correlationDataView == null
                    ? null
                    : correlationDataView.slice().asReadOnlyBuffer();
            view = true;
            return this;
        }

        /** The message. */
        public Message build() {
            return new Message(this);
        }

        private Builder bytes(byte[] array, int start, int length) {
            payload = array;
            payloadStart = start;
            payloadLength = length;
            foreignPayload = null;
            return this;
        }

        private static String checked(String topic) {
            if (topic.isEmpty()) {
                throw new IllegalArgumentException("topic must not be empty");
            }
            return topic;
        }

        private static ByteBuffer copyOf(ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(bytes.position(), copy);
            return readOnly(copy);
        }

        private static ByteBuffer readOnly(byte[] bytes) {
            return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
        }
    }
}
