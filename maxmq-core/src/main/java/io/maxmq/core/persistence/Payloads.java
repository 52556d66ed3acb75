package io.maxmq.core.persistence;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.storage.Bytes;
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
 * <p>A loop that has a confirmed count of its own knows that the body is there; else it writes the body again, as another loop
 * may be about to remove it.
 *
 * <p>One per loop. Runs on the loop. Not thread-safe.
 */
public final class Payloads {
    /** A body of this size, properties included, is still part of its record. */
    public static final int MAX_INLINE_BYTES = 512;

    private static final int VERSION = 1;

    private final LoopStore store;
    /** Bodies that records of this loop are about, by the lower half of the id, which is unique within a process. */
    private final Long2ObjectHashMap<Body> bodies = new Long2ObjectHashMap<>();
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
    public Written refer(StoredMessage message, Written record) {
        if (!isApart(message)) {
            return record;
        }
        note(message.idLow());
        Body body = bodies.get(message.idLow());
        if (body == null) {
            body = new Body(message.idHigh(), message.idLow());
            bodies.put(message.idLow(), body);
        }
        return body.refer(message, record);
    }

    /**
     * The record for which {@link #refer} has given this is not needed, whether or not it is written by now: in place of
     * {@link #forget} for one that has not been told of.
     */
    public void withdraw(Written referred) {
        if (referred instanceof Reference reference) {
            reference.withdraw();
        }
    }

    /** A record about the message that was written is no more. */
    public void forget(StoredMessage message) {
        if (isApart(message)) {
            forget(message.idHigh(), message.idLow());
        }
    }

    /** The same for a message of which nothing else is known but that its body is kept apart. */
    public void forget(long idHigh, long idLow) {
        note(idLow);
        Body body = bodies.get(idLow);
        if (body != null) {
            body.confirmed = Math.max(0, body.confirmed - 1);
            body.removeIfUnused();
        }
        store.addSoon(Tables.PAYLOAD_COUNT, key(idHigh, idLow), -1);
    }

    /** Begins to note which bodies are counted for. */
    void note() {
        noted = new LongHashSet();
    }

    /** Ends noting: the lower halves of the ids that have been counted for meanwhile. */
    LongHashSet noted() {
        LongHashSet all = noted == null ? new LongHashSet() : noted;
        noted = null;
        return all;
    }

    private void note(long idLow) {
        if (noted != null) {
            noted.add(idLow);
        }
    }

    /** What this loop knows of a body. */
    private final class Body {
        private final long idHigh;
        private final long idLow;
        /** Records that are counted for certain: at least so many. */
        private long confirmed;
        /** References whose count is on its way. */
        private long counting;
        /** The last change of the count. */
        private @Nullable Count last;

        Body(long idHigh, long idLow) {
            this.idHigh = idHigh;
            this.idLow = idLow;
        }

        Reference refer(StoredMessage message, Written record) {
            Reference reference = new Reference(this, record);
            counting++;
            Count count = last;
            if (count == null || !count.addMore()) {
                count = new Count(this);
                last = count;
                count.references.add(reference);
                count.write = write(message, count);
            } else {
                count.references.add(reference);
            }
            return reference;
        }

        private @Nullable Write write(StoredMessage message, Count count) {
            Bytes key = key(idHigh, idLow);
            if (confirmed > 0) {
                return store.addFirst(Tables.PAYLOAD_COUNT, key, 1, count);
            }
            RecordWriter record = new RecordWriter(VERSION, message.body().length);
            Bytes value = record.writeRest(message.body()).finish(key);
            return store.putCountedFirst(Tables.PAYLOAD, key, value, Tables.PAYLOAD_COUNT, 1, count);
        }

        void removeIfUnused() {
            if (confirmed == 0 && counting == 0) {
                bodies.remove(idLow, this);
            }
        }
    }

    /** One change of the count, for some references. */
    private static final class Count implements Written {
        private final Body body;
        private final List<Reference> references = new ArrayList<>(1);
        private @Nullable Write write;

        Count(Body body) {
            this.body = body;
        }

        /** False when it is on its way already. */
        boolean addMore() {
            return write != null && write.countMore(1);
        }

        @Override
        public void onWritten(@Nullable Throwable failure) {
            body.counting -= references.size();
            if (failure == null) {
                body.confirmed += references.size();
            }
            for (Reference reference : references) {
                reference.onCounted(failure);
            }
            body.removeIfUnused();
        }
    }

    /** Waits for a record and for its body to be counted. Gives the count back once, and only if it was counted. */
    private final class Reference implements Written {
        private final Body body;
        private final Written record;
        private boolean counted;
        private boolean recorded;
        private boolean withdrawn;
        private boolean givenBack;
        private @Nullable Throwable countFailure;
        private @Nullable Throwable recordFailure;

        Reference(Body body, Written record) {
            this.body = body;
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
            record.onWritten(countFailure != null ? countFailure : recordFailure);
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
                forget(body.idHigh, body.idLow);
            }
        }
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
