package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import io.maxmq.spi.storage.WatchHandler;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One partition: applies its batches one after another on the executor, in the order in which they were handed over.
 * Thread-safe.
 */
final class MemoryPartition {

    private final Executor executor;
    private final MemoryQuota quota;
    private final ChangeHistory history;
    private final List<HistoryWatch> watches = new CopyOnWriteArrayList<>();
    private final Queue<Pending> pending = new ConcurrentLinkedQueue<>();
    private final SerialLoop loop;

    /** Written by the loop alone. Published before the stage of its batch completes, so that a later read sees it. */
    private volatile PartitionState state;

    // Applied so far. Written by the loop alone, read by anyone.
    private volatile long batches;
    private volatile long mutations;

    /** Why nothing is taken any more; null as long as the partition is open. */
    private volatile @Nullable StorageException closed;

    /**
     * @param history behind the version of {@code state}
     * @param state to begin with, from whose version it goes on
     */
    MemoryPartition(Executor executor, MemoryQuota quota, ChangeHistory history, PartitionState state) {
        this.executor = executor;
        this.quota = quota;
        this.history = history;
        this.state = state;
        quota.force(state.bytes());
        this.loop = new SerialLoop(executor, this::step, e -> {
            StorageException cause = new StorageException(Kind.CLOSED, "the store's executor takes no more", e);
            closed = cause;
            watches.forEach(watch -> watch.end(cause));
            while (step()) {}
        });
    }

    private sealed interface Pending {
        record Commit(Batch batch, CompletableFuture<CommitResult> result) implements Pending {}

        record Replace(Map<Table, EntryTree> tables, long aboveVersion, CompletableFuture<Void> result)
                implements Pending {}
    }

    /** The state after the last applied batch. */
    PartitionState state() {
        return state;
    }

    long batches() {
        return batches;
    }

    long mutations() {
        return mutations;
    }

    CompletionStage<CommitResult> commit(Batch batch) {
        if (!quota.takePending(batch)) {
            return CompletableFuture.failedFuture(
                    new StorageException(Kind.BUSY, "batches of " + quota.pendingBytes() + " bytes are pending"));
        }
        CompletableFuture<CommitResult> result = new CompletableFuture<>();
        pending.add(new Pending.Commit(batch, result));
        loop.wake();
        return result;
    }

    /** Replaces all tables; the version goes on from above both its own and {@code aboveVersion}. */
    CompletionStage<Void> replace(Map<Table, EntryTree> tables, long aboveVersion) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        pending.add(new Pending.Replace(tables, aboveVersion, result));
        loop.wake();
        return result;
    }

    HistoryWatch watch(Table table, long fromVersion, WatchHandler handler) {
        long first = fromVersion == Watch.NOW ? history.version() + 1 : Math.max(1, fromVersion);
        HistoryWatch watch = new HistoryWatch(table, first, history, handler, executor, watches::remove);
        watches.add(watch);
        StorageException cause = closed; // after the addition: whoever closes in between sees the watch or is seen here
        if (cause != null) {
            watch.end(cause);
        } else {
            watch.wake();
        }
        return watch;
    }

    /** Takes nothing from now on; what is pending fails on the executor. */
    void close(StorageException cause) {
        closed = cause;
        watches.forEach(watch -> watch.end(cause));
        loop.wake();
    }

    private boolean step() {
        Pending next = pending.poll();
        if (next == null) {
            return false;
        }
        if (next instanceof Pending.Commit commit) {
            commit(commit);
        } else {
            replace((Pending.Replace) next);
        }
        return true;
    }

    private void commit(Pending.Commit commit) {
        quota.givePending(commit.batch());
        CommitResult result;
        try {
            result = apply(commit.batch());
        } catch (Throwable e) { // the loop goes on, and nobody may wait for ever, out of memory or not
            commit.result().completeExceptionally(e);
            return;
        }
        commit.result().complete(result);
    }

    private CommitResult apply(Batch batch) {
        StorageException cause = closed;
        if (cause != null) {
            throw new StorageException(Kind.CLOSED, "closed before the batch's turn", cause);
        }
        PartitionState before = state;
        Batch kept = CompactBatch.of(batch);
        PartitionState.Applied applied = before.apply(kept);
        if (applied.result() instanceof CommitResult.Committed committed) {
            quota.take(applied.state().bytes() - before.bytes());
            history.add(committed.version(), kept, committed.counters());
            state = applied.state();
            count(batch);
            watches.forEach(HistoryWatch::wake);
        }
        return applied.result();
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // the loop alone writes
    private void count(Batch batch) {
        batches++;
        mutations += batch.mutations().size();
    }

    private void replace(Pending.Replace replace) {
        StorageException cause = closed;
        if (cause != null) {
            replace.result().completeExceptionally(new StorageException(Kind.CLOSED, "closed before its turn", cause));
            return;
        }
        PartitionState before = state;
        long version = Math.max(before.version(), replace.aboveVersion()) + 1;
        PartitionState after = new PartitionState(version, replace.tables());
        quota.force(after.bytes() - before.bytes());
        history.reset(version);
        state = after;
        StorageException restored = new StorageException(Kind.RESTORED, "goes on at version " + version);
        watches.forEach(watch -> watch.end(restored));
        replace.result().complete(null);
    }
}
