package io.maxmq.memory;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.ChangeSet;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import io.maxmq.spi.storage.WatchHandler;
import io.maxmq.spi.storage.tck.KeyValueStoreContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

class MemoryStorageTest {
    private static final Table TABLE = new Table("animals");
    private static final Bytes CAT = Bytes.utf8("cat");
    private static final Bytes DOG = Bytes.utf8("dog");

    private final MemoryStorage memory = MemoryStorage.create();

    @Nested
    class KeepsTheContract extends KeyValueStoreContract {
        @Override
        protected KeyValueStore newStore() {
            return MemoryStorage.create().store();
        }
    }

    @Test
    void handsOnWhatItHasWithItsVersions() throws Exception {
        long written;
        try (KeyValueStore first = opened()) {
            written = put(first, CAT, "meow");
        }

        try (KeyValueStore second = opened()) {
            assertThat(get(second, CAT)).contains(new Entry(CAT, Bytes.utf8("meow"), written));
            assertThat(put(second, DOG, "woof")).isGreaterThan(written);
        }
        try (KeyValueStore third = opened()) {
            assertThat(get(third, CAT)).isPresent();
            assertThat(get(third, DOG)).isPresent();
        }
    }

    @Test
    void handsOnAllThatWasCommittedThoughClosedInBetween() throws Exception {
        List<CompletionStage<CommitResult>> commits = new ArrayList<>();
        KeyValueStore first = opened();
        for (int i = 0; i < 10_000; i++) {
            commits.add(first.commit(batch(Bytes.utf8("a" + i), "x")));
        }

        first.close();

        try (KeyValueStore second = opened()) {
            int kept = 0;
            for (int i = 0; i < commits.size(); i++) {
                boolean committed = commits.get(i)
                        .handle((result, failure) -> failure == null)
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS);
                assertThat(get(second, Bytes.utf8("a" + i)).isPresent()).isEqualTo(committed);
                kept += committed ? 1 : 0;
            }
            assertThat(kept).isPositive();
        }
    }

    @Test
    void isForOneBrokerAtATime() throws Exception {
        KeyValueStore second = memory.store();
        try (KeyValueStore first = opened()) {
            put(first, CAT, "meow");

            Throwable refused = catchThrowable(() -> await(second.open()));

            assertThat(refused)
                    .isInstanceOfSatisfying(
                            StorageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
            second.close();
            assertThat(get(first, CAT)).isPresent();
        }
        try (KeyValueStore third = opened()) {
            assertThat(get(third, CAT)).isPresent();
        }
    }

    @Test
    void doesNotGiveAwayWhatAStoreThatNeverOpenedDidNotHave() throws Exception {
        KeyValueStore unused = memory.store();
        try (KeyValueStore first = opened()) {
            put(first, CAT, "meow");
        }

        unused.close();

        try (KeyValueStore second = opened()) {
            assertThat(get(second, CAT)).isPresent();
        }
    }

    @Test
    void countsWhatItKeepsAgainstItsBound() throws Exception {
        MemoryStorage small = MemoryStorage.create(100);
        try (KeyValueStore first = opened(small)) {
            put(first, CAT, "x".repeat(60));
        }

        try (KeyValueStore second = opened(small)) {
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> put(second, DOG, "x".repeat(60)))
                    .matches(e -> e.kind() == Kind.FULL);
            put(second, CAT, "");
            put(second, DOG, "x".repeat(60));
        }
    }

    @Test
    void hasNoHistoryOfTheStoreBefore() throws Exception {
        long version;
        try (KeyValueStore first = opened()) {
            version = put(first, CAT, "meow");
        }

        try (KeyValueStore second = opened()) {
            EndOfWatch end = new EndOfWatch();
            try (Watch watch = second.watch(TABLE, 0, version, end)) {
                assertThat(await(end.cause).kind()).isEqualTo(Kind.TOO_OLD);
            }
        }
    }

    @Test
    void endsItsThread() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        KeyValueStore store = opened();
        store.watch(TABLE, 0, Watch.NOW, new WatchHandler() {
            @Override
            public void onChanges(ChangeSet changes) {
                thread.complete(Thread.currentThread());
            }

            @Override
            public void onEnd(StorageException end) {}
        });
        put(store, CAT, "meow");
        assertThat(await(thread).isAlive()).isTrue();

        store.close();

        await(thread).join(10_000);
        assertThat(await(thread).isAlive()).isFalse();
    }

    private static final class EndOfWatch implements WatchHandler {
        final CompletableFuture<StorageException> cause = new CompletableFuture<>();

        @Override
        public void onChanges(ChangeSet changes) {}

        @Override
        public void onEnd(StorageException end) {
            cause.complete(end);
        }
    }

    private KeyValueStore opened() throws Exception {
        return opened(memory);
    }

    private static KeyValueStore opened(MemoryStorage memory) throws Exception {
        KeyValueStore store = memory.store();
        await(store.open());
        return store;
    }

    private static Batch batch(Bytes key, String value) {
        return Batch.builder(key.byteAt(0)).put(TABLE, key, Bytes.utf8(value)).build();
    }

    private static long put(KeyValueStore store, Bytes key, String value) throws Exception {
        return ((CommitResult.Committed) await(store.commit(batch(key, value)))).version();
    }

    private static Optional<Entry> get(KeyValueStore store, Bytes key) throws Exception {
        return await(store.get(TABLE, key, Consistency.LINEARIZABLE));
    }

    /** Throws what the stage fails with. */
    private static <T> T await(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StorageException failure ? failure : e;
        }
    }
}
