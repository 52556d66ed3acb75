package io.maxmq.core.persistence;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;

/**
 * A message that waits for its time, in {@link Tables#DELAYED} under the name of its publisher and a number that rises. Whole,
 * since nothing else is about it yet.
 *
 * <pre>
 *   | due at (8) | lifetime | message |
 * </pre>
 *
 * @param dueAtMillis in ms since the epoch
 * @param lifetimeMillis until it expires, from when it is routed; 0 for ever
 */
public record DelayedRecord(long dueAtMillis, long lifetimeMillis, MessageRecord message) {
    private static final int VERSION = 1;

    public static Bytes write(Bytes key, long dueAtMillis, long lifetimeMillis, StoredMessage message) {
        RecordWriter record = new RecordWriter(VERSION, 8 + 10 + MessageRecord.sizeOf(message, false))
                .writeLong(dueAtMillis)
                .writeVarint(lifetimeMillis);
        return MessageRecord.write(record, message, false).finish(key);
    }

    /**
     * @throws DamagedRecordException when it does not match its checksum
     */
    public static DelayedRecord read(Entry entry) {
        RecordReader record = new RecordReader(Tables.DELAYED, entry, VERSION);
        return new DelayedRecord(record.readLong(), record.readVarint(), MessageRecord.read(record));
    }
}
