package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether the store has space for new data. It has no space when its files exceed the quota, when less of the
 * disk is free than a quarter of the {@link DiskReserve}, or after the reserve had to be given back and until there is room
 * for it again. Then it takes only batches that {@linkplain io.maxmq.spi.storage.Batch#mayUseReserve() may use the
 * reserve}.
 *
 * <p>Files are measured once a second; in between, written bytes are subtracted from the free space. Thread-safe.
 */
final class Space {
    private static final Logger LOG = LoggerFactory.getLogger(Space.class);

    /** Opening needs beyond the log: a few files of RocksDB. */
    private static final long SPARE_BYTES = 4L * 1024 * 1024;

    private static final long LEAST_SPARE_BYTES = 256 * 1024;

    /** So many parts of the quota are there; one of them must be free again before new data is taken. */
    private static final int QUOTA_PARTS = 16;

    private final StoreDirectory directory;
    private final WriteFaults faults;
    private final DiskReserve reserve;
    private final SpaceLimits limits;
    private final long lowBytes;

    /** Bytes that may still be written before the next look. */
    private final AtomicLong left = new AtomicLong(Long.MAX_VALUE);

    /** Why new data is refused; null when it is taken. */
    private volatile @Nullable String shortage;

    private volatile boolean isReleased;
    private volatile boolean hasRoomForReserve;

    /** @param limits without {@link SpaceLimits#AUTOMATIC} */
    Space(StoreDirectory directory, SpaceLimits limits, WriteFaults faults) {
        this.directory = directory;
        this.limits = limits;
        this.faults = faults;
        this.reserve = new DiskReserve(directory.path());
        this.lowBytes = limits.reserveBytes() / 4;
    }

    /** Gives the reserve back when there is no room to open the database without; the log is not open. */
    void beforeOpening() throws IOException {
        if (!hasRoomToOpen() && release()) {
            LOG.warn(
                    "The disk is full: released the reserve to open the store: directory={}, usableBytes={}",
                    directory.path(),
                    usableBytes());
        }
    }

    /** Opening has failed since the disk is full: whether the reserve was still there, so that another attempt may do. */
    boolean releaseToOpen() throws IOException {
        boolean wasThere = release();
        if (wasThere) {
            LOG.warn("The disk is full: released the reserve to open the store: directory={}", directory.path());
        }
        return wasThere;
    }

    /** The database is open. */
    void opened() throws IOException {
        boolean lacksReserve = !directory.isNew() && reserve.bytes() < limits.reserveBytes();
        isReleased |= lacksReserve && usableBytes() < limits.reserveBytes() + 2 * lowBytes;
        var unused = look();
    }

    /** Returns whether there is room to open the database: for what is in the log, as tables, and a little more. */
    boolean hasRoomToOpen() {
        try {
            long log = LogFiles.bytes(directory.database());
            return usableBytes() >= log + log / 4 + spareBytes();
        } catch (IOException e) {
            LOG.warn("cannot ask for the space of the disk: {}", e.toString());
            return true;
        }
    }

    private long spareBytes() {
        return limits.reserveBytes() == 0
                ? SPARE_BYTES
                : Math.min(SPARE_BYTES, Math.max(LEAST_SPARE_BYTES, limits.reserveBytes() / 4));
    }

    /** Why new data is refused; null when it is taken. */
    @Nullable
    StorageException refusal() {
        String why = shortage;
        return why == null ? null : new StorageException(Kind.FULL, why);
    }

    boolean isShort() {
        return shortage != null;
    }

    /** So much was written. */
    void wrote(long bytes) {
        if (left.addAndGet(-bytes) < 0 && shortage == null) {
            shortage = "the space that was left is used up, and is about to be measured";
        }
    }

    /** Reports a write that failed for lack of space, and releases the reserve; false without a reserve. */
    boolean full() {
        shortage = "the disk is full";
        try {
            boolean wasThere = release();
            if (wasThere) {
                LOG.warn("The disk is full: released the reserve: directory={}", directory.path());
            }
            return wasThere;
        } catch (IOException e) {
            LOG.warn("the reserve could not be released: {}", e.toString());
            return false;
        }
    }

    private boolean release() throws IOException {
        boolean wasThere = reserve.release();
        isReleased |= wasThere;
        return wasThere;
    }

    /** Measures the files and the disk; gives the bytes of all files but the reserve. */
    long look() throws IOException {
        long used = directory.bytes() - reserve.takenBytes();
        long usable = usableBytes();
        boolean wasShort = shortage != null;
        hasRoomForReserve = usable >= limits.reserveBytes() + 2 * lowBytes;
        isReleased &= !hasRoomForReserve;
        long quota = limits.maxDiskBytes();
        if (isReleased || usable < (wasShort ? 2 * lowBytes : lowBytes)) {
            shortage = "the disk is almost full: usableBytes=" + usable + ", reserve=" + limits.reserveBytes();
        } else if (used > (wasShort ? quota - quota / QUOTA_PARTS : quota)) {
            shortage = "the store has reached its quota: bytes=" + used + ", maxDisk=" + quota;
        } else {
            shortage = null;
        }
        left.set(Math.min(quota - used, usable - lowBytes));
        return used;
    }

    /** Returns whether the reserve is to be made, for which there is room. */
    boolean lacksReserve() throws IOException {
        return hasRoomForReserve && reserve.bytes() != limits.reserveBytes();
    }

    /** Returns whether the reserve is so small that it takes no time. */
    boolean isReserveSmall() {
        return limits.reserveBytes() <= 1 << 20;
    }

    /** Makes the reserve, or one of the present size. Takes a while. */
    void makeReserve() throws IOException {
        if (limits.reserveBytes() == 0) {
            var unused = reserve.release();
        } else {
            reserve.create(limits.reserveBytes());
        }
    }

    private long usableBytes() throws IOException {
        return faults.usableBytes(directory.usableBytes());
    }
}
