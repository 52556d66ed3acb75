package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Capabilities;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.Page;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import io.maxmq.spi.storage.WatchHandler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A store for a broker in a test: another one, with a gate before the batches that change a table. What comes to a closed gate
 * waits for it in order; a gate may also refuse. Thread-safe.
 */
public final class GatedStore implements KeyValueStore {
    private final KeyValueStore store;
    private final Queue<Held> held = new ArrayDeque<>();
    private Predicate<Batch> holds = batch -> false;
    private Predicate<Batch> refuses = batch -> false;
    private Kind kind = Kind.FULL;
    private int refused;
    private boolean overtakes;

    public GatedStore(KeyValueStore store) {
        this.store = store;
    }

    private record Held(Batch batch, CompletableFuture<CommitResult> result) {
        void commitTo(KeyValueStore store) {
            store.commit(batch).whenComplete((committed, failure) -> {
                if (failure == null) {
                    result.complete(committed);
                } else {
                    result.completeExceptionally(failure);
                }
            });
        }
    }

    /** Those that change this table. */
    public static Predicate<Batch> changing(Table table) {
        return batch -> batch.mutations().stream().map(Mutation::table).anyMatch(table::equals);
    }

    /** Closes the gate before a table. */
    public synchronized void hold(Table table) {
        holds = changing(table);
    }

    /** Closes the gate before these, and lets all others overtake them. */
    public synchronized void holdAlone(Predicate<Batch> which) {
        holds = which;
        overtakes = true;
    }

    /** Refuses what changes a table from now on. */
    public synchronized void refuse(Table table, Kind with) {
        refuses = changing(table);
        kind = with;
    }

    /** Refuses these from now on. */
    public synchronized void refuse(Predicate<Batch> which, Kind with) {
        refuses = which;
        kind = with;
    }

    /** Those that change what this client has in this table. */
    public static Predicate<Batch> of(Table table, String clientId) {
        int shard = OwnerKey.of("default", clientId).shard();
        return changing(table).and(batch -> batch.shard() == shard);
    }

    /** How many batches wait. */
    public synchronized int held() {
        return held.size();
    }

    /** How many batches {@link #refuse} has refused. */
    public synchronized int refused() {
        return refused;
    }

    /** Lets what waits through, and all that comes. */
    public synchronized void letGo() {
        overtakes = false;
        holds = batch -> false;
        refuses = batch -> false;
        while (!held.isEmpty()) {
            held.remove().commitTo(store);
        }
    }

    /** Refuses those of what waits, and nothing that comes; the others go on waiting. */
    public synchronized void refuseHeld(Predicate<Batch> which, Kind with) {
        List<Held> chosen = held.stream().filter(each -> which.test(each.batch)).toList();
        held.removeAll(chosen);
        chosen.forEach(each -> each.result.completeExceptionally(new StorageException(with, "the test says so")));
    }

    /** Refuses what waits, and nothing that comes. */
    public synchronized void refuseHeld(Kind with) {
        holds = batch -> false;
        while (!held.isEmpty()) {
            held.remove().result.completeExceptionally(new StorageException(with, "the test says so"));
        }
    }

    @Override
    public synchronized CompletionStage<CommitResult> commit(Batch batch) {
        if (refuses.test(batch)) {
            refused++;
            CompletableFuture<CommitResult> refused = new CompletableFuture<>();
            refused.completeExceptionally(new StorageException(kind, "the test says so"));
            return refused;
        }
        if (!holds.test(batch) && (overtakes || held.isEmpty())) {
            return store.commit(batch);
        }
        CompletableFuture<CommitResult> result = new CompletableFuture<>();
        held.add(new Held(batch, result));
        return result;
    }

    /** All entries of a table, read by and by. */
    public List<Entry> entries(Table table) {
        List<Entry> entries = new ArrayList<>();
        for (int partition = 0; partition < partitions().count(); partition++) {
            try (Cursor cursor = store.scan(Scan.of(table, partition))) {
                @Nullable Page page;
                do {
                    page = cursor.next().toCompletableFuture().join();
                    entries.addAll(page.entries());
                } while (!page.last());
            }
        }
        return entries;
    }

    @Override
    public CompletionStage<Void> open() {
        return store.open();
    }

    @Override
    public Capabilities capabilities() {
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

    /** Whoever still waits at the gate is let through. */
    @Override
    public void close() {
        letGo();
        store.close();
    }
}
