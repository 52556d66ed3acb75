package io.maxmq.auth;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** Permissions of the password files that the broker writes. Stateless. */
final class FilePermissions {
    /** Its owner alone. */
    static final Set<PosixFilePermission> OWNER =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private FilePermissions() {}

    static boolean arePosix(Path directory) {
        return Files.getFileAttributeView(directory, java.nio.file.attribute.PosixFileAttributeView.class) != null;
    }
}
