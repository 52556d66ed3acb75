package io.maxmq.core.persistence;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import org.jspecify.annotations.Nullable;

/**
 * A packet id of QoS 2 that a publisher has used and not released, in {@link Tables#INBOUND} under the session's name and the
 * packet id. With its message for as long as not all who are to have it do: a start goes on with that under the same id.
 *
 * <pre>
 *   | 0 | id (16) |     routed
 *   | 1 | message |     being routed
 *   | 2 | due at (8) | message |     delayed
 * </pre>
 *
 * @param dueAtMillis wall time at which it is to be routed; 0 for at once
 * @param message null when it is routed
 */
public record InboundRecord(
        long idHigh, long idLow, long dueAtMillis, @Nullable MessageRecord message) {
    private static final int VERSION = 1;
    private static final int ROUTED = 0;
    private static final int ROUTING = 1;
    private static final int DELAYED = 2;

    /** @param dueAtMillis wall time at which it is routed; 0 for at once */
    public static Bytes routing(Bytes key, long dueAtMillis, StoredMessage message) {
        boolean apart = Payloads.isApart(message);
        RecordWriter record =
                new RecordWriter(VERSION, (dueAtMillis == 0 ? 1 : 9) + MessageRecord.sizeOf(message, apart));
        if (dueAtMillis == 0) {
            record.writeByte(ROUTING);
        } else {
            record.writeByte(DELAYED).writeLong(dueAtMillis);
        }
        return MessageRecord.write(record, message, apart).finish(key);
    }

    public static Bytes routed(Bytes key, long idHigh, long idLow) {
        return new RecordWriter(VERSION, 17)
                .writeByte(ROUTED)
                .writeLong(idHigh)
                .writeLong(idLow)
                .finish(key);
    }

    /**
     * @throws DamagedRecordException when it does not match its checksum
     */
    public static InboundRecord read(Entry entry) {
        RecordReader record = new RecordReader(Tables.INBOUND, entry, VERSION);
        int kind = record.readByte();
        if (kind == ROUTED) {
            return new InboundRecord(record.readLong(), record.readLong(), 0, null);
        }
        long dueAtMillis = kind == DELAYED ? record.readLong() : 0;
        MessageRecord message = MessageRecord.read(record);
        return new InboundRecord(message.idHigh(), message.idLow(), dueAtMillis, message);
    }

    /** The packet id in a key of the table. */
    public static int packetId(Bytes key) {
        return (int) OwnerKey.numberIn(key);
    }
}
