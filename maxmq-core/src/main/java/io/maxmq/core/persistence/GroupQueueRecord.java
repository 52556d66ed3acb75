package io.maxmq.core.persistence;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;

/**
 * A message that waits for a member of a shared subscription, in {@link Tables#GROUP_QUEUE} under the filter with its share and
 * a number that rises: nothing but the message. A large body is kept apart, since the members' records are about it as well.
 */
public final class GroupQueueRecord {
    private static final int VERSION = 1;

    private GroupQueueRecord() {}

    public static Bytes write(Bytes key, StoredMessage message) {
        boolean apart = Payloads.isApart(message);
        RecordWriter record = new RecordWriter(VERSION, MessageRecord.sizeOf(message, apart));
        return MessageRecord.write(record, message, apart).finish(key);
    }

    /**
     * @throws DamagedRecordException when it does not match its checksum
     */
    public static MessageRecord read(Entry entry) {
        return MessageRecord.read(new RecordReader(Tables.GROUP_QUEUE, entry, VERSION));
    }
}
