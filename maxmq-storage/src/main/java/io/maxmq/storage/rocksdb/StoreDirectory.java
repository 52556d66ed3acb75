package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of a store, held from {@link #enter} until it is closed:
 *
 * <pre>
 *   FORMAT        "maxmq-storage 1", and behind it "creating", "restoring" or "repairing" until that is done
 *   LEVEL         the durability of what is in the log; FSYNC when there is no such file
 *   LOGS          what the log must have at the next start, see {@link LogClaim}; nothing when there is no such file
 *   LOCK          see {@link DirectoryLock}
 *   LOCK.owner
 *   RESERVE       space for a full disk, see {@link DiskReserve}
 *   db/           RocksDB's files
 * </pre>
 *
 * <p>What it creates is for its owner alone. {@code FORMAT} is checked before RocksDB sees anything, and since a directory
 * with one must have a database, a database that is lost is damage and not a new beginning. Not thread-safe.
 */
final class StoreDirectory implements AutoCloseable {

    static final int FORMAT = 1;

    private static final Logger LOG = LoggerFactory.getLogger(StoreDirectory.class);

    private static final String FORMAT_FILE = "FORMAT";
    private static final String FORMAT_PREFIX = "maxmq-storage ";
    private static final String CREATING = "creating";
    private static final String RESTORING = "restoring";
    private static final String REPAIRING = "repairing";
    private static final String LEVEL_FILE = "LEVEL";

    /** Files about the log that is there, which go where the log goes. */
    private static final List<String> ABOUT_LOG = List.of(LEVEL_FILE, LogClaim.FILE);

    private static final Set<String> OURS = Set.of(
            FORMAT_FILE,
            FORMAT_FILE + ".new",
            LEVEL_FILE,
            LEVEL_FILE + ".new",
            LogClaim.FILE,
            LogClaim.FILE + ".new",
            DiskReserve.FILE,
            DiskReserve.NEW_FILE,
            "LOCK",
            "LOCK.owner",
            "db");

    private final Path directory;
    private final DirectoryLock lock;
    private final boolean isNew;

    private StoreDirectory(Path directory, DirectoryLock lock, boolean isNew) {
        this.directory = directory;
        this.lock = lock;
        this.isNew = isNew;
    }

    /**
     * Creates a missing directory, locks it and checks its format.
     *
     * @param backup the backup to copy into the directory, which must then be empty; or null
     * @throws StorageException {@code UNAVAILABLE} when it is in use, {@code IO} when it cannot be written or is no
     *     store's, {@code UNSUPPORTED} when a newer version wrote it, {@code DAMAGED} when a required file is missing
     */
    static StoreDirectory enter(Path directory, @Nullable Path backup) {
        try {
            if (Files.exists(directory) && !Files.isDirectory(directory)) {
                throw new StorageException(Kind.IO, "not a directory: directory=" + directory);
            }
            createDirectories(directory);
            if (!Files.isWritable(directory)) {
                throw new StorageException(Kind.IO, "directory cannot be written: directory=" + directory);
            }
            DirectoryLock lock = DirectoryLock.take(directory);
            try {
                StoreDirectory entered = enterLocked(directory, lock, backup);
                createFile(database(directory).resolve(DirectoryLock.LOCK)); // RocksDB would let others read it
                List<String> open = OpenPermissions.in(directory);
                if (!open.isEmpty()) {
                    LOG.warn(
                            "other users of this machine may read or lock files of the data directory: {};"
                                    + " run chmod -R go-rwx {}",
                            String.join(", ", open),
                            directory);
                }
                return entered;
            } catch (Throwable e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw Failures.of(e, "directory cannot be used");
        }
    }

    private static StoreDirectory enterLocked(Path directory, DirectoryLock lock, @Nullable Path backup)
            throws IOException {
        String state = state(directory);
        boolean empty = state == null || state.equals(CREATING);
        if (backup != null) {
            if (!empty && !RESTORING.equals(state)) {
                throw new StorageException(
                        Kind.IO, "a backup is restored into an empty directory only: directory=" + directory);
            }
            restore(backup, directory);
            return new StoreDirectory(directory, lock, false);
        }
        if (RESTORING.equals(state)) {
            throw new StorageException(
                    Kind.DAMAGED, "restoring a backup was interrupted, restore it again: directory=" + directory);
        }
        if (REPAIRING.equals(state)) {
            throw new StorageException(
                    Kind.DAMAGED, "a repair was interrupted, repair it again: directory=" + directory);
        }
        if (empty) {
            createDirectories(database(directory));
            writeFormat(directory, CREATING);
        } else if (!Files.exists(database(directory).resolve("CURRENT"))) {
            throw new StorageException(
                    Kind.DAMAGED,
                    "the database is gone",
                    new StorageException.Place(
                            database(directory).resolve("CURRENT").toString(), -1, null),
                    null);
        }
        return new StoreDirectory(directory, lock, empty);
    }

    /** Returns the text after the number in FORMAT, possibly ""; null for an empty directory. */
    private static @Nullable String state(Path directory) throws IOException {
        Path file = directory.resolve(FORMAT_FILE);
        if (!Files.exists(file)) {
            try (Stream<Path> files = Files.list(directory)) {
                List<String> strange = files.map(found -> found.getFileName().toString())
                        .filter(name -> !OURS.contains(name))
                        .sorted()
                        .limit(3)
                        .toList();
                if (!strange.isEmpty()) {
                    throw new StorageException(
                            Kind.IO, "directory has other files: directory=" + directory + ", files=" + strange);
                }
            }
            if (Files.exists(database(directory).resolve("CURRENT"))) {
                throw new StorageException(
                        Kind.DAMAGED, "FORMAT is gone", new StorageException.Place(file.toString(), -1, null), null);
            }
            return null;
        }
        String[] words = readFormat(file);
        return words.length > 2 ? words[2] : "";
    }

    /** The words of a FORMAT that this version understands. */
    private static String[] readFormat(Path file) throws IOException {
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).trim();
        String[] words = text.split(" ");
        if (!text.startsWith(FORMAT_PREFIX) || !words[1].matches("\\d{1,9}")) {
            throw new StorageException(
                    Kind.DAMAGED, "FORMAT says nothing", new StorageException.Place(file.toString(), 0, null), null);
        }
        int format = Integer.parseInt(words[1]);
        if (format > FORMAT) {
            throw new StorageException(
                    Kind.UNSUPPORTED,
                    "written by a newer version: format=" + format + ", supported=" + FORMAT,
                    new StorageException.Place(file.toString(), -1, null),
                    null);
        }
        return words;
    }

    private static void writeFormat(Path directory, String state) throws IOException {
        replace(directory, FORMAT_FILE, (FORMAT_PREFIX + FORMAT + " " + state).trim());
    }

    /** Replaces a small file atomically: after a crash it has the old or the new content. */
    private static void replace(Path directory, String name, String text) throws IOException {
        Path next = directory.resolve(name + ".new");
        Files.deleteIfExists(next);
        createFile(next);
        Files.writeString(next, text + "\n");
        force(next);
        Files.move(next, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        force(directory);
    }

    /** Returns the durability of the acknowledged batches in the log. */
    Durability level() throws IOException {
        Path file = directory.resolve(LEVEL_FILE);
        String text =
                Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).trim() : "";
        for (Durability level : Durability.values()) {
            if (text.equals(level.name())) {
                return level;
            }
        }
        return Durability.FSYNC; // the strictest
    }

    /** Returns the lower bound of the log's content. */
    LogClaim claim() throws IOException {
        return LogClaim.read(directory);
    }

    /** Records what the log must have at the next start. */
    void claim(LogClaim claim) throws IOException {
        replace(directory, LogClaim.FILE, claim.text());
    }

    /** The directory itself. */
    Path path() {
        return directory;
    }

    /** Where RocksDB's files are. */
    Path database() {
        return database(directory);
    }

    static Path database(Path directory) {
        return directory.resolve("db");
    }

    /** Returns whether there was no database, so that one may be created. */
    boolean isNew() {
        return isNew;
    }

    /** The database is open: from now on it must be there, and its log is empty, to be written at this level. */
    void opened(Durability level) throws IOException {
        if (level() != level) {
            replace(directory, LEVEL_FILE, level.name());
        }
        if (isNew) {
            force(database());
            writeFormat(directory, "");
        }
    }

    /** Bytes of all files, those below too. */
    long bytes() throws IOException {
        long[] sum = {0};
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                sum[0] += attributes.size();
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE; // deleted meanwhile
            }
        });
        return sum[0];
    }

    /** Bytes that this process may still write here. */
    long usableBytes() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    /** Bytes of the whole file system. */
    long totalBytes() throws IOException {
        return Files.getFileStore(directory).getTotalSpace();
    }

    // ---- backups: directories of the same shape, without a lock

    /** Makes a directory with a checkpoint in its {@code db} a backup, under its final name. */
    static void finishBackup(Path temporary, Path target) throws IOException {
        forceAll(database(temporary));
        writeFormat(temporary, "");
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        Path parent = target.toAbsolutePath().getParent();
        if (parent != null) {
            force(parent);
        }
    }

    private static void restore(Path backup, Path directory) throws IOException {
        Path format = backup.resolve(FORMAT_FILE);
        if (!Files.exists(format) || !Files.exists(database(backup).resolve("CURRENT"))) {
            throw new StorageException(Kind.IO, "not a backup: directory=" + backup);
        }
        if (readFormat(format).length > 2) {
            throw new StorageException(Kind.IO, "an unfinished store, not a backup: directory=" + backup);
        }
        try (DirectoryLock used = DirectoryLock.takeIfUsed(backup)) {
            writeFormat(directory, RESTORING);
            deleteAll(database(directory));
            copyContent(backup, directory);
            forceAll(database(directory));
            writeFormat(directory, "");
        }
    }

    /** Copies a closed store, apart from FORMAT, into a directory without one. */
    static void copyContent(Path from, Path to) throws IOException {
        copyContent(from, to, false);
    }

    /** @param linksTables whether tables, which RocksDB never changes, are linked where the file system can */
    static void copyContent(Path from, Path to, boolean linksTables) throws IOException {
        for (String name : ABOUT_LOG) {
            Files.deleteIfExists(to.resolve(name));
            if (Files.exists(from.resolve(name))) {
                replace(
                        to,
                        name,
                        Files.readString(from.resolve(name), StandardCharsets.ISO_8859_1)
                                .trim());
            }
        }
        createDirectories(database(to));
        try (Stream<Path> files = Files.list(database(from))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (linksTables && name.endsWith(".sst")) {
                    linkOrCopy(file, database(to).resolve(name));
                } else if (!name.equals("LOCK")) {
                    Files.copy(file, database(to).resolve(name));
                }
            }
        }
    }

    private static void linkOrCopy(Path from, Path to) throws IOException {
        try {
            Files.createLink(to, from);
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(from, to);
        }
    }

    // ---- repair: another database in place of the present one, in a directory that is locked

    /** Returns whether there is a FORMAT, as in every directory that was ever a store's. */
    static boolean hasFormat(Path directory) {
        return Files.exists(directory.resolve(FORMAT_FILE));
    }

    static boolean isBeingRepaired(Path directory) throws IOException {
        return REPAIRING.equals(state(directory));
    }

    /**
     * Moves the database of {@code directory} to {@code kept}, and that of {@code repaired} in its place. The directory cannot
     * be opened from the first step to the last; killed in between, the same call goes on where that one was.
     *
     * @param repaired a store that was closed; on the same file system, as {@code kept}
     */
    static void replaceDatabase(Path directory, Path repaired, Path kept) throws IOException {
        if (!isBeingRepaired(directory)) {
            createDirectories(kept);
            Files.copy(directory.resolve(FORMAT_FILE), kept.resolve(FORMAT_FILE));
            for (String name : ABOUT_LOG) {
                if (Files.exists(directory.resolve(name))) {
                    Files.copy(directory.resolve(name), kept.resolve(name));
                }
            }
            forceAll(kept);
            forceAll(database(repaired));
            writeFormat(directory, REPAIRING);
        }
        if (!Files.exists(database(kept))) {
            try {
                move(database(directory), database(kept));
            } catch (IOException e) { // two file systems, say: nothing has moved, and all is as before
                if (Files.exists(database(directory))) {
                    Files.move(
                            kept.resolve(FORMAT_FILE),
                            directory.resolve(FORMAT_FILE),
                            StandardCopyOption.REPLACE_EXISTING);
                    deleteAll(kept);
                }
                throw e;
            }
        }
        if (Files.exists(database(repaired))) {
            move(database(repaired), database(directory));
        }
        for (String name : ABOUT_LOG) {
            Files.deleteIfExists(directory.resolve(name)); // of the log that has gone
        }
        writeFormat(directory, "");
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        for (Path changed : List.of(from, to)) {
            Path parent = changed.toAbsolutePath().getParent();
            if (parent != null) {
                force(parent);
            }
        }
    }

    // ---- files

    static void createDirectories(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Path parent = directory.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.createDirectory(directory, ownerOnly(directory, "rwx------"));
            if (parent != null) {
                force(parent);
            }
        }
    }

    /** Creates an empty file for its owner alone, unless it exists. */
    static void createFile(Path file) throws IOException {
        try {
            Files.createFile(file, ownerOnly(file, "rw-------"));
        } catch (FileAlreadyExistsException e) {
            // stays as it is
        }
    }

    static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    static void deleteAll(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> below = Files.walk(path)) {
            below.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void forceAll(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                force(file);
            }
        }
        force(directory);
    }

    private static void force(Path path) throws IOException {
        if (Files.isDirectory(path)
                && !path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return; // elsewhere a directory cannot be opened
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
