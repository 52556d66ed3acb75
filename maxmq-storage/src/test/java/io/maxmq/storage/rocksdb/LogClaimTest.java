package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;

import static io.maxmq.storage.rocksdb.StoreHarness.commit;
import static io.maxmq.storage.rocksdb.StoreHarness.everything;
import static io.maxmq.storage.rocksdb.StoreHarness.failureToOpen;
import static io.maxmq.storage.rocksdb.StoreHarness.key;
import static io.maxmq.storage.rocksdb.StoreHarness.log;
import static io.maxmq.storage.rocksdb.StoreHarness.open;
import static io.maxmq.storage.rocksdb.StoreHarness.put;
import static org.assertj.core.api.Assertions.assertThat;

/** A store whose log files were deleted, emptied or cut while no store used them. */
class LogClaimTest {

    private static final Bytes VALUE = Bytes.wrap(new byte[100]);

    @TempDir
    Path directories;

    /** Damage to a log file that leaves no unsound group. */
    enum Loss {
        DELETED {
            @Override
            void on(Path log) throws IOException {
                Files.delete(log);
            }
        },
        EMPTIED {
            @Override
            void on(Path log) throws IOException {
                truncate(log, 0);
            }
        };

        abstract void on(Path log) throws IOException;
    }

    private static void truncate(Path file, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
    }

    private RocksStore store(Path directory) {
        return new RocksStore(StoreSettings.of(directory));
    }

    private void assertRefused(Path directory, Path log, String problem) throws IOException {
        List<Path> before = StoreHarness.files(directory, ".log");
        for (int attempt = 0; attempt < 2; attempt++) {
            StorageException failure = failureToOpen(store(directory));

            assertThat(failure.kind()).isEqualTo(Kind.DAMAGED);
            assertThat(failure.place().file()).isEqualTo(log.toString());
            assertThat(failure).hasMessageContaining(problem).hasMessageContaining("--repair");
        }
        assertThat(StoreHarness.files(directory, ".log")).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void refusesToOpenWithoutTheNewestLogAfterAKill(Loss loss) throws IOException {
        Path directory = directories.resolve("store");
        Path killed = directories.resolve("killed");
        try (RocksStore store = open(store(directory))) {
            commit(store, put(1, VALUE)); // one acknowledged group, a moment before the kill
            StoreHarness.copy(store, directory, killed);
        }
        Path log = log(killed);

        loss.on(log);

        assertRefused(killed, log, loss == Loss.DELETED ? "is missing" : "is empty");
    }

    @ParameterizedTest
    @EnumSource
    void refusesToOpenWithoutTheNewestLogAfterACleanClose(Loss loss) throws IOException {
        Path directory = directories.resolve("store");
        for (int start = 0; start < 2; start++) { // the second one has tables too
            try (RocksStore store = open(store(directory))) {
                commit(store, put(start, VALUE));
            }
        }
        Path log = log(directory);

        loss.on(log);

        assertRefused(directory, log, loss == Loss.DELETED ? "is missing" : "is empty");
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void refusesToOpenALogThatIsCutBetweenTwoGroupsAfterACleanClose(Durability level) throws IOException {
        Path directory = directories.resolve("store");
        long end;
        try (RocksStore store = open(new RocksStore(StoreSettings.of(directory).withDurability(level)))) {
            commit(store, put(1, VALUE));
            flush(store);
            end = Files.size(log(directory));
            commit(store, put(2, VALUE));
        }
        Path log = log(directory);

        truncate(log, end);

        assertRefused(directory, log, "the log ends at group 1, and the groups up to 2 were forced");
    }

    @Test
    void refusesATornTailAfterACleanClose() throws IOException {
        Path directory = directories.resolve("store");
        try (RocksStore store = open(store(directory))) {
            commit(store, put(1, VALUE));
            commit(store, put(2, VALUE));
        }
        Path log = log(directory);
        long size = Files.size(log) - 1;

        truncate(log, size);

        assertRefused(directory, log, "the log ends at group 1, and the groups up to 2 were forced");
        assertThat(log).hasSize(size);
    }

    @Test
    void opensWithATornTailAfterAKill() throws IOException {
        Path directory = directories.resolve("store");
        Path killed = directories.resolve("killed");
        LogClaim claim;
        try (RocksStore store = open(store(directory))) {
            commit(store, put(1, VALUE));
            claim = LogClaim.read(directory);
            commit(store, put(2, VALUE));
            StoreHarness.copy(store, directory, killed);
        }
        assertThat(claim.group()).isEqualTo(1);
        Files.writeString(killed.resolve(LogClaim.FILE), claim.text()); // as when the kill comes within a second
        truncate(log(killed), Files.size(log(killed)) - 1);

        try (RocksStore store = open(store(killed))) {
            assertThat(everything(store).keySet()).containsExactly(key(1));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void refusesToOpenWithoutAnyOfTwoLogsThatAreNeeded(int which) throws Exception {
        for (Loss loss : Loss.values()) {
            Path directory = directories.resolve("store-" + loss);
            Path killed = directories.resolve("killed-" + loss);
            try (RocksStore store = open(store(directory))) {
                commit(store, put(1, VALUE));
                commit(store, put(2, VALUE));
                store.run(database -> {
                    database.rocks().pauseBackgroundWork();
                    try (FlushOptions options = new FlushOptions().setWaitForFlush(false)) {
                        database.rocks().flush(options, database.handle(StoreHarness.TABLE));
                    }
                });
                commit(store, put(3, VALUE));
                StoreHarness.copy(store, directory, killed);
                store.run(database -> database.rocks().continueBackgroundWork());
            }
            List<Path> logs = StoreHarness.files(killed, ".log");
            assertThat(logs).hasSize(2);

            loss.on(logs.get(which));

            assertRefused(killed, logs.get(which), loss == Loss.DELETED ? "is missing" : "is empty");
        }
    }

    @Test
    void opensWithoutALogWhoseGroupsAreInTables() throws Exception {
        Path directory = directories.resolve("store");
        Path killed = directories.resolve("killed");
        try (RocksStore store = open(store(directory))) {
            commit(store, put(1, VALUE));
            String claim = Files.readString(directory.resolve(LogClaim.FILE));
            Path log = log(directory);
            flushIntoTables(store);
            StoreHarness.eventually("RocksDB deletes the log", () -> !Files.exists(log));
            StoreHarness.copy(store, directory, killed);
            Files.writeString(killed.resolve(LogClaim.FILE), claim); // as when the kill comes right then
        }

        try (RocksStore store = open(store(killed))) {
            assertThat(everything(store).keySet()).containsExactly(key(1));
        }
    }

    @Test
    void opensHoweverOftenTheLogRollsAndTheProcessIsKilled() throws Exception {
        Path directory = directories.resolve("store");
        TreeMap<Bytes, Bytes> acknowledged = new TreeMap<>();
        List<Path> killed = new ArrayList<>();
        try (RocksStore store = open(store(directory))) {
            for (int i = 0; i < 12; i++) {
                if (i % 3 == 0) {
                    flushIntoTables(store);
                }
                commit(store, put(i, VALUE));
                acknowledged.put(key(i), VALUE);
                killed.add(directories.resolve("killed-" + i));
                StoreHarness.copy(store, directory, killed.get(i));
            }
        }
        for (int i = 0; i < killed.size(); i++) {
            try (RocksStore store = open(store(killed.get(i)))) {
                assertThat(everything(store)).isEqualTo(acknowledged.headMap(key(i), true));
            }
        }
    }

    @Test
    void opensADirectoryOfAnOlderReleaseWithoutTheCheck() throws IOException {
        Path directory = directories.resolve("store");
        try (RocksStore store = open(store(directory))) {
            commit(store, put(1, VALUE));
        }
        Files.delete(directory.resolve(LogClaim.FILE));
        Files.delete(log(directory));

        try (RocksStore store = open(store(directory))) {
            assertThat(everything(store)).isEmpty();
        }
    }

    @Test
    void refusesADamagedClaim() throws IOException {
        Path directory = directories.resolve("store");
        try (RocksStore store = open(store(directory))) {
            commit(store, put(1, VALUE));
        }
        StoreHarness.flip(directory.resolve(LogClaim.FILE), 20);

        StorageException failure = failureToOpen(store(directory));

        assertThat(failure.kind()).isEqualTo(Kind.DAMAGED);
        assertThat(failure).hasMessageContaining("LOGS does not match its checksum");
    }

    @Test
    void refusesARestoredDirectoryWhoseLogIsMissing() throws IOException {
        Path directory = directories.resolve("store");
        Path restored = directories.resolve("restored");
        try (RocksStore store = open(store(directory))) {
            commit(store, put(1, VALUE));
        }
        Path log = log(directory);
        Files.delete(log);

        StorageException failure =
                failureToOpen(new RocksStore(StoreSettings.of(restored).withBackup(directory)));

        assertThat(failure.kind()).isEqualTo(Kind.DAMAGED);
        assertThat(failure).hasMessageContaining(log.getFileName().toString()).hasMessageContaining("is missing");
    }

    private static void flush(RocksStore store) {
        try {
            store.run(database -> database.flushLog(true));
        } catch (RocksDBException e) {
            throw new AssertionError(e);
        }
    }

    private static void flushIntoTables(RocksStore store) throws RocksDBException {
        store.run(database -> {
            try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
                List<org.rocksdb.ColumnFamilyHandle> all = new ArrayList<>();
                all.add(database.rocks().getDefaultColumnFamily());
                if (database.handle(StoreHarness.TABLE) != null) {
                    all.add(database.handle(StoreHarness.TABLE));
                }
                database.rocks().flush(options, all);
            }
        });
    }
}
