package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.core.persistence.GatedStore;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.Tables;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.Message;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.StorageException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.maxmq.TestClient.text;
import static io.maxmq.codec.QoS.AT_LEAST_ONCE;
import static io.maxmq.codec.QoS.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Messages of QoS 2 that go from one member of a shared subscription to another, and a crash behind each batch that storage has
 * taken meanwhile: each message comes to one member, and to no other (MQTT 5.0 §4.3.3, §4.8.2).
 */
class PassedOnCrashTest {
    private static final String SHARED = "$share/g/t";
    private static final int MESSAGES = 4;

    private final GatedStore store = new GatedStore(MemoryStorage.create().store());
    private final TestBroker broker = start(store);
    private final List<Receipt> receipts = new ArrayList<>();

    /** Who has had what, when storage had so many batches. */
    private record Receipt(String client, String message, int packetId, int batches) {
        static Receipt of(String client, Publish publish, int batches) {
            return new Receipt(client, text(publish), publish.packetId(), batches);
        }

        boolean isAgain(Receipt before) {
            return client.equals(before.client) && packetId == before.packetId && batches > before.batches;
        }
    }

    private static TestBroker start(GatedStore on) {
        return TestBroker.start(builder -> builder.storage(on).loops(2));
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private TestClient member(String clientId, int receiveMaximum) {
        TestClient member = broker.lasting(clientId, true, receiveMaximum);
        member.subscribe(SHARED, EXACTLY_ONCE);
        return member;
    }

    private void publish() {
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        for (int i = 0; i < MESSAGES; i++) {
            publisher.publish("t", "m" + i, EXACTLY_ONCE);
        }
        publisher.disconnect();
    }

    private Publish take(String clientId, TestClient client) {
        Publish publish = client.expect(Publish.class);
        receipts.add(Receipt.of(clientId, publish, store.committed()));
        return publish;
    }

    /** Takes so many, and is through with them. */
    private void takeAndAnswer(int count, String clientId, TestClient client) {
        int taken = 0;
        for (int ended = 0; ended < count; ) {
            Packet packet = client.next();
            if (packet instanceof PubRel released) {
                client.send(PubComp.of(released.packetId()));
                ended++;
            } else {
                Publish publish = (Publish) packet;
                receipts.add(Receipt.of(clientId, publish, store.committed()));
                client.send(PubRec.of(publish.packetId()));
                taken++;
            }
        }
        assertThat(taken).isEqualTo(count);
        client.ping();
    }

    private int inFlight(String clientId) {
        return broker.broker()
                .sessions()
                .find(clientId)
                .toCompletableFuture()
                .join()
                .orElseThrow()
                .inFlightMessages();
    }

    private static void await(BooleanSupplier isSo) {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!isSo.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** Removals from the queues of these clients; those that are refused are repeated. */
    private static Predicate<Batch> removals(String... clients) {
        return batch -> {
            for (String client : clients) {
                if (GatedStore.of(Tables.QUEUE, client).test(batch)
                        && batch.mutations().stream()
                                .anyMatch(each -> each instanceof Mutation.Delete && each.table() == Tables.QUEUE)) {
                    return true;
                }
            }
            return false;
        };
    }

    private long queued(String client) {
        return store.entries(Tables.QUEUE).stream()
                .filter(each -> OwnerKey.nameIn(each.key()).equals(client))
                .count();
    }

    // ---- what goes from whom to whom; late: the records of who has passed on go after all else

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fromAMemberThatLeavesToAnother(boolean late) {
        TestClient a = member("a", 1);
        publish();
        take("a", a); // it stays with it
        TestClient b = member("b", 100);
        if (late) {
            store.refuse(removals("a"), Kind.FULL);
        }
        int from = store.committed();
        a.close();
        takeAndAnswer(MESSAGES - 1, "b", b);
        await(() -> !late || store.refused() > 0);

        letGoAndCrash(from, 1, "a", "b");
    }

    @Test
    void fromASessionThatEndsToAMember() {
        TestClient a = member("a", 1);
        a.disconnect();
        broker.awaitDisconnected("a");
        publish();
        TestClient b = member("b", 100);
        int from = store.committed();
        assertThat(broker.broker().sessions().purge("a").toCompletableFuture().join())
                .isTrue();
        takeAndAnswer(MESSAGES, "b", b);

        letGoAndCrash(from, 0, "a", "b");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fromOneToTheNextAndTheNext(boolean late) {
        TestClient a = member("a", 1);
        publish();
        take("a", a);
        TestClient b = member("b", 1);
        if (late) {
            store.refuse(removals("a", "b"), Kind.FULL);
        }
        int from = store.committed();
        a.close();
        take("b", b); // the others wait
        await(() -> queued("b") == MESSAGES - 1);
        TestClient c = member("c", 100);
        b.close();
        takeAndAnswer(MESSAGES - 2, "c", c);
        await(() -> !late || store.refused() > 0);

        letGoAndCrash(from, 2, "a", "b", "c");
    }

    @Test
    void fromAMemberToTheQueueAndFromThereToAnother() {
        TestClient b = member("b", 100);
        b.close();
        broker.awaitDisconnected("b");
        TestClient a = member("a", 1);
        publish();
        take("a", a);
        int from = store.committed();
        a.close();
        await(() -> store.entries(Tables.GROUP_QUEUE).size() == MESSAGES - 1);
        b = broker.lasting("b", false, 100);
        takeAndAnswer(MESSAGES - 1, "b", b);

        letGoAndCrash(from, 1, "a", "b");
    }

    @Test
    void nobodyElseHasItBeforeStorageKnowsThatItIsOnItsWay() {
        TestClient a = member("a", 1);
        publish();
        take("a", a);
        TestClient b = member("b", 100);
        store.refuse(Tables.PASSING, Kind.FULL);
        a.close();
        await(() -> store.refused() > 0);
        b.expectNothingQueued(broker.broker());

        store.letGo();
        await(
                () -> { // each goes on some time after its loop has heard of the refusal
                    broker.clock().advance(Duration.ofSeconds(1));
                    return inFlight("b") == MESSAGES - 1;
                });

        takeAndAnswer(MESSAGES - 1, "b", b);
    }

    // ---- the crashes

    /** @param staying how many messages somebody has had, and has not answered */
    private void letGoAndCrash(int from, int staying, String... members) {
        store.letGo();
        await(() -> store.entries(Tables.QUEUE).size() == staying
                && store.entries(Tables.PASSING).isEmpty());
        int last = store.committed();
        for (int batches = from; batches <= last; batches++) {
            crashAfter(batches, members);
        }
    }

    private void crashAfter(int batches, String... members) {
        Map<String, Receipt> taken = new TreeMap<>();
        receipts.stream().filter(each -> each.batches <= batches).forEach(each -> take(each, taken));
        GatedStore left = new GatedStore(stateAfter(batches));
        try (TestBroker next = start(left)) {
            Map<String, TestClient> clients = new TreeMap<>();
            for (String each : members) {
                if (next.broker()
                        .sessions()
                        .find(each)
                        .toCompletableFuture()
                        .join()
                        .isPresent()) {
                    clients.put(each, next.lasting(each, false, 100));
                }
            }
            // Nothing is on its way any more.
            await(() -> left.entries(Tables.GROUP_QUEUE).isEmpty()
                    && left.entries(Tables.SESSION).size() == clients.size());
            clients.forEach((name, client) -> drain(next, name, client, taken));
        }
        assertThat(taken.keySet()).as("after %d batches", batches).hasSize(MESSAGES);
    }

    /** A store that is as this one was after so many batches. */
    private KeyValueStore stateAfter(int batches) {
        MemoryStorage memory = MemoryStorage.create();
        try (KeyValueStore first = memory.store()) {
            first.open().toCompletableFuture().join();
            store.replay(batches, first);
        }
        return memory.store();
    }

    private static void take(Receipt receipt, Map<String, Receipt> taken) {
        Receipt before = taken.put(receipt.message, receipt);
        assertThat(before == null || receipt.isAgain(before))
                .as("%s, and then %s", before, receipt)
                .isTrue();
    }

    /** Takes all that is queued for a client. */
    private static void drain(TestBroker broker, String name, TestClient client, Map<String, Receipt> taken) {
        broker.broker()
                .publishTo(name, Message.builder("end").qos(AT_LEAST_ONCE).build());
        while (true) {
            Packet packet = client.next();
            if (packet instanceof PubRel released) {
                client.send(PubComp.of(released.packetId()));
                continue;
            }
            Publish publish = (Publish) packet;
            if (publish.topic().equals("end")) {
                client.acknowledge(publish);
                return;
            }
            take(Receipt.of(name, publish, Integer.MAX_VALUE), taken);
            client.send(PubRec.of(publish.packetId()));
        }
    }
}
