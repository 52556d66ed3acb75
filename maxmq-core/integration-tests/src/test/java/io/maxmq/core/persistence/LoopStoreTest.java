package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Order, failures, pending writes and callbacks of one loop's {@link LoopStore}. */
class LoopStoreTest {
    private static final Table TABLE = Tables.QUEUE;

    private final ManualLoop thread = new ManualLoop(64 << 20);
    private ScriptedStore store = new ScriptedStore(1);
    private LoopStore writes = new LoopStore(store, thread.loop);
    private final List<String> told = new ArrayList<>();

    @AfterEach
    void checkNoFailureAndNoCharge() {
        thread.run(() -> {
            store.takeAll();
            writes.close();
        });
        thread.run(store::takeAll);
        thread.runPosted();
        assertThat(thread.failures).isEmpty();
        assertThat(thread.chargedBytes()).isZero();
    }

    private static Bytes key(int shard, String name) {
        return ShardedKey.encode(shard, "", Bytes.utf8(name));
    }

    private WriteCallback tell(String name) {
        return failure -> told.add(failure == null ? name : name + " " + kind(failure));
    }

    private static @Nullable Kind kind(Throwable failure) {
        return failure instanceof StorageException known ? known.kind() : null;
    }

    private void put(String name, String value) {
        put(3, name, value);
    }

    private void put(int shard, String name, String value) {
        writes.put(TABLE, key(shard, name), Bytes.utf8(value), tell(name + "=" + value));
    }

    private Optional<String> value(String name) {
        return store.value(TABLE, key(3, name)).map(Bytes::toUtf8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    void submitsOneBatchPerShardAndPostsAllResultsAtOnce(int partitions) {
        store = new ScriptedStore(partitions);
        writes = new LoopStore(store, thread.loop);
        thread.run(() -> {
            for (int shard = 0; shard < 100; shard++) {
                put(shard, "a", "1");
                put(shard, "b", "2");
            }
            assertThat(store.submitted).isEmpty();
        });
        assertThat(store.submitted)
                .hasSize(100)
                .allMatch(batch -> batch.mutations().size() == 2);
        assertThat(told).isEmpty();
        int before = thread.posts;
        store.takeAll();
        assertThat(thread.posts).isEqualTo(before + 1);
        assertThat(told).as("never on the stack of the store").isEmpty();
        thread.runPosted();
        assertThat(told).hasSize(200);
        assertThat(told.subList(0, 2)).containsExactly("a=1", "b=2");
    }

    /** In one batch, a store short of space would refuse the deletion as well. */
    @Test
    void separatesDeletionsFromNewEntriesWhileStoreIsFull() {
        thread.run(() -> {
            put("new", "1");
            writes.delete(TABLE, key(3, "old"), tell("deleted"));
        });
        assertThat(store.submitted).hasSize(1);
        store.refuseOne(Kind.FULL);
        thread.runPosted();
        store.submitted.clear();

        thread.run(() -> {
            put("new", "2");
            writes.delete(TABLE, key(3, "old"), tell("deleted"));
            writes.putFromReserve(Tables.SESSION, key(3, "s"), Bytes.utf8("1"), tell("session"));
        });

        assertThat(store.submitted.stream().map(batch -> batch.mayUseReserve()).toList())
                .containsExactly(false, true);
        store.takeAll();
        thread.runPosted();
        store.submitted.clear();
        thread.run(() -> {
            put("new", "3");
            writes.delete(TABLE, key(3, "old"), tell("deleted"));
        });
        assertThat(store.submitted).as("in one batch again").hasSize(1);
    }

    @Test
    void submitsEarlyChangesFirst() {
        thread.run(() -> {
            put("late", "1");
            writes.putEarly(Tables.INBOUND, key(3, "early"), Bytes.utf8("1"), tell("early"));
            writes.putEarly(Tables.INBOUND, key(200, "early"), Bytes.utf8("1"), tell("early too"));
        });
        assertThat(store.submitted.stream()
                        .map(batch -> batch.mutations().get(0).table())
                        .toList())
                .containsExactly(Tables.INBOUND, Tables.INBOUND, TABLE);
        store.takeAll();
        thread.runPosted();
        assertThat(told).containsExactly("early", "early too", "late=1");
    }

    @Test
    void submitsBodiesBeforeEarlyChanges() {
        thread.run(() -> {
            writes.putEarly(Tables.INBOUND, key(3, "one"), Bytes.utf8("1"), tell("one"));
            writes.putCountedFirst(
                    Tables.PAYLOAD, key(200, "body"), Bytes.utf8("b"), Tables.PAYLOAD_COUNT, 1, tell("body"));
            writes.putEarly(Tables.INBOUND, key(3, "about body"), Bytes.utf8("2"), tell("about body"));
        });
        assertThat(store.submitted.stream()
                        .map(batch -> batch.mutations().get(0).table())
                        .toList())
                .containsExactly(Tables.PAYLOAD, Tables.INBOUND);
        assertThat(store.submitted.get(1).mutations()).hasSize(2);
    }

    @Test
    void eventualDeletionWaitsForAFullPause() {
        thread.run(() -> writes.deleteEventually(TABLE, key(3, "first")));
        thread.pass(); // a pause ends directly after the second call
        thread.run(() -> writes.deleteEventually(TABLE, key(3, "second")));
        assertThat(store.submitted).isEmpty();
        thread.pass();
        thread.run(() -> {});
        assertThat(store.submitted)
                .singleElement()
                .satisfies(batch ->
                        assertThat(batch.mutations()).containsExactly(new Mutation.Delete(TABLE, key(3, "first"))));
        thread.pass();
        thread.pass();
        thread.run(() -> {});
        assertThat(store.submitted).hasSize(2);
    }

    @Test
    void eventualDeletionWaitsForTheFence() {
        List<Runnable> asked = new ArrayList<>();
        thread.run(() -> {
            writes.fence(asked::add);
            writes.deleteEventually(TABLE, key(3, "first"));
        });
        thread.passBriefly();
        thread.run(() -> writes.deleteEventually(TABLE, key(3, "second")));
        thread.passBriefly();
        assertThat(asked).hasSize(1);
        assertThat(store.submitted).isEmpty();

        thread.run(asked.get(0));
        assertThat(store.submitted)
                .singleElement()
                .satisfies(batch ->
                        assertThat(batch.mutations()).containsExactly(new Mutation.Delete(TABLE, key(3, "first"))));
        thread.passBriefly();
        assertThat(asked).hasSize(2);
    }

    @Test
    void flushEarlyWritesSubmitsOnlyEarlyChanges() {
        thread.run(() -> {
            put("late", "1");
            writes.putEarly(Tables.INBOUND, key(3, "early"), Bytes.utf8("1"), tell("early"));
            writes.flushEarlyWrites();
            assertThat(store.submitted).hasSize(1);
            assertThat(store.submitted.get(0).mutations()).hasSize(1);
        });
        assertThat(store.submitted).hasSize(2);
    }

    @Test
    void callbacksRunInCallOrderWhenPartitionsAnswerInAnotherOrder() {
        store = new ScriptedStore(7);
        writes = new LoopStore(store, thread.loop);
        int elsewhere = 4;
        while (store.partitions().ofShard(elsewhere) == store.partitions().ofShard(3)) {
            elsewhere++;
        }
        int other = elsewhere;
        thread.run(() -> put(3, "a", "1"));
        thread.run(() -> put(other, "b", "2"));
        store.takeFirst(batch -> batch.shard() == other);
        thread.runPosted();
        assertThat(told).isEmpty();
        store.takeAll();
        thread.runPosted();
        assertThat(told).containsExactly("a=1", "b=2");
    }

    @Test
    void withdrawnWriteIsNotSubmitted() {
        Write[] soon = new Write[1];
        thread.run(() -> soon[0] = writes.putSoon(TABLE, key(3, "a"), Bytes.utf8("1"), tell("a")));
        assertThat(store.submitted).as("lingers").isEmpty();
        assertThat(soon[0].withdraw()).isTrue();
        thread.pass();
        assertThat(store.submitted).isEmpty();
        assertThat(told).isEmpty();
        assertThat(thread.chargedBytes()).isZero();
    }

    @Test
    void submittedWriteCannotBeWithdrawn() {
        Write[] soon = new Write[1];
        thread.run(() -> soon[0] = writes.putSoon(TABLE, key(3, "a"), Bytes.utf8("1"), tell("a")));
        thread.pass();
        assertThat(store.submitted).as("requested during the first pause").isEmpty();
        thread.pass();
        assertThat(soon[0].withdraw()).isFalse();
        store.takeAll();
        thread.runPosted();
        assertThat(told).containsExactly("a");
    }

    /** Otherwise the answer to one batch would submit a change that an acknowledgement is about to make unnecessary. */
    @Test
    void answerToABatchDoesNotSubmitDelayedWrites() {
        Write[] soon = new Write[1];
        thread.run(() -> put("b", "1"));
        thread.run(() -> soon[0] = writes.putSoon(TABLE, key(3, "a"), Bytes.utf8("1"), tell("a")));
        store.takeAll();
        thread.runPosted();
        assertThat(told).containsExactly("b=1");
        assertThat(soon[0].withdraw()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"FULL", "BUSY", "IO", "CLOSED"})
    void failedWriteWithACallbackIsNotRetried(Kind kind) {
        thread.run(() -> put("a", "1"));
        store.refuseOne(kind);
        thread.runPosted();
        assertThat(told).containsExactly("a=1 " + kind);
        thread.pass();
        assertThat(store.waiting()).isZero();
        assertThat(value("a")).isEmpty();
    }

    @Test
    void writeWithoutCallbackIsRetriedUntilAccepted() {
        thread.run(() -> writes.put(TABLE, key(3, "a"), Bytes.utf8("1"), null));
        for (int i = 0; i < 3; i++) {
            store.refuseOne(i == 0 ? Kind.FULL : Kind.BUSY);
            thread.runPosted();
            assertThat(store.waiting()).as("not at once").isZero();
            thread.pass();
        }
        store.takeAll();
        thread.runPosted();
        assertThat(value("a")).contains("1");
    }

    @Test
    void laterChangeOfTheSameKeyReplacesAFailedOne() {
        thread.run(() -> {
            put("a", "1");
            writes.delete(TABLE, key(3, "a"), null);
        });
        store.refuseOne(Kind.BUSY);
        thread.runPosted();
        thread.run(() -> put("a", "2"));
        store.takeAll();
        thread.runPosted();
        thread.pass();
        assertThat(store.waiting()).isZero();
        assertThat(value("a")).contains("2");
    }

    @Test
    void removalOfARangeIsRetriedBeforeLaterChangesOfItsShard() {
        thread.run(() -> writes.deleteRange(Tables.SUBSCRIPTION, KeyRange.prefix(key(3, "a")), null));
        store.refuseOne(Kind.BUSY);
        thread.runPosted();
        thread.run(() -> put("a", "2"));
        assertThat(store.submitted.get(1).mutations())
                .as("the retried one first")
                .hasSize(2)
                .first()
                .isInstanceOf(Mutation.DeleteRange.class);
    }

    @Test
    void retryWaitsForItsTimeDuringOtherWrites() {
        thread.run(() -> writes.delete(TABLE, key(3, "a"), null));
        store.refuseOne(Kind.FULL);
        thread.runPosted();
        for (int i = 0; i < 10; i++) {
            thread.run(() -> put("b", "1"));
            store.takeAll();
            thread.runPosted();
        }
        assertThat(store.submitted)
                .hasSize(11)
                .allMatch(batch -> batch.mutations().size() == 1);
        thread.pass();
        assertThat(store.submitted).hasSize(12);
        assertThat(store.submitted.get(11).mutations()).containsExactly(new Mutation.Delete(TABLE, key(3, "a")));
    }

    @Test
    void retryDoesNotOvertakePendingWrites() {
        thread.run(() -> writes.delete(TABLE, key(3, "a"), null));
        store.refuseOne(Kind.FULL);
        thread.runPosted();
        thread.run(() -> put("a", "1"));
        thread.pass();
        thread.run(() -> put("b", "1"));
        assertThat(store.waiting()).as("the retry is due, but waits").isEqualTo(1);
        store.takeOne();
        thread.runPosted();
        store.takeAll();
        thread.runPosted();
        thread.pass();
        assertThat(told).containsExactly("a=1", "b=1");
        assertThat(value("a")).contains("1");
        assertThat(value("b")).contains("1");
        assertThat(store.submitted.stream()
                        .flatMap(batch -> batch.mutations().stream())
                        .filter(Mutation.Delete.class::isInstance))
                .hasSize(1);
    }

    @Test
    void retryOnCloseDoesNotUndoPendingWrites() {
        thread.run(() -> {
            writes.put(TABLE, key(3, "a/old"), Bytes.EMPTY, null);
            writes.put(TABLE, key(3, "b"), Bytes.EMPTY, null);
        });
        store.takeAll();
        thread.run(() -> {
            writes.deleteRange(TABLE, KeyRange.prefix(key(3, "a")), null);
            writes.delete(TABLE, key(3, "b"), null);
        });
        thread.run(() -> {
            put("a/new", "1");
            put("b", "1");
        });
        store.refuseOne(Kind.BUSY);
        thread.runPosted();
        thread.run(writes::close);
        store.takeAll();
        thread.runPosted();
        assertThat(told).containsExactly("a/new=1", "b=1");
        assertThat(value("a/new")).contains("1");
        assertThat(value("b")).contains("1");
        assertThat(value("a/old")).isEmpty();
    }

    @Test
    void retriesRespectTheBatchLimitsOfTheStore() {
        thread.run(() -> {
            for (int i = 0; i < 2_500; i++) {
                writes.delete(TABLE, key(3, "a" + i), null);
            }
            for (int i = 0; i < 3; i++) {
                writes.put(TABLE, key(3, "large " + i), Bytes.wrap(new byte[largest()]), null);
            }
        });
        store.refuseAll(Kind.FULL);
        thread.runPosted();
        int before = store.submitted.size();
        thread.pass();
        assertThat(store.submitted.subList(before, store.submitted.size()))
                .hasSizeGreaterThan(3)
                .allMatch(batch -> batch.mutations().size() <= 1_000)
                .allMatch(batch -> batch.sizeBytes() <= store.capabilities().maxBatchBytes());
    }

    private int largest() {
        return (int) (store.capabilities().maxBatchBytes() / 2) - 1_000;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -1, 7})
    void retriedAcknowledgementsOfAQueueAreCombinedIntoOneRange(int step) {
        int messages = 10_000;
        OwnerKey owner = OwnerKey.of("default", "a");
        thread.run(() -> {
            for (int i = 0; i <= messages; i++) {
                writes.put(TABLE, owner.numbered(i), Bytes.EMPTY, null);
            }
        });
        store.takeAll();
        thread.runPosted();
        thread.run(() -> {
            for (int i = 0; i < messages; i++) {
                writes.deleteSoon(TABLE, owner.numbered(Math.floorMod(i * step, messages)));
            }
        });
        thread.pass();
        store.refuseAll(Kind.FULL);
        thread.runPosted();
        assertThat(thread.chargedBytes()).isLessThan(1_000);
        thread.pass();
        assertThat(store.submitted.get(store.submitted.size() - 1).mutations()).hasSize(1);
        store.takeAll();
        thread.runPosted();
        assertThat(store.value(TABLE, owner.numbered(0))).isEmpty();
        assertThat(store.value(TABLE, owner.numbered(messages - 1))).isEmpty();
        assertThat(store.value(TABLE, owner.numbered(messages))).isPresent();
    }

    @Test
    void dropsRetriesOfCountersBeyondTheLimit() {
        thread.run(() -> {
            for (int i = 0; i < Retries.MAX_COUNTERS + 5; i++) {
                writes.addSoon(Tables.PAYLOAD_COUNT, key(i % 256, "counter " + i), -1);
                writes.addSoon(Tables.PAYLOAD_COUNT, key(i % 256, "counter " + i), -1);
            }
            writes.flush();
        });
        store.refuseAll(Kind.FULL);
        thread.runPosted();
        int before = store.submitted.size();
        thread.pass();
        assertThat(store.submitted.subList(before, store.submitted.size()).stream()
                        .flatMap(batch -> batch.mutations().stream())
                        .filter(each -> ((Mutation.Add) each).delta() == -2))
                .hasSize(Retries.MAX_COUNTERS);
    }

    /**
     * For any refusals: finally each key has the value of its last change, not counting refused changes with a
     * callback.
     */
    @Property(tries = 1_000)
    void lastChangeOfAKeyWinsAfterAnyRefusals(@ForAll @Size(max = 80) List<@IntRange(max = 199) Integer> steps) {
        new LoopStoreTest().checkLastChangeOfAKeyWins(steps);
    }

    private void checkLastChangeOfAKeyWins(List<Integer> steps) {
        OwnerKey owner = OwnerKey.of("default", "a");
        List<BiConsumer<Set<Integer>, Map<Integer, Integer>>> calls = new ArrayList<>();
        Set<Integer> refused = new HashSet<>();
        for (int step : steps) {
            int number = step / 10 % 5;
            int to = number + step / 50 + 1;
            int call = calls.size();
            Bytes key = owner.numbered(number);
            WriteCallback written = failure -> {
                if (failure != null) {
                    refused.add(call);
                }
            };
            switch (step % 10) {
                case 0, 1 -> {
                    boolean awaited = step % 10 == 0;
                    thread.run(() -> writes.put(TABLE, key, Bytes.ofLong(call), awaited ? written : null));
                    calls.add((failed, model) -> {
                        if (!failed.contains(call)) {
                            model.put(number, call);
                        }
                    });
                }
                case 2, 3 -> {
                    thread.run(() -> writes.delete(TABLE, key, null));
                    calls.add((failed, model) -> model.remove(number));
                }
                case 4 -> {
                    thread.run(() -> writes.deleteRange(TABLE, owner.numbered(number, to), null));
                    calls.add((failed, model) -> model.keySet().removeIf(each -> each >= number && each < to));
                }
                case 5, 6 -> {
                    if (store.waiting() > 0) {
                        store.refuseOne(step % 10 == 5 ? Kind.FULL : Kind.BUSY);
                    }
                    thread.runPosted();
                }
                case 7 -> {
                    if (store.waiting() > 0) {
                        store.takeOne();
                    }
                }
                case 8 -> {
                    store.takeAll();
                    thread.runPosted();
                }
                default -> thread.pass();
            }
        }
        for (int i = 0; i < 5; i++) {
            store.takeAll();
            thread.runPosted();
            thread.pass();
        }
        Map<Integer, Integer> expected = new TreeMap<>();
        calls.forEach(each -> each.accept(refused, expected));
        Map<Integer, Integer> found = new TreeMap<>();
        for (int number = 0; number < 10; number++) {
            int of = number;
            store.value(TABLE, owner.numbered(number)).ifPresent(value -> found.put(of, (int) value.longAt(0)));
        }
        assertThat(found).as("%s", steps).isEqualTo(expected);
        checkNoFailureAndNoCharge();
    }

    @Test
    void pendingChangeWinsOverAnEarlierFailedChangeOfItsKey() {
        thread.run(() -> writes.deleteRange(TABLE, KeyRange.prefix(key(3, "a")), null));
        thread.run(() -> put("a/1", "new"));
        thread.run(() -> put("b", "other"));
        store.refuseOne(Kind.BUSY);
        thread.runPosted();
        thread.run(() -> put("a/2", "newer"));
        assertThat(store.waiting()).as("the third waits for the pending one").isEqualTo(2);
        store.takeAll();
        thread.runPosted();
        thread.pass();
        store.takeAll();
        thread.runPosted();
        assertThat(told).containsExactly("a/1=new", "b=other", "a/2=newer");
        assertThat(value("a/1")).contains("new");
        assertThat(value("a/2")).contains("newer");
        assertThat(value("b")).contains("other");
    }

    @Test
    void rangeIsRemovedAfterADelayedWriteUnderLoad() {
        thread.run(() -> writes.put(TABLE, key(7, "large"), Bytes.wrap(new byte[9 << 20]), tell("large")));
        thread.run(() -> {
            writes.putSoon(TABLE, key(3, "a/1"), Bytes.utf8("1"), tell("a/1"));
            writes.deleteRange(TABLE, KeyRange.prefix(key(3, "a")), tell("gone"));
        });
        thread.pass();
        store.takeAll();
        thread.runPosted();
        thread.pass();
        store.takeAll();
        thread.runPosted();
        assertThat(told).containsExactly("large", "a/1", "gone");
        assertThat(value("a/1")).isEmpty();
    }

    @Test
    void finallyFailedChangeIsNotRetriedAfterAnother() {
        thread.run(() -> writes.delete(TABLE, key(3, "a"), null));
        thread.run(() -> put("a", "1"));
        store.refuseAll(Kind.FULL);
        thread.runPosted();
        thread.pass();
        store.takeAll();
        thread.runPosted();
        assertThat(told).containsExactly("a=1 FULL");
        assertThat(value("a")).isEmpty();
    }

    @Test
    void afterWrittenRunsWhenAllEarlierResultsAreKnown() {
        thread.run(() -> {
            put("a", "1");
            writes.afterWritten(() -> told.add("after"));
            put("b", "2");
        });
        assertThat(store.waiting()).isEqualTo(2);
        store.takeOne();
        thread.runPosted();
        assertThat(told).containsExactly("a=1", "after");
        thread.run(() -> writes.afterWritten(() -> told.add("again")));
        assertThat(told).hasSize(2);
        store.takeOne();
        thread.runPosted();
        assertThat(told).containsExactly("a=1", "after", "b=2", "again");
        thread.run(() -> writes.afterWritten(() -> told.add("at once")));
        assertThat(told).endsWith("at once");
    }

    @Test
    void afterWrittenWaitsForBlockedWrites() {
        thread.run(() -> writes.delete(TABLE, key(3, "a"), null));
        thread.run(() -> put("b", "1"));
        store.refuseOne(Kind.BUSY);
        thread.runPosted();
        thread.run(() -> {
            put("c", "1");
            writes.afterWritten(() -> told.add("after"));
        });
        store.takeOne();
        thread.runPosted();
        assertThat(told).containsExactly("b=1");
        store.takeAll();
        thread.runPosted();
        assertThat(told).containsExactly("b=1", "c=1", "after");
    }

    @Test
    void refusesAWriteWhenMemoryIsUsedUp() {
        ManualLoop small = new ManualLoop(4096);
        LoopStore little = new LoopStore(store, small.loop);
        small.run(() -> {
            assertThat(little.put(TABLE, key(3, "a"), Bytes.wrap(new byte[100_000]), tell("a")))
                    .isNull();
            assertThat(told).as("not within the call").isEmpty();
        });
        assertThat(told).containsExactly("a BUSY");
        assertThat(store.submitted).isEmpty();
        assertThat(small.chargedBytes()).isZero();
    }

    @Test
    void splitsALargeBatchInOrder() {
        thread.run(() -> {
            for (int i = 0; i < 2_500; i++) {
                put("a", "" + i);
            }
        });
        assertThat(store.submitted).hasSize(3);
        store.takeAll();
        thread.runPosted();
        assertThat(told).hasSize(2_500).endsWith("a=2499");
        assertThat(value("a")).contains("2499");
    }

    @Test
    void closeSubmitsWaitingWritesAndRefusesLaterOnes() {
        thread.run(() -> {
            writes.putSoon(TABLE, key(3, "a"), Bytes.utf8("1"), tell("a"));
            writes.close();
            put("b", "2");
        });
        assertThat(told).containsExactly("b=2 CLOSED");
        store.takeAll();
        thread.runPosted();
        assertThat(told).containsExactly("b=2 CLOSED", "a");
        assertThat(value("a")).contains("1");
    }

    @Test
    void decrementThatMayHaveBeenAppliedIsNotRetried() {
        Bytes counter = key(3, "counter");
        thread.run(() -> writes.addSoon(Tables.PAYLOAD_COUNT, counter, 5));
        thread.pass();
        store.takeAll();
        thread.run(() -> writes.addSoon(Tables.PAYLOAD_COUNT, counter, -1));
        thread.pass();
        store.takeOneAndSay(Kind.IO);
        thread.runPosted();
        thread.run(() -> writes.addSoon(Tables.PAYLOAD_COUNT, counter, -1));
        thread.pass();
        store.refuseOne(Kind.BUSY);
        thread.runPosted();
        thread.pass();
        store.takeAll();
        assertThat(store.counter(Tables.PAYLOAD_COUNT, counter)).isEqualTo(3);
    }
}
