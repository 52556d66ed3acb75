package io.maxmq.config;

import io.maxmq.spi.Stable;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/**
 * A local socket (Unix domain socket): a file that programs on this machine connect to, and nobody else. Made by {@link
 * Listener#unix(Path)} and its withers. Immutable.
 *
 * <p>Who may connect is who may write to the file. It appears with its permissions set, in place of one that nobody listens on any
 * more, and goes when the listener is closed. While somebody listens there, or when something else than a socket is there, the listener
 * does not open, and what is there stays. Where files have no such permissions, those of the directory count.
 *
 * <p>Its clients have no IP address. {@code ClientInfo.remoteAddress()} is a {@link java.net.UnixDomainSocketAddress}, the one of the
 * listener, for all of them: bans and access rules of addresses do not meet them, limits by address do not count them, and failed
 * logins do not slow them down. Limits by listener, user and client do. Which process or user of the operating system it is nobody asks.
 *
 * @param name in events and metrics; default {@code unix}
 * @param path where the file is to be, in a directory that exists, at most 107 bytes (103 with macOS): it is made by way of a
 *     directory beside it, of a name of 7 characters, which has to find room as well
 * @param permissions of the file; default read and write for the owner alone
 * @param backlog connections that the operating system completes ahead of the broker; default 1024
 * @param maxConnections default 1,000,000
 * @since 0.1.0
 */
@Stable
public record UnixListener(
        String name, Path path, Set<PosixFilePermission> permissions, int backlog, int maxConnections)
        implements Listener {

    static final Set<PosixFilePermission> DEFAULT_PERMISSIONS =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    /** Checks every value. */
    public UnixListener {
        SettingChecks.accepting(name, backlog, maxConnections);
        Objects.requireNonNull(path, "path");
        boolean isFile =
                path.getFileName() != null && !path.getFileName().toString().isEmpty();
        if (!isFile || path.getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException("path must name a file of this machine: path=" + path);
        }
        permissions = Set.copyOf(permissions);
    }

    @Override
    public UnixListener withName(String newName) {
        return new UnixListener(newName, path, permissions, backlog, maxConnections);
    }

    /** The same with another backlog. */
    public UnixListener withBacklog(int newBacklog) {
        return new UnixListener(name, path, permissions, newBacklog, maxConnections);
    }

    @Override
    public UnixListener withMaxConnections(int newMaxConnections) {
        return new UnixListener(name, path, permissions, backlog, newMaxConnections);
    }

    /**
     * The same with a file of these permissions.
     *
     * @param newPermissions as {@code ls} shows them, such as {@code rw-rw----} for owner and group
     * @throws IllegalArgumentException when they are not
     */
    public UnixListener withPermissions(String newPermissions) {
        Set<PosixFilePermission> parsed;
        try {
            parsed = PosixFilePermissions.fromString(newPermissions);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "permissions must be 9 characters such as rw-rw----: permissions=" + newPermissions, e);
        }
        return new UnixListener(name, path, parsed, backlog, maxConnections);
    }
}
