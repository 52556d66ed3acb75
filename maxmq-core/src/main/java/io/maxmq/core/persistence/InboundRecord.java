package io.maxmq.core.persistence;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import org.jspecify.annotations.Nullable;

/**
 * A QoS 2 packet id that a publisher has used and not released, in {@link Tables#INBOUND} under the session's name and
 * the packet id. Contains the message until all recipients have it; the next start then continues routing it under the
 * same id.
 * <pre>
 *   | 0 | id (16) |     routed
 *   | 1 | message |     being routed
 *   | 2 | due at (8) | message |     delayed, version 1
 *   | 3 | due at (8) | author, see ClientRecord | message |     delayed
 * </pre>
 *
 * @param dueAtMillis wall time of the routing; 0 for immediate routing
 * @param author the publishing client of a delayed message; otherwise and in a record of version 1 null
 * @param message null after routing
 */
public record InboundRecord(
        long idHigh,
        long idLow,
        long dueAtMillis,
        @Nullable ClientInfo author,
        @Nullable MessageRecord message) {
    /** Only records with an author need version 2. */
    private static final int VERSION = 1;

    private static final int WITH_AUTHOR = 2;
    private static final int ROUTED = 0;
    private static final int ROUTING = 1;
    private static final int DELAYED_WITHOUT_AUTHOR = 2;
    private static final int DELAYED = 3;

    /** Returns the record of a message that is routed immediately. */
    public static Bytes routing(Bytes key, StoredMessage message) {
        boolean apart = Payloads.isApart(message);
        RecordWriter record = new RecordWriter(VERSION, 1 + MessageRecord.sizeOf(message, apart)).writeByte(ROUTING);
        return MessageRecord.write(record, message, apart).finish(key);
    }

    /** Returns the record of a delayed message; {@code dueAtMillis} is wall time. */
    public static Bytes delayed(Bytes key, long dueAtMillis, ClientInfo author, StoredMessage message) {
        boolean apart = Payloads.isApart(message);
        RecordWriter record = new RecordWriter(WITH_AUTHOR, 9 + 128 + MessageRecord.sizeOf(message, apart))
                .writeByte(DELAYED)
                .writeLong(dueAtMillis);
        ClientRecord.write(record, author);
        return MessageRecord.write(record, message, apart).finish(key);
    }

    public static Bytes routed(Bytes key, long idHigh, long idLow) {
        return new RecordWriter(VERSION, 17)
                .writeByte(ROUTED)
                .writeLong(idHigh)
                .writeLong(idLow)
                .finish(key);
    }

    /** @throws DamagedRecordException if the checksum does not match */
    public static InboundRecord read(Entry entry) {
        RecordReader record = new RecordReader(Tables.INBOUND, entry, WITH_AUTHOR);
        int kind = record.readByte();
        if (kind == ROUTED) {
            return new InboundRecord(record.readLong(), record.readLong(), 0, null, null);
        }
        long dueAtMillis = kind == DELAYED || kind == DELAYED_WITHOUT_AUTHOR ? record.readLong() : 0;
        ClientInfo author = kind == DELAYED ? ClientRecord.read(record, entry.key()) : null;
        MessageRecord message = MessageRecord.read(record);
        return new InboundRecord(message.idHigh(), message.idLow(), dueAtMillis, author, message);
    }

    /** Returns the packet id in a key of the table. */
    public static int packetId(Bytes key) {
        return (int) OwnerKey.numberIn(key);
    }
}
