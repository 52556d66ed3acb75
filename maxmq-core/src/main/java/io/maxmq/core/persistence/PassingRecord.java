package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;

/**
 * A message of QoS 2 that goes from a session to another member of a shared subscription, in {@link Tables#PASSING} under the key
 * that it has in {@link Tables#QUEUE}. Written before anybody else can have the message, and removed with the session's own record,
 * or after it: a start that finds it looks whether somebody else has the message.
 *
 * <pre>
 *   | id (16) | filter |
 * </pre>
 *
 * @param filter of the shared subscription, with its share
 */
public record PassingRecord(long idHigh, long idLow, String filter) {
    private static final int VERSION = 1;

    public static Bytes write(Bytes key, long idHigh, long idLow, String filter) {
        return new RecordWriter(VERSION, 16 + 3 * filter.length() + 5)
                .writeLong(idHigh)
                .writeLong(idLow)
                .writeText(filter)
                .finish(key);
    }

    /**
     * @throws DamagedRecordException when it does not match its checksum
     */
    public static PassingRecord read(Entry entry) {
        RecordReader record = new RecordReader(Tables.PASSING, entry, VERSION);
        return new PassingRecord(record.readLong(), record.readLong(), record.readText());
    }
}
