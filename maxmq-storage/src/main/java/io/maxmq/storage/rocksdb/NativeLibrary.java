package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;

/**
 * RocksDB's native library, loaded from its jar once per JVM. RocksDB itself would leave a copy of 15 MB in the directory for
 * temporary files each time that the process is killed; here the copy goes as soon as it is loaded. Where
 * {@code ROCKSDB_SHAREDLIB_DIR} is set RocksDB does it in its own way.
 *
 * <p>Thread-safe.
 */
final class NativeLibrary {
    /** A library belongs to the JVM, as this does; guarded by the class. */
    private static boolean loaded;

    private NativeLibrary() {}

    /**
     * No effect from the second time on.
     *
     * @throws StorageException of kind IO: it cannot be written or loaded
     */
    static synchronized void load() {
        if (loaded) {
            return;
        }
        try {
            if (System.getenv("ROCKSDB_SHAREDLIB_DIR") == null) {
                loadCopy();
            }
            RocksDB.loadLibrary();
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new StorageException(
                    Kind.IO,
                    "RocksDB's native library cannot be loaded, from " + System.getProperty("java.io.tmpdir") + ": "
                            + e,
                    e);
        }
        loaded = true;
    }

    /** Before any class of RocksDB does it: they find it loaded. */
    private static void loadCopy() throws IOException {
        Path directory = Files.createTempDirectory("maxmq-rocksdb-"); // for the owner alone
        try {
            NativeLibraryLoader.getInstance().loadLibrary(directory.toString());
        } finally {
            File[] copies = directory.toFile().listFiles();
            if (copies != null) {
                for (File copy : copies) {
                    delete(copy.toPath());
                }
            }
            delete(directory);
        }
    }

    /** Deletes a file; on Windows a loaded library can only be deleted when the JVM ends. */
    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            path.toFile().deleteOnExit();
        }
    }
}
