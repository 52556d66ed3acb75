package io.maxmq.core.persistence;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;

/**
 * The will of a client, in {@link Tables#WILL} under its client id: while it is connected, and until the Will Delay has
 * passed. Contains everything that its authorization needs.
 * <pre>
 *   | due at, ms (8) | delay, s | expiry, s, + 1 | later, s | client, see ClientRecord | message, whole |
 * </pre>
 *
 * @param client the client that set the will
 * @param dueAtMillis wall time; 0 while the client is connected
 * @param delaySeconds from the end of the connection
 * @param expirySeconds of the message, from its publication; -1 for none
 * @param laterSeconds delay of the routing after the publication
 */
public record WillRecord(
        ClientInfo client,
        long dueAtMillis,
        long delaySeconds,
        long expirySeconds,
        int laterSeconds,
        MessageRecord message) {
    private static final int VERSION = 1;

    /** Returns the record of a will. */
    public static Bytes write(
            Bytes key,
            ClientInfo client,
            long dueAtMillis,
            long delaySeconds,
            long expirySeconds,
            int laterSeconds,
            StoredMessage message) {
        RecordWriter record = new RecordWriter(VERSION, 128 + MessageRecord.sizeOf(message, false))
                .writeLong(dueAtMillis)
                .writeVarint(delaySeconds)
                .writeVarint(expirySeconds + 1)
                .writeVarint(laterSeconds);
        ClientRecord.write(record, client);
        return MessageRecord.write(record, message, false).finish(key);
    }

    /** @throws DamagedRecordException if the checksum does not match */
    public static WillRecord read(Entry entry) {
        RecordReader record = new RecordReader(Tables.WILL, entry, VERSION);
        long dueAtMillis = record.readLong();
        long delaySeconds = record.readVarint();
        long expirySeconds = record.readVarint() - 1;
        int laterSeconds = record.readSize();
        ClientInfo client = ClientRecord.read(record, entry.key());
        return new WillRecord(
                client, dueAtMillis, delaySeconds, expirySeconds, laterSeconds, MessageRecord.read(record));
    }
}
