package io.maxmq.core.persistence;

import io.maxmq.memory.MemoryKeyValueStore;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StoreCapabilities;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import io.maxmq.spi.storage.WatchHandler;
import io.maxmq.spi.storage.support.ManualExecutor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * A store in memory that accepts or refuses each batch on request of the test, in submission order. Not thread-safe.
 */
public final class ScriptedStore implements KeyValueStore {
    private final ManualExecutor executor = new ManualExecutor();
    private final MemoryKeyValueStore memory;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    /** All submitted batches, in order. */
    public final List<Batch> submitted = new ArrayList<>();

    private record Waiting(Batch batch, CompletableFuture<CommitResult> result) {}

    public ScriptedStore(int partitions) {
        memory = new MemoryKeyValueStore(executor, MemoryKeyValueStore.Settings.DEFAULTS.withPartitions(partitions));
        var unused = memory.open();
        executor.runAll();
    }

    public int waiting() {
        return waiting.size();
    }

    /** Commits the oldest waiting batch. */
    public void takeOne() {
        Waiting next = waiting.remove();
        memory.commit(next.batch).whenComplete((result, failure) -> {
            if (failure == null) {
                next.result.complete(result);
            } else {
                next.result.completeExceptionally(failure);
            }
        });
        executor.runAll();
    }

    public void takeAll() {
        while (!waiting.isEmpty()) {
            takeOne();
        }
    }

    /** Commits the oldest matching batch, before others. */
    void takeFirst(Predicate<Batch> which) {
        Waiting next = waiting.stream()
                .filter(each -> which.test(each.batch))
                .findFirst()
                .orElseThrow();
        waiting.remove(next);
        waiting.addFirst(next);
        takeOne();
    }

    /** Refuses the oldest waiting batch. */
    public void refuseOne(StorageException.Kind kind) {
        waiting.remove().result.completeExceptionally(new StorageException(kind, "refused by the test"));
    }

    void refuseAll(StorageException.Kind kind) {
        while (!waiting.isEmpty()) {
            refuseOne(kind);
        }
    }

    /** Commits the oldest waiting batch but reports a failure. */
    void takeOneAndSay(StorageException.Kind kind) {
        Waiting next = waiting.remove();
        var unused = memory.commit(next.batch);
        executor.runAll();
        next.result.completeExceptionally(new StorageException(kind, "failure reported by the test"));
    }

    Optional<Bytes> value(Table table, Bytes key) {
        var found = memory.get(table, key, Consistency.LINEARIZABLE).toCompletableFuture();
        executor.runAll();
        return found.join().map(Entry::value);
    }

    /** Returns the value of a counter; 0 if absent. */
    public long counter(Table table, Bytes key) {
        return value(table, key).map(bytes -> bytes.longAt(0)).orElse(0L);
    }

    @Override
    public CompletionStage<Void> open() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public StoreCapabilities capabilities() {
        return memory.capabilities();
    }

    @Override
    public Partitions partitions() {
        return memory.partitions();
    }

    @Override
    public CompletionStage<CommitResult> commit(Batch batch) {
        Waiting added = new Waiting(batch, new CompletableFuture<>());
        submitted.add(batch);
        waiting.add(added);
        return added.result;
    }

    @Override
    public CompletionStage<Optional<Entry>> get(Table table, Bytes key, Consistency consistency) {
        var found = memory.get(table, key, consistency);
        executor.runAll();
        return found;
    }

    @Override
    public Cursor scan(Scan scan) {
        Cursor cursor = memory.scan(scan);
        return new Cursor() {
            @Override
            public CompletionStage<io.maxmq.spi.storage.EntryPage> next() {
                var page = cursor.next();
                executor.runAll();
                return page;
            }

            @Override
            public void close() {
                cursor.close();
            }
        };
    }

    @Override
    public Watch watch(Table table, int partition, long fromVersion, WatchHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Snapshot> snapshot() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Void> restore(Snapshot snapshot) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        memory.close();
        executor.runAll();
    }
}
