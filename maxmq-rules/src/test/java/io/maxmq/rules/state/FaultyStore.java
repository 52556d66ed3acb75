package io.maxmq.rules.state;

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
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.StoreCapabilities;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import io.maxmq.spi.storage.WatchHandler;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** A store that is disturbed when a test says so. */
final class FaultyStore implements KeyValueStore {
    /** How many commits it has seen. */
    final AtomicInteger commits = new AtomicInteger();
    /** How many of the next commits are refused. */
    final AtomicInteger refusals = new AtomicInteger();
    /** What commits wait for, and then go on. */
    volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

    private final KeyValueStore store;

    FaultyStore(KeyValueStore store) {
        this.store = store;
    }

    @Override
    public CompletionStage<CommitResult> commit(Batch batch) {
        commits.incrementAndGet();
        if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return CompletableFuture.failedFuture(new StorageException(Kind.FULL, "no space"));
        }
        return gate.thenCompose(open -> store.commit(batch));
    }

    @Override
    public CompletionStage<Void> open() {
        return store.open();
    }

    @Override
    public StoreCapabilities capabilities() {
        return store.capabilities();
    }

    @Override
    public Partitions partitions() {
        return store.partitions();
    }

    @Override
    public CompletionStage<Optional<Entry>> get(Table table, Bytes key, Consistency consistency) {
        return store.get(table, key, consistency);
    }

    @Override
    public Cursor scan(Scan scan) {
        return store.scan(scan);
    }

    @Override
    public Watch watch(Table table, int partition, long fromVersion, WatchHandler handler) {
        return store.watch(table, partition, fromVersion, handler);
    }

    @Override
    public CompletionStage<Snapshot> snapshot() {
        return store.snapshot();
    }

    @Override
    public CompletionStage<Void> restore(Snapshot snapshot) {
        return store.restore(snapshot);
    }

    @Override
    public void close() {
        store.close();
    }
}
