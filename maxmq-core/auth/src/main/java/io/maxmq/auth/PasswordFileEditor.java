package io.maxmq.auth;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes password files: a new one beside the old, forced to the disk, then put in its place. A reader sees the old or the new.
 * Two writers at a time: the last one wins. Stateless.
 */
final class PasswordFileEditor {
    private static final String FIRST_LINE = "# Users of MaxMQ: user:hash or tenant:user:hash";

    private PasswordFileEditor() {}

    static void put(Path file, TenantUser user, String hash) {
        edit(file, user, user + ":" + hash);
    }

    static boolean remove(Path file, TenantUser user) {
        return edit(file, user, null);
    }

    /** @return whether the user was there */
    private static boolean edit(Path file, TenantUser user, @Nullable String line) {
        boolean exists = Files.exists(file);
        List<String> lines = new ArrayList<>();
        boolean found = false;
        if (exists || line == null) {
            byte[] bytes = CredentialFile.bytesOf(file, "password file");
            CredentialFile.parse(file, bytes); // a broken one is not written to
            for (String each : CredentialFile.linesOf(bytes)) {
                if (CredentialFile.isNone(each) || !CredentialFile.userOf(each).equals(user)) {
                    lines.add(each);
                } else {
                    found = true;
                    if (line != null) {
                        lines.add(line);
                    }
                }
            }
        } else {
            lines.add(FIRST_LINE);
        }
        if (!found && line != null) {
            lines.add(line);
        }
        if (found || line != null) {
            replace(file, exists, String.join("\n", lines) + "\n");
        }
        return found;
    }

    private static void replace(Path file, boolean exists, String content) {
        try {
            Path target = exists ? file.toRealPath() : file.toAbsolutePath(); // not the link to it
            Path parent = target.getParent();
            boolean posix = parent != null && FilePermissions.arePosix(parent);
            Set<PosixFilePermission> permissions =
                    posix && exists ? Files.getPosixFilePermissions(target) : FilePermissions.OWNER;
            FileAttribute<?>[] attributes = posix
                    ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(FilePermissions.OWNER)}
                    : new FileAttribute<?>[0];
            Path written = Files.createTempFile(parent, target.getFileName() + ".", ".new", attributes);
            try {
                write(written, content);
                if (posix) {
                    Files.setPosixFilePermissions(written, permissions);
                }
                Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(written);
            }
        } catch (IOException e) {
            throw new AccessFileException(file, 0, "password file cannot be written: " + e, e);
        }
    }

    private static void write(Path file, String content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }
}
