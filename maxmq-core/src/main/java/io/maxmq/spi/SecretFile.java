package io.maxmq.spi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Permissions of files with secrets: keys, password files, configuration files. Reading by the file's group is accepted, as
 * services get keys by a group of their own. Stateless.
 *
 * @since 0.1.0
 */
@Internal
public final class SecretFile {
    private static final Set<PosixFilePermission> EXPOSING =
            Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.GROUP_WRITE);

    private SecretFile() {}

    /**
     * Returns a warning when every user of the machine can read the file, or others than its owner can write it. Null
     * when they cannot, or when the permissions are unknown: the file system has no permissions, or the file does not
     * exist. Blocks.
     */
    public static @Nullable String exposure(Path file) {
        Set<PosixFilePermission> permissions;
        try {
            permissions = Files.getPosixFilePermissions(file);
        } catch (IOException | UnsupportedOperationException e) {
            return null;
        }
        Set<PosixFilePermission> exposing = EnumSet.copyOf(EXPOSING);
        exposing.retainAll(permissions);
        if (exposing.isEmpty()) {
            return null;
        }
        return file + " holds secrets and "
                + (exposing.contains(PosixFilePermission.OTHERS_READ)
                        ? "every user of this machine can read it"
                        : "users other than its owner can write it")
                + " (" + PosixFilePermissions.toString(permissions) + "): chmod 600 it";
    }
}
