package io.maxmq.core.persistence;

import io.maxmq.core.time.ExpiryClock;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.ShardedKey;

/**
 * Two clocks read at the same time. The next start computes the elapsed time from them.
 *
 * @param expiryMillis of the {@link ExpiryClock}
 * @param wallMillis of the wall clock, since 1970
 */
public record ClockRecord(long expiryMillis, long wallMillis) {
    private static final int VERSION = 1;
    private static final int SHARD = 0;

    /** The key of the single record, in {@link Tables#BROKER}. */
    public static final Bytes KEY = ShardedKey.encode(SHARD, "", Bytes.utf8("clock"));

    public static ClockRecord read(Entry entry) {
        RecordReader record = new RecordReader(Tables.BROKER, entry, VERSION);
        return new ClockRecord(record.readLong(), record.readLong());
    }

    /** Returns the batch that writes this record in place of the previous one. */
    public Batch write() {
        Bytes value = new RecordWriter(VERSION, 2 * Long.BYTES)
                .writeLong(expiryMillis)
                .writeLong(wallMillis)
                .finish(KEY);
        return Batch.builder(SHARD)
                .mayUseReserve()
                .put(Tables.BROKER, KEY, value)
                .build();
    }
}
