package io.maxmq.codec.wire;

/**
 * Writes PUBLISH into an array without a record, piece by piece. MQTT 5.0 §3.3. Stateless, no allocation; indexes are
 * absolute, each method returns the index after the written bytes; the caller is responsible for the order of the
 * pieces.
 *
 * <pre>
 *   writeHead             0x3 and flags | remaining length, 1..4 | topic length, 2 | topic | packet id, 2, at QoS 1 and 2
 *   5.0 only:
 *   writePropertiesLength properties length, 1..4
 *   writeMessageExpiry    0x02 | seconds, 4
 *   writeTopicAlias       0x23 | alias, 2
 *   writeSubscriptionId   0x0B | identifier, 1..4
 *   ...                   other properties, such as PublishView.copyForwardProperties
 *   every version:
 *   ...                   payload
 * </pre>
 */
public final class PublishFrame {
    /** The low four bits of the first byte. */
    public static final int DUP = 0b1000;

    public static final int RETAIN = 0b0001;

    /** The number of bytes that {@link #writeMessageExpiry} writes. */
    public static final int MESSAGE_EXPIRY_BYTES = 5;

    /** The number of bytes that {@link #writeTopicAlias} writes. */
    public static final int TOPIC_ALIAS_BYTES = 3;

    private PublishFrame() {}

    /** The flags of the first byte: {@code qos} 0..2 in bits 1 and 2. */
    public static int flags(boolean dup, int qos, boolean retain) {
        return (dup ? DUP : 0) | qos << 1 | (retain ? RETAIN : 0);
    }

    /**
     * The remaining length: all behind itself, in bytes.
     *
     * @param topicLength of the topic's UTF-8, 0 when only an alias is sent
     * @param propertiesLength of all properties without their length; not read before 5.0
     * @throws IllegalArgumentException when the sum is above {@link VariableByteInteger#MAX}
     */
    public static int remainingLength(
            boolean v5, int topicLength, boolean hasPacketId, int propertiesLength, int payloadLength) {
        long length = 2L + topicLength + (hasPacketId ? 2 : 0) + payloadLength;
        if (v5) {
            length += (long) VariableByteInteger.length(propertiesLength) + propertiesLength;
        }
        if (length > VariableByteInteger.MAX) {
            throw new IllegalArgumentException(
                    "PUBLISH must not exceed " + VariableByteInteger.MAX + " bytes: remainingLength=" + length);
        }
        return (int) length;
    }

    /** As {@link #remainingLength}, for the whole packet, fixed header included. */
    public static int length(
            boolean v5, int topicLength, boolean hasPacketId, int propertiesLength, int payloadLength) {
        int remainingLength = remainingLength(v5, topicLength, hasPacketId, propertiesLength, payloadLength);
        return 1 + VariableByteInteger.length(remainingLength) + remainingLength;
    }

    /**
     * Writes fixed header, topic and, when the QoS bits of {@code flags} are not 0, the packet id.
     *
     * @param flags as {@link #flags} gives them
     * @param topic its UTF-8, 0..65535 bytes
     * @param packetId 1..65535; not read at QoS 0
     */
    public static int writeHead(byte[] dst, int at, int flags, int remainingLength, byte[] topic, int packetId) {
        int next = at;
        dst[next++] = (byte) (0x30 | flags);
        next = VariableByteInteger.write(dst, next, remainingLength);
        dst[next++] = (byte) (topic.length >>> 8);
        dst[next++] = (byte) topic.length;
        System.arraycopy(topic, 0, dst, next, topic.length);
        next += topic.length;
        if ((flags & 0b0110) != 0) {
            dst[next++] = (byte) (packetId >>> 8);
            dst[next++] = (byte) packetId;
        }
        return next;
    }

    /** Writes the length of all properties together, without itself. */
    public static int writePropertiesLength(byte[] dst, int at, int propertiesLength) {
        return VariableByteInteger.write(dst, at, propertiesLength);
    }

    /** Writes how many seconds are left, 0..2^32-1. §3.3.2.3.3. */
    public static int writeMessageExpiry(byte[] dst, int at, long seconds) {
        dst[at] = 0x02;
        dst[at + 1] = (byte) (seconds >>> 24);
        dst[at + 2] = (byte) (seconds >>> 16);
        dst[at + 3] = (byte) (seconds >>> 8);
        dst[at + 4] = (byte) seconds;
        return at + MESSAGE_EXPIRY_BYTES;
    }

    /** Writes a topic alias, 1..65535. §3.3.2.3.4. */
    public static int writeTopicAlias(byte[] dst, int at, int alias) {
        dst[at] = 0x23;
        dst[at + 1] = (byte) (alias >>> 8);
        dst[at + 2] = (byte) alias;
        return at + TOPIC_ALIAS_BYTES;
    }

    /** Returns the number of bytes that {@link #writeSubscriptionId} writes: 2..5. */
    public static int subscriptionIdBytes(int identifier) {
        return 1 + VariableByteInteger.length(identifier);
    }

    /** Writes a subscription identifier, 1..268435455. §3.3.2.3.8. */
    public static int writeSubscriptionId(byte[] dst, int at, int identifier) {
        dst[at] = 0x0B;
        return VariableByteInteger.write(dst, at + 1, identifier);
    }
}
