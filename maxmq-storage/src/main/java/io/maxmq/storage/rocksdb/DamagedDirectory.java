package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.rocksdb.RocksDBException;

/** A store's directory that is to be repaired, locked until it is closed. Not thread-safe. */
public final class DamagedDirectory implements AutoCloseable {
    private final Path directory;
    private final DirectoryLock lock;

    private DamagedDirectory(Path directory, DirectoryLock lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /** Returns whether a directory is, or was, a store's: it has a {@code FORMAT}. */
    public static boolean isOfStore(Path directory) {
        return StoreDirectory.hasFormat(directory);
    }

    /**
     * Locks a store's directory.
     *
     * @throws StorageException {@code UNAVAILABLE} when it is in use
     */
    public static DamagedDirectory enter(Path directory) throws IOException {
        return new DamagedDirectory(directory, DirectoryLock.take(directory));
    }

    /** Returns whether a call of {@link #replaceBy} was interrupted. */
    public boolean isBeingReplaced() throws IOException {
        return StoreDirectory.isBeingRepaired(directory);
    }

    /**
     * Copies it, to be opened however damaged its log is. Tables are linked, so that the copy takes little space, and the reserve
     * is released.
     *
     * @param target must not exist
     */
    public void copyTo(Path target) throws IOException {
        StoreDirectory.createDirectories(target);
        Files.copy(directory.resolve("FORMAT"), target.resolve("FORMAT"));
        var unused = DiskReserve.release(directory);
        StoreDirectory.copyContent(directory, target, true);
    }

    /**
     * Cuts the log of a copy at its first damage.
     *
     * @return the removed parts of files, in the order of the log; empty when the log is sound
     */
    public static List<LogCut> cutLog(Path copy) throws IOException {
        List<LogCut> cuts = LogFiles.soundPart(StoreDirectory.database(copy)).rest();
        LogFiles.cut(cuts);
        return cuts;
    }

    /**
     * Compares the log of a copy with the record of its log files, see {@link LogClaim}.
     *
     * @return a sentence for each log file that is missing or too short; empty as well when the copy has no readable record
     */
    public static List<String> missingLogs(Path copy) throws IOException {
        Path database = StoreDirectory.database(copy);
        LogFiles.SoundPart sound = LogFiles.soundPart(database);
        if (!sound.rest().isEmpty()) {
            return List.of(); // the rest is cut off, and says so
        }
        try {
            return LogClaim.read(copy)
                    .losses(database, sound.firstGroups(), sound.lastGroup(), () -> Database.oldestLiveLog(database))
                    .stream()
                    .map(loss -> loss.problem() + ": " + loss.file())
                    .toList();
        } catch (StorageException | RocksDBException e) {
            return List.of("the log files cannot be compared with LOGS: " + e.getMessage());
        }
    }

    /** Deletes a directory and all that is below, if there is one. */
    public static void delete(Path tree) throws IOException {
        StoreDirectory.deleteAll(tree);
    }

    /**
     * Moves the database of a repaired store in place of the damaged one, which goes to {@code kept}. Until that is
     * done no store can open the directory; after an interruption the same call completes it.
     *
     * @param repaired a store that was closed; deleted in the end
     * @param kept must not exist, but from such a call
     */
    public void replaceBy(Path repaired, Path kept) throws IOException {
        StoreDirectory.replaceDatabase(directory, repaired, kept);
        StoreDirectory.deleteAll(repaired);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
