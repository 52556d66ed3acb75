package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;

/**
 * Resources that a store uses, and counts of its operations. Each figure is read by itself, so two of them need not be
 * consistent. Amounts in bytes, and {@code isShortOfSpace}, are present values; the others count since the store's
 * opening. -1 means unknown. Immutable.
 *
 * @param diskBytes of all its files without the reserve; may be some seconds old
 * @param memoryBytes of its caches and of data not yet in files; on or off the heap
 * @param compactionDebtBytes to be rewritten by pending compactions
 * @param pendingBytes of batches that were accepted and have not completed
 * @param batches that were applied
 * @param mutations of the batches that were applied
 * @param groups writes to the log; each has one or many batches
 * @param syncs the number of times that the log was forced to the medium
 * @param refusedBatches that were refused with {@code FULL}: for lack of space on the disk or by a quota
 * @param isShortOfSpace whether the store refuses all batches except those that {@linkplain Batch#mayUseReserve() may
 *     use the reserve}
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
