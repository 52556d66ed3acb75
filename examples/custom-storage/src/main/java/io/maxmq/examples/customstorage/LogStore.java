package io.maxmq.examples.customstorage;

import io.maxmq.MemoryStorage;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Capabilities;
import io.maxmq.spi.storage.Capabilities.Feature;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import io.maxmq.spi.storage.WatchHandler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A store on one file: batches are appended to it and forced to the medium before a store in memory applies them. What a batch
 * does depends on the state and itself alone, so the file read from its beginning makes the same state again, versions too.
 * The writer takes all batches that wait at once: the more there are, the less of an fsync each of them costs.
 *
 * <p>It keeps the whole contract at {@code FSYNC} but for {@code RESTORE}, which it says it does not have. What no capability
 * tells: all of it is in memory, and the file grows with every batch. To be used for long it would have to write its state anew
 * now and then.
 */
final class LogStore implements KeyValueStore {
    private static final long MAX_BATCH_BYTES = 4 << 20;
    private static final long MAX_PENDING_BYTES = 32 << 20;

    private final Path file;
    private final KeyValueStore state = MemoryStorage.create().store();
    private final ExecutorService writer = Executors.newSingleThreadExecutor(task -> new Thread(task, "log-store"));
    private final Queue<Pending> pending = new ConcurrentLinkedQueue<>();
    private final AtomicLong pendingBytes = new AtomicLong();
    private volatile Phase phase = Phase.NEW;

    /** The writer's alone; null until the store opens. */
    private @Nullable BatchLog log;

    private enum Phase {
        NEW,
        OPEN,
        CLOSED
    }

    private record Pending(Batch batch, CompletableFuture<CommitResult> result) {
        /** An empty batch weighs something too. */
        long bytes() {
            return batch.sizeBytes()
                    + 100L
                            * (1
                                    + batch.preconditions().size()
                                    + batch.mutations().size());
        }
    }

    /** @param file created when it is not there; one store at a time has it */
    LogStore(Path file) {
        this.file = file;
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(
                Durability.FSYNC,
                Set.of(Feature.PERSISTENT, Feature.REVERSE_SCAN, Feature.WATCH, Feature.SNAPSHOT),
                MAX_BATCH_BYTES);
    }

    @Override
    public Partitions partitions() {
        return state.partitions();
    }

    // ---- open and close

    @Override
    public CompletionStage<Void> open() {
        CompletionStage<Void> stateOpens = state.open(); // throws the second time
        if (phase == Phase.CLOSED) {
            return stateOpens; // fails
        }
        CompletableFuture<Void> opened = new CompletableFuture<>();
        writer.execute(() -> {
            try {
                log = BatchLog.open(file);
                log.read(this::applyAll);
                phase = Phase.OPEN;
                opened.complete(null);
            } catch (StorageException e) {
                phase = Phase.CLOSED;
                state.close();
                opened.completeExceptionally(e);
            }
        });
        return opened;
    }

    /** The state, as soon as the store is open; afterwards a closed one, which fails everything. */
    private KeyValueStore state() {
        if (phase == Phase.NEW) {
            throw new IllegalStateException("the store must be open");
        }
        return state;
    }

    /** What was taken is written, and completes. */
    @Override
    public void close() {
        phase = Phase.CLOSED;
        writer.shutdown();
        boolean interrupted = false;
        while (!writer.isTerminated()) {
            try {
                writer.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true; // a write may be under way: all the same
            }
        }
        state.close();
        if (log != null) {
            log.close();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- writing

    @Override
    public CompletionStage<CommitResult> commit(Batch batch) {
        if (batch.sizeBytes() > MAX_BATCH_BYTES) {
            throw new IllegalArgumentException("batch must have at most 4 MiB: sizeBytes=" + batch.sizeBytes());
        }
        state(); // throws before open()
        Pending last = new Pending(batch, new CompletableFuture<>());
        if (pendingBytes.addAndGet(last.bytes()) > MAX_PENDING_BYTES) {
            pendingBytes.addAndGet(-last.bytes());
            return CompletableFuture.failedFuture(new StorageException(Kind.BUSY, "too much waits to be written"));
        }
        pending.add(last); // before its turn, so that the order is that of the calls
        try {
            writer.execute(this::commitPending);
        } catch (RejectedExecutionException e) {
            if (pending.remove(last)) { // else the writer has it
                last.result.completeExceptionally(new StorageException(Kind.CLOSED, "the store is closed", e));
            }
        }
        return last.result;
    }

    /** Writes all that wait, then applies them. The state is never ahead of the file, so nothing shows that may be lost. */
    private void commitPending() {
        List<Pending> group = new ArrayList<>();
        for (Pending next = pending.poll(); next != null; next = pending.poll()) {
            pendingBytes.addAndGet(-next.bytes());
            group.add(next);
        }
        BatchLog open = log;
        if (group.isEmpty() || open == null) {
            return; // an earlier turn took them
        }
        try {
            open.append(group.stream().map(Pending::batch).toList());
        } catch (StorageException e) {
            group.forEach(each -> each.result.completeExceptionally(e));
            return;
        }
        CompletableFuture<?> applied = CompletableFuture.completedFuture(null);
        for (Pending each : group) {
            applied = state.commit(each.batch)
                    .handle((result, failure) ->
                            failure == null ? each.result.complete(result) : each.result.completeExceptionally(failure))
                    .toCompletableFuture();
        }
        applied.join(); // they are applied in order
    }

    /** What failed when it was written fails again: an addition to what is no counter. */
    private void applyAll(List<Batch> batches) {
        CompletableFuture<?> applied = CompletableFuture.completedFuture(null);
        for (Batch batch : batches) {
            applied = state.commit(batch).handle((result, failure) -> result).toCompletableFuture();
        }
        applied.join();
    }

    // ---- what the state in memory does

    @Override
    public CompletionStage<Optional<Entry>> get(Table table, Bytes key, Consistency consistency) {
        return state().get(table, key, consistency);
    }

    @Override
    public Cursor scan(Scan scan) {
        return state().scan(scan);
    }

    @Override
    public Watch watch(Table table, int partition, long fromVersion, WatchHandler handler) {
        return state().watch(table, partition, fromVersion, handler);
    }

    @Override
    public CompletionStage<Snapshot> snapshot() {
        return state().snapshot();
    }

    /** Would have to be written to the file too. */
    @Override
    public CompletionStage<Void> restore(Snapshot snapshot) {
        return CompletableFuture.failedFuture(new StorageException(Kind.UNSUPPORTED, "this store has no restore"));
    }
}
