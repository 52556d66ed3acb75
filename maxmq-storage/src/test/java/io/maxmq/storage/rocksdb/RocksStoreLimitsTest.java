package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.StorageFigures;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

import static io.maxmq.storage.rocksdb.StoreHarness.await;
import static io.maxmq.storage.rocksdb.StoreHarness.commit;
import static io.maxmq.storage.rocksdb.StoreHarness.eventually;
import static io.maxmq.storage.rocksdb.StoreHarness.everything;
import static io.maxmq.storage.rocksdb.StoreHarness.failure;
import static io.maxmq.storage.rocksdb.StoreHarness.key;
import static io.maxmq.storage.rocksdb.StoreHarness.open;
import static io.maxmq.storage.rocksdb.StoreHarness.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What this store promises beyond the contract: groups, bounds, small files, nothing left behind. */
class RocksStoreLimitsTest {

    @TempDir
    Path directories;

    /** Holds the writer back until it is told to go on. */
    private static final class Holding implements WriteFaults {
        final CountDownLatch writing = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);

        @Override
        public void beforeWrite() throws RocksDBException {
            writing.countDown();
            try {
                assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new RocksDBException("interrupted");
            }
        }
    }

    @Test
    void writesWhatIsPendingWithOneForce() throws InterruptedException {
        Holding holding = new Holding();
        try (RocksStore store = open(new RocksStore(StoreSettings.of(directories.resolve("store")), holding))) {
            List<CompletionStage<CommitResult>> stages = new ArrayList<>();
            stages.add(store.commit(put(0, Bytes.EMPTY)));
            assertThat(holding.writing.await(60, TimeUnit.SECONDS)).isTrue();
            for (int i = 1; i <= 1_000; i++) {
                stages.add(store.commit(put(i, Bytes.EMPTY)));
            }
            assertThat(store.figures().pendingBytes()).isPositive();

            holding.goOn.countDown();
            stages.forEach(StoreHarness::await);

            StorageFigures figures = store.figures();
            assertThat(figures.batches()).isEqualTo(1_001);
            assertThat(figures.mutations()).isEqualTo(1_001);
            assertThat(figures.groups()).isEqualTo(2);
            assertThat(figures.syncs()).isEqualTo(2);
            assertThat(figures.pendingBytes()).isZero();
        }
    }

    @Test
    void refusesMoreThanMayBePending() throws InterruptedException {
        Holding holding = new Holding();
        StoreSettings settings = StoreSettings.of(directories.resolve("store")).withMaxPending(1024 * 1024);
        try (RocksStore store = open(new RocksStore(settings, holding))) {
            CompletionStage<CommitResult> first = store.commit(put(1, Bytes.wrap(new byte[700_000])));
            assertThat(holding.writing.await(60, TimeUnit.SECONDS)).isTrue();

            CompletionStage<CommitResult> second = store.commit(put(2, Bytes.wrap(new byte[700_000])));

            assertThat(second.toCompletableFuture()).isCompletedExceptionally();
            assertThat(failure(second).kind()).isEqualTo(Kind.BUSY);
            holding.goOn.countDown();
            await(first);
            commit(store, put(2, Bytes.wrap(new byte[700_000])));
        }
    }

    @Test
    void whatTheWriterHasAbandonedIsNotPendingAnyMore() {
        AtomicInteger failures = new AtomicInteger();
        WriteFaults outOfMemory = new WriteFaults() {
            @Override
            public void afterTake() {
                if (failures.incrementAndGet() <= 3) {
                    throw new OutOfMemoryError("the test says so");
                }
            }
        };
        StoreSettings settings = StoreSettings.of(directories.resolve("store")).withMaxPending(1024 * 1024);
        try (RocksStore store = open(new RocksStore(settings, outOfMemory))) {
            for (int i = 0; i < 3; i++) {
                assertThat(failure(store.commit(put(1, Bytes.wrap(new byte[700_000]))))
                                .kind())
                        .isEqualTo(Kind.OUTCOME_UNKNOWN);
                assertThat(store.figures().pendingBytes()).isZero();
            }
            commit(store, put(2, Bytes.wrap(new byte[700_000])));
        }
    }

    @Test
    void showsNothingThatIsNotWritten() throws InterruptedException {
        Holding holding = new Holding();
        try (RocksStore store = open(new RocksStore(StoreSettings.of(directories.resolve("store")), holding))) {
            CompletionStage<CommitResult> first = store.commit(put(1, Bytes.EMPTY));
            assertThat(holding.writing.await(60, TimeUnit.SECONDS)).isTrue();

            assertThat(everything(store)).isEmpty();

            holding.goOn.countDown();
            await(first);
            assertThat(everything(store)).hasSize(1);
        }
    }

    @Test
    void givesUpACursorThatIsForgotten() throws InterruptedException {
        StoreSettings settings = StoreSettings.of(directories.resolve("store")).withMaxCursorIdle(Duration.ofMillis(1));
        try (RocksStore store = open(new RocksStore(settings))) {
            for (int i = 0; i < 3; i++) {
                commit(store, put(i, Bytes.EMPTY));
            }
            Cursor forgotten = store.scan(Scan.of(StoreHarness.TABLE, 0).pages(1, 1));
            await(forgotten.next());

            eventually("it is given up", () -> store.held() == 0);

            assertThat(failure(forgotten.next()).kind()).isEqualTo(Kind.CURSOR_EXPIRED);
            assertThat(everything(store)).hasSize(3);
        }
    }

    /** A queue of 200 MB, drained from its beginning as subscribers do: with ranges, and message by message. */
    @Test
    void givesTheDiskBackWhenQueuesAreDrained() throws InterruptedException {
        StoreSettings settings = StoreSettings.of(directories.resolve("store"))
                .withDurability(Durability.OS)
                .withMemory(16L * 1024 * 1024);
        int messages = 20_000;
        byte[] payload = new byte[10_000];
        Random random = new Random(1);
        try (RocksStore store = open(new RocksStore(settings))) {
            List<CompletionStage<CommitResult>> stages = new ArrayList<>();
            for (int i = 0; i < messages; i++) {
                random.nextBytes(payload);
                stages.add(store.commit(put(i, Bytes.wrap(payload.clone()))));
                if (stages.size() == 1_000) {
                    stages.forEach(StoreHarness::await);
                    stages.clear();
                }
            }
            eventually("it is on the disk", () -> store.figures().diskBytes() > 150_000_000L);

            for (int i = 0; i < messages / 2; i += 128) {
                KeyRange page = new KeyRange(key(i), key(Math.min(i + 128, messages / 2)));
                stages.add(store.commit(
                        Batch.builder(1).deleteRange(StoreHarness.TABLE, page).build()));
            }
            for (int i = messages / 2; i < messages; i++) {
                stages.add(store.commit(
                        Batch.builder(1).delete(StoreHarness.TABLE, key(i)).build()));
            }
            stages.forEach(StoreHarness::await);

            eventually("the disk is given back", () -> store.figures().diskBytes() < 5_000_000L);
            assertThat(everything(store)).isEmpty();
        }
    }

    @Test
    void leavesNothingBehindWhenItIsOpenedAndClosedAgainAndAgain() throws InterruptedException {
        StoreSettings settings = StoreSettings.of(directories.resolve("store")).withDurability(Durability.OS);
        for (int i = 0; i < 50; i++) {
            try (RocksStore store = open(new RocksStore(settings))) {
                commit(store, put(i, Bytes.utf8("value")));
                Cursor forgotten = store.scan(Scan.of(StoreHarness.TABLE, 0).pages(1, 1));
                await(forgotten.next());
                await(store.snapshot()); // forgotten too
            }
        }

        eventually(
                "its threads have ended",
                () -> Thread.getAllStackTraces().keySet().stream() // the last is on its way out
                        .noneMatch(
                                thread -> thread.isAlive() && thread.getName().startsWith("maxmq-storage-store-")));
        try (RocksStore store = open(new RocksStore(settings))) {
            assertThat(everything(store)).hasSize(50);
        }
    }

    @Test
    void holdsNothingForCursorsThatAreAtTheirEndOrClosed() throws InterruptedException {
        try (RocksStore store = open(new RocksStore(StoreSettings.of(directories.resolve("store"))))) {
            for (int i = 0; i < 3; i++) {
                commit(store, put(i, Bytes.EMPTY));
            }
            try (Cursor cursor = store.scan(Scan.of(StoreHarness.TABLE, 0).pages(1, 1));
                    Snapshot snapshot = await(store.snapshot())) {
                await(cursor.next());
                await(snapshot.scan(Scan.of(StoreHarness.TABLE, 0)).next());
                assertThat(store.held()).isEqualTo(2);
            }
            assertThat(everything(store)).hasSize(3);

            eventually("nothing is held", () -> store.held() == 0);
        }
    }

    @Test
    void completesWhatIsPendingBeforeItCloses() {
        RocksStore store = open(new RocksStore(StoreSettings.of(directories.resolve("store"))));
        List<CompletableFuture<CommitResult>> stages = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            stages.add(store.commit(put(i, Bytes.EMPTY)).toCompletableFuture());
        }

        store.close();

        assertThat(stages).allSatisfy(stage -> assertThat(stage).isCompleted());
    }

    @Test
    void refusesBoundsThatAreNone() {
        StoreSettings settings = StoreSettings.of(directories);
        assertThatIllegalArgumentException().isThrownBy(() -> settings.withMemory(StoreSettings.MIN_MEMORY_BYTES - 1));
        assertThatIllegalArgumentException().isThrownBy(() -> settings.withMaxPending(1024 * 1024 - 1));
        assertThatIllegalArgumentException().isThrownBy(() -> settings.withPartitions(0));
    }
}
