package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recovery after a failed write. The failed group is cut out of the log before its stages fail, so that it does not
 * come back with the next start. Then writes are refused, reads go on, and the database is opened again: at once, or
 * after a full disk as soon as it has room, which the {@linkplain Space reserve} provides; attempts are {@value
 * #MILLIS_BETWEEN_ATTEMPTS} ms apart.
 *
 * <p>Runs on the writer's thread.
 */
final class WriteRecovery {

    private static final Logger LOG = LoggerFactory.getLogger(WriteRecovery.class);

    private static final long MILLIS_BETWEEN_ATTEMPTS = 1_000;

    private final StoreDirectory directory;
    private final Engine engine;
    private final Space space;

    /** Of the last write that did not fail. */
    private long sequence;

    private boolean compacting = true;
    private @Nullable StorageException failure; // null as long as all is well
    private long nextAttemptNanos;

    WriteRecovery(StoreDirectory directory, Engine engine, Space space, long sequence) {
        this.space = space;
        this.directory = directory;
        this.engine = engine;
        this.sequence = sequence;
    }

    /** A write has not failed. */
    void written(long newSequence) {
        sequence = newSequence;
    }

    /** Why nothing can be written, or null when it can; tries to repair when it is time. */
    @Nullable
    StorageException refusal() {
        if (failure != null && nanosToNextAttempt() == 0) {
            tryAgain();
        }
        StorageException cause = failure;
        if (cause == null) {
            return null;
        }
        // Not handed on, so it is not there: neither MAYBE nor the old stack.
        Kind kind = cause.kind() == Kind.FULL ? Kind.FULL : Kind.UNAVAILABLE;
        return new StorageException(kind, "the database waits to be opened again", cause);
    }

    /** Returns the nanoseconds until the next attempt; negative when no attempt is needed. */
    long nanosToNextAttempt() {
        return failure == null ? -1 : Math.max(0, nextAttemptNanos - System.nanoTime());
    }

    /**
     * Returns whether the write may be repeated: after compaction has met a damaged file, writing goes on without
     * compaction.
     */
    boolean mayRetry(Throwable e) {
        if (!compacting || !(e instanceof RocksDBException rocks)) {
            return false;
        }
        StorageException cause = Failures.of(rocks, null);
        if (cause.kind() != Kind.DAMAGED) {
            return false;
        }
        compacting = false;
        LOG.error("a file is damaged, the store goes on without compaction: {}", cause.getMessage());
        return reopen();
    }

    /** Takes back what the failed write has left, and begins to recover. */
    StorageException afterFailure(Throwable e) {
        StorageException cause = asStorageException(e);
        LOG.error("a write has failed: {}", cause.getMessage(), cause);
        failure = cause;
        nextAttemptNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MILLIS_BETWEEN_ATTEMPTS);
        if (cause.kind() == Kind.FULL) {
            if (space.full()) {
                nextAttemptNanos = System.nanoTime();
            }
            try {
                LogFiles.cutBehind(directory.database(), sequence);
            } catch (IOException cut) {
                cause.addSuppressed(cut);
                return new StorageException(Kind.IO, "the disk is full, and the log could not be cut", cause);
            }
        } else {
            reopen();
        }
        return cause;
    }

    private StorageException asStorageException(Throwable e) {
        if (e instanceof StorageException storage) {
            return storage;
        }
        if (!(e instanceof RocksDBException rocks)) {
            return new StorageException(Kind.IO, "a write ended unexpectedly: " + e, e);
        }
        return Failures.isStall(rocks) && !space.hasRoomToOpen()
                ? new StorageException(Kind.FULL, "no space for tables", e)
                : Failures.of(rocks, null);
    }

    /** Opens the database again when there is room for it; without, reads would be lost too. */
    void tryAgain() {
        nextAttemptNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MILLIS_BETWEEN_ATTEMPTS);
        if (space.hasRoomToOpen()) {
            reopen();
        }
    }

    private boolean reopen() {
        try {
            engine.reopen(sequence, compacting);
            if (failure != null) {
                LOG.info("writing again");
            }
            failure = null;
            return true;
        } catch (StorageException e) {
            LOG.error("the database cannot be opened again: {}", e.getMessage());
            failure = failure == null ? e : failure;
            return false;
        }
    }
}
