package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single writer thread. It takes all pending batches, up to {@value #MAX_GROUP_BYTES} bytes, writes them as one
 * group, and passes the results to the completion thread while it goes on with the next group. Under load many batches
 * share one fsync; no batch waits for a timer.
 *
 * <p>{@link #commit} and {@link #replace} from any thread; the rest runs on the writer's.
 */
final class GroupWriter {

    private static final Logger LOG = LoggerFactory.getLogger(GroupWriter.class);

    private static final long MAX_GROUP_BYTES = 4L * 1024 * 1024;
    private static final int MAX_GROUP_BATCHES = 50_000;

    private final Engine engine;
    private final WriteRecovery recovery;
    private final Space space;
    private final WriteFaults faults;
    private final boolean forces;
    private final long maxPendingBytes;
    private final Executor completions;
    private final Commits commits;
    private final int[] partitions;
    private final GroupEncoder encoder = new GroupEncoder();

    private final Queue<WriterTask> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong pendingBytes = new AtomicLong();
    private final Thread thread;

    /** Set by the writer before it waits, read by adding threads, so that they wake only a waiting writer. */
    private volatile boolean waiting;

    private volatile boolean stopping;
    private volatile boolean stopped;

    // The writer's own.
    private long[] versions;
    private @Nullable WriterTask left; // taken from the queue, not part of the last group; or null

    // Written by the writer alone, read by anyone.
    private volatile List<WriterTask.Commit> underWay = List.of();
    private volatile long lastGroup;
    private volatile long batches;
    private volatile long mutations;
    private volatile long groups;
    private volatile long syncs;
    private volatile long refused;

    /** Listens to written batches, on the writer's thread, before their stages complete. */
    interface Commits {
        /** Everything of the group is visible. */
        void written(WriteGroup group);

        /** All tables were replaced, and each partition has this version. */
        void replaced(long[] versions);
    }

    /**
     * @param partitions of shards, by element
     * @param versions of the last batch, by partition
     * @param lastGroup the number of the last group
     * @param completions runs one task at a time, in order
     */
    GroupWriter(
            Engine engine,
            WriteRecovery recovery,
            Space space,
            StoreSettings settings,
            WriteFaults faults,
            int[] partitions,
            long[] versions,
            long lastGroup,
            Executor completions,
            Commits commits,
            String threadName) {
        this.engine = engine;
        this.recovery = recovery;
        this.space = space;
        this.faults = faults;
        this.forces = settings.durability() == Durability.FSYNC;
        this.maxPendingBytes = settings.maxPendingBytes();
        this.partitions = partitions;
        this.versions = versions;
        this.lastGroup = lastGroup;
        this.completions = completions;
        this.commits = commits;
        thread = new Thread(this::run, threadName);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    CompletionStage<CommitResult> commit(Batch batch) {
        WriterTask.Commit commit = WriterTask.Commit.of(batch);
        if (!takePending(commit.weight())) {
            return CompletableFuture.failedFuture(
                    new StorageException(Kind.BUSY, "batches of " + pendingBytes.get() + " bytes are pending"));
        }
        add(commit);
        return commit.result();
    }

    CompletionStage<Void> replace(Database.Staging staging, long aboveVersion) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        add(new WriterTask.Replace(staging, aboveVersion, result));
        return result;
    }

    /** Returns whether there is room for one more; the only one always has. */
    private boolean takePending(long weight) {
        long before;
        do {
            before = pendingBytes.get();
            if (before != 0 && before + weight > maxPendingBytes) {
                return false;
            }
        } while (!pendingBytes.compareAndSet(before, before + weight));
        return true;
    }

    private void add(WriterTask pending) {
        queue.add(pending);
        if (stopped) {
            failRest(); // the writer may have gone without it
        } else if (waiting) {
            LockSupport.unpark(thread);
        }
    }

    /**
     * Writes what is pending, and ends.
     *
     * @return whether it ended before the deadline; when not, what is pending has failed with {@code OUTCOME_UNKNOWN}
     */
    boolean stop(long deadlineNanos) {
        stopping = true;
        LockSupport.unpark(thread);
        try {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        boolean ended = !thread.isAlive();
        stopped = true;
        if (!ended) {
            StorageException unknown = new StorageException(Kind.OUTCOME_UNKNOWN, "closed while it was written");
            underWay.forEach(commit -> commit.result().completeExceptionally(unknown));
        }
        failRest();
        return ended;
    }

    private void failRest() {
        StorageException cause = new StorageException(Kind.CLOSED, "closed before the batch's turn");
        for (WriterTask rest = queue.poll(); rest != null; rest = queue.poll()) {
            if (rest instanceof WriterTask.Commit commit) {
                pendingBytes.addAndGet(-commit.weight());
            }
            rest.result().completeExceptionally(cause);
        }
    }

    long pendingBytes() {
        return pendingBytes.get();
    }

    long batches() {
        return batches;
    }

    long mutations() {
        return mutations;
    }

    long groups() {
        return groups;
    }

    long syncs() {
        return syncs;
    }

    /** The number of the last group that was written. */
    long lastGroup() {
        return lastGroup;
    }

    /** Batches that have failed with {@code FULL}. */
    long refused() {
        return refused;
    }

    // ---- the thread

    private void run() {
        while (true) {
            WriterTask next = null;
            try {
                next = take();
                if (next == null) {
                    if (stopping) {
                        return;
                    }
                    recovery.tryAgain();
                } else if (next instanceof WriterTask.Replace replace) {
                    replace(replace);
                } else {
                    group((WriterTask.Commit) next);
                    faults.afterTake();
                    write(underWay);
                    underWay = List.of();
                }
            } catch (Throwable e) { // for example out of memory: the writer goes on, and every stage must complete
                abandon(next, e);
            }
        }
    }

    private void abandon(@Nullable WriterTask next, Throwable e) {
        LOG.error("the writer met something unexpected: {}", e.toString(), e);
        StorageException cause = new StorageException(Kind.OUTCOME_UNKNOWN, "the writer met " + e, e);
        underWay.forEach(commit -> abandon(commit, cause));
        underWay = List.of();
        if (next instanceof WriterTask.Commit commit) {
            abandon(commit, cause);
        } else if (next != null) {
            next.result().completeExceptionally(cause);
        }
    }

    private void abandon(WriterTask.Commit commit, StorageException cause) {
        if (!commit.result().isDone()) {
            pendingBytes.addAndGet(-commit.weight());
            commit.result().completeExceptionally(cause);
        }
    }

    /** Returns the next task; null when the store closes, or when a broken database needs another attempt. */
    private @Nullable WriterTask take() {
        WriterTask next = left;
        left = null;
        if (next == null) {
            next = queue.poll();
        }
        while (next == null && !stopping) {
            waiting = true;
            next = queue.poll(); // a thread that adds after this sees the waiting flag
            if (next == null && !stopping) {
                long nanos = recovery.nanosToNextAttempt();
                if (nanos < 0) {
                    LockSupport.park(this);
                } else if (nanos == 0) {
                    waiting = false;
                    return null;
                } else {
                    LockSupport.parkNanos(this, nanos);
                }
                next = queue.poll();
            }
            waiting = false;
        }
        return next == null ? queue.poll() : next;
    }

    /**
     * Takes the batches that are written together, beginning with {@code first}; they count as submitted from here on.
     */
    private void group(WriterTask.Commit first) {
        List<WriterTask.Commit> group = new ArrayList<>();
        try {
            group.add(first);
            long bytes = first.weight();
            while (bytes < MAX_GROUP_BYTES && group.size() < MAX_GROUP_BATCHES) {
                left = queue.poll();
                if (!(left instanceof WriterTask.Commit commit) || bytes + commit.weight() > MAX_GROUP_BYTES) {
                    break;
                }
                group.add(commit);
                left = null;
                bytes += commit.weight();
            }
        } finally {
            underWay = group;
        }
    }

    private void write(List<WriterTask.Commit> batchesOfGroup) {
        StorageException refusal = recovery.refusal();
        if (refusal != null) {
            fail(batchesOfGroup, refusal);
            return;
        }
        WriteGroup group;
        try {
            group = writeOnce(batchesOfGroup);
        } catch (Throwable e) { // the writer goes on, and every stage must complete, even without memory
            if (!recovery.mayRetry(e)) {
                fail(batchesOfGroup, recovery.afterFailure(e));
                return;
            }
            try {
                group = writeOnce(batchesOfGroup);
            } catch (Throwable again) {
                fail(batchesOfGroup, recovery.afterFailure(again));
                return;
            }
        }
        versions = group.versions();
        count(group);
        commits.written(group);
        WriteGroup done = group;
        completions.execute(() -> complete(done));
    }

    private WriteGroup writeOnce(List<WriterTask.Commit> batchesOfGroup) throws RocksDBException {
        return engine.use(database -> {
            WriteGroup group = new WriteGroup(database, encoder, lastGroup + 1, partitions, versions, space.refusal());
            group.addAll(batchesOfGroup);
            if (!group.isEmpty()) {
                faults.beforeWrite();
                database.write(group.encoded());
                faults.afterWrite();
                space.wrote(group.encoded().length);
                written(database, lastGroup + 1);
            }
            return group;
        });
    }

    private void written(Database database, long group) {
        recovery.written(database.sequence());
        lastGroup = group;
        if (forces && database.takeSealed() && !engine.marker().forced(group)) {
            database.markSealed();
        }
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // the writer alone writes them
    private void count(WriteGroup group) {
        refused += group.refused();
        if (!group.isEmpty()) {
            batches += group.applied();
            mutations += group.mutations();
            groups++;
            syncs += forces ? 1 : 0;
        }
    }

    private void complete(WriteGroup group) {
        for (WriteGroup.Outcome outcome : group.outcomes()) {
            pendingBytes.addAndGet(-outcome.commit().weight());
            Throwable failure = outcome.failure();
            if (failure != null) {
                outcome.commit().result().completeExceptionally(failure);
            } else {
                outcome.commit().result().complete(outcome.result());
            }
        }
    }

    /** All of them, conflicts too: what they conflicted with may have been in this very group. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // the writer alone writes it
    private void fail(List<WriterTask.Commit> batchesOfGroup, StorageException cause) {
        if (cause.kind() == Kind.FULL) {
            refused += batchesOfGroup.size();
        }
        completions.execute(() -> {
            for (WriterTask.Commit commit : batchesOfGroup) {
                pendingBytes.addAndGet(-commit.weight());
                commit.result().completeExceptionally(cause);
            }
        });
    }

    private void replace(WriterTask.Replace replace) {
        StorageException refusal = recovery.refusal();
        if (refusal != null) {
            completions.execute(() -> replace.result().completeExceptionally(refusal));
            return;
        }
        long[] next = new long[versions.length];
        for (int partition = 0; partition < next.length; partition++) {
            next[partition] = Math.max(versions[partition], replace.aboveVersion()) + 1;
        }
        try {
            engine.runAlone(database -> {
                database.switchTo(replace.staging(), lastGroup + 1, next);
                written(database, lastGroup + 1);
            });
        } catch (StorageException e) { // before anything was written
            completions.execute(() -> replace.result().completeExceptionally(e));
            return;
        } catch (Throwable e) {
            StorageException cause = recovery.afterFailure(e);
            completions.execute(() -> replace.result().completeExceptionally(cause));
            return;
        }
        versions = next;
        commits.replaced(next);
        completions.execute(() -> replace.result().complete(null));
    }
}
