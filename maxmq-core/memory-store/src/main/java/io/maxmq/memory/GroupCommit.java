package io.maxmq.memory;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.support.SerialLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Applies batches in the order of {@link #commit}, on the executor. All waiting batches form a group: the group is applied, then
 * it becomes visible, then its stages complete. Thread-safe.
 */
final class GroupCommit {
    /** Bytes from which a group takes no further batch; bounds its memory and the wait of its first batch. */
    private static final long MAX_GROUP_BYTES = 4L * 1024 * 1024;

    private static final int MAX_GROUP_BATCHES = 4_096;

    private final List<MemoryPartition> parts;
    private final Partitions partitions;
    private final MemoryQuota quota;
    private final Queue<Pending> pending = new ConcurrentLinkedQueue<>();
    private final SerialLoop loop;

    // Applied so far. Written by the loop alone, read by anyone.
    private volatile long batches;
    private volatile long mutations;

    /** The cause with which the store was closed; null while it is open. */
    private volatile @Nullable StorageException closed;

    GroupCommit(Executor executor, List<MemoryPartition> parts, Partitions partitions, MemoryQuota quota) {
        this.parts = parts;
        this.partitions = partitions;
        this.quota = quota;
        // One group a turn, so that reads on the same executor wait for one write at most.
        this.loop = new SerialLoop(executor, 1, this::step, e -> {
            StorageException cause = new StorageException(Kind.CLOSED, "the store's executor takes no more", e);
            closed = cause;
            parts.forEach(part -> part.close(cause));
            while (step()) {}
        });
    }

    private sealed interface Pending {
        record Commit(Batch batch, CompletableFuture<CommitResult> result) implements Pending {}

        record Replace(MemoryRestore.Content content, CompletableFuture<Void> result) implements Pending {}
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

    /** Replaces everything; each partition's version goes on from above both its own and the content's highest. */
    CompletionStage<Void> replace(MemoryRestore.Content content) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        pending.add(new Pending.Replace(content, result));
        loop.wake();
        return result;
    }

    /** Refuses all batches from now on; pending batches fail on the executor. */
    void close(StorageException cause) {
        closed = cause;
        loop.wake();
    }

    private boolean step() {
        Pending first = pending.poll();
        if (first == null) {
            return false;
        }
        if (first instanceof Pending.Replace replace) {
            replace(replace);
            return true;
        }
        List<Pending.Commit> taken = new ArrayList<>();
        taken.add((Pending.Commit) first);
        long bytes = taken.get(0).batch().sizeBytes();
        while (bytes < MAX_GROUP_BYTES
                && taken.size() < MAX_GROUP_BATCHES
                && pending.peek() instanceof Pending.Commit next) {
            pending.remove(); // only the loop takes
            taken.add(next);
            bytes += next.batch().sizeBytes();
        }
        commit(taken);
        return true;
    }

    private void commit(List<Pending.Commit> taken) {
        taken.forEach(each -> quota.givePending(each.batch()));
        Group group = new Group();
        Throwable failure = null;
        try {
            taken.forEach(each -> group.apply(each.batch()));
        } catch (Throwable e) { // OutOfMemoryError included: the loop continues and every stage completes
            failure = e;
        }
        if (failure != null) {
            quota.force(-group.grownBytes);
            for (Pending.Commit each : taken) {
                each.result().completeExceptionally(failure);
            }
            return;
        }
        show(group.changes);
        for (int i = 0; i < taken.size(); i++) {
            Object outcome = group.outcomes.get(i);
            if (outcome instanceof CommitResult result) {
                taken.get(i).result().complete(result);
            } else {
                taken.get(i).result().completeExceptionally((Throwable) outcome);
            }
        }
    }

    /** The effects of several batches, before they become visible. */
    private final class Group {
        final List<PartitionState> after = new ArrayList<>(states());
        final List<AppliedBatch> changes = new ArrayList<>();
        final List<Object> outcomes = new ArrayList<>(); // a CommitResult or a Throwable for each batch
        long grownBytes;

        void apply(Batch batch) {
            StorageException cause = closed;
            if (cause != null) {
                outcomes.add(new StorageException(Kind.CLOSED, "closed before the batch's turn", cause));
                return;
            }
            try {
                outcomes.add(tryApply(batch));
            } catch (Throwable e) { // fails only this batch
                outcomes.add(e);
            }
        }

        private CommitResult tryApply(Batch batch) {
            int partition = partitions.ofShard(batch.shard());
            PartitionState state = after.get(partition);
            Batch kept = batch.compact();
            PartitionState.Applied applied = state.apply(kept);
            if (applied.result() instanceof CommitResult.Committed committed) {
                long delta = applied.state().bytes() - state.bytes();
                quota.take(delta, batch.mayUseReserve());
                grownBytes += delta;
                after.set(partition, applied.state());
                changes.add(new AppliedBatch(partition, applied.state(), kept, committed.counters()));
            }
            return applied.result();
        }
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // the loop alone writes
    private void show(List<AppliedBatch> changes) {
        for (AppliedBatch change : changes) {
            parts.get(change.partition()).show(change);
            batches++;
            mutations += change.batch().mutations().size();
        }
        if (!changes.isEmpty()) {
            parts.forEach(MemoryPartition::wakeWatches);
        }
    }

    private void replace(Pending.Replace replace) {
        StorageException cause = closed;
        if (cause != null) {
            replace.result().completeExceptionally(new StorageException(Kind.CLOSED, "closed before its turn", cause));
            return;
        }
        List<PartitionState> before = states();
        List<PartitionState> after = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            long version = Math.max(before.get(i).version(), replace.content().highestVersion()) + 1;
            after.add(new PartitionState(version, replace.content().trees().get(i)));
        }
        for (int i = 0; i < after.size(); i++) {
            quota.force(after.get(i).bytes() - before.get(i).bytes());
            parts.get(i).reset(after.get(i));
        }
        replace.result().complete(null);
    }

    private List<PartitionState> states() {
        return parts.stream().map(MemoryPartition::state).toList();
    }
}
