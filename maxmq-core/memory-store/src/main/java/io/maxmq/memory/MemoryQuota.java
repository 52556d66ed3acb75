package io.maxmq.memory;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.util.concurrent.atomic.AtomicLong;

/** The two bounds of a memory store, over all its partitions: what is stored and what is pending. Thread-safe. */
final class MemoryQuota {

    /** The bytes that a batch and each part of it count beyond their content, so that empty ones are bounded too. */
    private static final int OVERHEAD_BYTES = 64;

    /** The reserve is one of so many parts, beyond the bound. */
    private static final int RESERVE_PART = 16;

    private final long maxBytes;
    private final long maxPendingBytes;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong pendingBytes = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    MemoryQuota(long maxBytes, long maxPendingBytes) {
        this.maxBytes = maxBytes;
        this.maxPendingBytes = maxPendingBytes;
    }

    /** Of keys and values that are stored. */
    long bytes() {
        return bytes.get();
    }

    long pendingBytes() {
        return pendingBytes.get();
    }

    /** Returns the number of batches that were refused with {@code FULL}. */
    long refused() {
        return refused.get();
    }

    /**
     * Changes the stored bytes by {@code delta}; a decrease always succeeds.
     *
     * @param mayUseReserve whether there is a little more room for the batch
     * @throws StorageException {@code FULL}, and nothing changes
     */
    void take(long delta, boolean mayUseReserve) {
        long reserve = mayUseReserve ? maxBytes / RESERVE_PART : 0;
        long before;
        do {
            before = bytes.get();
            if (delta > 0 && before + delta - reserve > maxBytes) {
                refused.incrementAndGet();
                throw full(before + delta);
            }
        } while (!bytes.compareAndSet(before, before + delta));
    }

    /**
     * Returns whether this much fits when there is nothing else.
     *
     * @throws StorageException {@code FULL}
     */
    void checkFits(long total) {
        if (total > maxBytes) {
            throw full(total);
        }
    }

    /** Changes the stored bytes, ignoring the bound. */
    void force(long delta) {
        bytes.addAndGet(delta);
    }

    /** Returns whether there is room for one more batch; the only one always has. */
    boolean takePending(Batch batch) {
        long weight = weight(batch);
        long before;
        do {
            before = pendingBytes.get();
            if (before != 0 && before + weight > maxPendingBytes) {
                return false;
            }
        } while (!pendingBytes.compareAndSet(before, before + weight));
        return true;
    }

    /** The batch is pending no more. */
    void givePending(Batch batch) {
        pendingBytes.addAndGet(-weight(batch));
    }

    private static long weight(Batch batch) {
        int parts = 1 + batch.preconditions().size() + batch.mutations().size();
        return batch.sizeBytes() + (long) OVERHEAD_BYTES * parts;
    }

    private StorageException full(long wanted) {
        return new StorageException(Kind.FULL, "maxBytes=" + maxBytes + ", wanted=" + wanted);
    }
}
