package io.maxmq.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.slf4j.Logger;

/** Who may read a file with secrets. Stateless. */
final class FilePermissions {
    /** Its owner alone. */
    static final Set<PosixFilePermission> OWNER =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private FilePermissions() {}

    /** Says so when others than its owner and group can read or write it; where a file system knows no such thing, nothing. */
    static void warnIfReadByOthers(Path file, Logger log) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)
                    || permissions.contains(PosixFilePermission.OTHERS_WRITE)
                    || permissions.contains(PosixFilePermission.GROUP_WRITE)) {
                log.warn("{} can be read by everybody, or written by others than its owner: chmod 600 it", file);
            }
        } catch (IOException | UnsupportedOperationException e) {
            log.debug("the permissions of {} are not known", file, e);
        }
    }

    static boolean arePosix(Path directory) {
        return Files.getFileAttributeView(directory, java.nio.file.attribute.PosixFileAttributeView.class) != null;
    }
}
