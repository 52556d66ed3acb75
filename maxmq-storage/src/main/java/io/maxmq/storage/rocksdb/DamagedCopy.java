package io.maxmq.storage.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A copy of a directory that nobody uses, to be opened however damaged its log is. Stateless. */
public final class DamagedCopy {
    private DamagedCopy() {}

    /**
     * Copies a store's directory, which is locked meanwhile.
     *
     * @param target must not exist
     * @throws io.maxmq.spi.storage.StorageException {@code UNAVAILABLE} when it is in use
     */
    public static void make(Path source, Path target) throws IOException {
        try (DirectoryLock lock = DirectoryLock.take(source)) {
            assert lock != null;
            StoreDirectory.createDirectories(StoreDirectory.database(target));
            for (String each : List.of("FORMAT", "LEVEL")) {
                if (Files.exists(source.resolve(each))) {
                    Files.copy(source.resolve(each), target.resolve(each));
                }
            }
            try (Stream<Path> files = Files.list(StoreDirectory.database(source))) {
                for (Path each : files.toList()) {
                    if (Files.isRegularFile(each)) {
                        Files.copy(each, StoreDirectory.database(target).resolve(each.getFileName()));
                    }
                }
            }
        }
    }

    /** Cuts the log off where it is not sound, whatever is behind; gives the bytes that are lost. */
    public static long cutLog(Path directory) throws IOException {
        return LogFiles.cutAtDamage(StoreDirectory.database(directory));
    }
}
