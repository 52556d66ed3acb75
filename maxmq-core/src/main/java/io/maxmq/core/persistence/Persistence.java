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
 * The open store of a broker. Counts the starts on it and provides the reads of a start. A running broker reads and
 * writes through {@link LoopStore}.
 *
 * <p>Blocks; for the thread that starts the broker. Thread-safe.
 */
public final class Persistence implements AutoCloseable {
    /** Format of all records; a release reads its own format and all older ones. */
    public static final int FORMAT = 1;

    private static final int VERSION = 1;
    private static final int SHARD = 0;
    private static final Bytes FORMAT_KEY = ShardedKey.encode(SHARD, "", Bytes.utf8("format"));
    private static final Bytes INCARNATION_KEY = ShardedKey.encode(SHARD, "", Bytes.utf8("incarnation"));

    /** Bits for the messages that a session may get in one incarnation; the other bits allow 8 million incarnations. */
    private static final int SEQUENCE_BITS = 40;

    /** Stores limit the number of concurrent batches. */
    private static final int BATCHES_AT_ONCE = 200;

    private final KeyValueStore store;
    /** The same store with a deadline for each answer, for the start. */
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
     * Opens the store and claims its next incarnation. Closes the store on failure.
     *
     * @param answerTimeout the longest wait for one answer of the store
     * @throws StorageException if the store cannot be opened or does not answer, or was written by a newer release
     * @throws IllegalStateException if the store is already open: it belongs to another broker and is not closed
     */
    public static Persistence open(KeyValueStore store, Duration answerTimeout) {
        DeadlineStore answering = new DeadlineStore(store, answerTimeout);
        CompletionStage<Void> opening;
        try {
            opening = answering.open();
        } catch (IllegalStateException e) {
            throw new IllegalStateException(
                    "the storage was opened before; create a new one for each broker and each start", e);
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
                    "unsupported record format " + format + ", written by a newer release; this release reads up to "
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

    /** Number of this start on the store, 1 for the first. */
    public long incarnation() {
        return incarnation;
    }

    /** First message sequence of this incarnation: above all stored sequences. */
    public long firstSequence() {
        return incarnation << SEQUENCE_BITS;
    }

    /**
     * Reads a whole table, partition by partition, in key order. Skips damaged parts.
     *
     * @param each called for each entry; an entry for which it throws {@link DamagedRecordException} is skipped
     * @param log receives the skipped parts
     */
    public void readAll(Table table, Consumer<Entry> each, Logger log) {
        DamagedRecords damaged = new DamagedRecords(log);
        for (int partition = 0; partition < store.partitions().count(); partition++) {
            new TableWalk(answering, table, partition)
                    .run(
                            entry -> damaged.skipping(entry, () -> each.accept(entry)),
                            (cause, after, until) -> log.error(
                                    "Damaged part of table {} was skipped, between {} and {}: {}",
                                    table,
                                    after == null ? "the beginning" : OwnerKey.nameIn(after),
                                    until == null ? "the end" : "key " + until,
                                    cause.getMessage()));
        }
        damaged.end(table);
    }

    /**
     * Reads one entry, if present.
     *
     * @throws DamagedRecordException if the store reports damage
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
     * Commits batches, each atomically, and waits for all.
     *
     * @throws StorageException if one was refused; others may be committed
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

    /**
     * Returns the failure for a start step that the store did not answer in time. Afterwards {@link #close} does not
     * wait for the store.
     */
    public StorageException silent(String step) {
        return answering.silent(step);
    }

    /** The longest wait for one answer of the store during start. */
    public Duration answerTimeout() {
        return answerTimeout;
    }

    /** Waits for pending operations and closes the store. Does not wait for a store that has missed a deadline. */
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
