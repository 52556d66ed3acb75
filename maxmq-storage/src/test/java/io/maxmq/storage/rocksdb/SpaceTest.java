package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

import static io.maxmq.storage.rocksdb.StoreHarness.await;
import static io.maxmq.storage.rocksdb.StoreHarness.commit;
import static io.maxmq.storage.rocksdb.StoreHarness.eventually;
import static io.maxmq.storage.rocksdb.StoreHarness.failure;
import static io.maxmq.storage.rocksdb.StoreHarness.get;
import static io.maxmq.storage.rocksdb.StoreHarness.key;
import static io.maxmq.storage.rocksdb.StoreHarness.open;
import static io.maxmq.storage.rocksdb.StoreHarness.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** New data is refused before the disk is full; what frees space still goes through, and service returns by itself. */
class SpaceTest {
    private static final long RESERVE_BYTES = 1 << 20;
    private static final int VALUE_BYTES = 500_000;

    @TempDir
    Path directories;

    /** A disk that other programs fill. */
    private static final class Disk implements WriteFaults {
        volatile long usableBytes = Long.MAX_VALUE;
        volatile boolean isFull;

        @Override
        public long usableBytes(long actual) {
            return Math.min(usableBytes, actual);
        }

        @Override
        public void beforeWrite() throws RocksDBException {
            if (isFull) {
                throw new RocksDBException("full", new Status(Status.Code.IOError, Status.SubCode.NoSpace, "full"));
            }
        }
    }

    private Path directory() {
        return directories.resolve("store");
    }

    private Path reserve() {
        return directory().resolve(DiskReserve.FILE);
    }

    private StoreSettings settings() {
        return StoreSettings.of(directory())
                .withMemory(StoreSettings.MIN_MEMORY_BYTES)
                .withReserve(RESERVE_BYTES);
    }

    private static Bytes value(int number) {
        byte[] value = new byte[VALUE_BYTES];
        new Random(number).nextBytes(value);
        return Bytes.wrap(value);
    }

    private static @Nullable Throwable outcome(RocksStore store, Batch batch) {
        CompletionStage<CommitResult> stage = store.commit(batch);
        return await(stage.handle((result, failure) -> failure));
    }

    private static Batch delete(long number) {
        return Batch.builder(1).delete(StoreHarness.TABLE, key(number)).build();
    }

    @Test
    void refusesNewDataAtQuotaAndTakesItAgainWhenDataIsDeleted() throws Exception {
        long quota = 16L << 20;
        try (RocksStore store = open(new RocksStore(settings().withMaxDisk(quota)))) {
            int written = 0;
            Throwable failure = null;
            while (failure == null && written < 200) {
                failure = outcome(store, put(written, value(written)));
                written++;
            }

            assertThat(failure).isInstanceOf(StorageException.class);
            assertThat(((StorageException) failure).kind()).isEqualTo(Kind.FULL);
            eventually("the store is short of space", () -> store.figures().isShortOfSpace());
            assertThat(store.figures().refusedBatches()).isPositive();
            assertThat(store.figures().diskBytes()).isLessThan(2 * quota);
            assertThat(get(store, 0)).isEqualTo(value(0));
            assertThat(outcome(
                            store,
                            Batch.builder(1)
                                    .mayUseReserve()
                                    .put(StoreHarness.TABLE, key(1_000), Bytes.utf8("small"))
                                    .build()))
                    .isNull();
            for (int i = 0; i < written; i++) {
                commit(store, delete(i));
            }
            eventually("new data is taken", () -> outcome(store, put(2_000, value(1))) == null);
            assertThat(store.figures().isShortOfSpace()).isFalse();
        }
    }

    @Test
    void reserveOccupiesItsSizeAndIsNotCompressible() throws Exception {
        try (RocksStore store = open(new RocksStore(settings()))) {
            eventually("the reserve is there", () -> Files.exists(reserve()));
            assertThat(Files.size(reserve())).isEqualTo(RESERVE_BYTES);
            assertThat(Files.readAllBytes(reserve())).contains(1, 2, 3, -1);
            assertThat(get(store, 1)).isNull();
        }
        assertThat(reserve()).exists();
    }

    @Test
    void refusesNewDataBeforeDiskIsFull() throws Exception {
        Disk disk = new Disk();
        try (RocksStore store = open(new RocksStore(settings(), disk))) {
            commit(store, put(1, Bytes.utf8("1")));
            disk.usableBytes = RESERVE_BYTES / 8;
            eventually("new data is refused", () -> outcome(store, put(2, Bytes.utf8("2"))) != null);

            assertThat(failure(store.commit(put(2, Bytes.utf8("2")))).kind()).isEqualTo(Kind.FULL);
            commit(store, delete(1));
            disk.usableBytes = Long.MAX_VALUE;

            eventually("new data is taken", () -> outcome(store, put(3, Bytes.utf8("3"))) == null);
        }
    }

    @Test
    void releasesReserveWhenDiskIsFullAndMakesItAgainWhenSpaceComes() throws Exception {
        Disk disk = new Disk();
        try (RocksStore store = open(new RocksStore(settings(), disk))) {
            commit(store, put(1, Bytes.utf8("1")));
            eventually("the reserve is there", () -> Files.exists(reserve()));
            disk.isFull = true;
            disk.usableBytes = RESERVE_BYTES;

            assertThat(failure(store.commit(put(2, Bytes.utf8("2")))).kind()).isEqualTo(Kind.FULL);
            assertThat(reserve()).doesNotExist();
            disk.isFull = false; // the reserve's space
            eventually("a deletion is taken", () -> outcome(store, delete(1)) == null);
            assertThat(failure(store.commit(put(3, Bytes.utf8("3")))).kind()).isEqualTo(Kind.FULL);
            assertThat(get(store, 1)).isNull();

            disk.usableBytes = Long.MAX_VALUE;
            eventually("new data is taken", () -> outcome(store, put(4, Bytes.utf8("4"))) == null);
            eventually("the reserve is there again", () -> Files.exists(reserve()));
        }
    }

    @Test
    void opensOnFullDiskWithTheReserveAndRefusesNewData() throws Exception {
        Disk disk = new Disk();
        try (RocksStore store = open(new RocksStore(settings(), disk))) {
            commit(store, put(1, Bytes.utf8("1")));
            eventually("the reserve is there", () -> Files.exists(reserve()));
        }
        disk.usableBytes = 0;

        try (RocksStore store = open(new RocksStore(settings(), disk))) {
            assertThat(reserve()).doesNotExist();
            assertThat(get(store, 1)).isEqualTo(Bytes.utf8("1"));
            assertThat(failure(store.commit(put(2, Bytes.utf8("2")))).kind()).isEqualTo(Kind.FULL);
            assertThat(outcome(store, delete(1))).isNull();
        }
    }

    /** Of one partition the stages complete in the order of the batches. */
    @Test
    void completesRefusedBatchesInTheirOrder() throws Exception {
        Disk disk = new Disk();
        try (RocksStore store = open(new RocksStore(settings(), disk))) {
            disk.usableBytes = 0;
            eventually("the store is short of space", () -> store.figures().isShortOfSpace());
            List<Integer> completed = Collections.synchronizedList(new ArrayList<>());
            List<CompletionStage<?>> stages = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                int number = i;
                Batch batch = i % 3 == 0 ? delete(i) : put(i, Bytes.utf8("value"));
                stages.add(store.commit(batch).handle((result, failure) -> {
                    assertThat(failure == null).isEqualTo(batch.mayUseReserve());
                    return completed.add(number);
                }));
            }
            stages.forEach(StoreHarness::await);
            assertThat(completed).isSorted().hasSize(100);
        }
    }

    @Test
    void rejectsLimitsThatLeaveNoRoom() {
        assertThatThrownBy(() -> settings().withMaxDisk(1)).hasMessageContaining("maxDisk");
        assertThatThrownBy(() -> settings().withReserve(-1)).hasMessageContaining("reserve");
    }

    /** On a file system of its own, which really is full. */
    @Test
    void healsOnDiskThatItsOwnDataHasFilled() throws Exception {
        SmallDisk.with(directories, 32, mount -> {
            StoreSettings settings = StoreSettings.of(mount.resolve("store"))
                    .withMemory(StoreSettings.MIN_MEMORY_BYTES)
                    .withReserve(12L << 20);
            Path filler = mount.resolve("filler");
            int written = 0;
            try (RocksStore store = open(new RocksStore(settings))) {
                eventually(
                        "the reserve is there",
                        () -> Files.exists(mount.resolve("store").resolve(DiskReserve.FILE)));
                while (written < 1_000 && outcome(store, put(written, value(written))) == null) {
                    written++;
                }
                SmallDisk.fill(filler);
                assertThat(outcome(store, put(5_000, value(1)))).isNotNull();
            }
            try (RocksStore store = open(new RocksStore(settings))) {
                int last = written;
                assertThat(get(store, 0)).isEqualTo(value(0));
                for (int i = 0; i < last; i++) {
                    int number = i;
                    eventually("a deletion is taken", () -> outcome(store, delete(number)) == null);
                }
                Files.delete(filler);
                eventually("new data is taken", () -> outcome(store, put(6_000, value(2))) == null);
                assertThat(get(store, 6_000)).isEqualTo(value(2));
            }
        });
    }
}
