package io.maxmq.core.persistence;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A message in a session's queue, in {@link Tables#QUEUE} under the session's name and the message's sequence.
 * <pre>
 *   | flags | subscription ids: count, each | filter | message                       |
 *   | flags | id (16) | filter |                       after PUBREC
 *   flags: QoS (bits 0, 1) and RETAIN (2) of the delivery, released (3), has ids (4), has a filter (5)
 * </pre>
 *
 * @param deliveryFlags QoS and RETAIN of the delivery
 * @param released true after PUBREC, when the message itself is deleted
 * @param subscriptionIds empty for none
 * @param filter of a shared subscription, with its share name; otherwise null
 * @param message null after release
 */
public record QueueRecord(
        int deliveryFlags,
        boolean released,
        int[] subscriptionIds,
        @Nullable String filter,
        long idHigh,
        long idLow,
        @Nullable MessageRecord message) {
    private static final int VERSION = 1;
    private static final int DELIVERY = 0b111;
    private static final int RELEASED = 1 << 3;
    private static final int HAS_IDS = 1 << 4;
    private static final int HAS_FILTER = 1 << 5;
    private static final int[] NO_IDS = {};
    private static final byte[] NO_FILTER = {};

    /** Returns the record of a message that waits or is sent and not acknowledged. */
    public static Bytes waiting(
            Bytes key, StoredMessage message, int deliveryFlags, int[] subscriptionIds, @Nullable String filter) {
        boolean apart = Payloads.isApart(message);
        byte[] filterBytes = filter == null ? NO_FILTER : filter.getBytes(StandardCharsets.UTF_8);
        RecordWriter record = new RecordWriter(
                VERSION, 1 + sizeOf(subscriptionIds) + sizeOf(filterBytes) + MessageRecord.sizeOf(message, apart));
        record.writeByte(deliveryFlags & DELIVERY
                | (subscriptionIds.length > 0 ? HAS_IDS : 0)
                | (filter != null ? HAS_FILTER : 0));
        if (subscriptionIds.length > 0) {
            record.writeVarint(subscriptionIds.length);
            for (int id : subscriptionIds) {
                record.writeVarint(id);
            }
        }
        if (filter != null) {
            record.writeBytes(filterBytes);
        }
        return MessageRecord.write(record, message, apart).finish(key);
    }

    private static int sizeOf(int[] subscriptionIds) {
        int bytes = subscriptionIds.length == 0 ? 0 : RecordWriter.varintBytes(subscriptionIds.length);
        for (int id : subscriptionIds) {
            bytes += RecordWriter.varintBytes(id);
        }
        return bytes;
    }

    private static int sizeOf(byte[] filter) {
        return filter.length == 0 ? 0 : RecordWriter.varintBytes(filter.length) + filter.length;
    }

    /** Returns the record between PUBREC and PUBCOMP. */
    public static Bytes released(Bytes key, int deliveryFlags, long idHigh, long idLow, @Nullable String filter) {
        RecordWriter record = new RecordWriter(VERSION, 17 + (filter == null ? 0 : 3 * filter.length() + 5));
        record.writeByte(deliveryFlags & DELIVERY | RELEASED | (filter != null ? HAS_FILTER : 0));
        record.writeLong(idHigh).writeLong(idLow);
        if (filter != null) {
            record.writeText(filter);
        }
        return record.finish(key);
    }

    /** @throws DamagedRecordException if the checksum does not match */
    public static QueueRecord read(Entry entry) {
        RecordReader record = new RecordReader(Tables.QUEUE, entry, VERSION);
        int flags = record.readByte();
        if ((flags & RELEASED) != 0) {
            long idHigh = record.readLong();
            long idLow = record.readLong();
            String filter = (flags & HAS_FILTER) != 0 ? record.readText() : null;
            return new QueueRecord(flags & DELIVERY, true, NO_IDS, filter, idHigh, idLow, null);
        }
        int[] ids = NO_IDS;
        if ((flags & HAS_IDS) != 0) {
            ids = new int[record.readSize()];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = (int) record.readVarint();
            }
        }
        String filter = (flags & HAS_FILTER) != 0 ? record.readText() : null;
        MessageRecord message = MessageRecord.read(record);
        return new QueueRecord(flags & DELIVERY, false, ids, filter, message.idHigh(), message.idLow(), message);
    }
}
