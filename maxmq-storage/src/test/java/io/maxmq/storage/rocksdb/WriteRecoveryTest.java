package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Applied;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.support.TableWalk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

import static io.maxmq.storage.rocksdb.StoreHarness.commit;
import static io.maxmq.storage.rocksdb.StoreHarness.eventually;
import static io.maxmq.storage.rocksdb.StoreHarness.everything;
import static io.maxmq.storage.rocksdb.StoreHarness.failure;
import static io.maxmq.storage.rocksdb.StoreHarness.get;
import static io.maxmq.storage.rocksdb.StoreHarness.key;
import static io.maxmq.storage.rocksdb.StoreHarness.open;
import static io.maxmq.storage.rocksdb.StoreHarness.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Writes that fail, by injection and on a disk that is full. */
class WriteRecoveryTest {

    @TempDir
    Path directories;

    /** Fails the next writes. */
    private static final class Failing implements WriteFaults {
        volatile RocksDBException before;
        volatile RocksDBException after;

        @Override
        public void beforeWrite() throws RocksDBException {
            RocksDBException failure = before;
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public void afterWrite() throws RocksDBException {
            RocksDBException failure = after;
            if (failure != null) {
                throw failure;
            }
        }
    }

    private static RocksDBException failing(Status.Code code, Status.SubCode subCode) {
        return new RocksDBException("made by the test", new Status(code, subCode, "made by the test"));
    }

    @Test
    void forgetsABatchWhoseForcingFailedThoughTheLogHasIt() throws IOException {
        Failing faults = new Failing();
        Path directory = directories.resolve("store");
        Path killed = directories.resolve("killed");
        try (RocksStore store = open(new RocksStore(StoreSettings.of(directory), faults))) {
            commit(store, put(1, Bytes.utf8("acknowledged")));
            faults.after = failing(Status.Code.IOError, Status.SubCode.None);

            StorageException failure = failure(store.commit(put(2, Bytes.utf8("failed"))));
            StoreHarness.copy(store, directory, killed); // as if the process were killed now
            faults.after = null;

            assertThat(failure.kind()).isEqualTo(Kind.IO);
            assertThat(get(store, 2)).isNull();
            assertThat(get(store, 1)).isEqualTo(Bytes.utf8("acknowledged"));
            commit(store, put(3, Bytes.utf8("acknowledged")));
        }
        try (RocksStore store = open(new RocksStore(StoreSettings.of(killed)))) {
            assertThat(everything(store).keySet()).containsExactly(key(1));
        }
        try (RocksStore store = open(new RocksStore(StoreSettings.of(directory)))) {
            assertThat(everything(store).keySet()).containsExactly(key(1), key(3));
        }
    }

    @Test
    void failsAWholeGroupConflictsToo() {
        Failing faults = new Failing();
        try (RocksStore store = open(new RocksStore(StoreSettings.of(directories.resolve("store")), faults))) {
            commit(store, put(0, Bytes.utf8("0")));
            faults.before = failing(Status.Code.IOError, Status.SubCode.None);
            Batch claim = Batch.builder(1)
                    .requireAbsent(StoreHarness.TABLE, key(1))
                    .put(StoreHarness.TABLE, key(1), Bytes.utf8("mine"))
                    .build();

            // Whether they are one group or two: the second may not say that the first one is there.
            CompletionStage<CommitResult> first = store.commit(claim);
            CompletionStage<CommitResult> second = store.commit(claim);

            assertThat(failure(first).kind()).isEqualTo(Kind.IO);
            assertThat(failure(second).kind()).isIn(Kind.IO, Kind.UNAVAILABLE);
            faults.before = null;
            assertThat(commit(store, claim)).isInstanceOf(CommitResult.Committed.class);
        }
    }

    @Test
    void readsOnWhileItIsFullAndWritesAgainByItself() throws InterruptedException {
        Failing faults = new Failing();
        try (RocksStore store = open(new RocksStore(StoreSettings.of(directories.resolve("store")), faults))) {
            commit(store, put(1, Bytes.utf8("1")));
            faults.before = failing(Status.Code.IOError, Status.SubCode.NoSpace);

            StorageException failure = failure(store.commit(put(2, Bytes.utf8("2"))));

            assertThat(failure.kind()).isEqualTo(Kind.FULL);
            assertThat(failure.kind().applied()).isEqualTo(Applied.NO);
            assertThat(failure(store.commit(put(2, Bytes.utf8("2")))).kind()).isEqualTo(Kind.FULL);
            assertThat(get(store, 1)).isEqualTo(Bytes.utf8("1"));
            faults.before = null;
            eventually("a write succeeds", () -> {
                CompletionStage<CommitResult> stage = store.commit(put(3, Bytes.utf8("3")));
                return StoreHarness.await(stage.handle((result, e) -> e == null));
            });
            assertThat(get(store, 2)).isNull();
        }
    }

    /** On a file system of its own, which really is full. */
    @Test
    void survivesADiskThatIsFull() throws Exception {
        Path mount = Files.createDirectory(directories.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", mount.toString()), "may not mount a tmpfs");
        try {
            fillAndFree(mount);
        } finally {
            run("umount", "-l", mount.toString());
        }
    }

    private static void fillAndFree(Path mount) throws Exception {
        Path directory = mount.resolve("store");
        Path filler = mount.resolve("filler");
        StoreSettings settings = StoreSettings.of(directory).withMemory(StoreSettings.MIN_MEMORY_BYTES);
        TreeMap<Bytes, Bytes> acknowledged = new TreeMap<>();
        try (RocksStore store = open(new RocksStore(settings))) {
            putAll(store, 0, 50, acknowledged);
            Files.write(filler, new byte[26 * 1024 * 1024]);

            StorageException failure = null;
            for (int i = 1_000; failure == null && i < 2_000; i++) {
                failure = putOrFail(store, i, acknowledged);
            }

            assertThat(failure).as("the disk is full").isNotNull();
            assertThat(failure.kind()).isEqualTo(Kind.FULL);
            assertThat(everything(store)).isEqualTo(acknowledged);
            Files.delete(filler);
            eventually("a write succeeds", () -> putOrFail(store, 5_000, acknowledged) == null);
            putAll(store, 6_000, 20, acknowledged);
            assertThat(everything(store)).isEqualTo(acknowledged);
        }
        try (RocksStore store = open(new RocksStore(settings))) {
            assertThat(everything(store)).isEqualTo(acknowledged);
        }
    }

    private static void putAll(RocksStore store, int from, int count, TreeMap<Bytes, Bytes> acknowledged) {
        for (int i = from; i < from + count; i++) {
            assertThat(putOrFail(store, i, acknowledged)).isNull();
        }
    }

    private static StorageException putOrFail(RocksStore store, int number, TreeMap<Bytes, Bytes> acknowledged) {
        byte[] value = new byte[100_000];
        new Random(number).nextBytes(value);
        CompletionStage<CommitResult> stage = store.commit(put(number, Bytes.wrap(value)));
        Throwable failure = StoreHarness.await(stage.handle((result, e) -> e));
        if (failure == null) {
            acknowledged.put(key(number), Bytes.wrap(value));
        }
        return (StorageException) failure;
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void refusesADamagedBlockAndServesTheRest() throws IOException {
        Path directory = directories.resolve("store");
        List<Integer> damaged = new ArrayList<>();
        try (RocksStore store = open(new RocksStore(StoreSettings.of(directory)))) {
            for (int i = 0; i < 200; i++) {
                byte[] value = new byte[4_000];
                new Random(i).nextBytes(value);
                commit(store, put(i, Bytes.wrap(value)));
            }
        }
        open(new RocksStore(StoreSettings.of(directory))).close(); // which writes the log into a table
        Path table = largestTable(directory);
        StoreHarness.flip(table, Files.size(table) / 2);

        try (RocksStore store = open(new RocksStore(StoreSettings.of(directory)))) {
            for (int i = 0; i < 200; i++) {
                CompletionStage<?> get = store.get(StoreHarness.TABLE, key(i), Consistency.LOCAL);
                Throwable failure = StoreHarness.await(get.handle((result, e) -> e));
                if (failure != null) {
                    StorageException storage = (StorageException) failure;
                    assertThat(storage.kind()).isEqualTo(Kind.DAMAGED);
                    assertThat(storage.place().file())
                            .endsWith(table.getFileName().toString());
                    assertThat(storage.place().offset()).isPositive();
                    assertThat(storage.place().table()).isEqualTo(StoreHarness.TABLE);
                    damaged.add(i);
                }
            }
            assertThat(damaged).isNotEmpty().hasSizeLessThan(10);
            commit(store, put(1_000, Bytes.utf8("goes on")));
            try (Cursor all = store.scan(Scan.of(StoreHarness.TABLE, 0).pages(10_000, Integer.MAX_VALUE))) {
                EntryPage inFront = StoreHarness.await(all.next());
                assertThat(inFront.entries()).hasSize(damaged.get(0));
                assertThat(inFront.last()).isFalse();
                assertThat(failure(all.next()).kind()).isEqualTo(Kind.DAMAGED);
            }
            List<Bytes> read = new ArrayList<>();
            new TableWalk(store, StoreHarness.TABLE, 0)
                    .run(entry -> read.add(entry.key()), (cause, after, until) -> {});
            assertThat(read)
                    .containsExactlyElementsOf(IntStream.concat(IntStream.range(0, 200), IntStream.of(1_000))
                            .filter(i -> !damaged.contains(i))
                            .mapToObj(StoreHarness::key)
                            .toList());
        }
    }

    @Test
    void goesOnWithoutCompactionWhenThatMeetsADamagedBlock() throws IOException {
        Path directory = directories.resolve("store");
        try (RocksStore store = open(new RocksStore(StoreSettings.of(directory)))) {
            for (int i = 0; i < 200; i++) {
                byte[] value = new byte[4_000];
                new Random(i).nextBytes(value);
                commit(store, put(i, Bytes.wrap(value)));
            }
        }
        open(new RocksStore(StoreSettings.of(directory))).close(); // which writes the log into a table
        Path table = largestTable(directory);
        StoreHarness.flip(table, Files.size(table) / 2);

        try (RocksStore store = open(new RocksStore(StoreSettings.of(directory)))) {
            assertThatThrownBy(() -> store.run(database -> database.compact(StoreHarness.TABLE, key(0), key(1_000))))
                    .isInstanceOf(RocksDBException.class);

            for (int i = 0; i < 10; i++) {
                commit(store, put(i, Bytes.utf8("goes on")));
            }

            assertThat(get(store, 0)).isEqualTo(Bytes.utf8("goes on"));
            assertThat(get(store, 199)).isNotNull();
        }
    }

    private static Path largestTable(Path directory) throws IOException {
        return StoreHarness.files(directory, ".sst").stream()
                .max(Comparator.comparingLong(file -> file.toFile().length()))
                .orElseThrow();
    }
}
