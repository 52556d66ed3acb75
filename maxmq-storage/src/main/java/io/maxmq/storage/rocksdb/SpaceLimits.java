package io.maxmq.storage.rocksdb;

/**
 * Limits of a store's disk space: quota and reserve. Immutable.
 *
 * @param reserveBytes of the file that is deleted when the disk is full; 0 for no reserve, {@link #AUTOMATIC} for a
 *     size that fits the disk
 * @param maxDiskBytes from which the store refuses new data, the reserve not counted; {@link Long#MAX_VALUE} for no
 *     bound
 */
record SpaceLimits(long reserveBytes, long maxDiskBytes) {
    static final long AUTOMATIC = -1;

    /** No bound, and a reserve by the disk. */
    static final SpaceLimits DEFAULT = new SpaceLimits(AUTOMATIC, Long.MAX_VALUE);

    /** Less has no room for the log and a few tables. */
    static final long MIN_DISK_BYTES = 16L * 1024 * 1024;

    private static final long AUTOMATIC_BYTES = 64L * 1024 * 1024;

    /** An automatic reserve is at most one of so many parts of the disk, and of the quota. */
    private static final int PART_OF_DISK = 16;

    private static final int PART_OF_QUOTA = 8;

    /** The log is at most one of so many parts of the quota. */
    private static final int LOG_PART_OF_QUOTA = 8;

    SpaceLimits {
        if (reserveBytes < AUTOMATIC) {
            throw new IllegalArgumentException("reserve must be 0 bytes or more: reserve=" + reserveBytes);
        }
        if (maxDiskBytes < MIN_DISK_BYTES) {
            throw new IllegalArgumentException(
                    "maxDisk must be " + MIN_DISK_BYTES + " bytes or more: maxDisk=" + maxDiskBytes);
        }
    }

    /**
     * The same with a number in place of {@link #AUTOMATIC}.
     *
     * @param totalBytes of the disk
     * @param logBytes that the log may have: to open again the store writes the log into tables, with the reserve's space
     */
    SpaceLimits on(long totalBytes, long logBytes) {
        if (reserveBytes != AUTOMATIC) {
            return this;
        }
        long wanted = Math.max(AUTOMATIC_BYTES, 2 * logBytes);
        long most = Math.min(totalBytes / PART_OF_DISK, maxDiskBytes / PART_OF_QUOTA);
        return new SpaceLimits(Math.min(wanted, most), maxDiskBytes);
    }

    /** The log's bound, where {@code wanted} is more than fits the quota or the reserve. */
    long logBytes(long wanted) {
        long most = Math.min(wanted, maxDiskBytes / LOG_PART_OF_QUOTA);
        return reserveBytes > 0 ? Math.min(most, Math.max(1 << 20, reserveBytes / 2)) : most;
    }
}
