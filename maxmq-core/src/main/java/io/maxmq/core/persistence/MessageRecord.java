package io.maxmq.core.persistence;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.storage.DamagedRecordException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A message as the last fields of a record: with its body, or with only the size of a body stored by {@link Payloads}.
 * <pre>
 *   | flags | topic | expires at (8, if any) | id (16) | properties length | body           |
 *                                                                          | length of body |  if stored apart
 *   flags: QoS (bits 0, 1), RETAIN (2), expires (3), body stored apart (4)
 * </pre>
 *
 * @param body null if stored apart
 * @param bodyLength also if stored apart
 * @param expiresAtMillis 0 for never
 */
public record MessageRecord(
        String topic,
        int qos,
        boolean retain,
        long expiresAtMillis,
        long idHigh,
        long idLow,
        int propertiesLength,
        int bodyLength,
        byte @Nullable [] body) {
    private static final int RETAIN = 1 << 2;
    private static final int EXPIRES = 1 << 3;
    private static final int APART = 1 << 4;

    /** @param apart true if {@link Payloads} stores the body */
    public static RecordWriter write(RecordWriter record, StoredMessage message, boolean apart) {
        record.writeByte(message.qos()
                | (message.retain() ? RETAIN : 0)
                | (message.expiresAtMillis() != 0 ? EXPIRES : 0)
                | (apart ? APART : 0));
        record.writeBytes(message.topic().utf8());
        if (message.expiresAtMillis() != 0) {
            record.writeLong(message.expiresAtMillis());
        }
        record.writeLong(message.idHigh()).writeLong(message.idLow()).writeVarint(message.propertiesLength());
        return apart ? record.writeVarint(message.body().length) : record.writeRest(message.body());
    }

    /** Returns the number of bytes that {@link #write} adds. */
    public static int sizeOf(StoredMessage message, boolean apart) {
        int topicBytes = message.topic().utf8().length;
        int bodyBytes = message.body().length;
        return 1
                + RecordWriter.varintBytes(topicBytes)
                + topicBytes
                + (message.expiresAtMillis() != 0 ? Long.BYTES : 0)
                + 2 * Long.BYTES
                + RecordWriter.varintBytes(message.propertiesLength())
                + (apart ? RecordWriter.varintBytes(bodyBytes) : bodyBytes);
    }

    public static MessageRecord read(RecordReader record) {
        int flags = record.readByte();
        String topic = record.readText();
        long expiresAtMillis = (flags & EXPIRES) == 0 ? 0 : record.readLong();
        long idHigh = record.readLong();
        long idLow = record.readLong();
        int propertiesLength = record.readSize();
        byte[] body = (flags & APART) == 0 ? record.readRest() : null;
        return new MessageRecord(
                topic,
                flags & 3,
                (flags & RETAIN) != 0,
                expiresAtMillis,
                idHigh,
                idLow,
                propertiesLength,
                body == null ? record.readSize() : body.length,
                body);
    }

    /** Same as {@link StoredMessage#bytes()} of the message. */
    public int storedBytes() {
        return StoredMessage.bytes(bodyLength, topic.length());
    }

    /** True if the body must be read from {@link Payloads}. */
    public boolean isApart() {
        return body == null;
    }

    /**
     * Creates the message.
     *
     * @param wholeBody the body, if stored apart; otherwise ignored
     */
    public StoredMessage toMessage(Function<String, Topic> topics, byte @Nullable [] wholeBody) {
        byte[] bytes = body == null ? wholeBody : body;
        if (bytes == null || bytes.length != bodyLength || propertiesLength > bytes.length) {
            throw new DamagedRecordException("message body does not match its record: topic=" + topic);
        }
        return StoredMessage.restored(
                topics.apply(topic), bytes, propertiesLength, qos, retain, expiresAtMillis, idHigh, idLow);
    }
}
