package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.StoreCapabilities;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a store. Immutable; the methods return changed copies.
 *
 * @param directory of the store alone
 * @param memoryBytes of block cache and memtables together, {@value #MIN_MEMORY_BYTES} or more
 * @param maxPendingBytes the most bytes of batches that have not completed, {@code 1 MiB} or more
 * @param partitions 1..64; a directory keeps the number that it began with
 * @param maxCursorIdle how long a cursor may be left alone
 * @param backup the backup to copy into the directory before it is opened, or null
 * @param salvages whether it opens although files of tables are damaged, to read what can be read, and leaves files as
 *     they are
 * @param space how much of the disk it may take and keeps in reserve
 */
public record StoreSettings(
        Path directory,
        Durability durability,
        long memoryBytes,
        long maxPendingBytes,
        int partitions,
        Duration maxCursorIdle,
        @Nullable Path backup,
        boolean salvages,
        SpaceLimits space) {

    /** Less than this is no use. */
    public static final long MIN_MEMORY_BYTES = 8L * 1024 * 1024;

    private static final long DEFAULT_MEMORY_BYTES = 64L * 1024 * 1024;
    private static final long DEFAULT_PENDING_BYTES = 64L * 1024 * 1024;
    private static final long MAX_LOG_BYTES = 256L * 1024 * 1024;
    private static final SpaceLimits NO_RESERVE = new SpaceLimits(0, Long.MAX_VALUE);
    private static final long MAX_BATCH_BYTES = 32L * 1024 * 1024;
    private static final Duration DEFAULT_CURSOR_IDLE = Duration.ofMinutes(5);

    /**
     * @throws IllegalArgumentException when a number is out of its range
     */
    public StoreSettings {
        if (memoryBytes < MIN_MEMORY_BYTES) {
            throw new IllegalArgumentException(
                    "memory must be " + MIN_MEMORY_BYTES + " bytes or more: memory=" + memoryBytes);
        }
        if (maxPendingBytes < StoreCapabilities.MIN_BATCH_BYTES) {
            throw new IllegalArgumentException("maxPending must be " + StoreCapabilities.MIN_BATCH_BYTES
                    + " bytes or more: maxPending=" + maxPendingBytes);
        }
        if (partitions < 1 || partitions > Partitions.MAX_COUNT) {
            throw new IllegalArgumentException("partitions must be 1..64: partitions=" + partitions);
        }
    }

    /** Forced to the medium, one partition, 64 MiB of memory, 64 MiB pending. */
    public static StoreSettings of(Path directory) {
        return new StoreSettings(
                directory,
                Durability.FSYNC,
                DEFAULT_MEMORY_BYTES,
                DEFAULT_PENDING_BYTES,
                1,
                DEFAULT_CURSOR_IDLE,
                null,
                false,
                SpaceLimits.DEFAULT);
    }

    public StoreSettings withDurability(Durability level) {
        return new StoreSettings(
                directory, level, memoryBytes, maxPendingBytes, partitions, maxCursorIdle, backup, salvages, space);
    }

    public StoreSettings withMemory(long bytes) {
        return new StoreSettings(
                directory, durability, bytes, maxPendingBytes, partitions, maxCursorIdle, backup, salvages, space);
    }

    public StoreSettings withMaxPending(long bytes) {
        return new StoreSettings(
                directory, durability, memoryBytes, bytes, partitions, maxCursorIdle, backup, salvages, space);
    }

    public StoreSettings withPartitions(int count) {
        return new StoreSettings(
                directory, durability, memoryBytes, maxPendingBytes, count, maxCursorIdle, backup, salvages, space);
    }

    public StoreSettings withMaxCursorIdle(Duration idle) {
        return new StoreSettings(
                directory, durability, memoryBytes, maxPendingBytes, partitions, idle, backup, salvages, space);
    }

    public StoreSettings withBackup(Path source) {
        return new StoreSettings(
                directory,
                durability,
                memoryBytes,
                maxPendingBytes,
                partitions,
                maxCursorIdle,
                source,
                salvages,
                space);
    }

    /** The bound of the disk, from which new data is refused; {@code 16 MiB} or more. */
    public StoreSettings withMaxDisk(long bytes) {
        return with(new SpaceLimits(space.reserveBytes(), bytes));
    }

    /** Sets the size of the reserve; 0 for no reserve. */
    public StoreSettings withReserve(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("reserve must be 0 bytes or more: reserve=" + bytes);
        }
        return with(new SpaceLimits(bytes, space.maxDiskBytes()));
    }

    /** The same with a reserve that fits a disk of so many bytes. */
    StoreSettings onDisk(long totalBytes) {
        return with(space.on(totalBytes, wantedLogBytes()));
    }

    private StoreSettings with(SpaceLimits limits) {
        return new StoreSettings(
                directory,
                durability,
                memoryBytes,
                maxPendingBytes,
                partitions,
                maxCursorIdle,
                backup,
                salvages,
                limits);
    }

    public StoreSettings salvaging() {
        return new StoreSettings(
                directory,
                durability,
                memoryBytes,
                maxPendingBytes,
                partitions,
                maxCursorIdle,
                backup,
                true,
                NO_RESERVE);
    }

    /** The most bytes of the log, which is read at every start and needs as much room to be written into tables. */
    long maxLogBytes() {
        return space.logBytes(wantedLogBytes());
    }

    private long wantedLogBytes() {
        return Math.min(memoryBytes / 2, MAX_LOG_BYTES);
    }

    /** The largest batch. */
    long maxBatchBytes() {
        return Math.min(maxPendingBytes, MAX_BATCH_BYTES);
    }
}
