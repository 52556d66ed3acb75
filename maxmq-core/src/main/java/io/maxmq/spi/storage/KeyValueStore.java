package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A store of named tables, each an ordered map from keys to values; both are {@link Bytes}, keys are ordered as unsigned
 * bytes. What the broker keeps, it keeps here: sessions, queues, retained messages, routes.
 *
 * <p><b>Shards and partitions.</b> A key's first byte is its shard ({@link ShardedKey}). The store maps the 256 shards to
 * partitions, and everything that is promised about order, versions and consistency is promised within one partition.
 * Each applied batch has a version: 1 or more, rising within its partition, with gaps allowed. A version is never used
 * again, not after a restart or a {@link #restore} either; only those of batches that a crash took back may be.
 *
 * <p><b>Visibility.</b> A batch shows as a whole or not at all, and no read, scan, watch or snapshot shows one that is not
 * yet durable by the store's {@link Durability}.
 *
 * <p><b>Threads.</b> Thread-safe. No method blocks except {@link #close()}, so event loops may call them. Stages complete
 * on the store's own completion threads or an executor that was given to it, as the implementation says; never on the
 * stack of the call that made them. A continuation must not block; and as it runs on the thread that attaches it when the
 * stage is complete by then, a caller who cares gives the executor: {@code whenCompleteAsync(…, loop)}.
 *
 * <p><b>Errors.</b> Bad use (an unknown partition, a batch above {@code maxBatchBytes}) is thrown by the call itself, as
 * {@link IllegalArgumentException}; so is {@link IllegalStateException} before {@link #open()} has completed. All else
 * fails the stage, with a {@link StorageException}.
 *
 * <p><b>Lifecycle.</b> Construction does no input or output; {@link #open()} does, once; after {@link #close()} everything
 * fails with {@code CLOSED}.
 *
 * <p>Third parties may implement this. A contract test suite comes with it, and methods are added with a default only.
 *
 * @since 0.1.0
 */
@Stable
public interface KeyValueStore extends AutoCloseable {

    /** The longest key, in bytes, that every store must take: a topic of 65,535 bytes and all that may stand before it. */
    int MAX_KEY_BYTES = 128 * 1024;

    /**
     * Makes the store ready: recovers, connects. Completes as soon as batches are taken; what can be loaded later is.
     *
     * <p>Fails with {@code DAMAGED} and the place when what was acknowledged cannot all be read, with {@code IO}, or with
     * {@code UNAVAILABLE}; the store is then as closed.
     *
     * @throws IllegalStateException when called a second time
     */
    CompletionStage<Void> open();

    /** What this store can do. May be asked at any time. */
    Capabilities capabilities();

    /** The mapping of shards to partitions. May be asked at any time; fixed while the store is open. */
    Partitions partitions();

    /**
     * Applies a batch if its preconditions hold; completes when it is durable by the store's level.
     *
     * <p>Order: of two batches for one partition, the one whose {@code commit} was called first (in the sense of
     * happens-before) is applied first, with no need to wait for it, and after a crash the second is there only if the
     * first is. Between partitions there is no order. A batch that conflicts or fails does not hold up those after it;
     * make them depend on it by a precondition.
     *
     * <p>Completions: those of one partition come one at a time, in the order of the batches, failures included. Only a
     * batch that is not taken at all ({@code BUSY}, {@code CLOSED}) fails at once.
     *
     * <p>Cost: the store groups what is pending, across batches and callers, into one write. So submit many and wait
     * once, rather than one after another.
     *
     * <p>Space: a store that is short of space should keep some for batches that {@linkplain Batch#mayUseReserve() may use the
     * reserve}, and refuse the others with {@code FULL} first: by those it gets space again.
     *
     * <p>Fails with {@code FULL}, {@code BUSY}, {@code UNAVAILABLE}, {@code OUTCOME_UNKNOWN}, {@code IO}, {@code DAMAGED},
     * {@code NOT_A_COUNTER} or {@code CLOSED}; {@link StorageException.Kind#applied()} says whether it may have been applied.
     *
     * @throws IllegalArgumentException when the batch exceeds {@link Capabilities#maxBatchBytes()}
     */
    CompletionStage<CommitResult> commit(Batch batch);

    /**
     * The entry of a key, if there is one.
     *
     * <p>Fails with {@code UNAVAILABLE}, {@code IO}, {@code DAMAGED}, {@code BUSY} or {@code CLOSED}.
     *
     * @throws IllegalArgumentException when the key is empty
     */
    CompletionStage<Optional<Entry>> get(Table table, Bytes key, Consistency consistency);

    /**
     * Begins a scan. Nothing is read before the first {@link Cursor#next()}. The caller closes the cursor, except that one
     * which has given its last page or has failed needs it no more.
     *
     * @throws IllegalArgumentException when there is no such partition
     */
    Cursor scan(Scan scan);

    /**
     * Tells the handler of every batch of a partition that changes a table, from a version on, and of those to come.
     *
     * <p>Order: by version, each batch once and as a whole. There are no gaps: either every batch from {@code fromVersion}
     * on is told, or the watch ends with {@code TOO_OLD}, at once when the history does not reach back that far, later
     * when the handler falls behind it. How far a store keeps history is its own business; it begins at version 1 only by
     * chance. A scan, and then a watch from its {@link Page#version()} + 1, misses nothing.
     *
     * <p>A version above the present one is allowed: batches below it are not told. In a cluster the watch reads this
     * machine's copy, so it may lag behind what has completed elsewhere, and so does what it tells. Whether a batch is told
     * before or after its own stage completes is not defined.
     *
     * @param partition 0..{@code count - 1}
     * @param fromVersion the first version to tell, 0 or more (0 is as 1), or {@link Watch#NOW}
     * @return the running watch; errors, {@code UNSUPPORTED} and {@code CLOSED} too, come to the handler's {@code onEnd}, once
     * @throws IllegalArgumentException when there is no such partition, or the version is negative and not {@code NOW}
     */
    Watch watch(Table table, int partition, long fromVersion, WatchHandler handler);

    /**
     * A consistent view of everything, to be closed by the caller.
     *
     * <p>Fails with {@code UNSUPPORTED}, {@code UNAVAILABLE}, {@code IO} or {@code CLOSED}.
     */
    CompletionStage<Snapshot> snapshot();

    /**
     * Replaces everything by a snapshot, of any store and any mapping of shards. Nothing shows before all of it has been
     * read, and each partition changes at once; when it fails, the store is as before. The snapshot stays the caller's to
     * close.
     *
     * <p>Entries keep their versions, so that fences still hold. The version of each partition goes on from above its own
     * and from above every version of the snapshot. Watches end with {@code RESTORED}; cursors and snapshots that are
     * open show their old state or fail with it. Batches under way are ordered before, and so are lost, or after.
     *
     * <p>Fails with {@code UNSUPPORTED}, {@code FULL}, {@code IO}, {@code UNAVAILABLE}, {@code CLOSED} or what reading the
     * snapshot fails with.
     */
    CompletionStage<Void> restore(Snapshot snapshot);

    /**
     * What the store takes and has done. Cheap, from any thread, at any time; {@link StorageFigures#UNKNOWN} unless a store
     * says more.
     */
    default StorageFigures figures() {
        return StorageFigures.UNKNOWN;
    }

    /**
     * Takes no more, completes or fails what is under way, ends watches with {@code CLOSED}, and gives back every thread,
     * file and connection. A batch that was taken but whose end could not be awaited fails with {@code OUTCOME_UNKNOWN}.
     * Idempotent; also after a failed or missing {@link #open()}. May block for as long as a write takes, so it must not
     * be called on an event loop or a completion thread.
     */
    @Override
    void close();
}
