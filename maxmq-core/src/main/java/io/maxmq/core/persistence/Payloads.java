package io.maxmq.core.persistence;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Large bodies of messages: kept once, however many records are about them, with a count of those. A body is written with
 * the first count, in one batch, before the record that is about it; it is removed when the count has come back to 0. A count
 * may be too high after a crash or a failure, never too low: only what has certainly been added is subtracted.
 *
 * <pre>
 *   | shard = lowest byte of the id | 0 | id (16) |
 * </pre>
 *
 * <p>Nothing is remembered of a body once its count is written: who refers to it again later writes it again, as another loop,
 * or a sweep, may be about to remove it.
 *
 * <p>One per loop. Runs on the loop. Not thread-safe.
 */
public final class Payloads {
    /** A body of this size, properties included, is still part of its record. */
    public static final int MAX_INLINE_BYTES = 512;

    private static final int VERSION = 1;

    private final LoopStore store;
    /** The last change of each count that is not written yet, by the lower half of the id, which is unique in a process. */
    private final Long2ObjectHashMap<Count> counts = new Long2ObjectHashMap<>();
    /** Those that have been counted for since a sweep wants to know; null while none does. */
    private @Nullable LongHashSet noted;

    public Payloads(LoopStore store) {
        this.store = store;
    }

    public static boolean isApart(StoredMessage message) {
        return message.body().length > MAX_INLINE_BYTES;
    }

    /**
     * A record about the message is about to be written: its body comes first, if it is kept apart.
     *
     * @param record told when both the record and the body are durable, or one of them has failed: then the record is to be
     *     deleted, since it may be there
     * @return who is to be told about the record instead
     */
    public WriteCallback refer(StoredMessage message, WriteCallback record) {
        assert store.loop().inLoop();
        if (!isApart(message)) {
            return record;
        }
        note(message.idLow());
        Reference reference = new Reference(message.idHigh(), message.idLow(), record);
        Count last = counts.get(message.idLow());
        if (last == null || !last.addMore()) {
            last = new Count(message.idLow());
            counts.put(message.idLow(), last);
            last.write = write(message, last);
        }
        last.references.add(reference);
        return reference;
    }

    /** The same when another record about the message goes for this one, so that the store needs no more space. */
    public WriteCallback referFromReserve(StoredMessage message, WriteCallback record) {
        assert store.loop().inLoop();
        WriteCallback referred = refer(message, record);
        Count count = counts.get(message.idLow());
        if (isApart(message) && count != null && count.write != null) {
            count.write.useReserve();
        }
        return referred;
    }

    private @Nullable Write write(StoredMessage message, Count count) {
        Bytes key = key(message.idHigh(), message.idLow());
        RecordWriter record = new RecordWriter(VERSION, message.body().length);
        Bytes value = record.writeRest(message.body()).finish(key);
        return store.putCountedFirst(Tables.PAYLOAD, key, value, Tables.PAYLOAD_COUNT, 1, count);
    }

    /**
     * The record for which {@link #refer} has given this is not needed, whether or not it is written by now: in place of
     * {@link #forget} for one that has not been told of.
     */
    public void withdraw(WriteCallback referred) {
        assert store.loop().inLoop();
        if (referred instanceof Reference reference) {
            reference.withdraw();
        }
    }

    /** A record about the message that was written is no more. */
    public void forget(StoredMessage message) {
        assert store.loop().inLoop();
        if (isApart(message)) {
            forget(message.idHigh(), message.idLow());
        }
    }

    /** The same for a message of which nothing else is known but that its body is kept apart. */
    public void forget(long idHigh, long idLow) {
        assert store.loop().inLoop();
        note(idLow);
        store.addSoon(Tables.PAYLOAD_COUNT, key(idHigh, idLow), -1);
    }

    /**
     * Begins to note which bodies are counted for.
     *
     * @param pending those that are about to be
     */
    void note(LongHashSet pending) {
        assert store.loop().inLoop();
        noted = pending;
    }

    /** Ends noting: the lower halves of the ids that have been counted for meanwhile. */
    LongHashSet noted() {
        assert store.loop().inLoop();
        LongHashSet all = noted == null ? new LongHashSet() : noted;
        noted = null;
        return all;
    }

    /** A record about the body is removed, or its count is changed. */
    void note(long idLow) {
        assert store.loop().inLoop();
        if (noted != null) {
            noted.add(idLow);
        }
    }

    /** How many bodies it holds on to: those whose count is not written yet. */
    int held() {
        return counts.size();
    }

    /** One change of a count, with the body, for some references. */
    private final class Count implements WriteCallback {
        private final long idLow;
        private final List<Reference> references = new ArrayList<>(1);
        private @Nullable Write write;

        Count(long idLow) {
            this.idLow = idLow;
        }

        /** False when it is on its way already. */
        boolean addMore() {
            return write != null && write.countMore(1);
        }

        @Override
        public void onWritten(@Nullable Throwable failure) {
            counts.remove(idLow, this);
            for (Reference reference : references) {
                reference.onCounted(failure);
            }
        }
    }

    /** Waits for a record and for its body to be counted. Gives the count back once, and only if it was counted. */
    private final class Reference implements WriteCallback {
        private final long idHigh;
        private final long idLow;
        private @Nullable WriteCallback record; // null when told: sessions may hold this for long
        private boolean counted;
        private boolean recorded;
        private boolean withdrawn;
        private boolean givenBack;
        private @Nullable Throwable countFailure;
        private @Nullable Throwable recordFailure;

        Reference(long idHigh, long idLow, WriteCallback record) {
            this.idHigh = idHigh;
            this.idLow = idLow;
            this.record = record;
        }

        void onCounted(@Nullable Throwable failure) {
            counted = true;
            countFailure = failure;
            if (withdrawn) {
                giveBack();
            }
            tellWhenBothAreKnown();
        }

        @Override
        public void onWritten(@Nullable Throwable failure) {
            recorded = true;
            recordFailure = failure;
            tellWhenBothAreKnown();
        }

        private void tellWhenBothAreKnown() {
            if (!counted || !recorded) {
                return;
            }
            if (recordFailure != null && !withdrawn) {
                giveBack();
            }
            WriteCallback waiting = record;
            record = null;
            if (waiting != null) {
                waiting.onWritten(countFailure != null ? countFailure : recordFailure);
            }
        }

        void withdraw() {
            if (!withdrawn) {
                withdrawn = true;
                if (counted) {
                    giveBack();
                }
            }
        }

        private void giveBack() {
            if (countFailure == null && !givenBack) {
                givenBack = true;
                forget(idHigh, idLow);
            }
        }
    }

    /** Reads a body; null when it is not there. Fails with {@link DamagedRecordException} when it is damaged. */
    public void read(long idHigh, long idLow, BiConsumer<byte @Nullable [], @Nullable Throwable> result) {
        assert store.loop().inLoop();
        Bytes key = key(idHigh, idLow);
        store.reads().get(Tables.PAYLOAD, key, (entry, failure) -> {
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

    /** The lower half of the id in a key. */
    static long idLow(Bytes key) {
        return key.longAt(10);
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
