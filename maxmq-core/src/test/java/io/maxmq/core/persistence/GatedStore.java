package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.StoreCapabilities;
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
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A store for a broker in a test: wraps another store, with a gate in front of the batches that change a table. At a
 * closed gate batches wait in order; a gate may also refuse them. Entries may be marked as damaged: reads of them fail.
 * Thread-safe.
 */
public final class GatedStore implements KeyValueStore {
    private final KeyValueStore store;
    private final Queue<Held> held = new ArrayDeque<>();
    private Predicate<Batch> holds = batch -> false;
    private Predicate<Batch> refuses = batch -> false;
    private Kind kind = Kind.FULL;
    private int refused;
    private final List<Batch> committed = new ArrayList<>();
    private boolean overtakes;
    private BiPredicate<Table, Bytes> isDamaged = (table, key) -> false;

    public GatedStore(KeyValueStore store) {
        this.store = store;
    }

    private record Held(Batch batch, CompletableFuture<CommitResult> result) {}

    private void commit(Held each) {
        store.commit(each.batch).whenComplete((committed, failure) -> {
            if (failure == null) {
                record(each.batch, committed);
                each.result.complete(committed);
            } else {
                each.result.completeExceptionally(failure);
            }
        });
    }

    private synchronized void record(Batch batch, CommitResult result) {
        if (result instanceof CommitResult.Committed) {
            committed.add(batch.compact());
        }
    }

    /** Number of batches that the store has committed. */
    public synchronized int committed() {
        return committed.size();
    }

    /**
     * Commits the first {@code count} batches of this store to another one, which then has the state after a crash
     * behind them.
     */
    public synchronized void replay(int count, KeyValueStore to) {
        for (Batch each : committed.subList(0, count)) {
            to.commit(each).toCompletableFuture().join();
        }
    }

    /** Matches batches that change this table. */
    public static Predicate<Batch> changing(Table table) {
        return batch -> batch.mutations().stream().map(Mutation::table).anyMatch(table::equals);
    }

    /** Closes the gate for batches that change a table. */
    public synchronized void hold(Table table) {
        holds = changing(table);
    }

    /** Closes the gate for these batches; all others overtake them. */
    public synchronized void holdAlone(Predicate<Batch> which) {
        holds = which;
        overtakes = true;
    }

    /** Refuses changes of a table from now on. */
    public synchronized void refuse(Table table, Kind with) {
        refuses = changing(table);
        kind = with;
    }

    /** Refuses these batches from now on. */
    public synchronized void refuse(Predicate<Batch> which, Kind with) {
        refuses = which;
        kind = with;
    }

    /** Matches batches that change this client's entries in this table. */
    public static Predicate<Batch> of(Table table, String clientId) {
        int shard = OwnerKey.of("default", clientId).shard();
        return changing(table).and(batch -> batch.shard() == shard);
    }

    /** Damages entries: reads of them fail, and so do pages that begin with one. A page ends before a damaged entry. */
    public synchronized void damage(Table of, Predicate<Bytes> keys) {
        isDamaged = (table, key) -> table.equals(of) && keys.test(key);
    }

    private synchronized boolean isDamaged(Table table, Bytes key) {
        return isDamaged.test(table, key);
    }

    private static <T> CompletionStage<T> damaged() {
        return CompletableFuture.failedFuture(new StorageException(Kind.DAMAGED, "damaged by the test"));
    }

    /** A cursor that cannot pass a damaged entry. */
    private final class Reading implements Cursor {
        private final Table table;
        private final Cursor cursor;
        private volatile boolean failed;

        Reading(Table table, Cursor cursor) {
            this.table = table;
            this.cursor = cursor;
        }

        @Override
        public CompletionStage<EntryPage> next() {
            return failed ? damaged() : cursor.next().thenCompose(this::whole);
        }

        private CompletionStage<EntryPage> whole(EntryPage page) {
            List<Entry> whole = page.entries().stream()
                    .takeWhile(entry -> !isDamaged(table, entry.key()))
                    .toList();
            failed = whole.size() < page.entries().size();
            if (!failed) {
                return CompletableFuture.completedFuture(page);
            }
            return whole.isEmpty()
                    ? damaged()
                    : CompletableFuture.completedFuture(new EntryPage(whole, page.version(), false));
        }

        @Override
        public void close() {
            cursor.close();
        }
    }

    /** Number of waiting batches. */
    public synchronized int held() {
        return held.size();
    }

    /** Number of changes in the waiting batches. */
    public synchronized int heldChanges() {
        return held.stream().mapToInt(each -> each.batch.mutations().size()).sum();
    }

    /** Number of batches refused by {@link #refuse}. */
    public synchronized int refused() {
        return refused;
    }

    /** Opens all gates and commits the waiting batches. */
    public synchronized void letGo() {
        overtakes = false;
        holds = batch -> false;
        refuses = batch -> false;
        while (!held.isEmpty()) {
            commit(held.remove());
        }
    }

    /** Refuses these waiting batches, but no later ones; the others continue to wait. */
    public synchronized void refuseHeld(Predicate<Batch> which, Kind with) {
        List<Held> chosen = held.stream().filter(each -> which.test(each.batch)).toList();
        held.removeAll(chosen);
        chosen.forEach(each -> each.result.completeExceptionally(new StorageException(with, "refused by the test")));
    }

    /** Refuses the waiting batches, but no later ones. */
    public synchronized void refuseHeld(Kind with) {
        holds = batch -> false;
        while (!held.isEmpty()) {
            held.remove().result.completeExceptionally(new StorageException(with, "refused by the test"));
        }
    }

    @Override
    public synchronized CompletionStage<CommitResult> commit(Batch batch) {
        if (refuses.test(batch)) {
            refused++;
            CompletableFuture<CommitResult> refused = new CompletableFuture<>();
            refused.completeExceptionally(new StorageException(kind, "refused by the test"));
            return refused;
        }
        if (!holds.test(batch) && (overtakes || held.isEmpty())) {
            CompletableFuture<CommitResult> result = new CompletableFuture<>();
            commit(new Held(batch, result));
            return result;
        }
        CompletableFuture<CommitResult> result = new CompletableFuture<>();
        held.add(new Held(batch, result));
        return result;
    }

    /** Returns all entries of a table, read page by page. */
    public List<Entry> entries(Table table) {
        List<Entry> entries = new ArrayList<>();
        for (int partition = 0; partition < partitions().count(); partition++) {
            try (Cursor cursor = store.scan(Scan.of(table, partition))) {
                @Nullable EntryPage page;
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
    public StoreCapabilities capabilities() {
        return store.capabilities();
    }

    @Override
    public Partitions partitions() {
        return store.partitions();
    }

    @Override
    public CompletionStage<Optional<Entry>> get(Table table, Bytes key, Consistency consistency) {
        return isDamaged(table, key) ? damaged() : store.get(table, key, consistency);
    }

    @Override
    public Cursor scan(Scan scan) {
        return new Reading(scan.table(), store.scan(scan));
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

    /** Commits the batches that still wait, and closes the store. */
    @Override
    public void close() {
        letGo();
        store.close();
    }
}
