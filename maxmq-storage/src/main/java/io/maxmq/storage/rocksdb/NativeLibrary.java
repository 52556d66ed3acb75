package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * RocksDB's native library, loaded from its jar once per JVM. RocksDB would leave a copy of 15 MB in the directory for
 * temporary files each time that the process is killed; here the copy goes as soon as it is loaded. Where
 * {@code ROCKSDB_SHAREDLIB_DIR} is set, or the jar has no library of that name, RocksDB does it in its own way.
 *
 * <p>Thread-safe.
 */
final class NativeLibrary {
    private static final String NAME = Environment.getJniLibraryFileName("rocksdbjni");

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
        try (InputStream library = RocksDB.class.getClassLoader().getResourceAsStream(NAME)) {
            if (library == null || System.getenv("ROCKSDB_SHAREDLIB_DIR") != null) {
                RocksDB.loadLibrary();
            } else {
                loadCopyOf(library);
            }
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new StorageException(
                    Kind.IO,
                    "RocksDB's native library cannot be loaded, from " + System.getProperty("java.io.tmpdir") + ": "
                            + e,
                    e);
        }
        loaded = true;
    }

    private static void loadCopyOf(InputStream library) throws IOException {
        Path directory = Files.createTempDirectory("maxmq-rocksdb-"); // for the owner alone
        Path copy = directory.resolve(NAME);
        try {
            Files.copy(library, copy);
            RocksDB.loadLibrary(List.of(directory.toString()));
        } finally {
            delete(copy);
            delete(directory);
        }
    }

    /** What is loaded cannot be deleted on Windows: there it goes when the JVM ends. */
    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            path.toFile().deleteOnExit();
        }
    }
}
