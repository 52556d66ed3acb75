package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;

/**
 * What a store takes and what it has done, as numbers of one moment; each for itself, so that two of them need not fit
 * together. Amounts in bytes, and whether the store is short of space, are what they are now, the others count from the store's opening on. -1 says that the store
 * does not know. Immutable.
 *
 * @param diskBytes all its files, but for space that is kept in reserve; may be some seconds old
 * @param memoryBytes what it keeps in memory: caches and what is not yet in files; in or outside of the heap
 * @param compactionDebtBytes what has yet to be rewritten before the files are as small and as ordered as they should be
 * @param pendingBytes of batches that were taken and have not completed
 * @param batches that were applied
 * @param mutations of the batches that were applied
 * @param groups writes to the log; each has one or many batches
 * @param syncs times that the log was forced to the medium
 * @param refusedBatches that were refused with {@code FULL}: for lack of space on the disk or by a quota
 * @param isShortOfSpace whether the store refuses all batches but those that {@linkplain Batch#mayUseReserve() may use the reserve}
 * @since 0.1.0
 */
@Stable
public record StorageFigures(
        long diskBytes,
        long memoryBytes,
        long compactionDebtBytes,
        long pendingBytes,
        long batches,
        long mutations,
        long groups,
        long syncs,
        long refusedBatches,
        boolean isShortOfSpace) {

    /** Nothing is known. */
    public static final StorageFigures UNKNOWN = new StorageFigures(-1, -1, -1, -1, -1, -1, -1, -1, -1, false);
}
