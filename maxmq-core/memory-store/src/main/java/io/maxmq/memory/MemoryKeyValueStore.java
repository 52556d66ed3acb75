package io.maxmq.memory;

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
import io.maxmq.spi.storage.StorageFigures;
import io.maxmq.spi.storage.StoreCapabilities;
import io.maxmq.spi.storage.StoreCapabilities.Feature;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import io.maxmq.spi.storage.WatchHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store on the heap of this process. It implements the whole contract; its content is gone when it is closed.
 *
 * <p>Created with an executor, the store has no thread. All its work, every stage and every handler runs on that executor: at
 * most one group of batches at a time, one task per watch and one per read. The executor must run every task that it accepts,
 * and must outlive the store; once it rejects tasks, the store uses the caller's thread. An executor that runs tasks in place is
 * allowed. The stores of a {@link MemoryStorage} have a thread of their own, which ends with the store.
 *
 * <p>A partition is an immutable tree behind one reference: reads never wait for writes, and a cursor or snapshot costs only
 * the entries that change while it is open. Keys and values are kept without a copy, except slices of a larger array.
 *
 * <p>Thread-safe.
 */
public final class MemoryKeyValueStore implements KeyValueStore {
    private static final long CLOSE_SECONDS = 10;
    private static final Set<Feature> FEATURES =
            Set.of(Feature.REVERSE_SCAN, Feature.WATCH, Feature.SNAPSHOT, Feature.RESTORE);

    private final Executor executor;

    /** The executor if the store owns it. */
    private final @Nullable ExecutorService thread;

    private final StoreContent content;
    private final Partitions partitions;
    private final StoreCapabilities capabilities;
    private final MemoryQuota quota;
    private final List<MemoryPartition> partitionList = new ArrayList<>();
    private final GroupCommit commits;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);

    private enum Phase {
        NEW,
        OPENING,
        OPEN,
        CLOSED
    }

    /** Creates a store with {@link Settings#DEFAULTS}. */
    public MemoryKeyValueStore(Executor executor) {
        this(executor, Settings.DEFAULTS);
    }

    /** @param executor runs all work of the store; must outlive it */
    public MemoryKeyValueStore(Executor executor, Settings settings) {
        this(executor, null, settings, StoreContent.EMPTY);
    }

    /** Creates a store with a thread of its own. */
    MemoryKeyValueStore(Settings settings, StoreContent content) {
        this(newThread(), settings, content);
    }

    private MemoryKeyValueStore(ExecutorService thread, Settings settings, StoreContent content) {
        this(thread, thread, settings, content);
    }

    private MemoryKeyValueStore(
            Executor executor, @Nullable ExecutorService thread, Settings settings, StoreContent content) {
        this.executor = executor;
        this.thread = thread;
        this.content = content;
        partitions = Partitions.ring(settings.partitions());
        capabilities = new StoreCapabilities(Durability.NONE, FEATURES, settings.maxPendingBytes());
        quota = new MemoryQuota(settings.maxBytes(), settings.maxPendingBytes());
        for (int i = 0; i < partitions.count(); i++) {
            partitionList.add(new MemoryPartition(executor, settings.historyBatches(), settings.historyBytes()));
        }
        commits = new GroupCommit(executor, partitionList, partitions, quota);
    }

    /** The thread starts with the first task. */
    private static ExecutorService newThread() {
        return Executors.newSingleThreadExecutor(task -> {
            Thread daemon = new Thread(task, "maxmq-memory-storage");
            daemon.setDaemon(true);
            return daemon;
        });
    }

    /**
     * The bounds of a store. Immutable.
     *
     * @param partitions 1..64, on the ring of {@link Partitions#ring}
     * @param maxBytes the most bytes of keys and values, 0 or more; each entry takes some 150 bytes of heap beyond them
     * @param maxPendingBytes the most bytes of batches not yet applied, and the largest single batch; 1 MiB or more
     * @param historyBatches how many batches of each partition a watch can fall behind, 0 or more
     * @param historyBytes how many bytes of batches of each partition a watch can fall behind, 0 or more
     */
    public record Settings(int partitions, long maxBytes, long maxPendingBytes, int historyBatches, long historyBytes) {

        /** One partition, no limit but the heap, 64 MiB pending, 10,000 batches or 16 MiB of history. */
        public static final Settings DEFAULTS =
                new Settings(1, Long.MAX_VALUE, 64L * 1024 * 1024, 10_000, 16L * 1024 * 1024);

        /**
         * @throws IllegalArgumentException when a number is out of its range; {@code partitions} and {@code maxPendingBytes}
         *     are checked by the store
         */
        public Settings {
            if (maxBytes < 0 || historyBatches < 0 || historyBytes < 0) {
                throw new IllegalArgumentException("bounds must be 0 or more: maxBytes=" + maxBytes
                        + ", historyBatches=" + historyBatches + ", historyBytes=" + historyBytes);
            }
        }

        public Settings withPartitions(int count) {
            return new Settings(count, maxBytes, maxPendingBytes, historyBatches, historyBytes);
        }

        public Settings withMaxBytes(long bytes) {
            return new Settings(partitions, bytes, maxPendingBytes, historyBatches, historyBytes);
        }

        public Settings withMaxPendingBytes(long bytes) {
            return new Settings(partitions, maxBytes, bytes, historyBatches, historyBytes);
        }

        public Settings withHistory(int batches, long bytes) {
            return new Settings(partitions, maxBytes, maxPendingBytes, batches, bytes);
        }
    }

    @Override
    public CompletionStage<Void> open() {
        if (!phase.compareAndSet(Phase.NEW, Phase.OPENING)) {
            if (phase.get() == Phase.CLOSED) {
                return CompletableFuture.failedFuture(closed());
            }
            throw new IllegalStateException("open() must be called once");
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        try {
            executor.execute(() -> open(result));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(rejected(e));
        }
        return result;
    }

    private void open(CompletableFuture<Void> result) {
        try {
            List<PartitionState> states = content.open(partitions);
            for (int i = 0; i < states.size(); i++) {
                quota.force(states.get(i).bytes());
                partitionList.get(i).reset(states.get(i));
            }
            if (!phase.compareAndSet(Phase.OPENING, Phase.OPEN)) {
                throw closed();
            }
        } catch (Throwable e) { // OutOfMemoryError included: every stage must complete
            if (phase.compareAndSet(Phase.OPENING, Phase.CLOSED)) {
                content.close(states());
                if (thread != null) {
                    thread.shutdown();
                }
            }
            result.completeExceptionally(e);
            return;
        }
        result.complete(null);
    }

    @Override
    public StoreCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public Partitions partitions() {
        return partitions;
    }

    @Override
    public CompletionStage<CommitResult> commit(Batch batch) {
        if (batch.sizeBytes() > capabilities.maxBatchBytes()) {
            throw new IllegalArgumentException("batch must have at most " + capabilities.maxBatchBytes()
                    + " bytes: sizeBytes=" + batch.sizeBytes());
        }
        if (isClosed()) {
            return CompletableFuture.failedFuture(closed());
        }
        return commits.commit(batch);
    }

    @Override
    public CompletionStage<Optional<Entry>> get(Table table, Bytes key, Consistency consistency) {
        MemoryPartition partition = partitionList.get(partitions.ofKey(key));
        return onExecutor(
                () -> Optional.ofNullable(partition.state().table(table).get(key)));
    }

    @Override
    public Cursor scan(Scan scan) {
        isClosed(); // throws before open(); a closed store fails the pages
        MemoryPartition partition = partitionList.get(partitions.check(scan.partition()));
        return new MemoryCursor(scan, partition::state, this::isClosed, executor);
    }

    @Override
    public Watch watch(Table table, int partition, long fromVersion, WatchHandler handler) {
        if (fromVersion < 0 && fromVersion != Watch.NOW) {
            throw new IllegalArgumentException("fromVersion must be 0 or more, or NOW: fromVersion=" + fromVersion);
        }
        isClosed(); // throws before open(); a closed partition ends the watch itself
        return partitionList.get(partitions.check(partition)).watch(table, fromVersion, handler);
    }

    @Override
    public CompletionStage<Snapshot> snapshot() {
        return onExecutor(() -> new MemorySnapshot(partitions, states(), executor));
    }

    @Override
    public CompletionStage<Void> restore(Snapshot snapshot) {
        if (isClosed()) {
            return CompletableFuture.failedFuture(closed());
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        new MemoryRestore(partitions, snapshot, executor)
                .start()
                .thenCompose(this::replaceAll)
                .whenComplete((done, failure) -> {
                    // Stages fail with the exception itself; only what is chained to them wraps it.
                    if (failure instanceof CompletionException wrapped && wrapped.getCause() != null) {
                        result.completeExceptionally(wrapped.getCause());
                    } else if (failure != null) {
                        result.completeExceptionally(failure);
                    } else {
                        result.complete(null);
                    }
                });
        return result;
    }

    private CompletionStage<Void> replaceAll(MemoryRestore.Content content) {
        quota.checkFits(content.bytes());
        return commits.replace(content);
    }

    @Override
    public StorageFigures figures() {
        return new StorageFigures(
                0,
                quota.bytes(),
                0,
                quota.pendingBytes(),
                commits.batches(),
                commits.mutations(),
                0,
                0,
                quota.refused(),
                false);
    }

    /** Fails pending batches on the executor. With a thread of its own, waits for its end, 10 s at most. */
    @Override
    public void close() {
        if (phase.getAndSet(Phase.CLOSED) == Phase.CLOSED) {
            return;
        }
        StorageException cause = closed();
        partitionList.forEach(partition -> partition.close(cause));
        commits.close(cause);
        if (thread != null) {
            thread.shutdown();
            awaitEnd(thread);
        }
        content.close(states());
    }

    /** Goes on when interrupted: what is being applied would be acknowledged and yet not kept. */
    private static void awaitEnd(ExecutorService thread) {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
        boolean interrupted = false;
        long leftNanos;
        while (!thread.isTerminated() && (leftNanos = deadlineNanos - System.nanoTime()) > 0) {
            try {
                if (!thread.awaitTermination(leftNanos, TimeUnit.NANOSECONDS)) {
                    // The thread is blocked. The closed store changes nothing; pending calls fail here.
                    thread.shutdownNow().forEach(Runnable::run);
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private List<PartitionState> states() {
        return partitionList.stream().map(MemoryPartition::state).toList();
    }

    private boolean isClosed() {
        Phase now = phase.get();
        if (now == Phase.NEW || now == Phase.OPENING) {
            throw new IllegalStateException("the store must be open");
        }
        return now == Phase.CLOSED;
    }

    private <T> CompletionStage<T> onExecutor(Supplier<T> task) {
        if (isClosed()) {
            return CompletableFuture.failedFuture(closed());
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                try {
                    if (isClosed()) {
                        throw closed();
                    }
                    result.complete(task.get());
                } catch (Throwable e) { // OutOfMemoryError included: every stage must complete
                    result.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(rejected(e));
        }
        return result;
    }

    private static StorageException rejected(RejectedExecutionException e) {
        return new StorageException(Kind.CLOSED, "the store's executor takes no more", e);
    }

    private static StorageException closed() {
        return new StorageException(Kind.CLOSED, "the store is closed");
    }
}
