package io.maxmq.memory;

import io.maxmq.memory.MemoryKeyValueStore.Settings;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.ChangeSet;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import io.maxmq.spi.storage.WatchHandler;
import io.maxmq.spi.storage.support.ManualExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** What the memory store promises beyond the contract: bounds, and where it runs. Each test says when the executor runs. */
class MemoryStoreBoundsTest {

    private static final Table TABLE = new Table("table");

    private final ManualExecutor executor = new ManualExecutor();
    private final List<Object> told = new ArrayList<>();
    private final WatchHandler handler = new WatchHandler() {
        @Override
        public void onChanges(ChangeSet changes) {
            told.add(changes.version());
        }

        @Override
        public void onEnd(StorageException cause) {
            told.add(cause.kind());
        }
    };

    private MemoryKeyValueStore open(Settings settings) {
        MemoryKeyValueStore store = new MemoryKeyValueStore(executor, settings);
        run(store.open());
        return store;
    }

    private <T> T run(CompletionStage<T> stage) {
        executor.runAll();
        assertThat(stage.toCompletableFuture()).isDone();
        return stage.toCompletableFuture().join();
    }

    private Kind failure(CompletionStage<?> stage) {
        executor.runAll();
        CompletableFuture<?> future = stage.toCompletableFuture();
        assertThat(future).isCompletedExceptionally();
        CompletionException failure = catchThrowableOfType(CompletionException.class, future::join);
        return ((StorageException) failure.getCause()).kind();
    }

    private static Bytes key(int number) {
        return ShardedKey.encode(1, "", Bytes.ofLong(number));
    }

    private static Batch put(int number, int valueBytes) {
        return Batch.builder(1)
                .put(TABLE, key(number), Bytes.wrap(new byte[valueBytes]))
                .build();
    }

    @Test
    void doesNothingOnTheCallersStack() {
        MemoryKeyValueStore store = open(Settings.DEFAULTS);

        CompletionStage<CommitResult> first = store.commit(put(1, 10));
        CompletionStage<CommitResult> second = store.commit(put(1, 20));
        List<String> order = new ArrayList<>();
        first.thenRun(() -> order.add("first"));
        second.thenRun(() -> order.add("second"));

        assertThat(first.toCompletableFuture()).isNotDone();
        assertThat(store.get(TABLE, key(1), Consistency.LOCAL).toCompletableFuture())
                .isNotDone();
        assertThat(order).isEmpty();
        executor.runAll();
        assertThat(order).containsExactly("first", "second");
    }

    @Test
    void refusesMoreThanMayBePending() {
        MemoryKeyValueStore store = open(Settings.DEFAULTS.withMaxPendingBytes(1024 * 1024));
        CompletionStage<CommitResult> first = store.commit(put(1, 800_000));

        CompletionStage<CommitResult> second = store.commit(put(2, 800_000));

        assertThat(second.toCompletableFuture()).isCompletedExceptionally();
        assertThat(failure(second)).isEqualTo(Kind.BUSY);
        assertThat(run(first)).isInstanceOf(CommitResult.Committed.class);
        assertThat(run(store.commit(put(2, 800_000)))).isInstanceOf(CommitResult.Committed.class);
        assertThat(run(store.get(TABLE, key(2), Consistency.LOCAL))).isPresent();
    }

    @Test
    void countsPendingBatchesThoughTheyAreEmpty() {
        MemoryKeyValueStore store = open(Settings.DEFAULTS.withMaxPendingBytes(1024 * 1024));
        CompletionStage<CommitResult> last;
        int taken = -1;
        do {
            last = store.commit(Batch.builder(1).build());
            taken++;
        } while (!last.toCompletableFuture().isCompletedExceptionally() && taken < 100_000);

        assertThat(taken).isEqualTo(1024 * 1024 / 64);
    }

    @Test
    void refusesMoreThanMayBeStoredUntilThereIsSpaceAgain() {
        MemoryKeyValueStore store = open(Settings.DEFAULTS.withMaxBytes(1_000).withPartitions(7));
        run(store.commit(put(1, 600)));

        assertThat(failure(store.commit(put(2, 600)))).isEqualTo(Kind.FULL);
        assertThat(run(store.get(TABLE, key(2), Consistency.LOCAL))).isEmpty();
        assertThat(run(store.commit(put(1, 900)))).isInstanceOf(CommitResult.Committed.class);
        // In another partition, of the same quota.
        int shard = store.partitions()
                .shards((store.partitions().ofShard(1) + 1) % 7)
                .nextSetBit(0);
        Batch elsewhere = Batch.builder(shard)
                .put(TABLE, ShardedKey.encode(shard, "", Bytes.EMPTY), Bytes.wrap(new byte[600]))
                .build();
        assertThat(failure(store.commit(elsewhere))).isEqualTo(Kind.FULL);
        run(store.commit(Batch.builder(1).delete(TABLE, key(1)).build()));
        assertThat(run(store.commit(elsewhere))).isInstanceOf(CommitResult.Committed.class);
    }

    @Test
    void refusesToRestoreMoreThanMayBeStored() {
        MemoryKeyValueStore source = open(Settings.DEFAULTS);
        run(source.commit(put(1, 2_000)));
        MemoryKeyValueStore store = open(Settings.DEFAULTS.withMaxBytes(1_000));
        run(store.commit(put(2, 900)));

        assertThat(failure(store.restore(run(source.snapshot())))).isEqualTo(Kind.FULL);

        assertThat(run(store.get(TABLE, key(2), Consistency.LOCAL))).isPresent();
    }

    @Test
    void restoresAcrossDifferentNumbersOfPartitions() {
        MemoryKeyValueStore seven = open(Settings.DEFAULTS.withPartitions(7));
        MemoryKeyValueStore one = open(Settings.DEFAULTS);
        MemoryKeyValueStore again = open(Settings.DEFAULTS.withPartitions(7));
        for (int shard = 0; shard < 256; shard++) {
            run(seven.commit(Batch.builder(shard)
                    .put(TABLE, ShardedKey.encode(shard, "", Bytes.EMPTY), Bytes.ofLong(shard))
                    .build()));
        }

        run(one.restore(run(seven.snapshot())));
        run(again.restore(run(one.snapshot())));

        List<Entry> inOne = run(one.scan(Scan.of(TABLE, 0)).next()).entries();
        assertThat(inOne).hasSize(256);
        for (int partition = 0; partition < 7; partition++) {
            EntryPage expected = run(seven.scan(Scan.of(TABLE, partition)).next());
            EntryPage actual = run(again.scan(Scan.of(TABLE, partition)).next());
            assertThat(actual.entries()).isEqualTo(expected.entries()).isNotEmpty();
            assertThat(actual.version()).isGreaterThan(expected.version());
        }
    }

    @Test
    void endsAWatchThatFallsBehindTheHistory() {
        MemoryKeyValueStore store = open(Settings.DEFAULTS.withHistory(3, 1_000_000));
        for (int i = 1; i <= 5; i++) {
            run(store.commit(put(i, 10)));
        }

        store.watch(TABLE, 0, 2, handler);
        executor.runAll();
        assertThat(told).containsExactly(Kind.TOO_OLD);

        told.clear();
        store.watch(TABLE, 0, 3, handler);
        executor.runAll();
        assertThat(told).containsExactly(3L, 4L, 5L);
        run(store.commit(put(6, 10)));
        assertThat(told).containsExactly(3L, 4L, 5L, 6L);
    }

    @Test
    void boundsTheHistoryByBytes() {
        MemoryKeyValueStore store = open(Settings.DEFAULTS.withHistory(1_000, 1_500));
        for (int i = 1; i <= 3; i++) {
            run(store.commit(put(i, 700)));
        }

        store.watch(TABLE, 0, 1, handler);
        executor.runAll();
        assertThat(told).containsExactly(Kind.TOO_OLD);

        told.clear();
        store.watch(TABLE, 0, 2, handler);
        executor.runAll();
        assertThat(told).containsExactly(2L, 3L);
    }

    @Test
    void movesAWatchOnPastBatchesOfOtherTables() {
        MemoryKeyValueStore store = open(Settings.DEFAULTS.withHistory(3, 1_000_000));
        Watch watch = store.watch(new Table("quiet"), 0, Watch.NOW, handler);

        for (int i = 1; i <= 10; i++) {
            run(store.commit(put(i, 10)));
        }

        assertThat(watch.version()).isEqualTo(10);
        assertThat(told).isEmpty();
    }

    @Test
    void callsNoHandlerOnceTheWatchIsClosed() {
        MemoryKeyValueStore store = open(Settings.DEFAULTS);
        Watch watch = store.watch(TABLE, 0, Watch.NOW, handler);
        executor.runAll();
        store.commit(put(1, 10));
        executor.runOne(); // applied; the call of the handler is on its way
        assertThat(executor.waiting()).isPositive();

        watch.close();
        executor.runAll();
        store.close();
        executor.runAll();

        assertThat(told).isEmpty();
    }

    @Test
    void letsASlowHandlerDelayNobodyElse() {
        MemoryKeyValueStore store = open(Settings.DEFAULTS);
        List<CommitResult> results = new ArrayList<>();
        store.watch(TABLE, 0, Watch.NOW, new WatchHandler() {
            @Override
            public void onChanges(ChangeSet changes) {
                if (results.isEmpty()) { // while it runs, the store goes on
                    CompletionStage<CommitResult> stage = store.commit(put(2, 10));
                    executor.runAll();
                    results.add(stage.toCompletableFuture().join());
                }
                told.add(changes.version());
            }

            @Override
            public void onEnd(StorageException cause) {}
        });

        run(store.commit(put(1, 10)));

        assertThat(results).hasSize(1);
        assertThat(told).containsExactly(1L, 2L);
    }

    @Test
    void givesOnePageAtATime() {
        MemoryKeyValueStore store = open(Settings.DEFAULTS);
        run(store.commit(put(1, 10)));
        Cursor cursor = store.scan(Scan.of(TABLE, 0));
        CompletionStage<EntryPage> first = cursor.next();

        assertThatIllegalStateException().isThrownBy(cursor::next);

        assertThat(run(first).entries()).hasSize(1);
        assertThat(run(cursor.next()).last()).isTrue();
    }

    @Test
    void keepsASliceWithoutItsBlock() {
        MemoryKeyValueStore store = open(Settings.DEFAULTS);
        byte[] block = new byte[100_000];
        byte[] whole = {1, 2, 3};

        run(store.commit(Batch.builder(1)
                .put(TABLE, key(1), Bytes.wrap(block, 10, 5))
                .put(TABLE, key(2), Bytes.wrap(whole))
                .build()));

        Entry slice = run(store.get(TABLE, key(1), Consistency.LOCAL)).orElseThrow();
        Entry own = run(store.get(TABLE, key(2), Consistency.LOCAL)).orElseThrow();
        block[12] = 9; // nobody may do so; here it shows that the block is not kept
        assertThat(slice.value()).isEqualTo(Bytes.wrap(new byte[5]));
        assertThat(own.value().array()).isSameAs(whole);
    }

    @Test
    void failsEverythingWhenTheExecutorTakesNoMore() {
        MemoryKeyValueStore store = open(Settings.DEFAULTS);
        run(store.commit(put(1, 10)));
        Snapshot snapshot = run(store.snapshot());
        Cursor cursor = store.scan(Scan.of(TABLE, 0));
        store.watch(TABLE, 0, Watch.NOW, handler);
        executor.runAll();

        executor.stop();

        assertThat(failure(store.commit(put(2, 10)))).isEqualTo(Kind.CLOSED);
        assertThat(failure(store.commit(put(2, 10)))).isEqualTo(Kind.CLOSED);
        assertThat(failure(store.get(TABLE, key(1), Consistency.LOCAL))).isEqualTo(Kind.CLOSED);
        assertThat(failure(cursor.next())).isEqualTo(Kind.CLOSED);
        assertThat(failure(store.snapshot())).isEqualTo(Kind.CLOSED);
        assertThat(failure(store.restore(snapshot))).isEqualTo(Kind.CLOSED);
        assertThat(told).containsExactly(Kind.CLOSED);
    }

    @Test
    void failsWhatIsPendingWhenItCloses() {
        MemoryKeyValueStore store = open(Settings.DEFAULTS);
        CompletionStage<CommitResult> commit = store.commit(put(1, 10));
        CompletionStage<?> get = store.get(TABLE, key(1), Consistency.LOCAL);
        CompletionStage<EntryPage> page = store.scan(Scan.of(TABLE, 0)).next();

        store.close();

        assertThat(failure(commit)).isEqualTo(Kind.CLOSED);
        assertThat(failure(get)).isEqualTo(Kind.CLOSED);
        assertThat(failure(page)).isEqualTo(Kind.CLOSED);
    }

    @Test
    void refusesBoundsThatAreNone() {
        assertThatIllegalArgumentException().isThrownBy(() -> Settings.DEFAULTS.withMaxBytes(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Settings.DEFAULTS.withHistory(-1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> Settings.DEFAULTS.withHistory(0, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MemoryKeyValueStore(executor, Settings.DEFAULTS.withMaxPendingBytes(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MemoryKeyValueStore(executor, Settings.DEFAULTS.withPartitions(0)));
    }
}
