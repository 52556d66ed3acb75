package io.maxmq.spi.storage.tck;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.StorageFigures;
import io.maxmq.spi.storage.StoreCapabilities.Feature;
import io.maxmq.spi.storage.Watch;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static io.maxmq.spi.storage.tck.StoreDriver.ANIMALS;
import static io.maxmq.spi.storage.tck.StoreDriver.await;
import static io.maxmq.spi.storage.tck.StoreDriver.awaitFailure;
import static io.maxmq.spi.storage.tck.StoreDriver.key;
import static io.maxmq.spi.storage.tck.StoreDriver.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

/** Opening, closing, capabilities, and what is bad use. */
public interface LifecycleContract extends StoreFixture {

    @Test
    default void refusesEverythingBeforeItIsOpen() {
        try (KeyValueStore store = createStore()) {
            Batch batch = Batch.builder(1).build();
            Bytes key = key(1, "cat");

            assertThatIllegalStateException().isThrownBy(() -> store.commit(batch));
            assertThatIllegalStateException().isThrownBy(() -> store.get(ANIMALS, key, Consistency.LOCAL));
            assertThatIllegalStateException().isThrownBy(() -> store.scan(Scan.of(ANIMALS, 0)));
            assertThatIllegalStateException()
                    .isThrownBy(() -> store.watch(ANIMALS, 0, Watch.NOW, new RecordingHandler()));
            assertThatIllegalStateException().isThrownBy(store::snapshot);
        }
    }

    @Test
    default void opensOnce() {
        assertThatIllegalStateException().isThrownBy(() -> store().open());
    }

    @Test
    default void failsEverythingOnceItIsClosed() {
        Cursor before = store().scan(Scan.of(ANIMALS, 0));

        store().close();
        store().close();

        RecordingHandler handler = new RecordingHandler();
        Batch batch =
                Batch.builder(1).put(ANIMALS, key(1, "cat"), value("meow")).build();
        assertThat(awaitFailure(store().commit(batch)).kind()).isEqualTo(Kind.CLOSED);
        assertThat(awaitFailure(store().get(ANIMALS, key(1, "cat"), Consistency.LOCAL))
                        .kind())
                .isEqualTo(Kind.CLOSED);
        assertThat(awaitFailure(before.next()).kind()).isEqualTo(Kind.CLOSED);
        assertThat(awaitFailure(store().scan(Scan.of(ANIMALS, 0)).next()).kind())
                .isEqualTo(Kind.CLOSED);
        assertThat(awaitFailure(store().snapshot()).kind()).isEqualTo(Kind.CLOSED);
        store().watch(ANIMALS, 0, Watch.NOW, handler);
        assertThat(handler.awaitEnd().kind()).isEqualTo(Kind.CLOSED);
    }

    @Test
    default void completesOrFailsWhatIsUnderWayWhenItIsClosed() {
        var stages = IntStream.range(0, 500)
                .mapToObj(i -> store().commit(Batch.builder(i % 256)
                        .put(ANIMALS, key(i % 256, "cat" + i), value("meow"))
                        .build()))
                .toList();

        store().close();

        assertThat(stages).allSatisfy(stage -> await(stage.handle((result, failure) -> "done")));
    }

    @Test
    default void closesWithoutHavingBeenOpened() {
        KeyValueStore store = createStore();

        store.close();

        assertThat(awaitFailure(store.open()).kind()).isEqualTo(Kind.CLOSED);
    }

    @Test
    default void refusesPartitionsThatItDoesNotHave() {
        int none = store().partitions().count();

        assertThatIllegalArgumentException().isThrownBy(() -> store().scan(Scan.of(ANIMALS, none)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store().watch(ANIMALS, none, Watch.NOW, new RecordingHandler()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store().watch(ANIMALS, -1, Watch.NOW, new RecordingHandler()));
        assertThatIllegalArgumentException().isThrownBy(() -> store().watch(ANIMALS, 0, -2, new RecordingHandler()));
        assertThatIllegalArgumentException().isThrownBy(() -> store().get(ANIMALS, Bytes.EMPTY, Consistency.LOCAL));
    }

    @Test
    default void refusesABatchAboveItsLimitAndTakesOneAtIt() {
        long max = store().capabilities().maxBatchBytes();
        // One value in many mutations: large by count, small in the heap.
        Bytes key = key(1, "cat");
        int part = 1024 * 1024 - key.length();
        Bytes large = Bytes.wrap(new byte[part]);
        Batch.Builder batch = Batch.builder(1);
        while (batch.sizeBytes() + key.length() + part <= max) {
            batch.put(ANIMALS, key, large);
        }
        int rest = (int) (max - batch.sizeBytes());
        if (rest > 0) {
            batch.put(ANIMALS, key, Bytes.wrap(new byte[rest - key.length()]));
        }
        Batch atLimit = batch.build();
        Batch above = batch.delete(ANIMALS, key).build();

        assertThat(atLimit.sizeBytes()).isEqualTo(max);
        assertThat(await(store().commit(atLimit))).isInstanceOf(CommitResult.Committed.class);
        assertThatIllegalArgumentException().isThrownBy(() -> store().commit(above));
    }

    @Test
    default void takesKeysOfFullLength() {
        byte[] long1 = new byte[KeyValueStore.MAX_KEY_BYTES];
        long1[0] = 7;
        byte[] long2 = long1.clone();
        long2[long2.length - 1] = 1;

        driver().put(ANIMALS, Bytes.wrap(long1), "one");
        driver().put(ANIMALS, Bytes.wrap(long2), "two");

        assertThat(driver().keys(driver().scanOf(ANIMALS, 7))).containsExactly(Bytes.wrap(long1), Bytes.wrap(long2));
        assertThat(driver().text(ANIMALS, Bytes.wrap(long2))).isEqualTo("two");
    }

    @Test
    default void declinesAWatchWhenItHasNone() {
        assumeFalse(store().capabilities().has(Feature.WATCH));
        RecordingHandler handler = new RecordingHandler();

        store().watch(ANIMALS, 0, Watch.NOW, handler);

        assertThat(handler.awaitEnd().kind()).isEqualTo(Kind.UNSUPPORTED);
    }

    @Test
    default void declinesAReverseScanWhenItHasNone() {
        assumeFalse(store().capabilities().has(Feature.REVERSE_SCAN));

        Cursor cursor = store().scan(Scan.of(ANIMALS, 0).backwards());

        assertThat(awaitFailure(cursor.next()).kind()).isEqualTo(Kind.UNSUPPORTED);
    }

    @Test
    default void declinesASnapshotWhenItHasNone() {
        assumeFalse(store().capabilities().has(Feature.SNAPSHOT));

        assertThat(awaitFailure(store().snapshot()).kind()).isEqualTo(Kind.UNSUPPORTED);
    }

    @Test
    default void countsWhatItDoesUnlessItDoesNotKnow() {
        StorageFigures before = store().figures();
        driver().commit(Batch.builder(1)
                .put(ANIMALS, key(1, "cat"), value("meow"))
                .put(ANIMALS, key(1, "dog"), value("woof")));
        driver().conflict(Batch.builder(1)
                .requireAbsent(ANIMALS, key(1, "cat"))
                .put(ANIMALS, key(1, "cat"), value("conflict")));

        StorageFigures after = store().figures();

        assertThat(after.batches()).isEqualTo(before.batches() < 0 ? -1 : before.batches() + 1);
        assertThat(after.mutations()).isEqualTo(before.mutations() < 0 ? -1 : before.mutations() + 2);
        assertThat(List.of(
                        after.diskBytes(),
                        after.memoryBytes(),
                        after.compactionDebtBytes(),
                        after.pendingBytes(),
                        after.groups(),
                        after.syncs()))
                .allSatisfy(figure -> assertThat(figure).isGreaterThanOrEqualTo(-1));
        store().close();
        store().figures(); // at any time
    }

    @Test
    default void keepsWhatIsDurableAndGoesOnWithItsVersions() {
        assumeFeature(Feature.PERSISTENT);
        long before = driver().put(ANIMALS, key(1, "cat"), "meow");
        store().close();

        try (KeyValueStore again = reopenStore(store())) {
            await(again.open());

            StoreDriver reader = new StoreDriver(again);
            assertThat(reader.get(ANIMALS, key(1, "cat"))).contains(new Entry(key(1, "cat"), value("meow"), before));
            assertThat(reader.put(ANIMALS, key(1, "cat"), "purr")).isGreaterThan(before);
        }
    }
}
