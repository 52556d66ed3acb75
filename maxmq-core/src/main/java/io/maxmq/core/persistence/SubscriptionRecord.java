package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;

/**
 * A subscription of a session that outlives its connection, in {@link Tables#SUBSCRIPTION} under the session's name and
 * the filter, with its share name.
 * <pre>
 *   | flags | subscription id |
 *   flags: QoS (bits 0, 1), No Local (2), Retain As Published (3), not queued (4), automatic (5), exclusive (6)
 * </pre>
 *
 * @param subscriptionId 0 for none
 * @param automatic true if created by the settings, not by the client
 */
public record SubscriptionRecord(
        int maxQos,
        boolean noLocal,
        boolean retainAsPublished,
        boolean queued,
        boolean automatic,
        boolean exclusive,
        int subscriptionId) {
    private static final int VERSION = 1;
    private static final int NO_LOCAL = 1 << 2;
    private static final int RETAIN_AS_PUBLISHED = 1 << 3;
    private static final int NOT_QUEUED = 1 << 4;
    private static final int AUTOMATIC = 1 << 5;
    private static final int EXCLUSIVE = 1 << 6;

    public Bytes write(Bytes key) {
        return new RecordWriter(VERSION, 6)
                .writeByte(maxQos
                        | (noLocal ? NO_LOCAL : 0)
                        | (retainAsPublished ? RETAIN_AS_PUBLISHED : 0)
                        | (queued ? 0 : NOT_QUEUED)
                        | (automatic ? AUTOMATIC : 0)
                        | (exclusive ? EXCLUSIVE : 0))
                .writeVarint(subscriptionId)
                .finish(key);
    }

    /** @throws DamagedRecordException if the checksum does not match */
    public static SubscriptionRecord read(Entry entry) {
        RecordReader record = new RecordReader(Tables.SUBSCRIPTION, entry, VERSION);
        int flags = record.readByte();
        return new SubscriptionRecord(
                flags & 3,
                (flags & NO_LOCAL) != 0,
                (flags & RETAIN_AS_PUBLISHED) != 0,
                (flags & NOT_QUEUED) == 0,
                (flags & AUTOMATIC) != 0,
                (flags & EXCLUSIVE) != 0,
                record.readSize());
    }

    /** Returns the filter in a key of the table. */
    public static String filter(Bytes key) {
        return OwnerKey.behindName(key).toUtf8();
    }
}
