package io.maxmq.core.persistence;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import org.jspecify.annotations.Nullable;

/**
 * A packet id of QoS 2 that a publisher has used and not released, in {@link Tables#INBOUND} under the session's name and the
 * packet id. With its message for as long as not all who are to have it do: a start goes on with that under the same id.
 *
 * <pre>
 *   | 0 | id (16) |     routed
 *   | 1 | message |     being routed
 *   | 2 | due at (8) | message |     delayed, of version 1
 *   | 3 | due at (8) | author, see ClientRecord | message |     delayed
 * </pre>
 *
 * @param dueAtMillis wall time at which it is to be routed; 0 for at once
 * @param author of a delayed message: the client that published it; null otherwise, and in a record of version 1
 * @param message null when it is routed
 */
public record InboundRecord(
        long idHigh,
        long idLow,
        long dueAtMillis,
        @Nullable ClientInfo author,
        @Nullable MessageRecord message) {
    /** Only what has an author needs version 2. */
    private static final int VERSION = 1;

    private static final int WITH_AUTHOR = 2;
    private static final int ROUTED = 0;
    private static final int ROUTING = 1;
    private static final int DELAYED_WITHOUT_AUTHOR = 2;
    private static final int DELAYED = 3;

    /** Of a message that is routed now. */
    public static Bytes routing(Bytes key, StoredMessage message) {
        boolean apart = Payloads.isApart(message);
        RecordWriter record = new RecordWriter(VERSION, 1 + MessageRecord.sizeOf(message, apart)).writeByte(ROUTING);
        return MessageRecord.write(record, message, apart).finish(key);
    }

    /** Of a message that its author has published for later; {@code dueAtMillis} is wall time. */
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

    /**
     * @throws DamagedRecordException when it does not match its checksum
     */
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

    /** The packet id in a key of the table. */
    public static int packetId(Bytes key) {
        return (int) OwnerKey.numberIn(key);
    }
}
