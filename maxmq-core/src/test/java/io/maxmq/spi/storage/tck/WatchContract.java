package io.maxmq.spi.storage.tck;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Change;
import io.maxmq.spi.storage.ChangeSet;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.StoreCapabilities.Feature;
import io.maxmq.spi.storage.Watch;
import io.maxmq.spi.storage.WatchHandler;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

import static io.maxmq.spi.storage.tck.StoreDriver.ANIMALS;
import static io.maxmq.spi.storage.tck.StoreDriver.PLANTS;
import static io.maxmq.spi.storage.tck.StoreDriver.await;
import static io.maxmq.spi.storage.tck.StoreDriver.key;
import static io.maxmq.spi.storage.tck.StoreDriver.value;
import static org.assertj.core.api.Assertions.assertThat;

/** Watches: order, no gaps, ends. */
public interface WatchContract extends StoreFixture {

    /** Watches ANIMALS in the partition of shard 1. */
    default Watch watch(long fromVersion, WatchHandler handler) {
        assumeFeature(Feature.WATCH);
        return store().watch(ANIMALS, driver().partitionOf(1), fromVersion, handler);
    }

    @Test
    default void tellsEveryMutationOfTheTableInItsOrder() {
        RecordingHandler handler = new RecordingHandler();
        driver().put(ANIMALS, key(1, "cat"), "before");
        try (Watch watch = watch(Watch.NOW, handler)) {
            driver().put(PLANTS, key(1, "grass"), "another table");
            driver().conflict(Batch.builder(1)
                    .requireAbsent(ANIMALS, key(1, "cat"))
                    .put(ANIMALS, key(1, "cat"), value("conflict")));
            long version = driver().commit(Batch.builder(1)
                    .put(ANIMALS, key(1, "cat"), value("meow"))
                    .put(PLANTS, key(1, "grass"), value("another table"))
                    .delete(ANIMALS, key(1, "nobody"))
                    .deleteRange(ANIMALS, KeyRange.prefix(key(1, "cat")))
                    .add(ANIMALS, key(1, "count"), 5)
                    .add(ANIMALS, key(1, "count"), -5));

            assertThat(handler.awaitChanges())
                    .isEqualTo(new ChangeSet(
                            version,
                            List.of(
                                    new Change.Put(key(1, "cat"), value("meow")),
                                    new Change.Deleted(key(1, "nobody")),
                                    new Change.RangeDeleted(KeyRange.prefix(key(1, "cat"))),
                                    new Change.Put(key(1, "count"), Bytes.ofLong(5)),
                                    new Change.Deleted(key(1, "count")))));
            long next = driver().put(ANIMALS, key(1, "cat"), "purr");
            assertThat(handler.awaitChanges().version()).isEqualTo(next);
            assertThat(watch.version()).isBetween(version, next);
        }
    }

    @Test
    default void tellsWhatWasCommittedBeforeFromAVersionOn() {
        RecordingHandler handler = new RecordingHandler();
        driver().put(ANIMALS, key(1, "cat"), "0");
        long first = driver().put(ANIMALS, key(1, "cat"), "1");
        long second = driver().put(ANIMALS, key(1, "cat"), "2");

        try (Watch watch = watch(first, handler)) {
            assertThat(handler.awaitChanges().version()).isEqualTo(first);
            assertThat(handler.awaitChanges().version()).isEqualTo(second);
        }
    }

    @Test
    default void waitsForAVersionThatIsStillToCome() {
        RecordingHandler handler = new RecordingHandler();
        long now = driver().put(ANIMALS, key(1, "cat"), "0");
        try (Watch watch = watch(now + 1_000, handler)) {
            assertThat(watch.version()).isEqualTo(now + 999);

            long last = now;
            long firstTold = 0;
            for (int i = 0; i < 2_000 && firstTold == 0; i++) {
                last = driver().put(ANIMALS, key(1, "cat"), "later");
                firstTold = last >= now + 1_000 ? last : 0;
            }

            assertThat(last).isGreaterThanOrEqualTo(now + 1_000);
            assertThat(handler.awaitChanges().version()).isEqualTo(firstTold);
        }
    }

    @Test
    default void missesNothingBehindAScan() {
        RecordingHandler handler = new RecordingHandler();
        CompletableFuture<Long> writer = CompletableFuture.supplyAsync(() -> {
            for (int i = 0; i < 500; i++) {
                driver().put(ANIMALS, key(1, "cat-" + i % 50), "" + i);
                if (i % 7 == 0) {
                    driver().delete(ANIMALS, key(1, "cat-" + i % 20));
                }
            }
            return driver().put(ANIMALS, key(1, "done"), "");
        });

        TreeMap<Bytes, Bytes> copy = new TreeMap<>();
        List<EntryPage> pages =
                StoreDriver.pages(store().scan(driver().scanOf(ANIMALS, 1).pages(3, 1_000_000)));
        pages.forEach(page -> page.entries().forEach(entry -> copy.put(entry.key(), entry.value())));
        try (Watch watch = watch(pages.get(0).version() + 1, handler)) {
            long end = await(writer);
            // Read again what the scan saw already, if it came last.
            List<ChangeSet> told = pages.get(0).version() == end ? List.of() : handler.awaitUpTo(end);
            told.forEach(set -> set.changes().forEach(change -> apply(change, copy)));

            TreeMap<Bytes, Bytes> actual = new TreeMap<>();
            driver().entries(driver().scanOf(ANIMALS, 1)).forEach(entry -> actual.put(entry.key(), entry.value()));
            assertThat(copy).isEqualTo(actual);
            assertThat(told.stream().map(ChangeSet::version)).isSorted().doesNotHaveDuplicates();
        }
    }

    private static void apply(Change change, Map<Bytes, Bytes> copy) {
        if (change instanceof Change.Put put) {
            copy.put(put.key(), put.value());
        } else if (change instanceof Change.Deleted deleted) {
            copy.remove(deleted.key());
        } else {
            copy.keySet().removeIf(((Change.RangeDeleted) change).range()::contains);
        }
    }

    @Test
    default void tellsEachWatchOnItsOwn() {
        RecordingHandler other = new RecordingHandler();
        RecordingHandler handler = new RecordingHandler();
        try (Watch watch = watch(Watch.NOW, handler);
                Watch closed = watch(Watch.NOW, other)) {
            long version = driver().put(ANIMALS, key(1, "cat"), "meow");
            other.awaitChanges();
            closed.close();
            closed.close();
            long next = driver().put(ANIMALS, key(1, "cat"), "purr");

            assertThat(handler.awaitUpTo(next).stream().map(ChangeSet::version)).containsExactly(version, next);
            assertThat(other.unread()).isZero();
        }
    }

    @Test
    default void endsAWatchWhoseHandlerThrowsAndNoOther() {
        RecordingHandler healthy = new RecordingHandler();
        CompletableFuture<StorageException> end = new CompletableFuture<>();
        IllegalStateException failure = new IllegalStateException("thrown by the test");
        WatchHandler failing = new WatchHandler() {
            @Override
            public void onChanges(ChangeSet changes) {
                throw failure;
            }

            @Override
            public void onEnd(StorageException cause) {
                end.complete(cause);
            }
        };
        try (Watch watch = watch(Watch.NOW, healthy)) {
            watch(Watch.NOW, failing);

            long first = driver().put(ANIMALS, key(1, "cat"), "meow");
            long second = driver().put(ANIMALS, key(1, "cat"), "purr");

            assertThat(await(end).kind()).isEqualTo(Kind.HANDLER_FAILED);
            assertThat(await(end)).hasCause(failure);
            assertThat(healthy.awaitUpTo(second).stream().map(ChangeSet::version))
                    .containsExactly(first, second);
        }
    }

    @Test
    default void closesAWatchFromItsHandler() {
        AtomicReference<Watch> self = new AtomicReference<>();
        CompletableFuture<Void> ready = new CompletableFuture<>();
        RecordingHandler told = new RecordingHandler();
        WatchHandler closing = new WatchHandler() {
            @Override
            public void onChanges(ChangeSet changes) {
                await(ready);
                self.get().close();
                told.onChanges(changes);
            }

            @Override
            public void onEnd(StorageException cause) {
                told.onEnd(cause);
            }
        };
        RecordingHandler witness = new RecordingHandler();
        self.set(watch(Watch.NOW, closing));
        ready.complete(null);
        try (Watch watch = watch(Watch.NOW, witness)) {
            long first = driver().put(ANIMALS, key(1, "cat"), "meow");
            assertThat(told.awaitChanges().version()).isEqualTo(first);
            long second = driver().put(ANIMALS, key(1, "cat"), "purr");
            witness.awaitUpTo(second);

            assertThat(told.unread()).isZero();
        }
    }

    @Test
    default void endsWatchesWhenTheStoreCloses() {
        RecordingHandler handler = new RecordingHandler();
        watch(Watch.NOW, handler);

        store().close();

        assertThat(handler.awaitEnd().kind()).isEqualTo(Kind.CLOSED);
    }
}
