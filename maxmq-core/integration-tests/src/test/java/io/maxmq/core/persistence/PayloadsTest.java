package io.maxmq.core.persistence;

import io.maxmq.Collected;
import io.maxmq.core.routing.MessageIds;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Bodies that are kept apart, and the count of the records that are about them. */
class PayloadsTest {
    private final ManualLoop thread = new ManualLoop(64 << 20);
    private final ScriptedStore store = new ScriptedStore(1);
    private final LoopStore writes = new LoopStore(store, thread.loop);
    private final Payloads payloads = new Payloads(writes);
    private final ManualLoop otherThread = new ManualLoop(64 << 20);
    private final LoopStore otherWrites = new LoopStore(store, otherThread.loop);
    private final Payloads otherPayloads = new Payloads(otherWrites);
    private final List<String> told = new ArrayList<>();
    private final RoutedMessage transit = new RoutedMessage(
            new MessageIds(new MessageIds.Origin(0, 0, 1, new AtomicLong()), () -> 1_800_000_000_000L));
    private final StoredMessage message = message(2000);
    private final Bytes key = Payloads.key(message.idHigh(), message.idLow());

    private StoredMessage message(int bytes) {
        transit.begin(Topic.of("a"), 1, false, null);
        transit.payload(new byte[bytes], 0, bytes);
        return transit.keep();
    }

    private WriteCallback tell(String name) {
        return failure -> told.add(failure == null ? name : name + " " + ((StorageException) failure).kind());
    }

    private WriteCallback record(Payloads of, LoopStore by, String name) {
        WriteCallback both = of.refer(message, tell(name));
        by.put(Tables.QUEUE, OwnerKey.of("", name).numbered(1), Bytes.utf8(name), both);
        return both;
    }

    private long count() {
        return store.counter(Tables.PAYLOAD_COUNT, key);
    }

    private boolean isBodyThere() {
        return store.value(Tables.PAYLOAD, key).isPresent();
    }

    private void takeAll() {
        while (store.waiting() > 0) {
            store.takeAll();
            thread.runPosted();
            otherThread.runPosted();
            thread.pass();
            otherThread.pass();
        }
    }

    @Test
    void aSmallBodyStaysInItsRecord() {
        StoredMessage small = message(100);
        WriteCallback mine = tell("a");
        thread.run(() -> assertThat(payloads.refer(small, mine)).isSameAs(mine));
        thread.run(() -> payloads.forget(small));
        thread.pass();
        assertThat(store.submitted).isEmpty();
    }

    @Test
    void oneBodyForAllRecordsOfAnIteration() {
        thread.run(() -> {
            for (int i = 0; i < 100; i++) {
                record(payloads, writes, "session " + i);
            }
        });
        assertThat(store.submitted.get(0).mutations()).as("one body, one count").hasSize(2);
        takeAll();
        assertThat(told).hasSize(100);
        assertThat(count()).isEqualTo(100);
        assertThat(isBodyThere()).isTrue();
        thread.run(() -> {
            for (int i = 0; i < 100; i++) {
                payloads.forget(message);
            }
        });
        thread.pass();
        takeAll();
        assertThat(count()).isZero();
        assertThat(isBodyThere()).isFalse();
    }

    @Test
    void aRecordIsNotWrittenBeforeItsBodyIs() {
        thread.run(() -> record(payloads, writes, "a"));
        store.refuseOne(Kind.BUSY);
        store.takeAll();
        thread.runPosted();
        assertThat(told).containsExactly("a BUSY");
        thread.run(() -> record(payloads, writes, "b"));
        takeAll();
        assertThat(told).containsExactly("a BUSY", "b");
        assertThat(count()).isEqualTo(1);
        assertThat(isBodyThere()).isTrue();
    }

    @Test
    void aRecordThatRunsAheadOfItsBodyFailsWithIt() {
        thread.run(() -> record(payloads, writes, "a"));
        thread.run(() -> record(payloads, writes, "b"));
        store.refuseOne(Kind.FULL); // body and count of a
        store.takeOne(); // record a
        store.takeOne(); // body and count of b
        store.takeAll();
        thread.runPosted();
        takeAll();
        assertThat(told).containsExactly("a FULL", "b");
        assertThat(count()).isEqualTo(1);
        assertThat(isBodyThere()).isTrue();
    }

    @Test
    void aRecordThatFailsGivesItsCountBack() {
        thread.run(() -> record(payloads, writes, "a"));
        store.takeOne();
        store.refuseOne(Kind.FULL);
        thread.runPosted();
        assertThat(told).containsExactly("a FULL");
        thread.pass();
        takeAll();
        assertThat(count()).isZero();
        assertThat(isBodyThere()).isFalse();
    }

    @Test
    void whatIsWithdrawnIsGivenBackOnceWhateverBecomesOfIt() {
        WriteCallback[] referred = new WriteCallback[4];
        thread.run(() -> {
            record(payloads, writes, "stays");
            for (int i = 0; i < 4; i++) {
                referred[i] = record(payloads, writes, "goes " + i);
            }
            payloads.withdraw(referred[0]);
        });
        thread.run(() -> payloads.withdraw(referred[1]));
        store.takeOne();
        thread.run(() -> payloads.withdraw(referred[2]));
        store.takeAll();
        thread.runPosted();
        thread.run(() -> payloads.withdraw(referred[3]));
        thread.run(() -> payloads.withdraw(referred[3]));
        thread.pass();
        takeAll();
        assertThat(count()).isEqualTo(1);
        assertThat(isBodyThere()).isTrue();
    }

    @Test
    void whatIsWithdrawnAndNeverCountedIsNotGivenBack() {
        otherThread.run(() -> record(otherPayloads, otherWrites, "other"));
        takeAll();
        WriteCallback[] referred = new WriteCallback[1];
        thread.run(() -> referred[0] = record(payloads, writes, "a"));
        thread.run(() -> payloads.withdraw(referred[0]));
        store.refuseAll(Kind.BUSY);
        takeAll();
        assertThat(count()).isEqualTo(1);
        assertThat(isBodyThere()).isTrue();
    }

    @Test
    void nothingIsHeldOfABodyThatIsWritten() {
        thread.run(() -> {
            for (int i = 0; i < 100; i++) {
                StoredMessage each = message(2000);
                payloads.refer(each, tell("record")).onWritten(null);
            }
        });
        assertThat(payloads.held()).isEqualTo(100);
        thread.run(store::takeAll);
        thread.runPosted();
        assertThat(told).hasSize(100);
        assertThat(payloads.held()).isZero();
    }

    @Test
    void whoeverStillHasAReferenceDoesNotHoldTheMessage() {
        List<WriteCallback> references = new ArrayList<>();
        WeakReference<StoredMessage> gone = writtenAndKeptBy(references);
        message(1); // or the one before stays with the message in transit
        assertThat(references).hasSize(1);
        Collected.await(gone);
        thread.run(() -> payloads.withdraw(references.get(0)));
    }

    private WeakReference<StoredMessage> writtenAndKeptBy(List<WriteCallback> references) {
        StoredMessage large = message(2000);
        thread.run(() -> {
            WriteCallback both = payloads.refer(large, failure -> told.add("written " + large.idLow()));
            writes.put(Tables.QUEUE, OwnerKey.of("", "a").numbered(1), Bytes.utf8("a"), both);
            references.add(both);
        });
        takeAll();
        assertThat(told).hasSize(1);
        return new WeakReference<>(large);
    }

    @Test
    void aBodyThatASweepHasRemovedIsWrittenAgain() {
        thread.run(() -> record(payloads, writes, "a"));
        takeAll();
        // The session ends: its records go in one go, and a sweep finds that the count is too high.
        var unused = store.commit(Batch.builder(ShardedKey.shardOf(key))
                .requireEqual(Tables.PAYLOAD_COUNT, key, Bytes.ofLong(1))
                .add(Tables.PAYLOAD_COUNT, key, -1)
                .delete(Tables.PAYLOAD, key)
                .build());
        takeAll();
        assertThat(isBodyThere()).isFalse();
        thread.run(() -> record(payloads, writes, "b"));
        takeAll();
        assertThat(told).containsExactly("a", "b");
        assertThat(count()).isEqualTo(1);
        assertThat(isBodyThere()).isTrue();
    }

    @Test
    void aLoopThatRefersAgainWhileTheOtherForgetsKeepsTheBody() {
        thread.run(() -> record(payloads, writes, "a"));
        takeAll();
        thread.run(() -> payloads.forget(message));
        thread.pass();
        store.takeOne(); // the count has come to 0, and the body's removal is under way
        thread.runPosted();
        assertThat(store.waiting()).isEqualTo(1);
        otherThread.run(() -> record(otherPayloads, otherWrites, "b"));
        store.takeFirst(batch -> batch.preconditions().isEmpty()); // body and count of b come first
        takeAll();
        assertThat(told).containsExactly("a", "b");
        assertThat(count()).isEqualTo(1);
        assertThat(isBodyThere()).isTrue();
    }

    @Test
    void aLoopThatRefersAgainAfterTheBodyHasGoneWritesItAgain() {
        thread.run(() -> record(payloads, writes, "a"));
        takeAll();
        thread.run(() -> payloads.forget(message));
        thread.pass();
        takeAll();
        assertThat(isBodyThere()).isFalse();
        otherThread.run(() -> record(otherPayloads, otherWrites, "b"));
        takeAll();
        assertThat(count()).isEqualTo(1);
        assertThat(isBodyThere()).isTrue();
    }

    /**
     * Whatever the store refuses, and in whichever order records come and go on two loops: as long as a record that was
     * told of is not forgotten its body is there, and in the end, when all went well, the count is exact.
     */
    @Property(tries = 300)
    void aBodyIsThereAsLongAsARecordIs(@ForAll @Size(max = 60) List<@IntRange(max = 7) Integer> steps) {
        new PayloadsTest().checkThatABodyIsThereAsLongAsARecordIs(steps);
    }

    private void checkThatABodyIsThereAsLongAsARecordIs(List<Integer> steps) {
        List<String> held = new ArrayList<>();
        Map<String, WriteCallback> open = new HashMap<>();
        Map<String, Payloads> owner = new HashMap<>();
        AtomicLong names = new AtomicLong();
        for (int step : steps) {
            boolean here = (step & 1) == 0;
            Payloads of = here ? payloads : otherPayloads;
            LoopStore by = here ? writes : otherWrites;
            ManualLoop on = here ? thread : otherThread;
            switch (step >> 1) {
                case 0 ->
                    on.run(() -> {
                        String name = "r" + names.incrementAndGet();
                        owner.put(name, of);
                        WriteCallback both = of.refer(message, failure -> {
                            if (open.remove(name) != null && failure == null) {
                                held.add(name);
                            }
                        });
                        open.put(name, both);
                        by.put(Tables.QUEUE, OwnerKey.of("", name).numbered(1), Bytes.utf8(name), both);
                    });
                case 1 ->
                    on.run(() -> {
                        String mine = held.stream()
                                .filter(name -> owner.get(name) == of)
                                .findFirst()
                                .orElse(null);
                        String pending = open.keySet().stream()
                                .filter(name -> owner.get(name) == of)
                                .findFirst()
                                .orElse(null);
                        if (mine != null) {
                            held.remove(mine);
                            of.forget(message);
                        } else if (pending != null) {
                            of.withdraw(open.remove(pending));
                        }
                    });
                case 2 -> {
                    if (store.waiting() > 0) {
                        store.refuseOne(here ? Kind.BUSY : Kind.FULL);
                    }
                    on.runPosted();
                }
                default -> {
                    if (store.waiting() > 0) {
                        store.takeOne();
                    }
                    on.runPosted();
                    on.pass();
                }
            }
            if (!held.isEmpty()) {
                assertThat(isBodyThere()).as("%s of %s", held, steps).isTrue();
                assertThat(count()).isGreaterThanOrEqualTo(held.size());
            }
        }
        for (int i = 0; i < 5; i++) {
            thread.runPosted();
            otherThread.runPosted();
            thread.pass();
            otherThread.pass();
            takeAll();
        }
        assertThat(open).isEmpty();
        assertThat(count()).isEqualTo(held.size());
        if (!held.isEmpty()) {
            assertThat(isBodyThere()).isTrue();
        }
    }
}
