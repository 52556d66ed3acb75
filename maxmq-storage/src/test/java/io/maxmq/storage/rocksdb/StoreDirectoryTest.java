package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static io.maxmq.storage.rocksdb.StoreHarness.await;
import static io.maxmq.storage.rocksdb.StoreHarness.commit;
import static io.maxmq.storage.rocksdb.StoreHarness.everything;
import static io.maxmq.storage.rocksdb.StoreHarness.failureToOpen;
import static io.maxmq.storage.rocksdb.StoreHarness.open;
import static io.maxmq.storage.rocksdb.StoreHarness.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** What may be wrong with a directory, and the one line that says so. */
class StoreDirectoryTest {

    @TempDir
    Path directories;

    private RocksStore store(Path directory) {
        return new RocksStore(StoreSettings.of(directory));
    }

    private Path written() {
        Path directory = directories.resolve("store");
        try (RocksStore store = open(store(directory))) {
            commit(store, put(1, Bytes.utf8("value")));
        }
        return directory;
    }

    @Test
    void createsADirectoryForItsOwnerAlone() throws IOException {
        assumeTrue(directories.getFileSystem().supportedFileAttributeViews().contains("posix"));

        Path directory = written();

        for (Path path : List.of(directory, directory.resolve("db"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rwx------");
        }
        try (RocksStore store = open(store(directory))) {
            for (String file : List.of("FORMAT", "LOGS", "LOCK", "LOCK.owner", "db/LOCK")) {
                assertThat(permissions(directory.resolve(file))).as(file).isEqualTo("rw-------");
            }
            assertThat(OpenPermissions.in(directory)).isEmpty();
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @ParameterizedTest
    @CsvSource({
        ". , rwxr-xr-x",
        ". , rwx-----x",
        ". , rwxrwx---",
        "db, rwxr-xr-x",
        "LOCK, rw-r--r--",
        "LOCK.owner, rw-r--r--",
        "db/LOCK, rw-r--r--"
    })
    void warnsOfADirectoryAndLocksThatOthersMayUse(String file, String permissions) throws IOException {
        assumeTrue(directories.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Path directory = written();
        Path path = directory.resolve(file).normalize();
        if (!Files.exists(path)) {
            Files.createFile(path); // LOCK.owner, while a store uses the directory
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));

        assertThat(OpenPermissions.in(directory)).containsExactly(path + " (" + permissions + ")");
        if (!file.equals("LOCK.owner")) { // which each store writes anew
            List<String> warnings = warningsOf(() -> open(store(directory)).close());
            assertThat(warnings)
                    .singleElement()
                    .asString()
                    .contains(path + " (" + permissions + ")")
                    .contains("chmod -R go-rwx " + directory);
        }
    }

    @Test
    void warnsNotOfADirectoryThatItsGroupMayRead() throws IOException {
        assumeTrue(directories.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Path directory = written();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));

        assertThat(warningsOf(() -> open(store(directory)).close())).isEmpty();
    }

    /** The lines that the store logs as warnings. */
    private static List<String> warningsOf(Runnable action) {
        List<String> warnings = new CopyOnWriteArrayList<>();
        Logger logger = Logger.getLogger(StoreDirectory.class.getName());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                warnings.add(line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        try {
            action.run();
        } finally {
            logger.removeHandler(handler);
        }
        return warnings;
    }

    @Test
    void refusesADirectoryThatAnotherStoreOfThisJvmUses() {
        Path directory = directories.resolve("store");
        try (RocksStore first = open(store(directory))) {
            for (Path path : List.of(directory, directory.resolve("..").resolve("store"))) {
                StorageException failure = failureToOpen(store(path));

                assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(failure).hasMessageContaining("another store of this JVM");
            }
            commit(first, put(1, Bytes.utf8("value")));
        }
        try (RocksStore second = open(store(directory))) {
            assertThat(everything(second)).hasSize(1);
        }
    }

    @Test
    void refusesADirectoryThatAnotherProcessUsesAndNamesIt() throws Exception {
        Path directory = written();
        Path program = Files.writeString(directories.resolve("Hold.java"), """
                import java.nio.channels.FileChannel;
                import java.nio.file.*;
                class Hold {
                    public static void main(String[] args) throws Exception {
                        Path directory = Path.of(args[0]);
                        FileChannel channel = FileChannel.open(directory.resolve("LOCK"), StandardOpenOption.WRITE);
                        channel.lock();
                        Files.writeString(directory.resolve("LOCK.owner"), ProcessHandle.current().pid() + " then");
                        System.out.println("locked");
                        System.in.read();
                    }
                }
                """);
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        program.toString(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8));
            assertThat(out.readLine()).isEqualTo("locked");

            StorageException failure = failureToOpen(store(directory));

            assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(failure).hasMessageContaining("another process").hasMessageContaining("pid=" + other.pid());
        } finally {
            other.destroyForcibly().waitFor();
        }
        try (RocksStore store = open(store(directory))) { // what a killed process has held is free
            assertThat(everything(store)).hasSize(1);
        }
    }

    @Test
    void refusesWhatIsNoDirectory() throws IOException {
        Path file = Files.writeString(directories.resolve("file"), "text");

        StorageException failure = failureToOpen(store(file));

        assertThat(failure.kind()).isEqualTo(Kind.IO);
        assertThat(failure).hasMessageContaining("not a directory");
        assertThat(Files.readString(file)).isEqualTo("text");
    }

    @Test
    void refusesADirectoryThatCannotBeWritten() throws IOException {
        Path parent = Files.createDirectory(directories.resolve("parent"));
        assumeTrue(parent.toFile().setWritable(false) && !Files.isWritable(parent), "whoever runs this may write all");
        try {
            assertThat(failureToOpen(store(parent)).kind()).isEqualTo(Kind.IO);
            assertThat(failureToOpen(store(parent.resolve("store"))).kind()).isEqualTo(Kind.IO);
        } finally {
            assertThat(parent.toFile().setWritable(true)).isTrue();
        }
    }

    @Test
    void refusesADirectoryOfSomethingElse() throws IOException {
        Path directory = Files.createDirectory(directories.resolve("photos"));
        Files.writeString(directory.resolve("cat.jpg"), "meow");

        StorageException failure = failureToOpen(store(directory));

        assertThat(failure.kind()).isEqualTo(Kind.IO);
        assertThat(failure).hasMessageContaining("cat.jpg");
    }

    @Test
    void refusesWhatANewerVersionWrote() throws IOException {
        Path directory = written();
        Files.writeString(directory.resolve("FORMAT"), "maxmq-storage 2\n");

        StorageException failure = failureToOpen(store(directory));

        assertThat(failure.kind()).isEqualTo(Kind.UNSUPPORTED);
        assertThat(failure).hasMessageContaining("format=2, supported=1");
    }

    @Test
    void refusesAStoreWithoutItsFormatOrWithoutItsDatabase() throws IOException {
        Path directory = written();
        Path format = directory.resolve("FORMAT");

        Files.writeString(format, "nonsense");
        assertThat(failureToOpen(store(directory)).kind()).isEqualTo(Kind.DAMAGED);
        Files.delete(format);
        StorageException gone = failureToOpen(store(directory));
        assertThat(gone.kind()).isEqualTo(Kind.DAMAGED);
        assertThat(gone.place().file()).endsWith("FORMAT");
        Files.writeString(format, "maxmq-storage 1\n");
        Files.delete(directory.resolve("db").resolve("CURRENT"));
        assertThat(failureToOpen(store(directory)).kind()).isEqualTo(Kind.DAMAGED);
    }

    @Test
    void refusesADamagedManifestAndALostTable() throws IOException {
        Path directory = written();
        try (RocksStore store = open(store(directory))) { // which writes the log into a table
            assertThat(everything(store)).hasSize(1);
        }
        Path lost = directories.resolve("lost");
        StoreHarness.copy(directory, lost);
        Files.delete(StoreHarness.files(lost, ".sst").get(0));

        assertThat(failureToOpen(store(lost)).kind()).isIn(Kind.DAMAGED, Kind.IO);
        Path manifest = Files.list(directory.resolve("db"))
                .filter(file -> file.getFileName().toString().startsWith("MANIFEST"))
                .findFirst()
                .orElseThrow();
        StoreHarness.flip(manifest, Files.size(manifest) / 2);
        assertThat(failureToOpen(store(directory)).kind()).isEqualTo(Kind.DAMAGED);
    }

    @Test
    void holdsNothingOfADirectoryThatItCouldNotOpen() throws IOException {
        Path directory = written();
        Path inTheWay = directory.resolve("LEVEL.new");
        Files.createDirectories(inTheWay.resolve("below")); // found when the database is already open
        StoreSettings settings = StoreSettings.of(directory).withDurability(Durability.OS);

        assertThat(failureToOpen(new RocksStore(settings)).kind()).isEqualTo(Kind.IO);

        StoreDirectory.deleteAll(inTheWay);
        try (RocksStore store = open(new RocksStore(settings))) {
            assertThat(everything(store)).hasSize(1);
        }
    }

    @Test
    void beginsAnewWhenItWasKilledBeforeItWasReady() throws IOException {
        Path directory = Files.createDirectory(directories.resolve("store"));
        Files.writeString(directory.resolve("FORMAT"), "maxmq-storage 1 creating\n");
        Files.createDirectory(directory.resolve("db"));

        try (RocksStore store = open(store(directory))) {
            commit(store, put(1, Bytes.utf8("value")));
        }
        try (RocksStore store = open(store(directory))) {
            assertThat(everything(store)).hasSize(1);
        }
    }

    @Test
    void restoresABackupThatWasMadeWhileItWasUsed() {
        Path backup = directories.resolve("backups").resolve("monday");
        Path directory = directories.resolve("store");
        try (RocksStore store = open(store(directory))) {
            commit(store, put(1, Bytes.utf8("before")));
            await(store.backup(backup));
            commit(store, put(2, Bytes.utf8("after")));

            assertThat(StoreHarness.failure(store.backup(backup)).kind()).isEqualTo(Kind.IO);
        }
        Path restored = directories.resolve("restored");
        try (RocksStore store = open(new RocksStore(StoreSettings.of(restored).withBackup(backup)))) {
            assertThat(everything(store).values()).containsExactly(Bytes.utf8("before"));
            commit(store, put(3, Bytes.utf8("goes on")));
        }
        try (RocksStore store = open(store(restored))) {
            assertThat(everything(store)).hasSize(2);
        }
        // What is restored is a copy: the backup is as before.
        try (RocksStore store = open(
                new RocksStore(StoreSettings.of(directories.resolve("again")).withBackup(backup)))) {
            assertThat(everything(store)).hasSize(1);
        }
    }

    @Test
    void restoresADirectoryThatNobodyUses() throws IOException {
        Path source = directories.resolve("source");
        Path target = directories.resolve("target");
        try (RocksStore store = open(new RocksStore(StoreSettings.of(source).withDurability(Durability.OS)))) {
            commit(store, put(1, Bytes.utf8("value")));

            assertThat(failureToOpen(new RocksStore(StoreSettings.of(target).withBackup(source)))
                            .kind())
                    .isEqualTo(Kind.UNAVAILABLE);
            assertThat(target.resolve("FORMAT")).doesNotExist();
            commit(store, put(2, Bytes.utf8("value")));
        }

        try (StoreDirectory copied = StoreDirectory.enter(target, source)) {
            assertThat(copied.level()).isEqualTo(Durability.OS); // its log is of that level
        }
        try (RocksStore store = open(store(target))) {
            assertThat(everything(store)).hasSize(2);
        }
    }

    @Test
    void restoresIntoAnEmptyDirectoryOnly() throws IOException {
        Path backup = directories.resolve("backup");
        Path directory = directories.resolve("store");
        try (RocksStore store = open(store(directory))) {
            commit(store, put(1, Bytes.utf8("value")));
            await(store.backup(backup));
        }

        assertThat(failureToOpen(new RocksStore(StoreSettings.of(directory).withBackup(backup)))
                        .kind())
                .isEqualTo(Kind.IO);
        assertThat(failureToOpen(new RocksStore(StoreSettings.of(directories.resolve("new"))
                                .withBackup(directories.resolve("nothing"))))
                        .kind())
                .isEqualTo(Kind.IO);
        Files.writeString(backup.resolve("FORMAT"), "maxmq-storage 2\n");
        assertThat(failureToOpen(new RocksStore(
                                StoreSettings.of(directories.resolve("newer")).withBackup(backup)))
                        .kind())
                .isEqualTo(Kind.UNSUPPORTED);
        try (RocksStore store = open(store(directory))) {
            assertThat(everything(store)).hasSize(1);
        }
    }

    @Test
    void refusesARestorationThatWasInterruptedAndTakesItUpAgain() throws IOException {
        Path backup = directories.resolve("backup");
        Path directory = directories.resolve("store");
        try (RocksStore store = open(store(directories.resolve("source")))) {
            commit(store, put(1, Bytes.utf8("value")));
            await(store.backup(backup));
        }
        Files.createDirectories(directory.resolve("db"));
        Files.writeString(directory.resolve("FORMAT"), "maxmq-storage 1 restoring\n");
        Files.writeString(directory.resolve("db").resolve("000007.sst"), "half");

        assertThat(failureToOpen(store(directory)).kind()).isEqualTo(Kind.DAMAGED);
        try (RocksStore store = open(new RocksStore(StoreSettings.of(directory).withBackup(backup)))) {
            assertThat(everything(store)).hasSize(1);
        }
    }
}
