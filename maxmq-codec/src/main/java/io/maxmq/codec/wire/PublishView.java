package io.maxmq.codec.wire;

import io.maxmq.codec.MalformedPacketException;
import io.maxmq.codec.QoS;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.packet.Publish;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import static io.maxmq.codec.ReasonCode.TOPIC_NAME_INVALID;
import static io.maxmq.codec.wire.PacketInput.malformed;

/**
 * A PUBLISH where it arrived (MQTT 5.0 §3.3): absolute indexes into {@link #bytes()}, nothing copied. Structure and
 * properties are validated, the topic's characters are not: {@link #checkTopic()} does that for topics not seen before.
 * One per decoder, valid until {@code onPublish} returns. Not thread-safe. Nothing here allocates except the methods that
 * copy.
 *
 * <pre>
 *   flags | remaining length | topic length | topic          | packet id | properties length | properties | payload
 *                                             ^ topicStart     QoS 1, 2    5.0                 ^            ^ payloadStart
 *                                                                                              propertiesStart
 * </pre>
 */
public final class PublishView {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private ByteBuffer bytes = NOTHING;
    private int flags;
    private int topicStart;
    private int topicLength;
    private int packetId;
    private int payloadStart;
    private int payloadLength;
    private int topicAlias;
    private int topicAliasAt;
    private long messageExpirySeconds;
    private int messageExpiryAt;
    private boolean payloadIsText;
    private int propertiesStart;
    private int propertiesLength;

    PublishView() {}

    /** Set by {@link PublishReader}, in the order of the wire. */
    void set(ByteBuffer bytes, int flags, int topicStart, int topicLength, int packetId) {
        this.bytes = bytes;
        this.flags = flags;
        this.topicStart = topicStart;
        this.topicLength = topicLength;
        this.packetId = packetId;
    }

    void setProperties(PropertiesReader properties) {
        topicAlias = properties.topicAlias;
        topicAliasAt = properties.topicAliasAt;
        messageExpirySeconds = properties.messageExpirySeconds;
        messageExpiryAt = properties.messageExpiryAt;
        payloadIsText = properties.payloadIsText;
        propertiesStart = properties.start;
        propertiesLength = properties.length;
    }

    void setPayload(int start, int length) {
        payloadStart = start;
        payloadLength = length;
    }

    /** Lets go of the buffer. */
    void clear() {
        bytes = NOTHING;
        topicLength = 0;
        propertiesLength = 0;
        payloadLength = 0;
    }

    /**
     * Returns the buffer of the indexes: direct or heap, big-endian, usually with other packets around. Read by
     * absolute index only; position and limit belong to the decoder.
     */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** The low four bits of the first byte: DUP 8, QoS 4 and 2, RETAIN 1. */
    public int flags() {
        return flags;
    }

    /** 0..2. */
    public int qosCode() {
        return flags >> 1 & 0b11;
    }

    public QoS qos() {
        return QoS.of(qosCode());
    }

    public boolean dup() {
        return (flags & PublishFrame.DUP) != 0;
    }

    public boolean retain() {
        return (flags & PublishFrame.RETAIN) != 0;
    }

    /** 1..65535, or 0 at QoS 0. */
    public int packetId() {
        return packetId;
    }

    public int topicStart() {
        return topicStart;
    }

    /** In bytes; 0 only with a topic alias. */
    public int topicLength() {
        return topicLength;
    }

    /** Returns whether the topic has these bytes. */
    public boolean topicEquals(byte[] utf8) {
        return TopicBytes.equals(bytes, topicStart, topicLength, utf8);
    }

    /** A hash of the topic's bytes, the same as {@link #topicHash(byte[])}. Linear, eight bytes a step. */
    public int topicHash() {
        return TopicBytes.hash(bytes, topicStart, topicLength);
    }

    /** The hash of a topic's UTF-8. Differs from one run of the JVM to the next: never store it. */
    public static int topicHash(byte[] utf8) {
        return TopicBytes.hash(utf8);
    }

    /** The topic's bytes in an array of their own. */
    public byte[] copyTopic() {
        byte[] topic = new byte[topicLength];
        bytes.get(topicStart, topic);
        return topic;
    }

    /**
     * Checks the topic's characters: well-formed UTF-8 without U+0000 [MQTT-1.5.4-1], no wildcard [MQTT-3.3.2-2]. Linear.
     * A topic that equals one that was checked needs no check. An empty topic, which comes with an alias, passes.
     */
    public void checkTopic() throws MalformedPacketException {
        if (!Utf8.isWellFormed(bytes, topicStart, topicLength)) {
            throw malformed("topic name is not UTF-8 that MQTT allows: length=" + topicLength);
        }
        if (TopicBytes.hasWildcard(bytes, topicStart, topicLength)) {
            throw new MalformedPacketException(
                    TOPIC_NAME_INVALID,
                    "topic name holds a wildcard: topic="
                            + Utf8.quote(new String(copyTopic(), StandardCharsets.UTF_8)));
        }
    }

    /** 1..65535, or 0 for none; whether it is within the maximum that was announced is not checked. */
    public int topicAlias() {
        return topicAlias;
    }

    /** 0..2^32-1, or -1 for none. */
    public long messageExpirySeconds() {
        return messageExpirySeconds;
    }

    /** Returns whether the payload format indicator says UTF-8 (§3.3.2.3.2); whether the payload is UTF-8 is not checked. */
    public boolean payloadIsText() {
        return payloadIsText;
    }

    /** Where the properties start, behind their length. */
    public int propertiesStart() {
        return propertiesStart;
    }

    /** In bytes, without the length itself; 0 before 5.0. */
    public int propertiesLength() {
        return propertiesLength;
    }

    /** Returns the number of bytes that {@link #copyForwardProperties} writes. */
    public int forwardPropertiesLength() {
        return propertiesLength
                - (topicAlias == 0 ? 0 : PublishFrame.TOPIC_ALIAS_BYTES)
                - (messageExpirySeconds < 0 ? 0 : PublishFrame.MESSAGE_EXPIRY_BYTES);
    }

    /**
     * Writes what subscribers get unaltered and in order [MQTT-3.3.2-4], [MQTT-3.3.2-15..20]: all encoded properties but
     * the topic alias, which is this connection's, and the message expiry, which runs down.
     */
    public void copyForwardProperties(byte[] dst, int at) {
        int end = propertiesStart + propertiesLength;
        int alias = topicAlias == 0 ? end : topicAliasAt;
        int aliasEnd = topicAlias == 0 ? end : topicAliasAt + PublishFrame.TOPIC_ALIAS_BYTES;
        int expiry = messageExpirySeconds < 0 ? end : messageExpiryAt;
        int expiryEnd = messageExpirySeconds < 0 ? end : messageExpiryAt + PublishFrame.MESSAGE_EXPIRY_BYTES;
        int next = copy(propertiesStart, Math.min(alias, expiry), dst, at);
        next = copy(Math.min(aliasEnd, expiryEnd), Math.max(alias, expiry), dst, next);
        copy(Math.max(aliasEnd, expiryEnd), end, dst, next);
    }

    /** Copies from {@code from} to before {@code to}; returns the index behind in {@code dst}. */
    private int copy(int from, int to, byte[] dst, int at) {
        bytes.get(from, dst, at, to - from);
        return at + to - from;
    }

    public int payloadStart() {
        return payloadStart;
    }

    public int payloadLength() {
        return payloadLength;
    }

    /** Of the whole packet as it came, fixed header included; in bytes. */
    public int packetLength() {
        int remaining = payloadStart + payloadLength - topicStart + 2; // from the topic's length on
        int lengthBytes = remaining < 1 << 7 ? 1 : remaining < 1 << 14 ? 2 : remaining < 1 << 21 ? 3 : 4;
        return 1 + lengthBytes + remaining;
    }

    /** A record with copies of everything. Checks the topic. */
    public Publish toPublish() throws MalformedPacketException {
        checkTopic();
        byte[] payload = new byte[payloadLength];
        bytes.get(payloadStart, payload);
        return new Publish(
                dup(),
                qos(),
                retain(),
                new String(copyTopic(), StandardCharsets.UTF_8),
                packetId,
                PropertiesReader.build(bytes, propertiesStart, propertiesLength),
                ByteBuffer.wrap(payload));
    }
}
