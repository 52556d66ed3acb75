package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The lock of a store's directory: one store at a time, across processes and within this one. {@code LOCK} is locked;
 * {@code LOCK.owner} names the holder, as {@code PID START}: a process must not open a file twice that it has locked,
 * since on POSIX systems closing either gives up the lock, so within a process it is {@code LOCK.owner} that counts. A
 * killed process holds nothing, even though its {@code LOCK.owner} remains.
 */
final class DirectoryLock implements AutoCloseable {

    /** RocksDB's lock of the database has the same name, in its own directory. */
    static final String LOCK = "LOCK";

    static final String OWNER = "LOCK.owner";

    /** When a process started, where the system does not say. */
    private static final String UNKNOWN = "unknown";

    private final Path directory;
    private final FileChannel channel;
    private final FileLock lock;

    private DirectoryLock(Path directory, FileChannel channel, FileLock lock) {
        this.directory = directory;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * @param directory exists
     * @throws StorageException {@code UNAVAILABLE} when it is in use
     */
    static DirectoryLock take(Path directory) throws IOException {
        Path real = directory.toRealPath();
        synchronized (monitor(real)) {
            String owner = owner(real);
            if (owner != null && owner.equals(self()) && !owner.endsWith(UNKNOWN)) {
                throw inThisJvm(real);
            }
            StoreDirectory.createFile(real.resolve(LOCK));
            FileChannel channel = FileChannel.open(
                    real.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
            try {
                FileLock lock = channel.tryLock();
                if (lock == null) {
                    String pid = owner == null ? UNKNOWN : owner.split(" ", 2)[0];
                    throw new StorageException(
                            Kind.UNAVAILABLE,
                            "directory is in use by another process: directory=" + real + ", pid=" + pid);
                }
                writeOwner(real);
                return new DirectoryLock(real, channel, lock);
            } catch (OverlappingFileLockException e) {
                channel.close();
                throw inThisJvm(real);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        }
    }

    /** On a full disk there is room when the reserve has gone. */
    private static void writeOwner(Path real) throws IOException {
        Files.deleteIfExists(real.resolve(OWNER)); // of a killed process, perhaps with other permissions
        try {
            StoreDirectory.createFile(real.resolve(OWNER));
            Files.writeString(real.resolve(OWNER), self());
        } catch (IOException e) {
            if (Failures.of(e, "cannot lock").kind() != Kind.FULL || !DiskReserve.release(real)) {
                throw e;
            }
            Files.writeString(real.resolve(OWNER), self());
        }
    }

    /**
     * As {@link #take}, of a directory that need not be a store's in use: a copy of one never had a lock.
     *
     * @return null when there is nothing to lock
     */
    static @Nullable DirectoryLock takeIfUsed(Path directory) throws IOException {
        Path file = directory.resolve(LOCK);
        return Files.exists(file) && Files.isWritable(file) ? take(directory) : null;
    }

    private static StorageException inThisJvm(Path real) {
        return new StorageException(
                Kind.UNAVAILABLE, "directory is in use by another store of this JVM: directory=" + real);
    }

    /** The same object for a path in the whole JVM, so that two stores do not take the lock at once. */
    private static Object monitor(Path real) {
        return ("io.maxmq.storage " + real).intern();
    }

    private static @Nullable String owner(Path real) throws IOException {
        Path file = real.resolve(OWNER);
        return Files.exists(file) ? Files.readString(file).trim() : null;
    }

    /** This process, told from an earlier one with the same id by when it started. */
    private static String self() {
        ProcessHandle process = ProcessHandle.current();
        String start = process.info().startInstant().map(Instant::toString).orElse(UNKNOWN);
        return process.pid() + " " + start;
    }

    @Override
    public void close() throws IOException {
        synchronized (monitor(directory)) {
            try {
                Files.deleteIfExists(directory.resolve(OWNER));
            } finally {
                lock.release();
                channel.close();
            }
        }
    }
}
