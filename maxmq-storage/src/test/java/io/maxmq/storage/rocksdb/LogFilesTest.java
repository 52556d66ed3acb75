package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

/** A log that a crash or a disk has changed, opened by the store: what is cut, what is refused. */
class LogFilesTest {

    @TempDir
    Path directories;

    private Path crashed;

    /** Where each batch's group ends in the log. */
    private final List<Long> ends = new ArrayList<>();

    private final Random random = new Random(42);
    private int copies;

    /** Five batches, the last of which spans blocks of the log; as they were when the process was killed. */
    @BeforeEach
    void crash() throws IOException {
        Path directory = directories.resolve("store");
        crashed = directories.resolve("crashed");
        try (RocksStore store = open(new RocksStore(StoreSettings.of(directory)))) {
            for (int i = 0; i < 5; i++) {
                commit(store, put(i, noise(i < 4 ? 100 : 100_000)));
                ends.add(Files.size(log(directory)));
            }
            StoreHarness.copy(store, directory, crashed);
        }
        Files.delete(crashed.resolve(LogClaim.FILE)); // as when the crash came before the first one
    }

    private Bytes noise(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    private Path copy() throws IOException {
        Path copy = directories.resolve("copy-" + ++copies);
        StoreHarness.copy(crashed, copy);
        return copy;
    }

    private int entriesAfterOpening(Path directory) {
        try (RocksStore store = open(new RocksStore(StoreSettings.of(directory)))) {
            int entries = everything(store).size();
            commit(store, put(100, Bytes.utf8("goes on")));
            assertThat(everything(store)).hasSize(entries + 1);
            return entries;
        }
    }

    @Test
    void recoversWhatWasAcknowledgedWhenTheProcessWasKilled() throws IOException {
        assertThat(entriesAfterOpening(copy())).isEqualTo(5);
    }

    @Test
    void cutsATornTailToTheLastWholeBatch() throws IOException {
        long before = ends.get(3);
        long end = ends.get(4);
        List<Long> lengths = new ArrayList<>(List.of(before + 1, before + 6, before + 7, before + 50, end - 1));
        lengths.add(32_768L);
        lengths.add(32_768L + 3);
        lengths.add(65_536L + 7);
        for (long length : lengths) {
            Path torn = copy();
            truncate(log(torn), length);

            assertThat(entriesAfterOpening(torn)).as("cut at %d", length).isEqualTo(4);
        }
    }

    private static void truncate(Path file, long length) throws IOException {
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), (int) length));
    }

    @Test
    void cutsATailWhosePagesWereNotWritten() throws IOException {
        byte[] whole = Files.readAllBytes(log(crashed));
        int[][] holes = {{40_960, whole.length}, {40_960, 45_056}, {ends.get(3).intValue(), whole.length}};
        for (int[] hole : holes) {
            byte[] torn = whole.clone();
            Arrays.fill(torn, hole[0], hole[1], (byte) 0);
            Path directory = copy();
            Files.write(log(directory), torn);

            assertThat(entriesAfterOpening(directory)).isEqualTo(4);
        }
    }

    @Test
    void refusesADamagedMiddleAndNamesTheBatch() throws IOException {
        for (long offset : new long[] {ends.get(0), ends.get(0) + 4, ends.get(0) + 6, ends.get(1) - 1}) {
            Path damaged = copy();
            StoreHarness.flip(log(damaged), offset);

            StorageException failure = failureToOpen(new RocksStore(StoreSettings.of(damaged)));

            assertThat(failure.kind()).isEqualTo(Kind.DAMAGED);
            assertThat(failure.place().file()).isEqualTo(log(damaged).toString());
            assertThat(failure.place().offset()).isEqualTo(ends.get(0));
        }
    }

    @Test
    void refusesADamagedLastBatchThatIsAllThere() throws IOException {
        for (long offset : new long[] {ends.get(3), ends.get(3) + 100, ends.get(4) - 1}) {
            Path damaged = copy();
            StoreHarness.flip(log(damaged), offset);

            assertThat(failureToOpen(new RocksStore(StoreSettings.of(damaged))).kind())
                    .as("flipped at %d", offset)
                    .isEqualTo(Kind.DAMAGED);
        }
    }

    @Test
    void refusesAStretchOfZerosBeforeABatch() throws IOException {
        Path damaged = copy();
        byte[] bytes = Files.readAllBytes(log(damaged));
        Arrays.fill(bytes, ends.get(0).intValue(), ends.get(2).intValue(), (byte) 0);
        Files.write(log(damaged), bytes);

        StorageException failure = failureToOpen(new RocksStore(StoreSettings.of(damaged)));

        assertThat(failure.kind()).isEqualTo(Kind.DAMAGED);
        assertThat(failure.place().offset()).isEqualTo(ends.get(0));
    }

    @Test
    void leavesADamagedLogAsItIs() throws IOException {
        Path damaged = copy();
        StoreHarness.flip(log(damaged), ends.get(0) + 20);
        byte[] before = Files.readAllBytes(log(damaged));

        failureToOpen(new RocksStore(StoreSettings.of(damaged)));
        failureToOpen(new RocksStore(StoreSettings.of(damaged)));

        assertThat(Files.readAllBytes(log(damaged))).isEqualTo(before);
    }

    @Test
    void goesBackToAPrefixWhenAnUnforcedLogLostItsEndAndALaterOneDidNot() throws Exception {
        for (Durability level : Durability.values()) {
            Path directory = directories.resolve("level-" + level);
            Path copy = directories.resolve("level-copy-" + level);
            StoreSettings settings = StoreSettings.of(directory).withDurability(level);
            try (RocksStore store = open(new RocksStore(settings))) {
                for (int i = 0; i < 5; i++) {
                    commit(store, put(i, noise(100)));
                }
                store.run(database -> database.flushLog(false));
                StoreHarness.copy(store, directory, copy);
            }
            Files.deleteIfExists(copy.resolve(LogClaim.FILE));
            // The same log once more, under the next number: as when the store had gone on in a second file.
            Path log = log(copy);
            String next = String.format(
                    "%06d.log", Integer.parseInt(log.getFileName().toString().substring(0, 6)) + 1);
            Files.copy(log, log.resolveSibling(next));
            truncate(log, Files.size(log) - 1);

            RocksStore again = new RocksStore(StoreSettings.of(copy).withDurability(level));
            if (level == Durability.FSYNC) {
                assertThat(failureToOpen(again).kind()).isEqualTo(Kind.DAMAGED);
            } else {
                try (RocksStore opened = open(again)) {
                    assertThat(everything(opened).keySet()).containsExactly(key(0), key(1), key(2), key(3));
                }
            }
        }
    }

    @Test
    void noticesThatGroupsAreMissingBetweenTwoFiles() throws Exception {
        for (Durability level : List.of(Durability.FSYNC, Durability.OS)) {
            Path directory = directories.resolve("two-" + level);
            Path copy = directories.resolve("two-copy-" + level);
            StoreSettings settings = StoreSettings.of(directory).withDurability(level);
            long end = 0;
            try (RocksStore store = open(new RocksStore(settings))) {
                for (int i = 0; i < 6; i++) {
                    if (i == 2) {
                        end = Files.size(log(directory));
                    } else if (i == 3) {
                        beginNextLog(store);
                    }
                    commit(store, put(i, noise(100)));
                }
                StoreHarness.copy(store, directory, copy);
                store.run(database -> database.rocks().continueBackgroundWork());
            }
            List<Path> logs = StoreHarness.files(copy, ".log");
            assertThat(logs).hasSize(2);
            Files.deleteIfExists(copy.resolve(LogClaim.FILE));
            truncate(logs.get(0), end); // between two groups: what is left is sound, and so is the other file

            RocksStore again = new RocksStore(StoreSettings.of(copy).withDurability(level));
            if (level == Durability.FSYNC) {
                StorageException failure = failureToOpen(again);
                assertThat(failure.kind()).isEqualTo(Kind.DAMAGED);
                assertThat(failure.place().file()).isEqualTo(logs.get(1).toString());
            } else {
                try (RocksStore opened = open(again)) {
                    assertThat(everything(opened).keySet()).containsExactly(key(0), key(1));
                }
            }
        }
    }

    @Test
    void readsFilesInTheOrderOfTheirNumbersHoweverLongTheseAre() throws Exception {
        Path directory = directories.resolve("old");
        Path copy = directories.resolve("old-copy");
        try (RocksStore store = open(new RocksStore(StoreSettings.of(directory)))) {
            for (int i = 0; i < 6; i++) {
                if (i == 3) {
                    beginNextLog(store);
                }
                commit(store, put(i, noise(100)));
            }
            StoreHarness.copy(store, directory, copy);
            store.run(database -> database.rocks().continueBackgroundWork());
        }
        List<Path> logs = StoreHarness.files(copy, ".log");
        assertThat(logs).hasSize(2);
        Files.delete(copy.resolve(LogClaim.FILE)); // which has the old names
        Files.move(logs.get(0), logs.get(0).resolveSibling("999999.log"));
        Files.move(logs.get(1), logs.get(1).resolveSibling("1000000.log"));

        assertThat(entriesAfterOpening(copy)).isEqualTo(6);
    }

    /** As when the memory for tables is full: what was written stays in the old file, and is not yet in a table. */
    private static void beginNextLog(RocksStore store) throws RocksDBException {
        store.run(database -> {
            database.rocks().pauseBackgroundWork();
            try (FlushOptions options = new FlushOptions().setWaitForFlush(false)) {
                database.rocks().flush(options, database.handle(StoreHarness.TABLE));
            }
        });
    }
}
