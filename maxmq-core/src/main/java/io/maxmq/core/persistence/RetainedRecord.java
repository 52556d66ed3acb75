package io.maxmq.core.persistence;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.ShardedKey;

/**
 * A retained message, in {@link Tables#RETAINED} under its topic. Contains the whole body, because no other record
 * refers to it.
 * <pre>
 *   version 2:  | client id of the publisher, empty for none | message |
 *   version 1:  | message |
 * </pre>
 */
final class RetainedRecord {
    private static final int VERSION = 2;
    private static final byte[] NO_PUBLISHER = {};

    private RetainedRecord() {}

    static Bytes key(Tenant tenant, Topic topic) {
        return OwnerKey.of(tenant.name(), topic.name()).alone();
    }

    static Tenant tenantOf(Entry entry) {
        return new Tenant(ShardedKey.parse(entry.key()).tenant());
    }

    static Bytes write(Bytes key, StoredMessage message) {
        byte[] known = message.publisherId();
        byte[] publisher = known == null ? NO_PUBLISHER : known;
        int publisherBytes = RecordWriter.varintBytes(publisher.length) + publisher.length;
        RecordWriter record = new RecordWriter(VERSION, publisherBytes + MessageRecord.sizeOf(message, false));
        return MessageRecord.write(record.writeBytes(publisher), message, false).finish(key);
    }

    /** @throws DamagedRecordException if the checksum does not match */
    static StoredMessage read(Entry entry) {
        RecordReader record = new RecordReader(Tables.RETAINED, entry, VERSION);
        byte[] publisher = record.version() < 2 ? NO_PUBLISHER : record.readBytes();
        StoredMessage message = MessageRecord.read(record).toMessage(Topic::of, null);
        return publisher.length == 0 ? message : message.toRetain(publisher);
    }
}
