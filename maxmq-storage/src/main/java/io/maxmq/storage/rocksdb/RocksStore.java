package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.CommitResult.Committed;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Shard;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.StorageFigures;
import io.maxmq.spi.storage.StoreCapabilities;
import io.maxmq.spi.storage.StoreCapabilities.Feature;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import io.maxmq.spi.storage.WatchHandler;
import io.maxmq.spi.storage.support.ChangeHistory;
import io.maxmq.spi.storage.support.HistoryWatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store in a directory: its life cycle and its threads.
 *
 * <p>Threads, all daemons, {@code maxmq-storage-DIRECTORY-…}: {@code open} while it opens, {@code write} ({@link
 * GroupWriter}), {@code complete} for the stages of batches, {@code read}, two, for reads and handlers of watches,
 * {@code upkeep} and {@code upkeep-worker} ({@link Maintenance}).
 *
 * <p>Thread-safe.
 */
public final class RocksStore implements KeyValueStore {

    private static final Logger LOG = LoggerFactory.getLogger(RocksStore.class);

    private static final int HISTORY_BATCHES = 10_000;
    private static final long HISTORY_BYTES = 4L * 1024 * 1024;

    private final StoreSettings settings;
    private final WriteFaults faults;
    private final StoreCapabilities capabilities;
    private final Ranges ranges;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);

    /** Done when opening has ended, however it did. */
    private final CompletableFuture<Void> openingEnded = new CompletableFuture<>();

    /** Done when {@link #close()} has given everything back. */
    private final CompletableFuture<Void> closingEnded = new CompletableFuture<>();

    /** Set before the phase is OPEN. */
    private volatile @Nullable Parts parts;

    private enum Phase {
        NEW,
        OPENING,
        OPEN,
        CLOSED
    }

    /** The parts of an open store. */
    private record Parts(
            OpenResources open,
            GroupWriter writer,
            Maintenance upkeep,
            List<ChangeHistory> histories,
            List<HistoryWatch> watches,
            DrainedRanges drains) {}

    /**
     * The store of {@code settings}; nothing is read or written before {@link #open()}.
     */
    public RocksStore(StoreSettings settings) {
        this(settings, WriteFaults.NONE);
    }

    RocksStore(StoreSettings settings, WriteFaults faults) {
        this.settings = settings;
        this.faults = faults;
        capabilities = new StoreCapabilities(
                settings.durability(),
                EnumSet.of(Feature.PERSISTENT, Feature.REVERSE_SCAN, Feature.WATCH, Feature.SNAPSHOT, Feature.RESTORE),
                settings.maxBatchBytes());
        ranges = new Ranges(Partitions.ring(settings.partitions()));
    }

    // ---- life cycle

    @Override
    public CompletionStage<Void> open() {
        if (!phase.compareAndSet(Phase.NEW, Phase.OPENING)) {
            if (phase.get() != Phase.CLOSED || openingEnded.isDone()) {
                throw new IllegalStateException("open() must be called once");
            }
            return CompletableFuture.failedFuture(closed());
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        Threads.named(threadName("open")).newThread(() -> open(result)).start();
        return result;
    }

    private void open(CompletableFuture<Void> result) {
        try {
            parts = openParts();
        } catch (Throwable e) { // every stage must complete, even without memory
            if (phase.compareAndSet(Phase.OPENING, Phase.CLOSED)) {
                closingEnded.complete(null); // nothing is left to give back
            }
            openingEnded.complete(null);
            result.completeExceptionally(Failures.of(e, null));
            return;
        }
        boolean open = phase.compareAndSet(Phase.OPENING, Phase.OPEN);
        openingEnded.complete(null);
        if (open) {
            result.complete(null);
        } else {
            result.completeExceptionally(closed()); // the closing thread releases the parts
        }
    }

    private Parts openParts() throws Throwable {
        OpenResources open = OpenResources.open(settings, faults, this::threadName, this::isOver);
        try {
            int count = ranges.partitions().count();
            long[] versions = new long[count];
            long lastGroup = open.engine().use(Database::lastGroup);
            long sequence = open.engine().use(database -> {
                for (int partition = 0; partition < count; partition++) {
                    versions[partition] = database.version(partition, null);
                }
                return database.sequence();
            });
            List<ChangeHistory> histories = new ArrayList<>();
            for (long version : versions) {
                histories.add(new ChangeHistory(version, HISTORY_BATCHES, HISTORY_BYTES));
            }
            int[] partitionOfShard = new int[Shard.COUNT];
            for (int shard = 0; shard < Shard.COUNT; shard++) {
                partitionOfShard[shard] = ranges.partitions().ofShard(shard);
            }
            List<HistoryWatch> watches = new CopyOnWriteArrayList<>();
            DrainedRanges drains = new DrainedRanges();
            GroupWriter writer = new GroupWriter(
                    open.engine(),
                    new WriteRecovery(open.directory(), open.engine(), open.space(), sequence),
                    open.space(),
                    settings,
                    faults,
                    partitionOfShard,
                    versions,
                    lastGroup,
                    open.completions(),
                    new Telling(histories, watches, drains),
                    threadName("write"));
            Maintenance upkeep = new Maintenance(
                    open.directory(), open.space(), open.engine(), writer, drains, settings, threadName("upkeep"));
            writer.start();
            upkeep.start();
            return new Parts(open, writer, upkeep, histories, watches, drains);
        } catch (Throwable e) {
            open.close();
            throw e;
        }
    }

    private String threadName(String role) {
        Path name = settings.directory().getFileName();
        return "maxmq-storage-" + (name == null ? "root" : name) + "-" + role;
    }

    /** Notifies watches, and records drained ranges. */
    private record Telling(List<ChangeHistory> histories, List<HistoryWatch> watches, DrainedRanges drains)
            implements GroupWriter.Commits {
        @Override
        public void written(WriteGroup group) {
            for (WriteGroup.Outcome outcome : group.outcomes()) {
                if (outcome.result() instanceof Committed committed) {
                    Batch batch = outcome.commit().batch();
                    histories.get(outcome.partition()).add(committed.version(), batch.compact(), committed.counters());
                    for (Mutation mutation : batch.mutations()) {
                        if (mutation instanceof Mutation.DeleteRange delete) {
                            drains.add(delete.table(), delete.range());
                        }
                    }
                }
            }
            watches.forEach(HistoryWatch::wake);
        }

        @Override
        public void replaced(long[] versions) {
            StorageException restored = new StorageException(Kind.RESTORED, "everything was replaced by a snapshot");
            watches.forEach(watch -> watch.endsWith(restored));
            for (int partition = 0; partition < versions.length; partition++) {
                histories.get(partition).reset(versions[partition]);
            }
            drains.clear();
            watches.forEach(HistoryWatch::wake);
        }
    }

    @Override
    public void close() {
        Phase before = phase.getAndSet(Phase.CLOSED);
        if (before == Phase.CLOSED) {
            closingEnded.join();
            return;
        }
        try {
            if (before == Phase.OPENING) {
                openingEnded.join();
            }
            Parts open = parts;
            if (open != null) {
                closeParts(open);
            }
        } finally {
            closingEnded.complete(null);
        }
    }

    private static void closeParts(Parts open) {
        long deadlineNanos = System.nanoTime() + OpenResources.CLOSE_DEADLINE.toNanos();
        boolean written = open.writer().stop(deadlineNanos);
        open.watches().forEach(watch -> watch.end(closed()));
        open.upkeep().stop(deadlineNanos);
        if (written) {
            open.open().close();
        } else {
            LOG.error("a write does not end: the database stays open, and its directory locked");
        }
    }

    private static StorageException closed() {
        return new StorageException(Kind.CLOSED, "the store is closed");
    }

    private boolean isOver() {
        return phase.get() == Phase.CLOSED;
    }

    /** Returns the parts of an open store; null when it is closed. */
    private @Nullable Parts openParts(String call) {
        Phase now = phase.get();
        if (now == Phase.NEW || now == Phase.OPENING) {
            throw new IllegalStateException("the store must be open: call=" + call);
        }
        return now == Phase.CLOSED ? null : parts;
    }

    // ---- what it is asked

    @Override
    public StoreCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public Partitions partitions() {
        return ranges.partitions();
    }

    @Override
    public CompletionStage<CommitResult> commit(Batch batch) {
        if (batch.sizeBytes() > capabilities.maxBatchBytes()) {
            throw new IllegalArgumentException("batch must have at most " + capabilities.maxBatchBytes()
                    + " bytes: sizeBytes=" + batch.sizeBytes());
        }
        Parts open = openParts("commit");
        return open == null
                ? CompletableFuture.failedFuture(closed())
                : open.writer().commit(batch);
    }

    @Override
    public CompletionStage<Optional<Entry>> get(Table table, Bytes key, Consistency consistency) {
        ranges.partitions().ofKey(key); // which says no to an empty one
        Parts open = openParts("get");
        if (open == null) {
            return CompletableFuture.failedFuture(closed());
        }
        CompletableFuture<Optional<Entry>> result = new CompletableFuture<>();
        open.open()
                .readers()
                .read(
                        result,
                        table,
                        () -> open.open().engine().use(database -> Optional.ofNullable(database.get(table, key))),
                        () -> {});
        return result;
    }

    @Override
    public Cursor scan(Scan scan) {
        Parts open = openParts("scan");
        List<KeyRange> toRead = ranges.of(scan);
        return open == null
                ? new ClosedCursor()
                : new RocksCursor(open.open().engine(), open.open().readers(), scan, toRead, null);
    }

    /** Of a store that is closed. */
    private static final class ClosedCursor implements Cursor {
        @Override
        public CompletionStage<EntryPage> next() {
            return CompletableFuture.failedFuture(closed());
        }

        @Override
        public void close() {}
    }

    @Override
    public Watch watch(Table table, int partition, long fromVersion, WatchHandler handler) {
        if (fromVersion < 0 && fromVersion != Watch.NOW) {
            throw new IllegalArgumentException("fromVersion must be 0 or more, or NOW: fromVersion=" + fromVersion);
        }
        ranges.partitions().check(partition);
        openParts("watch");
        Parts open = parts;
        if (open == null) { // closed before it was ever open
            HistoryWatch ended =
                    new HistoryWatch(table, 1, new ChangeHistory(0, 1, 0), handler, Runnable::run, watch -> {});
            ended.end(closed());
            return ended;
        }
        ChangeHistory history = open.histories().get(partition);
        long first = fromVersion == Watch.NOW ? history.version() + 1 : Math.max(1, fromVersion);
        HistoryWatch watch =
                new HistoryWatch(table, first, history, handler, open.open().readers(), open.watches()::remove);
        open.watches().add(watch);
        if (isOver()) { // after the addition: a concurrent close sees the watch, or this sees the close
            watch.end(closed());
        } else {
            watch.wake();
        }
        return watch;
    }

    @Override
    public CompletionStage<Snapshot> snapshot() {
        Parts open = openParts("snapshot");
        if (open == null) {
            return CompletableFuture.failedFuture(closed());
        }
        CompletableFuture<Snapshot> result = new CompletableFuture<>();
        open.open()
                .readers()
                .read(
                        result,
                        null,
                        () -> RocksSnapshot.take(
                                open.open().engine(), open.open().readers(), ranges),
                        () -> {});
        return result;
    }

    @Override
    public CompletionStage<Void> restore(Snapshot snapshot) {
        return runLong("restore", open -> {
            Restoration restoration = new Restoration(open.open().engine(), snapshot);
            Database.Staging staging = restoration.read();
            try {
                Restoration.await(open.writer().replace(staging, restoration.highestVersion()));
            } catch (Throwable e) {
                restoration.discard(staging, e);
                throw e;
            }
        });
    }

    /**
     * Copies what is there into a new directory, while the store works on: every batch that has completed, and perhaps some
     * that come meanwhile. Files that do not change any more are not copied but linked where the file system can.
     *
     * <p>Fails with {@code IO}, {@code FULL} or {@code CLOSED}; then there is no such directory.
     *
     * @param target must not exist; its parent is created
     */
    public CompletionStage<Void> backup(Path target) {
        return runLong("backup", open -> Backup.make(open.open().engine(), target));
    }

    /** For tests: something that only they do to the database. */
    void run(Engine.Action action) throws RocksDBException {
        Parts open = openParts("run");
        if (open != null) {
            open.open().engine().run(action);
        }
    }

    /** For tests: how many cursors and snapshots have something native. */
    int held() {
        Parts open = parts;
        return open == null ? 0 : open.open().engine().holdings().size();
    }

    private interface LongTask {
        void run(Parts open) throws Throwable;
    }

    private CompletionStage<Void> runLong(String call, LongTask task) {
        Parts open = openParts(call);
        if (open == null) {
            return CompletableFuture.failedFuture(closed());
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        open.upkeep().runLong(result, () -> task.run(open));
        return result;
    }

    @Override
    public StorageFigures figures() {
        Parts open = parts;
        if (open == null) {
            return StorageFigures.UNKNOWN;
        }
        GroupWriter writer = open.writer();
        Maintenance upkeep = open.upkeep();
        return new StorageFigures(
                upkeep.diskBytes(),
                upkeep.memoryBytes(),
                upkeep.compactionDebtBytes(),
                writer.pendingBytes(),
                writer.batches(),
                writer.mutations(),
                writer.groups(),
                writer.syncs(),
                writer.refused(),
                open.open().space().isShort());
    }
}
