package io.maxmq.api.http;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The file of a local socket whose permissions are the only check of its callers: mode 0600, in a directory of mode 0700.
 * Methods block. Immutable.
 */
final class LocalSocket {
    private static final Set<PosixFilePermission> OWNER_DIRECTORY = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");

    private final Path file;

    LocalSocket(Path file) {
        this.file = file.toAbsolutePath();
    }

    Path file() {
        return file;
    }

    /**
     * Creates the directory, and removes a socket that no program listens on.
     *
     * @throws IllegalArgumentException when the directory is open to other users, or the file is in use
     */
    void prepare() {
        Path directory = file.getParent();
        if (directory == null) {
            throw new IllegalArgumentException("unixPath must name a file in a directory: unixPath=" + file);
        }
        try {
            if (Files.notExists(directory)) {
                Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_DIRECTORY));
            }
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
            if (!OWNER_DIRECTORY.containsAll(permissions)) {
                throw new IllegalArgumentException("other users can enter the directory of the API socket ("
                        + PosixFilePermissions.toString(permissions) + "): chmod 700 " + directory);
            }
            removeStale();
        } catch (IOException | UnsupportedOperationException e) {
            throw new IllegalArgumentException("cannot prepare the API socket " + file + ": " + e, e);
        }
    }

    private void removeStale() throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        BasicFileAttributes attributes =
                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isOther()) {
            throw new IllegalArgumentException("the path of the API socket is in use by another file: " + file);
        }
        boolean hasListener;
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            hasListener = probe.connect(UnixDomainSocketAddress.of(file));
        } catch (IOException e) {
            hasListener = false;
        }
        if (hasListener) {
            throw new IllegalArgumentException("another program listens on the API socket " + file);
        }
        Files.delete(file);
    }

    /** Restricts the bound socket to its owner. */
    void restrict() throws IOException {
        Files.setPosixFilePermissions(file, OWNER_FILE);
    }

    void remove() throws IOException {
        Files.deleteIfExists(file);
    }
}
