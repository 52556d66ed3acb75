package io.maxmq.storage.rocksdb;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/**
 * The file {@code RESERVE} of a store's directory: space that is given back when the disk is full, so that the store can delete,
 * compact and open again. Its bytes are random, so that file systems neither compress nor share them.
 *
 * <p>Thread-safe.
 */
final class DiskReserve {
    static final String FILE = "RESERVE";

    /** While it is written; under this name it is not counted as a reserve. */
    static final String NEW_FILE = FILE + ".new";

    private static final int CHUNK_BYTES = 1 << 20;
    private static final long MILLIS_BETWEEN_CHUNKS = 5;

    private final Path directory;

    DiskReserve(Path directory) {
        this.directory = directory;
    }

    /** Returns the size of the file in bytes; 0 without a file. */
    long bytes() throws IOException {
        return size(directory.resolve(FILE));
    }

    /** The same with one that is being made. */
    long takenBytes() throws IOException {
        return bytes() + size(directory.resolve(NEW_FILE));
    }

    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** Deletes the file; false without a file. */
    boolean release() throws IOException {
        return release(directory);
    }

    /** The same of a directory. */
    static boolean release(Path directory) throws IOException {
        boolean wasBeingMade = Files.deleteIfExists(directory.resolve(NEW_FILE));
        return Files.deleteIfExists(directory.resolve(FILE)) || wasBeingMade;
    }

    /**
     * Makes the file in place of the present one, slowly, so that writes of the store go on between.
     *
     * @throws IOException if there is no room for it, or the thread is interrupted; the present file stays
     */
    void create(long bytes) throws IOException {
        Path made = directory.resolve(NEW_FILE);
        try {
            write(made, bytes);
            Files.move(made, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(made); // a reserve that is there stays
            throw e;
        }
    }

    private static void write(Path file, long bytes) throws IOException {
        SplittableRandom random = new SplittableRandom();
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, bytes));
        Files.deleteIfExists(file);
        Files.createFile(file, StoreDirectory.ownerOnly(file, "rw-------"));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (long left = bytes; left > 0; ) {
                random.nextBytes(chunk.array());
                chunk.clear().limit((int) Math.min(chunk.capacity(), left));
                while (chunk.hasRemaining()) {
                    left -= channel.write(chunk);
                }
                channel.force(false);
                if (left > 0) {
                    Thread.sleep(MILLIS_BETWEEN_CHUNKS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the store closes");
        }
    }
}
