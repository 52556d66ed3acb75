package io.maxmq.core.persistence;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import java.util.function.BiConsumer;
import org.agrona.collections.Long2LongHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Large bodies of messages: kept once, however many records are about them, with a count of those. A body is written with
 * the first count, before the record that is about it, and removed when the count has come back to 0. After a crash a count
 * may be too high, never too low.
 *
 * <pre>
 *   | shard = lowest byte of the id | 0 | id (16) |
 * </pre>
 *
 * <p>One per loop. Runs on the loop. Not thread-safe.
 */
public final class Payloads {
    /** A body of this size, properties included, is still part of its record. */
    public static final int MAX_INLINE_BYTES = 512;

    private static final int VERSION = 1;
    private static final long NONE = 0;

    private final LoopStore store;
    /** Records that this loop has made, by the lower half of the id, which is unique within a process. */
    private final Long2LongHashMap made = new Long2LongHashMap(NONE);

    public Payloads(LoopStore store) {
        this.store = store;
    }

    public static boolean isApart(StoredMessage message) {
        return message.body().length > MAX_INLINE_BYTES;
    }

    /** One more record is about the message, if its body is kept apart. */
    public void refer(StoredMessage message) {
        if (!isApart(message)) {
            return;
        }
        Bytes key = key(message.idHigh(), message.idLow());
        long before = made.get(message.idLow());
        made.put(message.idLow(), before + 1);
        if (before == NONE) {
            RecordWriter record = new RecordWriter(VERSION, message.body().length);
            store.putEarly(Tables.PAYLOAD, key, record.writeRest(message.body()).finish(key), null);
        }
        store.addEarly(Tables.PAYLOAD_COUNT, key, 1, null);
    }

    /** A record about the message is no more. */
    public void forget(StoredMessage message) {
        if (isApart(message)) {
            forget(message.idHigh(), message.idLow());
        }
    }

    /** The same for a message of which nothing else is known. */
    public void forget(long idHigh, long idLow) {
        long before = made.get(idLow);
        if (before > 1) {
            made.put(idLow, before - 1);
        } else {
            made.remove(idLow);
        }
        store.addSoon(Tables.PAYLOAD_COUNT, key(idHigh, idLow), -1);
    }

    /** Reads a body; null when it is not there. */
    public void read(long idHigh, long idLow, BiConsumer<byte @Nullable [], @Nullable Throwable> result) {
        Bytes key = key(idHigh, idLow);
        store.get(Tables.PAYLOAD, key, (entry, failure) -> {
            byte[] body = null;
            Throwable problem = failure;
            if (entry != null) {
                try {
                    body = body(entry);
                } catch (DamagedRecordException damaged) {
                    problem = damaged;
                }
            }
            result.accept(body, problem);
        });
    }

    /** The body in an entry of the table. */
    public static byte[] body(Entry entry) {
        return new RecordReader(Tables.PAYLOAD, entry, VERSION).readRest();
    }

    public static Bytes key(long idHigh, long idLow) {
        byte[] key = new byte[18];
        key[0] = (byte) idLow;
        for (int i = 0; i < 8; i++) {
            key[2 + i] = (byte) (idHigh >>> 56 - 8 * i);
            key[10 + i] = (byte) (idLow >>> 56 - 8 * i);
        }
        return Bytes.wrap(key);
    }
}
