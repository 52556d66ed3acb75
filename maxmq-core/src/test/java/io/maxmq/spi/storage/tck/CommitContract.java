package io.maxmq.spi.storage.tck;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.CommitResult.Committed;
import io.maxmq.spi.storage.CommitResult.Conflict;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Precondition;
import io.maxmq.spi.storage.StorageException.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

import static io.maxmq.spi.storage.tck.StoreDriver.ANIMALS;
import static io.maxmq.spi.storage.tck.StoreDriver.PLANTS;
import static io.maxmq.spi.storage.tck.StoreDriver.await;
import static io.maxmq.spi.storage.tck.StoreDriver.awaitFailure;
import static io.maxmq.spi.storage.tck.StoreDriver.key;
import static io.maxmq.spi.storage.tck.StoreDriver.value;
import static org.assertj.core.api.Assertions.assertThat;

/** Batches: atomicity, order, preconditions, counters. */
public interface CommitContract extends StoreFixture {

    @Test
    default void keepsWhatABatchPuts() {
        long version = driver().commit(Batch.builder(1)
                .put(ANIMALS, key(1, "cat"), value("meow"))
                .put(ANIMALS, key(1, "fish"), Bytes.EMPTY)
                .put(PLANTS, key(1, "cat"), value("-tail grass")));

        assertThat(version).isPositive();
        assertThat(driver().get(ANIMALS, key(1, "cat"))).contains(new Entry(key(1, "cat"), value("meow"), version));
        assertThat(driver().get(ANIMALS, key(1, "fish"))).contains(new Entry(key(1, "fish"), Bytes.EMPTY, version));
        assertThat(driver().text(PLANTS, key(1, "cat"))).isEqualTo("-tail grass");
        assertThat(driver().get(ANIMALS, key(1, "dog"))).isEmpty();
        assertThat(driver().get(ANIMALS, key(2, "cat"))).isEmpty();
    }

    @Test
    default void givesRisingVersionsWithinAPartition() {
        long first = driver().put(ANIMALS, key(1, "cat"), "meow");
        long second = driver().put(ANIMALS, key(1, "dog"), "woof");
        long third = driver().delete(ANIMALS, key(1, "bird"));
        long fourth = driver().put(ANIMALS, key(1, "cat"), "purr");

        assertThat(List.of(first, second, third, fourth)).isSorted().doesNotHaveDuplicates();
        assertThat(driver().get(ANIMALS, key(1, "cat")).orElseThrow().version()).isEqualTo(fourth);
        assertThat(driver().get(ANIMALS, key(1, "dog")).orElseThrow().version()).isEqualTo(second);
    }

    @Test
    default void keepsASliceThoughTheRestOfItsArrayDiffers() {
        Bytes block = Bytes.utf8("xxmeowyy");

        driver().commit(Batch.builder(1).put(ANIMALS, key(1, "cat"), block.slice(2, 6)));

        assertThat(driver().text(ANIMALS, key(1, "cat"))).isEqualTo("meow");
    }

    @Test
    default void deletesAndIsContentWhenThereIsNothing() {
        driver().put(ANIMALS, key(1, "cat"), "meow");

        driver().delete(ANIMALS, key(1, "cat"));
        driver().delete(ANIMALS, key(1, "dog"));

        assertThat(driver().get(ANIMALS, key(1, "cat"))).isEmpty();
        assertThat(driver().everything(ANIMALS)).isEmpty();
    }

    @Test
    default void deletesARangeWithoutItsEnd() {
        Batch.Builder batch = Batch.builder(1);
        for (String name : List.of("a", "b", "b\0", "c", "d")) {
            batch.put(ANIMALS, key(1, name), value(name)).put(PLANTS, key(1, name), value(name));
        }
        driver().commit(batch);
        driver().put(ANIMALS, key(2, "b"), "other shard");

        driver().commit(Batch.builder(1).deleteRange(ANIMALS, new KeyRange(key(1, "b"), key(1, "d"))));

        assertThat(driver().everything(ANIMALS).stream().map(Entry::key))
                .containsExactlyInAnyOrder(key(1, "a"), key(1, "d"), key(2, "b"));
        assertThat(driver().everything(PLANTS)).hasSize(5);
    }

    @Test
    default void deletesAWholeShardTheLastOneToo() {
        for (int shard : new int[] {0, 254, 255}) {
            driver().put(ANIMALS, key(shard, "cat"), "meow");
        }
        driver().commit(Batch.builder(255)
                .put(ANIMALS, Bytes.wrap(new byte[] {-1, -1, -1, -1}), value("highest"))
                .put(ANIMALS, Bytes.wrap(new byte[] {-1}), value("lowest")));

        driver().commit(Batch.builder(255).deleteRange(ANIMALS, KeyRange.shard(255)));

        assertThat(driver().everything(ANIMALS).stream().map(Entry::key))
                .containsExactlyInAnyOrder(key(0, "cat"), key(254, "cat"));
    }

    @Test
    default void deletesNothingInAnEmptyRange() {
        driver().put(ANIMALS, key(1, "cat"), "meow");

        driver().commit(Batch.builder(1).deleteRange(ANIMALS, new KeyRange(key(1, "d"), key(1, "b"))));

        assertThat(driver().text(ANIMALS, key(1, "cat"))).isEqualTo("meow");
    }

    @Test
    default void appliesTheMutationsOfABatchInTheirOrder() {
        driver().commit(Batch.builder(1)
                .put(ANIMALS, key(1, "cat"), value("first"))
                .put(ANIMALS, key(1, "dog"), value("first"))
                .deleteRange(ANIMALS, KeyRange.shard(1))
                .put(ANIMALS, key(1, "cat"), value("second"))
                .put(ANIMALS, key(1, "cat"), value("third"))
                .put(ANIMALS, key(1, "cow"), value("first"))
                .delete(ANIMALS, key(1, "cow")));

        assertThat(driver().everything(ANIMALS).stream().map(Entry::key)).containsExactly(key(1, "cat"));
        assertThat(driver().text(ANIMALS, key(1, "cat"))).isEqualTo("third");
    }

    @Test
    default void addsToCountersAndRemovesThemAtZero() {
        Bytes count = key(1, "count");

        assertThat(driver().counters(Batch.builder(1).add(ANIMALS, count, 3).add(ANIMALS, count, -1)))
                .containsExactly(3L, 2L);
        assertThat(driver().get(ANIMALS, count).orElseThrow().value()).isEqualTo(Bytes.ofLong(2));
        assertThat(driver().counters(Batch.builder(1).add(ANIMALS, count, -5))).containsExactly(-3L);
        assertThat(driver().get(ANIMALS, count).orElseThrow().value()).isEqualTo(Bytes.ofLong(-3));

        assertThat(driver().counters(Batch.builder(1).add(ANIMALS, count, 3))).containsExactly(0L);
        assertThat(driver().get(ANIMALS, count)).isEmpty();
        assertThat(driver().counters(Batch.builder(1).add(ANIMALS, count, 0))).containsExactly(0L);
        assertThat(driver().get(ANIMALS, count)).isEmpty();
    }

    @Test
    default void countsFromWhatWasPutBefore() {
        Batch.Builder batch = Batch.builder(1)
                .put(ANIMALS, key(1, "count"), Bytes.ofLong(Long.MAX_VALUE - 1))
                .add(ANIMALS, key(1, "count"), 1);

        assertThat(driver().counters(batch)).containsExactly(Long.MAX_VALUE);
    }

    @Test
    default void refusesToCountWhatIsNoCounterAndAppliesNothing() {
        driver().put(ANIMALS, key(1, "cat"), "meow");
        driver().commit(Batch.builder(1).put(ANIMALS, key(1, "most"), Bytes.ofLong(Long.MAX_VALUE)));

        for (String noCounter : List.of("cat", "most")) {
            Batch batch = Batch.builder(1)
                    .put(ANIMALS, key(1, "dog"), value("woof"))
                    .add(ANIMALS, key(1, noCounter), 1)
                    .build();
            assertThat(awaitFailure(store().commit(batch)).kind()).isEqualTo(Kind.NOT_A_COUNTER);
        }

        assertThat(driver().get(ANIMALS, key(1, "dog"))).isEmpty();
        assertThat(driver().text(ANIMALS, key(1, "cat"))).isEqualTo("meow");
        assertThat(driver().counters(Batch.builder(1).add(ANIMALS, key(1, "most"), -1)))
                .containsExactly(Long.MAX_VALUE - 1);
    }

    @Test
    default void conflictsWhenTheKeyIsNotAbsent() {
        Batch.Builder claim =
                Batch.builder(1).requireAbsent(ANIMALS, key(1, "cat")).put(ANIMALS, key(1, "cat"), value("mine"));
        long version = driver().commit(claim);

        Conflict conflict = driver().conflict(claim.put(ANIMALS, key(1, "dog"), value("mine")));

        assertThat(conflict.precondition()).isEqualTo(new Precondition.Absent(ANIMALS, key(1, "cat")));
        assertThat(conflict.actual()).isEqualTo(new Entry(key(1, "cat"), value("mine"), version));
        assertThat(driver().get(ANIMALS, key(1, "dog"))).isEmpty();
        driver().delete(ANIMALS, key(1, "cat"));
        driver().commit(claim);
    }

    @Test
    default void conflictsWhenTheValueIsNotEqual() {
        Batch.Builder batch = Batch.builder(1)
                .requireEqual(ANIMALS, key(1, "cat"), value("meow"))
                .put(ANIMALS, key(1, "dog"), value("woof"));

        assertThat(driver().conflict(batch).actual()).isNull();
        driver().put(ANIMALS, key(1, "cat"), "meo");
        assertThat(driver().conflict(batch).actual().value()).isEqualTo(value("meo"));
        assertThat(driver().get(ANIMALS, key(1, "dog"))).isEmpty();

        driver().put(ANIMALS, key(1, "cat"), "meow");
        driver().commit(batch);
        assertThat(driver().text(ANIMALS, key(1, "dog"))).isEqualTo("woof");
    }

    @Test
    default void conflictsWhenTheVersionIsNotBelow() {
        Batch.Builder[] below = new Batch.Builder[2];
        long version = driver().put(ANIMALS, key(1, "owner"), "me");
        for (int i = 0; i < 2; i++) {
            below[i] = Batch.builder(1).requireVersionBelow(ANIMALS, key(1, "owner"), version + i);
        }

        assertThat(driver().conflict(below[0]).actual().version()).isEqualTo(version);
        driver().commit(below[1]);
    }

    @Test
    default void fencesTheOldOwnerOut() {
        long claimed = driver().put(ANIMALS, key(1, "owner"), "old");
        Batch.Builder write = Batch.builder(1)
                .requireVersionBelow(ANIMALS, key(1, "owner"), claimed + 1)
                .put(ANIMALS, key(1, "cat"), value("old"));
        driver().commit(write);

        driver().put(ANIMALS, key(1, "owner"), "old"); // a takeover, though the value is the same
        driver().put(ANIMALS, key(1, "cat"), "new");

        assertThat(driver().conflict(write).precondition()).isInstanceOf(Precondition.VersionBelow.class);
        driver().delete(ANIMALS, key(1, "owner"));
        assertThat(driver().conflict(write).actual()).isNull();
        assertThat(driver().text(ANIMALS, key(1, "cat"))).isEqualTo("new");
    }

    @Test
    default void namesTheFirstPreconditionThatDoesNotHold() {
        driver().put(ANIMALS, key(1, "cat"), "meow");

        Conflict conflict = driver().conflict(Batch.builder(1)
                .requireEqual(ANIMALS, key(1, "cat"), value("meow"))
                .requireVersionBelow(ANIMALS, key(1, "cat"), 0)
                .requireAbsent(ANIMALS, key(1, "cat")));

        assertThat(conflict.precondition()).isEqualTo(new Precondition.VersionBelow(ANIMALS, key(1, "cat"), 0));
    }

    @Test
    default void looksAtTheStateBeforeTheBatch() {
        driver().put(ANIMALS, key(1, "dog"), "woof");

        driver().commit(Batch.builder(1)
                .put(ANIMALS, key(1, "cat"), value("meow"))
                .delete(ANIMALS, key(1, "dog"))
                .requireAbsent(ANIMALS, key(1, "cat"))
                .requireEqual(ANIMALS, key(1, "dog"), value("woof")));

        assertThat(driver().text(ANIMALS, key(1, "cat"))).isEqualTo("meow");
    }

    @Test
    default void takesABatchWithoutMutationsAsABarrier() {
        long before = driver().put(ANIMALS, key(1, "cat"), "meow");

        long barrier = driver().commit(Batch.builder(1));

        assertThat(barrier).isGreaterThan(before);
        assertThat(driver().put(ANIMALS, key(1, "cat"), "meow")).isGreaterThan(barrier);
    }

    @Test
    default void appliesAndCompletesInTheOrderOfTheCallsWithoutWaiting() {
        int count = 500;
        driver().put(ANIMALS, key(1, "step"), "0");
        List<Integer> overtaking = Collections.synchronizedList(new ArrayList<>());
        List<CompletionStage<CommitResult>> stages = new ArrayList<>();
        CompletableFuture<CommitResult> previous = CompletableFuture.completedFuture(null);

        for (int i = 1; i <= count; i++) {
            int step = i;
            Batch batch = Batch.builder(1)
                    .requireEqual(ANIMALS, key(1, "step"), value("" + (i - 1)))
                    .put(ANIMALS, key(1, "step"), value("" + i))
                    .build();
            CompletableFuture<CommitResult> before = previous;
            CompletionStage<CommitResult> stage = store().commit(batch);
            stages.add(stage.whenComplete((result, failure) -> {
                if (!before.isDone()) {
                    overtaking.add(step);
                }
            }));
            previous = stage.toCompletableFuture();
        }

        List<Long> versions = new ArrayList<>();
        for (CompletionStage<CommitResult> stage : stages) {
            CommitResult result = await(stage);
            assertThat(result).isInstanceOf(Committed.class);
            versions.add(((Committed) result).version());
        }
        assertThat(versions).isSorted().doesNotHaveDuplicates();
        assertThat(overtaking).isEmpty();
        assertThat(driver().text(ANIMALS, key(1, "step"))).isEqualTo("" + count);
    }

    @Test
    default void losesNoAdditionOfManyThreads() {
        int threads = 4;
        int each = 250;

        List<CompletableFuture<Void>> writers = IntStream.range(0, threads)
                .mapToObj(thread -> CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < each; i++) {
                        driver().commit(Batch.builder(1).add(ANIMALS, key(1, "count"), 1));
                    }
                }))
                .toList();
        writers.forEach(StoreDriver::await);

        assertThat(driver().get(ANIMALS, key(1, "count")).orElseThrow().value())
                .isEqualTo(Bytes.ofLong((long) threads * each));
    }

    @Test
    default void showsABatchAsAWholeOrNotAtAll() {
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> LongStream.range(0, 500)
                .forEach(i -> driver().commit(Batch.builder(1)
                        .put(ANIMALS, key(1, "left"), Bytes.ofLong(i))
                        .put(ANIMALS, key(1, "right"), Bytes.ofLong(i)))));

        long seen = -1;
        boolean done;
        do {
            done = writer.isDone(); // then this is the last look, and it must see the last batch
            List<Entry> both = driver().entries(driver().scanOf(ANIMALS, 1));
            if (!both.isEmpty()) {
                assertThat(both).hasSize(2);
                assertThat(both.get(0).value()).isEqualTo(both.get(1).value());
                assertThat(both.get(0).value().longAt(0)).isGreaterThanOrEqualTo(seen);
                seen = both.get(0).value().longAt(0);
            }
        } while (!done);
        await(writer);
        assertThat(seen).isEqualTo(499);
    }
}
