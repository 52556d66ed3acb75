package io.maxmq.spi.storage.tck;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.StoreCapabilities.Feature;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static io.maxmq.spi.storage.tck.StoreDriver.ANIMALS;
import static io.maxmq.spi.storage.tck.StoreDriver.PLANTS;
import static io.maxmq.spi.storage.tck.StoreDriver.await;
import static io.maxmq.spi.storage.tck.StoreDriver.awaitFailure;
import static io.maxmq.spi.storage.tck.StoreDriver.key;
import static io.maxmq.spi.storage.tck.StoreDriver.value;
import static org.assertj.core.api.Assertions.assertThat;

/** Snapshots and their restoration. */
public interface SnapshotContract extends StoreFixture {

    default Snapshot takeSnapshot() {
        assumeFeature(Feature.SNAPSHOT);
        return await(store().snapshot());
    }

    @Test
    default void showsTheStateOfItsTime() {
        long version = driver().put(ANIMALS, key(1, "cat"), "meow");
        try (Snapshot snapshot = takeSnapshot()) {
            driver().put(ANIMALS, key(1, "cat"), "purr");
            driver().put(ANIMALS, key(1, "dog"), "woof");
            driver().put(PLANTS, key(1, "grass"), "green");

            assertThat(snapshot.version(driver().partitionOf(1))).isEqualTo(version);
            assertThat(snapshot.tables()).contains(ANIMALS);
            assertThat(StoreDriver.entries(snapshot.scan(driver().scanOf(ANIMALS, 1))))
                    .containsExactly(new Entry(key(1, "cat"), value("meow"), version));
            assertThat(StoreDriver.entries(snapshot.scan(driver().scanOf(PLANTS, 1))))
                    .isEmpty();
        }
    }

    @Test
    default void givesUpASnapshotThatIsClosed() {
        driver().put(ANIMALS, key(1, "cat"), "meow");
        Snapshot snapshot = takeSnapshot();
        Cursor cursor = snapshot.scan(driver().scanOf(ANIMALS, 1));

        snapshot.close();
        snapshot.close();

        assertThat(awaitFailure(cursor.next()).kind()).isEqualTo(Kind.CLOSED);
        assertThat(awaitFailure(snapshot.scan(driver().scanOf(ANIMALS, 1)).next())
                        .kind())
                .isEqualTo(Kind.CLOSED);
    }

    @Test
    default void restoresAnOlderStateAndGoesOnWithNewVersions() {
        assumeFeature(Feature.RESTORE);
        long claimed = driver().put(ANIMALS, key(1, "cat"), "meow");
        try (Snapshot snapshot = takeSnapshot()) {
            driver().put(ANIMALS, key(1, "cat"), "purr");
            driver().put(ANIMALS, key(200, "dog"), "woof");
            long last = driver().put(PLANTS, key(1, "grass"), "green");

            await(store().restore(snapshot));

            assertThat(driver().everything(ANIMALS)).containsExactly(new Entry(key(1, "cat"), value("meow"), claimed));
            assertThat(driver().everything(PLANTS)).isEmpty();
            assertThat(driver().put(ANIMALS, key(1, "cat"), "hiss")).isGreaterThan(last);
        }
    }

    @Test
    default void restoresTheSnapshotOfAnotherStoreWithItsVersions() {
        assumeFeature(Feature.RESTORE);
        IntStream.range(0, 256).forEach(shard -> driver().put(ANIMALS, key(shard, "cat"), "meow" + shard));
        driver().commit(Batch.builder(1).put(PLANTS, key(1, "large"), Bytes.wrap(new byte[1_000_000])));
        List<Entry> expected = driver().everything(ANIMALS);
        try (Snapshot snapshot = takeSnapshot();
                KeyValueStore other = createStore()) {
            await(other.open());
            StoreDriver target = new StoreDriver(other);
            target.put(ANIMALS, key(3, "mouse"), "goes");

            await(other.restore(snapshot));

            assertThat(target.everything(ANIMALS)).isEqualTo(expected);
            assertThat(target.everything(PLANTS)).hasSize(1);
            assertThat(target.put(ANIMALS, key(3, "mouse"), "comes"))
                    .isGreaterThan(snapshot.version(driver().partitionOf(3)));
        }
    }

    @Test
    default void endsWatchesWhenItIsRestored() {
        assumeFeature(Feature.RESTORE);
        assumeFeature(Feature.WATCH);
        RecordingHandler handler = new RecordingHandler();
        RecordingHandler late = new RecordingHandler();
        long version = driver().put(ANIMALS, key(1, "cat"), "meow");
        int partition = driver().partitionOf(1);
        try (Snapshot snapshot = takeSnapshot()) {
            store().watch(ANIMALS, partition, Watch.NOW, handler);

            await(store().restore(snapshot));
            store().watch(ANIMALS, partition, version, late);

            assertThat(handler.awaitEnd().kind()).isEqualTo(Kind.RESTORED);
            assertThat(late.awaitEnd().kind()).isEqualTo(Kind.TOO_OLD);
        }
    }

    @Test
    default void missesNothingBehindAScanOfARestoredState() {
        assumeFeature(Feature.RESTORE);
        assumeFeature(Feature.WATCH);
        RecordingHandler handler = new RecordingHandler();
        driver().put(ANIMALS, key(1, "cat"), "meow");
        try (Snapshot snapshot = takeSnapshot()) {
            await(store().restore(snapshot));

            EntryPage page = await(store().scan(driver().scanOf(ANIMALS, 1)).next());
            try (Watch watch = store().watch(ANIMALS, driver().partitionOf(1), page.version() + 1, handler)) {
                long version = driver().put(ANIMALS, key(1, "cat"), "purr");

                assertThat(handler.awaitChanges().version()).isEqualTo(version);
            }
        }
    }

    @Test
    default void staysAsItWasWhenTheSnapshotCannotBeRead() {
        assumeFeature(Feature.RESTORE);
        driver().put(ANIMALS, key(1, "cat"), "meow");
        List<Entry> before = driver().everything(ANIMALS);

        StorageException failure = awaitFailure(store().restore(new DamagedSnapshot()));

        assertThat(failure.kind()).isEqualTo(Kind.DAMAGED);
        assertThat(driver().everything(ANIMALS)).isEqualTo(before);
        driver().put(ANIMALS, key(1, "cat"), "purr");
    }

    /** Gives one page, and then fails. */
    final class DamagedSnapshot implements Snapshot {

        @Override
        public Partitions partitions() {
            return Partitions.ring(1);
        }

        @Override
        public long version(int partition) {
            return 1_000;
        }

        @Override
        public Set<Table> tables() {
            return Set.of(ANIMALS);
        }

        @Override
        public Cursor scan(Scan scan) {
            List<EntryPage> pages = new ArrayList<>();
            pages.add(new EntryPage(List.of(new Entry(key(1, "dog"), value("woof"), 7)), 1_000, false));
            return new Cursor() {
                @Override
                public CompletionStage<EntryPage> next() {
                    return pages.isEmpty()
                            ? CompletableFuture.failedFuture(new StorageException(Kind.DAMAGED, "made by the test"))
                            : CompletableFuture.completedFuture(pages.remove(0));
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void close() {}
    }
}
