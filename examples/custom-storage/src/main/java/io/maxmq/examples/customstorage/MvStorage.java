package io.maxmq.examples.customstorage;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
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
import io.maxmq.spi.storage.StoreCapabilities;
import io.maxmq.spi.storage.StoreCapabilities.Feature;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import io.maxmq.spi.storage.WatchHandler;
import io.maxmq.spi.storage.support.ChangeHistory;
import io.maxmq.spi.storage.support.HistoryWatch;
import io.maxmq.spi.storage.support.SerialLoop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/**
 * A {@link KeyValueStore} in one file of H2's MVStore. One thread does all the work: it takes the waiting batches as a group,
 * applies them, writes and forces the file once, and then completes their stages. Reads run on the same thread between two
 * groups, so they never see a batch that is not durable.
 *
 * <p>Thread-safe.
 */
public final class MvStorage implements KeyValueStore {
    private static final long MAX_BATCH_BYTES = 16L * 1024 * 1024;
    private static final long MAX_PENDING_BYTES = 64L * 1024 * 1024;
    private static final int MAX_GROUP_BATCHES = 4_096;
    private static final int HISTORY_BATCHES = 10_000;
    private static final long HISTORY_BYTES = 16L * 1024 * 1024;
    private static final long CLOSE_SECONDS = 10;

    private final Path file;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "mv-storage"));
    private final Queue<Pending> pending = new ConcurrentLinkedQueue<>();
    private final AtomicLong pendingBytes = new AtomicLong();
    private final SerialLoop commits = new SerialLoop(thread, 1, this::commitGroup, e -> failPending());
    private final ChangeHistory history = new ChangeHistory(0, HISTORY_BATCHES, HISTORY_BYTES);
    private final List<HistoryWatch> watches = new CopyOnWriteArrayList<>();
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);

    /** Null before {@code open()} and after {@code close()}. The store's thread only. */
    private @Nullable Opened opened;

    /** @param file the file, created if missing; its directory must exist */
    public MvStorage(Path file) {
        this.file = file;
    }

    private enum Phase {
        NEW,
        OPENING,
        OPEN,
        CLOSED
    }

    private record Opened(MVStore store, MvTables tables) {}

    private record Pending(Batch batch, CompletableFuture<CommitResult> result) {}

    @Override
    public CompletionStage<Void> open() {
        if (!phase.compareAndSet(Phase.NEW, Phase.OPENING)) {
            if (phase.get() == Phase.CLOSED) {
                return CompletableFuture.failedFuture(closed());
            }
            throw new IllegalStateException("open() must be called once");
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        thread.execute(() -> open(result));
        return result;
    }

    private void open(CompletableFuture<Void> result) {
        try {
            MVStore store = new MVStore.Builder()
                    .fileName(file.toString())
                    .autoCommitDisabled()
                    .open();
            opened = new Opened(store, new MvTables(store));
            history.reset(opened.tables.version());
            if (!phase.compareAndSet(Phase.OPENING, Phase.OPEN)) {
                throw closed();
            }
        } catch (RuntimeException e) {
            phase.set(Phase.CLOSED);
            closeFile();
            thread.shutdown();
            result.completeExceptionally(e instanceof MVStoreException cause ? failure(cause) : e);
            return;
        }
        result.complete(null);
    }

    private void closeFile() {
        if (opened != null) {
            opened.store.close();
            opened = null;
        }
    }

    @Override
    public StoreCapabilities capabilities() {
        return new StoreCapabilities(
                Durability.FSYNC, Set.of(Feature.PERSISTENT, Feature.REVERSE_SCAN, Feature.WATCH), MAX_BATCH_BYTES);
    }

    @Override
    public Partitions partitions() {
        return Partitions.ring(1);
    }

    @Override
    public CompletionStage<CommitResult> commit(Batch batch) {
        if (batch.sizeBytes() > MAX_BATCH_BYTES) {
            throw new IllegalArgumentException(
                    "batch must have at most " + MAX_BATCH_BYTES + " bytes: sizeBytes=" + batch.sizeBytes());
        }
        if (isClosed()) {
            return CompletableFuture.failedFuture(closed());
        }
        if (pendingBytes.addAndGet(batch.sizeBytes()) > MAX_PENDING_BYTES) {
            long bytes = pendingBytes.addAndGet(-batch.sizeBytes());
            return CompletableFuture.failedFuture(
                    new StorageException(Kind.BUSY, "batches of " + bytes + " bytes are pending"));
        }
        CompletableFuture<CommitResult> result = new CompletableFuture<>();
        pending.add(new Pending(batch, result));
        commits.wake();
        return result;
    }

    /** Commits all that waits. */
    private boolean commitGroup() {
        List<Pending> group = new ArrayList<>();
        Pending next;
        while (group.size() < MAX_GROUP_BATCHES && (next = pending.poll()) != null) {
            pendingBytes.addAndGet(-next.batch.sizeBytes());
            group.add(next);
        }
        if (group.isEmpty()) {
            return false;
        }
        Opened target = opened;
        if (target == null || phase.get() == Phase.CLOSED) {
            group.forEach(each -> each.result.completeExceptionally(closed()));
            return true;
        }
        List<Object> outcomes = new ArrayList<>(); // of each batch, a CommitResult or a StorageException
        try {
            for (Pending each : group) {
                outcomes.add(apply(target.tables, each.batch));
            }
            target.store.commit();
            target.store.sync();
        } catch (MVStoreException e) {
            StorageException failure = failure(e); // the MVStore has closed itself: nothing of the group is visible
            group.forEach(each -> each.result.completeExceptionally(failure));
            return true;
        }
        complete(group, outcomes);
        return true;
    }

    private static Object apply(MvTables tables, Batch batch) {
        try {
            return tables.apply(batch);
        } catch (StorageException e) {
            return e;
        }
    }

    private void complete(List<Pending> group, List<Object> outcomes) {
        for (int i = 0; i < group.size(); i++) {
            if (outcomes.get(i) instanceof CommitResult.Committed committed) {
                history.add(committed.version(), group.get(i).batch.compact(), committed.counters());
            }
        }
        watches.forEach(HistoryWatch::wake);
        for (int i = 0; i < group.size(); i++) {
            CompletableFuture<CommitResult> result = group.get(i).result;
            if (outcomes.get(i) instanceof CommitResult outcome) {
                result.complete(outcome);
            } else {
                result.completeExceptionally((StorageException) outcomes.get(i));
            }
        }
    }

    private void failPending() {
        for (Pending each = pending.poll(); each != null; each = pending.poll()) {
            each.result.completeExceptionally(closed());
        }
    }

    @Override
    public CompletionStage<Optional<Entry>> get(Table table, Bytes key, Consistency consistency) {
        partitions().ofKey(key); // rejects an empty key
        return read((store, tables) -> Optional.ofNullable(tables.get(table, key)), () -> {});
    }

    @Override
    public Cursor scan(Scan scan) {
        isClosed(); // throws before open()
        partitions().check(scan.partition());
        return new MvCursor(scan, this);
    }

    /** Runs a read on the store's thread. {@code afterwards} runs before the stage completes. */
    <T> CompletionStage<T> read(BiFunction<MVStore, MvTables, T> task, Runnable afterwards) {
        if (isClosed()) {
            afterwards.run();
            return CompletableFuture.failedFuture(closed());
        }
        return run(() -> {
            try {
                Opened target = opened;
                if (target == null || phase.get() == Phase.CLOSED) {
                    throw closed();
                }
                return task.apply(target.store, target.tables);
            } finally {
                afterwards.run();
            }
        });
    }

    /** Runs a task on the store's thread unless the store is closed by then. */
    void later(BiConsumer<MVStore, MvTables> task) {
        try {
            thread.execute(() -> {
                if (opened != null) {
                    task.accept(opened.store, opened.tables);
                }
            });
        } catch (RejectedExecutionException e) {
            // Closed: MVStore has released everything.
        }
    }

    private interface Task<T> {
        T call();
    }

    private <T> CompletionStage<T> run(Task<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            thread.execute(() -> {
                try {
                    result.complete(task.call());
                } catch (MVStoreException e) {
                    result.completeExceptionally(failure(e));
                } catch (Throwable e) { // every stage must complete
                    result.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(closed());
        }
        return result;
    }

    @Override
    public Watch watch(Table table, int partition, long fromVersion, WatchHandler handler) {
        if (fromVersion < 0 && fromVersion != Watch.NOW) {
            throw new IllegalArgumentException("fromVersion must be 0 or more, or NOW: fromVersion=" + fromVersion);
        }
        boolean isClosed = isClosed();
        partitions().check(partition);
        long first = fromVersion == Watch.NOW ? history.version() + 1 : Math.max(1, fromVersion);
        HistoryWatch watch = new HistoryWatch(table, first, history, handler, thread, watches::remove);
        watches.add(watch);
        if (isClosed || phase.get() == Phase.CLOSED) {
            watch.end(closed());
        } else {
            watch.wake();
        }
        return watch;
    }

    @Override
    public CompletionStage<Snapshot> snapshot() {
        return CompletableFuture.failedFuture(isClosed() ? closed() : noSnapshots());
    }

    @Override
    public CompletionStage<Void> restore(Snapshot snapshot) {
        return CompletableFuture.failedFuture(isClosed() ? closed() : noSnapshots());
    }

    private static StorageException noSnapshots() {
        return new StorageException(Kind.UNSUPPORTED, "MvStorage has no snapshots");
    }

    @Override
    public void close() {
        if (phase.getAndSet(Phase.CLOSED) == Phase.CLOSED) {
            return;
        }
        watches.forEach(watch -> watch.end(closed()));
        commits.wake(); // fails the batches that wait
        thread.execute(this::closeFile);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("MVStore did not close within " + CLOSE_SECONDS + " s: file=" + file);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isClosed() {
        Phase now = phase.get();
        if (now == Phase.NEW || now == Phase.OPENING) {
            throw new IllegalStateException("the store must be open");
        }
        return now == Phase.CLOSED;
    }

    private StorageException closed() {
        return new StorageException(Kind.CLOSED, "the store is closed, file=" + file);
    }

    private StorageException failure(MVStoreException e) {
        Kind kind = switch (e.getErrorCode()) {
            case DataUtils.ERROR_FILE_LOCKED -> Kind.UNAVAILABLE;
            case DataUtils.ERROR_FILE_CORRUPT -> Kind.DAMAGED;
            case DataUtils.ERROR_CLOSED -> Kind.CLOSED;
            default -> Kind.IO;
        };
        return new StorageException(
                kind, String.valueOf(e.getMessage()), new StorageException.Place(file.toString(), -1, null), e);
    }
}
