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
 * The file of a local socket. It is bound where only its owner gets, and moved to its place when its permissions are set: nobody connects
 * before. One that is there and that nobody listens on is replaced; anything else stays. It goes when it is still the same.
 *
 * <pre>
 *   {@link #prepare}   DIRECTORY/.mXXXXX/     the owner's alone; binding makes s in it
 *   {@link #publish}   DIRECTORY/NAME
 *   {@link #remove}    nothing
 * </pre>
 *
 * <p>Of two that are published within the same microseconds the later one has the place. Where files have no permissions of POSIX it is
 * bound in its place at once. Blocks. Thread-safe.
 */
final class SocketFile {
    /** As much as Linux has room for; other systems complain themselves. */
    private static final int MAX_PATH_BYTES = 107;

    private static final int MODE_KIND = 0170000;
    private static final int MODE_SOCKET = 0140000;
    private static final Set<PosixFilePermission> OWNER_ALONE = PosixFilePermissions.fromString("rwx------");
    private static final int NAMES = 36 * 36 * 36 * 36 * 36;

    private final Path path;
    private final Set<PosixFilePermission> permissions;

    // guarded by this

    /** The directory of its owner alone, while there is one. */
    private @Nullable Path apart;

    /** Of the file that has been published, for as long as it is there. */
    private @Nullable Object key;

    private boolean removed;

    SocketFile(Path path, Set<PosixFilePermission> permissions) {
        this.path = path;
        this.permissions = permissions;
    }

    /**
     * Makes room to bind.
     *
     * @return where
     * @throws IOException says why not; names no path
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
                    "too long for a local socket, " + bytes + " bytes, at most " + MAX_PATH_BYTES + ": " + name);
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
                // Another name, then.
            }
        }
    }

    /**
     * What has been bound takes its place.
     *
     * @throws IOException says why not; then it is to be removed
     */
    synchronized void publish() throws IOException {
        if (removed) {
            throw new IOException("closed while it opened");
        }
        Path directory = apart;
        if (directory == null) {
            return; // it is there
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

    /** What is there may go when this returns. */
    private void makeRoom() throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isSocket()) {
            throw new IOException("something else than a socket is there");
        }
        if (isListening()) {
            throw new IOException("in use: somebody listens there");
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
        } catch (SocketException e) { // the backlog is full, or the file is somebody else's
            throw new IOException("in use, as far as can be told: " + e.getMessage(), e);
        }
    }

    private static @Nullable Object keyOf(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /**
     * Removes what there is of it. To be called while the socket is open: until then no other file can have its key. Idempotent.
     *
     * @throws IOException when it cannot be removed
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
            // Somebody else has removed it.
        }
    }

    /** Without the path, which is said anyway. */
    private static IOException said(FileSystemException e) {
        String why = String.valueOf(e.getReason());
        if (e instanceof AccessDeniedException) {
            why = "permission denied";
        } else if (e instanceof NoSuchFileException) {
            why = "its directory is not there";
        } else if (e.getReason() == null) {
            why = e.toString();
        }
        return new IOException(why, e);
    }
}
