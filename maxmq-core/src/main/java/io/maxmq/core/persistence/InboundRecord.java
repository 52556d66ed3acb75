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
 * </pre>
 *
 * @param message null when it is routed
 */
public record InboundRecord(
        long idHigh, long idLow, @Nullable MessageRecord message) {
    private static final int VERSION = 1;

    public static Bytes routing(Bytes key, StoredMessage message) {
        boolean apart = Payloads.isApart(message);
        RecordWriter record = new RecordWriter(VERSION, 1 + MessageRecord.sizeOf(message, apart));
        return MessageRecord.write(record.writeByte(1), message, apart).finish(key);
    }

    public static Bytes routed(Bytes key, long idHigh, long idLow) {
        return new RecordWriter(VERSION, 17)
                .writeByte(0)
                .writeLong(idHigh)
                .writeLong(idLow)
                .finish(key);
    }

    /**
     * @throws DamagedRecordException when it does not match its checksum
     */
    public static InboundRecord read(Entry entry) {
        RecordReader record = new RecordReader(Tables.INBOUND, entry, VERSION);
        if (record.readByte() == 0) {
            return new InboundRecord(record.readLong(), record.readLong(), null);
        }
        MessageRecord message = MessageRecord.read(record);
        return new InboundRecord(message.idHigh(), message.idLow(), message);
    }

    /** The packet id in a key of the table. */
    public static int packetId(Bytes key) {
        return (int) OwnerKey.numberIn(key);
    }
}
