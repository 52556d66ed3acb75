package io.maxmq.core.persistence;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import org.jspecify.annotations.Nullable;

/**
 * A delayed message, in {@link Tables#DELAYED} under the name of its publisher and an increasing number. Contains the
 * whole body, because no other record refers to it.
 * <pre>
 *   | due at (8) | lifetime | 1, author, see ClientRecord | message |
 *   | due at (8) | lifetime | 0 | message |          no author
 *   version 1, without authors:
 *   | due at (8) | lifetime | message |
 * </pre>
 *
 * @param dueAtMillis in ms since the epoch
 * @param lifetimeMillis time from routing to expiry; 0 for no expiry
 * @param author the publishing client, authorized again when the message is due; null in a record of version 1
 */
public record DelayedRecord(
        long dueAtMillis, long lifetimeMillis, @Nullable ClientInfo author, MessageRecord message) {
    private static final int VERSION = 2;

    /** Returns the record of a delayed message. */
    public static Bytes write(
            Bytes key, long dueAtMillis, long lifetimeMillis, @Nullable ClientInfo author, StoredMessage message) {
        RecordWriter record = new RecordWriter(VERSION, 8 + 10 + 128 + MessageRecord.sizeOf(message, false))
                .writeLong(dueAtMillis)
                .writeVarint(lifetimeMillis)
                .writeByte(author == null ? 0 : 1);
        if (author != null) {
            ClientRecord.write(record, author);
        }
        return MessageRecord.write(record, message, false).finish(key);
    }

    /** @throws DamagedRecordException if the checksum does not match */
    public static DelayedRecord read(Entry entry) {
        RecordReader record = new RecordReader(Tables.DELAYED, entry, VERSION);
        long dueAtMillis = record.readLong();
        long lifetimeMillis = record.readVarint();
        boolean hasAuthor = record.version() >= 2 && record.readByte() != 0;
        ClientInfo author = hasAuthor ? ClientRecord.read(record, entry.key()) : null;
        return new DelayedRecord(dueAtMillis, lifetimeMillis, author, MessageRecord.read(record));
    }
}
