package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A store of named tables, each an ordered map from keys to values; both are {@link Bytes}, keys are ordered as
 * unsigned bytes. The broker keeps its persistent state here: sessions, queues, retained messages, routes.
 *
 * <p><b>Shards and partitions.</b> A key's first byte is its shard ({@link ShardedKey}). The store maps the 256 shards
 * to partitions. All guarantees of order, versions and consistency hold within one partition. Each applied batch has a
 * version: 1 or more, rising within its partition, with gaps allowed. A version is never reused, even after a restart
 * or a {@link #restore}; only versions of batches that a crash lost may be.
 *
 * <p><b>Visibility.</b> A batch becomes visible atomically. Reads, scans, watches and snapshots show it only when it is
 * durable by the store's {@link Durability}.
 *
 * <p><b>Threads.</b> Thread-safe. No method blocks except {@link #close()}, so event loops may call them. Stages
 * complete on the store's own completion threads or on an executor that it was given, as the implementation documents;
 * never on the stack of the call that returned them. A continuation must not block. If the stage is already complete,
 * the continuation runs on the thread that attaches it; to fix the thread, pass an executor: {@code
 * whenCompleteAsync(…, loop)}.
 *
 * <p><b>Errors.</b> The call itself throws {@link IllegalArgumentException} for bad use (an unknown partition, a batch
 * above {@code maxBatchBytes}), and {@link IllegalStateException} before {@link #open()} has completed. All other
 * failures complete the stage with a {@link StorageException}.
 *
 * <p><b>Lifecycle.</b> Construction does no input or output; {@link #open()} does, once; after {@link #close()}
 * everything fails with {@code CLOSED}.
 *
 * <p>Third parties may implement this interface. A contract test suite comes with it, and new methods have a default
 * implementation.
 *
 * @since 0.1.0
 */
@Stable
public interface KeyValueStore extends AutoCloseable {

    /** The longest key, in bytes, that every store must take: a topic of 65,535 bytes and all that may stand before it. */
    int MAX_KEY_BYTES = 128 * 1024;

    /**
     * Makes the store ready: recovers, connects. Completes as soon as it accepts batches; other state is loaded later.
     *
     * <p>Fails with {@code DAMAGED} and the place when acknowledged batches cannot all be read, with {@code IO}, or
     * with {@code UNAVAILABLE}; the store is then as closed.
     *
     * @throws IllegalStateException when called a second time
     */
    CompletionStage<Void> open();

    /** Returns the features and limits of this store. Callable at any time. */
    StoreCapabilities capabilities();

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
     * batch that is not accepted ({@code BUSY}, {@code CLOSED}) fails at once.
     *
     * <p>Cost: the store groups pending batches of all callers into one write. So submit many and wait once, rather
     * than one after another.
     *
     * <p>Space: a store that is short of space should keep some for batches that {@linkplain Batch#mayUseReserve() may
     * use the reserve}, and refuse the others with {@code FULL} first: by those it gets space again.
     *
     * <p>Fails with {@code FULL}, {@code BUSY}, {@code UNAVAILABLE}, {@code OUTCOME_UNKNOWN}, {@code IO}, {@code
     * DAMAGED}, {@code NOT_A_COUNTER} or {@code CLOSED}; {@link StorageException.Kind#applied()} says whether it may
     * have been applied.
     *
     * @throws IllegalArgumentException when the batch exceeds {@link StoreCapabilities#maxBatchBytes()}
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
     * Begins a scan. Nothing is read before the first {@link Cursor#next()}. The caller closes the cursor, unless it
     * has returned its last page or has failed.
     *
     * @throws IllegalArgumentException for an unknown partition
     */
    Cursor scan(Scan scan);

    /**
     * Notifies the handler of every batch of a partition that changes a table, from a version on.
     *
     * <p>Order: by version, each batch once and as a whole. There are no gaps: either the handler receives every batch
     * from {@code fromVersion} on, or the watch ends with {@code TOO_OLD}, at once when the history does not reach back
     * that far, later when the handler falls behind it. The store decides the length of its history, which rarely
     * begins at version 1. A scan, and then a watch from its {@link EntryPage#version()} + 1, misses nothing.
     *
     * <p>A version above the present one is allowed: earlier batches are not reported. In a cluster the watch reads
     * this machine's copy, so it may lag behind batches that completed elsewhere. A batch may be reported before or
     * after its own stage completes.
     *
     * @param partition 0..{@code count - 1}
     * @param fromVersion the first version to tell, 0 or more (0 is as 1), or {@link Watch#NOW}
     * @return the running watch; errors, {@code UNSUPPORTED} and {@code CLOSED} too, come to the handler's {@code
     *     onEnd}, once
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
     * Replaces everything by a snapshot, of any store and any mapping of shards. Nothing is visible before all of it
     * has been read, and each partition changes at once; when it fails, the store is as before. The snapshot stays the
     * caller's to close.
     *
     * <p>Entries keep their versions, so that fences still hold. The version of each partition goes on from above its
     * own and from above every version of the snapshot. Watches end with {@code RESTORED}; cursors and snapshots that
     * are open show their old state or fail with it. Pending batches are ordered before the restore, and so are lost,
     * or after it.
     *
     * <p>Fails with {@code UNSUPPORTED}, {@code FULL}, {@code IO}, {@code UNAVAILABLE}, {@code CLOSED} or what reading
     * the snapshot fails with.
     */
    CompletionStage<Void> restore(Snapshot snapshot);

    /**
     * Returns the resources that the store uses, and counts of its operations. Cheap, from any thread, at any time;
     * default {@link StorageFigures#UNKNOWN}.
     */
    default StorageFigures figures() {
        return StorageFigures.UNKNOWN;
    }

    /**
     * Refuses new calls, completes or fails pending ones, ends watches with {@code CLOSED}, and releases every thread,
     * file and connection. An accepted batch whose result could not be awaited fails with {@code OUTCOME_UNKNOWN}.
     * Idempotent; also after a failed or missing {@link #open()}. May block for as long as a write takes, so it must
     * not be called on an event loop or a completion thread.
     */
    @Override
    void close();
}
