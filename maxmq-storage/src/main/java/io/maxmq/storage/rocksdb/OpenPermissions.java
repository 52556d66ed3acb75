package io.maxmq.storage.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Finds files of a store's directory that other users of the machine may read, write or lock. A user with read access
 * to {@code LOCK} can lock it and keep the broker from starting. Files of the database are covered by their directory.
 * Stateless.
 */
final class OpenPermissions {

    private static final Set<PosixFilePermission> TOO_OPEN = EnumSet.of(
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private OpenPermissions() {}

    /**
     * Looks at the directory, the directory of the database and the lock files.
     *
     * @return a path with its permissions each, {@code /data (rwxr-xr-x)}; empty where the file system has no POSIX permissions
     */
    static List<String> in(Path directory) throws IOException {
        if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return List.of();
        }
        Path database = StoreDirectory.database(directory);
        List<String> open = new ArrayList<>();
        for (Path path : List.of(
                directory,
                directory.resolve(DirectoryLock.LOCK),
                directory.resolve(DirectoryLock.OWNER),
                database,
                database.resolve(DirectoryLock.LOCK))) {
            try {
                Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
                if (permissions.stream().anyMatch(TOO_OPEN::contains)) {
                    open.add(path + " (" + PosixFilePermissions.toString(permissions) + ")");
                }
            } catch (NoSuchFileException e) {
                // not there yet
            }
        }
        return open;
    }
}
