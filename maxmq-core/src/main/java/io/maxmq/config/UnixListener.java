package io.maxmq.config;

import io.maxmq.spi.Stable;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/**
 * A local socket (Unix domain socket): a file that only programs on this machine can connect to. Created by
 * {@link Listener#unix(Path)} and its withers. Immutable.
 *
 * <p>Programs that may write to the file may connect. The file appears with its permissions set, and replaces a socket
 * file without a listening program; it is deleted when the listener is closed. The listener does not open, and leaves
 * the file alone, when another program listens on it or it is not a socket. On systems without such file permissions,
 * those of the directory apply.
 *
 * <p>Clients have no IP address. {@code ClientInfo.remoteAddress()} is the {@link java.net.UnixDomainSocketAddress} of
 * the listener for all of them: bans, access rules and limits by address do not apply to them, and failed logins do not
 * slow them down. Limits by listener, user and client apply. The broker does not determine the process or the user of
 * the operating system.
 *
 * @param name in events and metrics; default {@code unix}
 * @param path of the socket's file, in an existing directory, at most 107 bytes (103 with macOS); the broker creates it
 *     in a temporary directory beside it, whose name of 7 characters counts too
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

    /** Returns a copy with another backlog. */
    public UnixListener withBacklog(int newBacklog) {
        return new UnixListener(name, path, permissions, newBacklog, maxConnections);
    }

    @Override
    public UnixListener withMaxConnections(int newMaxConnections) {
        return new UnixListener(name, path, permissions, backlog, newMaxConnections);
    }

    /**
     * Returns a copy whose file has these permissions.
     *
     * @param newPermissions in the notation of {@code ls}, such as {@code rw-rw----} for owner and group
     * @throws IllegalArgumentException when the notation is invalid
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
