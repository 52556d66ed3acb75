package io.maxmq.core.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * File of a local socket. The socket is bound in a directory that only its owner can enter, and moved to its path after
 * its permissions are set, so that no client connects earlier. An existing socket file without a listener is replaced;
 * any other file stays. Closing removes the file only if it is still the same file.
 * <pre>
 *   {@link #prepare}   DIRECTORY/.mXXXXX/     accessible to the owner only; binding creates s in it
 *   {@link #publish}   DIRECTORY/NAME
 *   {@link #remove}    no file
 * </pre>
 *
 * <p>If two sockets are published within the same microseconds, the later one keeps the path. On a file system without
 * POSIX permissions the socket is bound at its path directly. Blocks. Thread-safe.
 */
final class SocketFile {
    /** Limit of Linux; other systems report their own error. */
    private static final int MAX_PATH_BYTES = 107;

    private static final int MODE_KIND = 0170000;
    private static final int MODE_SOCKET = 0140000;
    private static final Set<PosixFilePermission> OWNER_ALONE = PosixFilePermissions.fromString("rwx------");
    private static final int NAMES = 36 * 36 * 36 * 36 * 36;

    private final Path path;
    private final Set<PosixFilePermission> permissions;

    // guarded by this

    /** Owner-only directory; null when it does not exist. */
    private @Nullable Path apart;

    /** File key of the published file; null when it does not exist. */
    private @Nullable Object key;

    private boolean removed;

    SocketFile(Path path, Set<PosixFilePermission> permissions) {
        this.path = path;
        this.permissions = permissions;
    }

    /**
     * Prepares a path to bind to.
     *
     * @return the path
     * @throws IOException with the reason; the message contains no path, except for a path that is too long
     */
    synchronized Path prepare() throws IOException {
        checkLength(path);
        try {
            if (!hasPermissions()) {
                makeRoom();
                Files.deleteIfExists(path);
                return path;
            }
            Path directory = privateDirectory();
            apart = directory;
            checkLength(bound(directory));
            return bound(directory);
        } catch (FileSystemException e) {
            throw said(e);
        }
    }

    private static Path bound(Path directory) {
        return directory.resolve("s");
    }

    private static void checkLength(Path name) throws IOException {
        int bytes = name.toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_PATH_BYTES) {
            throw new IOException(
                    "path too long for a local socket: " + bytes + " bytes, at most " + MAX_PATH_BYTES + ": " + name);
        }
    }

    private Path directory() {
        Path parent = path.getParent();
        return parent == null ? Path.of("") : parent;
    }

    private boolean hasPermissions() {
        return Files.getFileAttributeView(directory(), PosixFileAttributeView.class) != null;
    }

    private Path privateDirectory() throws IOException {
        while (true) {
            String random = Integer.toString(ThreadLocalRandom.current().nextInt(NAMES / 36, NAMES), 36);
            try {
                return Files.createDirectory(
                        directory().resolve(".m" + random), PosixFilePermissions.asFileAttribute(OWNER_ALONE));
            } catch (FileAlreadyExistsException e) {
                // The name is taken: try another one.
            }
        }
    }

    /**
     * Moves the bound socket to its path.
     *
     * @throws IOException with the reason; the caller then calls {@link #remove}
     */
    synchronized void publish() throws IOException {
        if (removed) {
            throw new IOException("closed while it opened");
        }
        Path directory = apart;
        if (directory == null) {
            return; // the socket is at its path already
        }
        Path at = bound(directory);
        try {
            Files.setPosixFilePermissions(at, permissions);
            Object ours = keyOf(at);
            makeRoom();
            Files.move(at, path, StandardCopyOption.ATOMIC_MOVE);
            key = ours;
            apart = null;
            Files.delete(directory);
        } catch (FileSystemException e) {
            throw said(e);
        }
    }

    /** Checks that the file at the path may be replaced; a missing file is fine. */
    private void makeRoom() throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isSocket()) {
            throw new IOException("the path exists and is not a socket");
        }
        if (isListening()) {
            throw new IOException("in use by another listener");
        }
    }

    private boolean isSocket() throws IOException {
        if (path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return (mode & MODE_KIND) == MODE_SOCKET;
        }
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther();
    }

    private boolean isListening() throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false); // else it would wait for room in the backlog
            probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (SocketException e) { // the backlog is full, or the file belongs to another user
            throw new IOException("in use or not accessible: " + e.getMessage(), e);
        }
    }

    private static @Nullable Object keyOf(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /**
     * Removes the file or the directory. Call while the socket is open: until then no other file can have its key.
     * Idempotent.
     *
     * @throws IOException if it cannot be removed
     */
    synchronized void remove() throws IOException {
        removed = true;
        Path directory = apart;
        apart = null;
        if (directory != null) {
            Files.deleteIfExists(bound(directory));
            Files.deleteIfExists(directory);
        }
        Object ours = key;
        key = null;
        try {
            if (ours != null && ours.equals(keyOf(path))) {
                Files.delete(path);
            }
        } catch (NoSuchFileException e) {
            // Another process has removed the file.
        }
    }

    /** Returns the failure without the path, which the caller adds. */
    private static IOException said(FileSystemException e) {
        String why = String.valueOf(e.getReason());
        if (e instanceof AccessDeniedException) {
            why = "permission denied";
        } else if (e instanceof NoSuchFileException) {
            why = "its directory does not exist";
        } else if (e.getReason() == null) {
            why = e.toString();
        }
        return new IOException(why, e);
    }
}
