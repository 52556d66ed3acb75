package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.Checkpoint;
import org.rocksdb.RocksDBException;

/** A copy of a store in use, as a directory that a store could be opened in. Stateless. */
final class Backup {

    private Backup() {}

    /**
     * Makes the copy under a temporary name, forces it to the medium, and gives it its own. Blocks.
     *
     * @param target must not exist
     */
    static void make(Engine engine, Path target) throws RocksDBException {
        Path temporary = target.resolveSibling(target.getFileName() + ".unfinished");
        try {
            if (Files.exists(target)) {
                throw new StorageException(Kind.IO, "backup's target exists: directory=" + target);
            }
            StoreDirectory.deleteAll(temporary);
            StoreDirectory.createDirectories(temporary);
            try {
                engine.run(database -> {
                    try (Checkpoint checkpoint = Checkpoint.create(database.rocks())) {
                        checkpoint.createCheckpoint(temporary.resolve("db").toString());
                    }
                });
                StoreDirectory.finishBackup(temporary, target);
            } finally {
                StoreDirectory.deleteAll(temporary);
            }
        } catch (IOException e) {
            throw Failures.of(e, "backup failed");
        }
    }
}
