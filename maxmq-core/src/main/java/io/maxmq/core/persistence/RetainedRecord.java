package io.maxmq.core.persistence;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.ShardedKey;

/**
 * A retained message, in {@link Tables#RETAINED} under its topic: nothing but the message, with its whole body, since nothing
 * else is about it.
 */
final class RetainedRecord {
    private static final int VERSION = 1;

    private RetainedRecord() {}

    static Bytes key(Tenant tenant, Topic topic) {
        return OwnerKey.of(tenant.name(), topic.name()).alone();
    }

    static Tenant tenantOf(Entry entry) {
        return new Tenant(ShardedKey.parse(entry.key()).tenant());
    }

    static Bytes write(Bytes key, StoredMessage message) {
        RecordWriter record = new RecordWriter(VERSION, MessageRecord.sizeOf(message, false));
        return MessageRecord.write(record, message, false).finish(key);
    }

    /**
     * @throws DamagedRecordException when it does not match its checksum
     */
    static StoredMessage read(Entry entry) {
        return MessageRecord.read(new RecordReader(Tables.RETAINED, entry, VERSION))
                .toMessage(Topic::of, null);
    }
}
