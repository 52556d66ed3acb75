package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.support.TableWalk;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * A broker's store, open: how often a broker has been started on it, and what a start reads. What a running broker reads
 * and writes goes by {@link LoopStore}.
 *
 * <p>Blocks; for the thread that starts the broker. Thread-safe.
 */
public final class Persistence implements AutoCloseable {
    /** Of the layout of all records; a release reads its own and every older one. */
    public static final int FORMAT = 1;

    private static final int VERSION = 1;
    private static final int SHARD = 0;
    private static final Bytes FORMAT_KEY = ShardedKey.encode(SHARD, "", Bytes.utf8("format"));
    private static final Bytes INCARNATION_KEY = ShardedKey.encode(SHARD, "", Bytes.utf8("incarnation"));

    /** Messages that a session may get in one incarnation; and 8 million incarnations. */
    private static final int SEQUENCE_BITS = 40;

    /** A store refuses what is too much at a time. */
    private static final int BATCHES_AT_ONCE = 200;

    private final KeyValueStore store;
    /** For the start: the same store, with a deadline for each answer. */
    private final DeadlineStore answering;

    private final Duration answerTimeout;
    private final long incarnation;

    private Persistence(KeyValueStore store, DeadlineStore answering, Duration answerTimeout, long incarnation) {
        this.store = store;
        this.answering = answering;
        this.answerTimeout = answerTimeout;
        this.incarnation = incarnation;
    }

    /**
     * Opens the store and claims the next incarnation in it. When that fails the store is closed.
     *
     * @param answerTimeout the longest wait for one answer of the store
     * @throws StorageException when it cannot be opened or does not answer, or a newer release has written it
     * @throws IllegalStateException when it was opened before: then it is another broker's, and stays as it is
     */
    public static Persistence open(KeyValueStore store, Duration answerTimeout) {
        DeadlineStore answering = new DeadlineStore(store, answerTimeout);
        CompletionStage<Void> opening;
        try {
            opening = answering.open();
        } catch (IllegalStateException e) {
            throw new IllegalStateException("a storage is for one broker and one start; give each its own", e);
        }
        try {
            await(opening);
            requireFormat(answering);
            return new Persistence(store, answering, answerTimeout, claim(answering));
        } catch (Throwable t) {
            answering.close();
            throw t;
        }
    }

    private static void requireFormat(KeyValueStore store) {
        Optional<Entry> known = await(store.get(Tables.BROKER, FORMAT_KEY, Consistency.LINEARIZABLE));
        long format = known.isEmpty() ? 0 : number(known.get());
        if (format > FORMAT) {
            throw new StorageException(
                    StorageException.Kind.UNSUPPORTED,
                    "the records are of format " + format + ", which a newer release has written; this one reads up to "
                            + FORMAT);
        }
        if (format < FORMAT) {
            Bytes value = record(FORMAT_KEY, FORMAT);
            await(store.commit(Batch.builder(SHARD)
                    .mayUseReserve()
                    .put(Tables.BROKER, FORMAT_KEY, value)
                    .build()));
        }
    }

    private static long claim(KeyValueStore store) {
        while (true) {
            Optional<Entry> known = await(store.get(Tables.BROKER, INCARNATION_KEY, Consistency.LINEARIZABLE));
            long next = known.isEmpty() ? 1 : number(known.get()) + 1;
            Batch.Builder claim = Batch.builder(SHARD).mayUseReserve();
            if (known.isEmpty()) {
                claim.requireAbsent(Tables.BROKER, INCARNATION_KEY);
            } else {
                claim.requireEqual(Tables.BROKER, INCARNATION_KEY, known.get().value());
            }
            claim.put(Tables.BROKER, INCARNATION_KEY, record(INCARNATION_KEY, next));
            if (await(store.commit(claim.build())) instanceof CommitResult.Committed) {
                return next;
            }
        }
    }

    private static Bytes record(Bytes key, long number) {
        return new RecordWriter(VERSION, Long.BYTES).writeLong(number).finish(key);
    }

    private static long number(Entry entry) {
        try {
            return new RecordReader(Tables.BROKER, entry, VERSION).readLong();
        } catch (DamagedRecordException e) {
            throw new StorageException(StorageException.Kind.DAMAGED, String.valueOf(e.getMessage()), e);
        }
    }

    public KeyValueStore store() {
        return store;
    }

    /** 1 for the first broker that was started on this store; each start has the next. */
    public long incarnation() {
        return incarnation;
    }

    /** The first sequence that this incarnation gives to a message of a session: above all that are stored. */
    public long firstSequence() {
        return incarnation << SEQUENCE_BITS;
    }

    /**
     * Reads a whole table, partition by partition, in the order of the keys, around what the store says is damaged.
     *
     * @param each what it throws of {@link DamagedRecordException} leaves that entry out
     * @param log told what is left out
     */
    public void readAll(Table table, Consumer<Entry> each, Logger log) {
        DamagedRecords damaged = new DamagedRecords(log);
        for (int partition = 0; partition < store.partitions().count(); partition++) {
            new TableWalk(answering, table, partition)
                    .run(
                            entry -> damaged.skipping(entry, () -> each.accept(entry)),
                            (cause, after, until) -> log.error(
                                    "damaged, and left out: what lies in table {} between {} and {}: {}",
                                    table,
                                    after == null ? "the beginning" : OwnerKey.nameIn(after),
                                    until == null ? "the end" : "key " + until,
                                    cause.getMessage()));
        }
        damaged.end(table);
    }

    /**
     * One entry, if it is there.
     *
     * @throws DamagedRecordException when the store says that it is damaged
     */
    public Optional<Entry> read(Table table, Bytes key) {
        try {
            return await(answering.get(table, key, Consistency.LINEARIZABLE));
        } catch (StorageException e) {
            if (e.kind() == StorageException.Kind.DAMAGED) {
                throw new DamagedRecordException("table " + table + " cannot be read: " + e.getMessage());
            }
            throw e;
        }
    }

    /**
     * Makes changes, each batch or none of it, and waits for all.
     *
     * @throws StorageException when one was refused; others may have been made
     */
    public void write(List<Batch> batches) {
        for (int from = 0; from < batches.size(); from += BATCHES_AT_ONCE) {
            List<CompletionStage<CommitResult>> results =
                    batches.subList(from, Math.min(batches.size(), from + BATCHES_AT_ONCE)).stream()
                            .map(answering::commit)
                            .toList();
            results.forEach(Persistence::await);
        }
    }

    /** The failure of a step of the start that waits for the store in vain; {@link #close} does not wait for it then. */
    public StorageException silent(String step) {
        return answering.silent(step);
    }

    /** The longest wait for one answer of the store while the broker starts. */
    public Duration answerTimeout() {
        return answerTimeout;
    }

    /** Waits for what is under way, and closes the store. Does not wait for a store that has not answered. */
    @Override
    public void close() {
        answering.close();
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }
}
