package io.maxmq.core.persistence;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Bodies that nothing is about are found, and no other is touched. */
class PayloadSweepTest {
    private ManualLoop thread = new ManualLoop(64 << 20);
    private ScriptedStore store = new ScriptedStore(1);
    private LoopRecords records = LoopRecords.of(new LoopStore(store, thread.loop), 1L << 40);
    private long ids = 1;
    private boolean held;

    private void on(int partitions) {
        store = new ScriptedStore(partitions);
        records = LoopRecords.of(new LoopStore(store, thread.loop), 1L << 40);
    }

    /** A sweep, from its beginning to its end, which is the pause until the next one. */
    private void sweep() {
        PayloadSweep sweep = new PayloadSweep(store, List.of(records), LoggerFactory.getLogger("test"));
        sweep.start();
        thread.runPosted();
        thread.advance(Duration.ofSeconds(61));
        settle();
    }

    private void settle() {
        for (int i = 0; i < 600; i++) {
            if (!held) {
                store.takeAll();
            }
            thread.runPosted();
            thread.pass();
        }
    }

    private StoredMessage message() {
        long id = ids++;
        return StoredMessage.restored(Topic.of("t"), new byte[1000], 0, 1, false, 0, id, id * 77);
    }

    private static Bytes key(StoredMessage message) {
        return Payloads.key(message.idHigh(), message.idLow());
    }

    private long count(StoredMessage message) {
        return store.counter(Tables.PAYLOAD_COUNT, key(message));
    }

    private boolean isThere(StoredMessage message) {
        return store.value(Tables.PAYLOAD, key(message)).isPresent();
    }

    private void put(Table table, Bytes key, Bytes value) {
        var unused = store.commit(
                Batch.builder(ShardedKey.shardOf(key)).put(table, key, value).build());
        store.takeAll();
    }

    private void body(StoredMessage message, long count) {
        Bytes key = key(message);
        put(
                Tables.PAYLOAD,
                key,
                new RecordWriter(1, 1000).writeRest(message.body()).finish(key));
        if (count > 0) {
            var unused = store.commit(Batch.builder(ShardedKey.shardOf(key))
                    .add(Tables.PAYLOAD_COUNT, key, count)
                    .build());
            store.takeAll();
        }
    }

    private void queued(StoredMessage message, String session) {
        Bytes key = OwnerKey.of("default", session).numbered(message.idHigh());
        put(Tables.QUEUE, key, QueueRecord.waiting(key, message, 1, new int[0], null));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    void countsAreMadeTrueAndBodiesWithoutRecordsAreRemoved(int partitions) {
        on(partitions);
        StoredMessage exact = message();
        body(exact, 2);
        queued(exact, "a");
        queued(exact, "b");
        StoredMessage tooHigh = message();
        body(tooHigh, 5);
        queued(tooHigh, "a");
        StoredMessage orphan = message();
        body(orphan, 3);
        StoredMessage uncounted = message();
        body(uncounted, 0);
        StoredMessage inGroup = message();
        body(inGroup, 1);
        Bytes groupKey = OwnerKey.of("default", "$share/g/t").numbered(1);
        put(Tables.GROUP_QUEUE, groupKey, GroupQueueRecord.write(groupKey, inGroup));
        StoredMessage beingRouted = message();
        body(beingRouted, 1);
        Bytes inboundKey = OwnerKey.of("default", "p").numbered(9);
        put(Tables.INBOUND, inboundKey, InboundRecord.routing(inboundKey, beingRouted));
        sweep();
        assertThat(count(exact)).isEqualTo(2);
        assertThat(count(tooHigh)).isEqualTo(1);
        assertThat(count(orphan)).isZero();
        assertThat(isThere(orphan)).isFalse();
        assertThat(isThere(uncounted)).isFalse();
        for (StoredMessage kept : List.of(exact, tooHigh, inGroup, beingRouted)) {
            assertThat(isThere(kept)).isTrue();
        }
        assertThat(count(inGroup)).isEqualTo(1);
        assertThat(count(beingRouted)).isEqualTo(1);
        assertThat(thread.failures).isEmpty();
    }

    /** Then fewer are compared at a time. */
    @Test
    void whatASweepRemembersIsChargedAndLittleMemoryIsEnough() {
        thread = new ManualLoop(100_000);
        on(1);
        for (int i = 0; i < 2_500; i++) {
            body(message(), 1);
        }
        sweep();
        assertThat(store.scan(Scan.of(Tables.PAYLOAD_COUNT, 0))
                        .next()
                        .toCompletableFuture()
                        .join()
                        .entries())
                .isEmpty();
        assertThat(thread.chargedBytes()).isZero();
    }

    @Test
    void nothingIsCorrectedWhileARecordCannotBeRead() {
        StoredMessage orphan = message();
        body(orphan, 1);
        Bytes key = OwnerKey.of("default", "a").numbered(1);
        put(Tables.QUEUE, key, Bytes.utf8("damaged"));
        sweep();
        assertThat(count(orphan)).isEqualTo(1);
        assertThat(isThere(orphan)).isTrue();
    }

    @Test
    void nothingIsCorrectedWhileTheStoreHasNotTakenAChange() {
        StoredMessage message = message();
        body(message, 2);
        queued(message, "a");
        thread.run(() -> records.payloads().forget(message)); // one of two: exact when it is taken
        thread.pass();
        store.refuseOne(Kind.FULL);
        thread.runPosted();
        held = true;
        PayloadSweep sweep = new PayloadSweep(store, List.of(records), LoggerFactory.getLogger("test"));
        sweep.start();
        thread.runPosted();
        thread.advance(Duration.ofSeconds(61));
        for (int i = 0; i < 20; i++) {
            thread.runPosted();
        }
        held = false;
        settle();
        assertThat(count(message)).isEqualTo(1);
        assertThat(isThere(message)).isTrue();
    }

    /** A count that is there before its record: the sweep sees the one and not the other. */
    @Test
    void whatIsCountedWhileTheSweepLooksIsLeftAlone() {
        ManualLoop other = new ManualLoop(64 << 20);
        LoopRecords ofOther = LoopRecords.of(new LoopStore(store, other.loop), 1L << 40);
        PayloadSweep sweep = new PayloadSweep(store, List.of(records, ofOther), LoggerFactory.getLogger("test"));
        sweep.start();
        thread.runPosted();
        thread.advance(Duration.ofSeconds(61)); // begins, and waits for the other loop
        StoredMessage message = message();
        List<Throwable> told = new ArrayList<>();
        thread.run(() -> {
            Bytes key = OwnerKey.of("default", "a").numbered(1);
            WriteCallback both = records.payloads().refer(message, told::add);
            records.store().put(Tables.QUEUE, key, QueueRecord.waiting(key, message, 1, new int[0], null), both);
        });
        store.takeOne(); // body and count
        for (int i = 0; i < 100; i++) {
            other.runPosted();
            thread.runPosted();
        }
        assertThat(store.waiting()).as("the record").isEqualTo(1);
        settle();
        assertThat(told).hasSize(1).containsOnlyNulls();
        assertThat(isThere(message)).isTrue();
        assertThat(count(message)).isEqualTo(1);
    }

    /** Records come and go while the sweep looks, in many orders: none loses its body, and at rest all counts are true. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void noBodyIsLostWhileRecordsComeAndGo(long seed) {
        Random random = new Random(seed);
        List<StoredMessage> messages = new ArrayList<>();
        List<List<String>> owners = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            StoredMessage message = message();
            messages.add(message);
            owners.add(new ArrayList<>());
            if (random.nextBoolean()) {
                body(message, 1 + random.nextInt(3)); // too many from the beginning
            }
        }
        PayloadSweep sweep = new PayloadSweep(store, List.of(records), LoggerFactory.getLogger("test"));
        sweep.start();
        thread.runPosted();
        thread.advance(Duration.ofSeconds(61));
        int[] names = {0};
        for (int step = 0; step < 400; step++) {
            int at = random.nextInt(messages.size());
            StoredMessage message = messages.get(at);
            List<String> of = owners.get(at);
            switch (random.nextInt(7)) {
                case 0, 1 ->
                    thread.run(() -> {
                        String name = "s" + names[0]++;
                        Bytes key = OwnerKey.of("default", name).numbered(1);
                        WriteCallback both = records.payloads().refer(message, failure -> {
                            if (failure == null) {
                                of.add(name);
                            }
                        });
                        records.store()
                                .put(Tables.QUEUE, key, QueueRecord.waiting(key, message, 1, new int[0], null), both);
                    });
                case 2 ->
                    thread.run(() -> {
                        if (!of.isEmpty()) {
                            String name = of.remove(0);
                            records.store()
                                    .deleteSoon(
                                            Tables.QUEUE,
                                            OwnerKey.of("default", name).numbered(1));
                            records.payloads().forget(message);
                        }
                    });
                case 3 ->
                    thread.run(() -> {
                        if (!of.isEmpty()) {
                            OwnerKey owner = OwnerKey.of("default", of.remove(0));
                            records.removals().remove(Tables.QUEUE, owner.numbered(0, 2), damage -> {}, bytes -> {});
                        }
                    });
                case 4 -> {
                    if (store.waiting() > 0) {
                        store.takeOne();
                    }
                }
                case 5 -> thread.runPosted();
                default -> {
                    thread.pass();
                    if (random.nextInt(10) == 0) {
                        thread.advance(Duration.ofHours(2));
                    }
                }
            }
            for (int i = 0; i < messages.size(); i++) {
                if (!owners.get(i).isEmpty()) {
                    assertThat(isThere(messages.get(i)))
                            .as("seed %d, step %d", seed, step)
                            .isTrue();
                    assertThat(count(messages.get(i)))
                            .isGreaterThanOrEqualTo(owners.get(i).size());
                }
            }
        }
        settle();
        thread.advance(Duration.ofHours(2));
        settle();
        for (int i = 0; i < messages.size(); i++) {
            assertThat(count(messages.get(i)))
                    .as("seed %d", seed)
                    .isEqualTo(owners.get(i).size());
            assertThat(isThere(messages.get(i))).isEqualTo(!owners.get(i).isEmpty());
        }
        assertThat(thread.failures).isEmpty();
    }
}
