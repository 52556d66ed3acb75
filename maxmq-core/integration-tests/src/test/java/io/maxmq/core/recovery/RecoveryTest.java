package io.maxmq.core.recovery;

import io.maxmq.ManualClock;
import io.maxmq.MaxMQ;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.Listener;
import io.maxmq.core.persistence.GatedStore;
import io.maxmq.core.persistence.GroupQueueRecord;
import io.maxmq.core.persistence.InboundRecord;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.Payloads;
import io.maxmq.core.persistence.QueueRecord;
import io.maxmq.core.persistence.RecordWriter;
import io.maxmq.core.persistence.SessionRecord;
import io.maxmq.core.persistence.SubscriptionRecord;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.TopicTable;
import io.maxmq.core.session.ApplicationMessages;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.Clock;
import io.maxmq.spi.Message;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Table;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.maxmq.TestClient.bytes;
import static io.maxmq.TestClient.text;
import static io.maxmq.codec.QoS.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

/** What a start makes of storage in the state in which a crash may leave it, which is made here by hand. */
class RecoveryTest {
    private static final long ID_HIGH = 12345L << 21;
    private static final SubscriptionRecord QOS_2 = new SubscriptionRecord(2, false, false, true, false, false, 0);

    private final MemoryStorage storage = MemoryStorage.create();
    private final TopicTable topics = new TopicTable(1, 16, 16);
    private final List<TestClient> clients = new ArrayList<>();
    private MaxMQ broker;
    private KeyValueStore crashed;
    private GatedStore store;

    private void crashed(Runnable left) {
        crashed = storage.store();
        crashed.open().toCompletableFuture().join();
        left.run();
        crashed.close();
    }

    private void put(Table table, Bytes key, Bytes value) {
        crashed.commit(Batch.builder(key.byteAt(0) & 0xFF)
                        .put(table, key, value)
                        .build())
                .toCompletableFuture()
                .join();
    }

    private void session(String clientId, String... filters) {
        OwnerKey key = OwnerKey.of("default", clientId);
        put(
                Tables.SESSION,
                key.alone(),
                new SessionRecord(null, false, 0xFFFF_FFFFL, true, 0, -1, false).write(key.alone()));
        for (String filter : filters) {
            put(Tables.SUBSCRIPTION, key.named(filter), QOS_2.write(key.named(filter)));
        }
    }

    private StoredMessage message(int sequence, String payload) {
        byte[] body = payload.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return StoredMessage.restored(
                ApplicationMessages.topic(topics, 0, "t"), body, 0, 2, false, 0, ID_HIGH, sequence);
    }

    private void routing(String publisher, int packetId, StoredMessage message) {
        Bytes key = OwnerKey.of("default", publisher).numbered(packetId);
        put(Tables.INBOUND, key, InboundRecord.routing(key, message));
        if (Payloads.isApart(message)) {
            Bytes payload = Payloads.key(message.idHigh(), message.idLow());
            put(
                    Tables.PAYLOAD,
                    payload,
                    new RecordWriter(1, 16).writeRest(message.body()).finish(payload));
            crashed.commit(Batch.builder(payload.byteAt(0) & 0xFF)
                            .add(Tables.PAYLOAD_COUNT, payload, 1)
                            .build())
                    .toCompletableFuture()
                    .join();
        }
    }

    private void queued(String subscriber, long sequence, StoredMessage message) {
        Bytes key = OwnerKey.of("default", subscriber).numbered(sequence);
        put(Tables.QUEUE, key, QueueRecord.waiting(key, message, 2, new int[0], null));
    }

    private void start(int loops) {
        start(loops, Clock.system());
    }

    private void start(int loops, Clock clock) {
        store = new GatedStore(storage.store());
        broker = MaxMQ.builder()
                .name("recovered")
                .loops(loops)
                .clock(clock)
                .storage(store)
                .listener(Listener.tcp(0))
                .allowAnonymous()
                .start();
    }

    private TestClient connect(String clientId) {
        try {
            TestClient client = new TestClient(
                    ProtocolVersion.MQTT_3_1_1,
                    new Socket("127.0.0.1", broker.listeners().tcp().port()));
            clients.add(client);
            assertThat(client.connect(clientId, false).sessionPresent()).isTrue();
            return client;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void expectOnce(TestClient subscriber, String... payloads) {
        List<Publish> received = new ArrayList<>();
        for (String payload : payloads) {
            Publish next = subscriber.expect(Publish.class);
            assertThat(text(next)).isEqualTo(payload);
            received.add(next);
        }
        for (Publish each : received) {
            subscriber.acknowledge(each);
        }
        subscriber.expectNothingQueued(broker);
    }

    @AfterEach
    void close() {
        clients.forEach(TestClient::close);
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void qos2WhoseRoutingWasCutOffGoesOnAndReachesEverybodyOnce(int loops) {
        String large = "l".repeat(5000);
        crashed(() -> {
            session("p");
            for (int i = 0; i < 8; i++) {
                session("s" + i, "t");
            }
            StoredMessage a = message(1, "a");
            StoredMessage b = message(2, large);
            StoredMessage c = message(3, "c");
            routing("p", 3, c);
            routing("p", 1, a);
            routing("p", 2, b);
            queued("s0", 7, a);
            queued("s1", 7, a);
            queued("s1", 8, c);
        });

        start(loops);

        expectOnce(connect("s0"), "a", large, "c");
        expectOnce(connect("s1"), "a", "c", large);
        for (int i = 2; i < 8; i++) {
            expectOnce(connect("s" + i), "a", large, "c");
        }
        TestClient publisher = connect("p");
        for (int packetId = 1; packetId <= 3; packetId++) {
            publisher.send(new Publish(true, EXACTLY_ONCE, false, "t", packetId, Properties.NONE, bytes("again")));
            assertThat(publisher.expect(PubRec.class).packetId()).isEqualTo(packetId);
            publisher.send(PubRel.of(packetId));
            assertThat(publisher.expect(PubComp.class).packetId()).isEqualTo(packetId);
        }
        expectNothingMore();
    }

    private void expectNothingMore() {
        clients.forEach(TestClient::close);
        clients.clear();
        for (int i = 0; i < 8; i++) {
            connect("s" + i).expectNothingQueued(broker);
        }
    }

    @Test
    void aSecondStartDoesNotRouteAgain() {
        crashed(() -> {
            session("p");
            session("s", "t");
            routing("p", 1, message(1, "a"));
        });
        start(2);
        expectOnce(connect("s"), "a");
        clients.forEach(TestClient::close);
        clients.clear();
        broker.close();

        start(2);

        connect("s").expectNothingQueued(broker);
    }

    private static final String SHARED = "$share/g/t";

    private void queuedForGroup(String member, long sequence, StoredMessage message, boolean isReleased) {
        Bytes key = OwnerKey.of("default", member).numbered(sequence);
        put(
                Tables.QUEUE,
                key,
                isReleased
                        ? QueueRecord.released(key, 2, message.idHigh(), message.idLow(), SHARED)
                        : QueueRecord.waiting(key, message, 2, new int[0], SHARED));
    }

    @Test
    void whatTheQueueOfASharedSubscriptionHasDoesNotGoThereAgain() {
        crashed(() -> {
            session("p");
            session("s1", SHARED);
            session("s2", SHARED);
            StoredMessage a = message(1, "a");
            routing("p", 1, a);
            Bytes key = OwnerKey.of("default", SHARED).numbered(5);
            put(Tables.GROUP_QUEUE, key, GroupQueueRecord.write(key, a));
        });

        start(2);

        TestClient first = connect("s1");
        expectOnce(first, "a");
        awaitEmptyGroupQueue();
        first.expectNothingQueued(broker);
        connect("s2").expectNothingQueued(broker);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatAMemberHasDoesNotGoToTheOthers(boolean isReleased) {
        crashed(() -> {
            session("p");
            session("s1", SHARED);
            session("s2", SHARED);
            StoredMessage a = message(1, "a");
            routing("p", 1, a);
            queuedForGroup("s1", 7, a, isReleased);
        });

        start(2);

        connect("s2").expectNothingQueued(broker);
        if (isReleased) {
            connect("s1").expect(PubRel.class);
        } else {
            expectOnce(connect("s1"), "a");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatAMemberHasIsNotGivenToAnotherByTheQueue(boolean isReleased) {
        crashed(() -> {
            session("s1", SHARED);
            session("s2", SHARED);
            StoredMessage a = message(1, "a");
            Bytes key = OwnerKey.of("default", SHARED).numbered(5);
            put(Tables.GROUP_QUEUE, key, GroupQueueRecord.write(key, a));
            queuedForGroup("s1", 7, a, isReleased);
        });

        start(2);

        // Before the member can be through with it.
        assertThat(store.entries(Tables.GROUP_QUEUE)).isEmpty();
        TestClient other = connect("s2");
        broker.publish(Message.builder("t").payload("b").qos(EXACTLY_ONCE).build())
                .toCompletableFuture()
                .join();
        expectOnce(other, "b");
    }

    @Test
    void whatMembersOfTwoGroupsHaveIsInNeitherQueue() {
        String second = "$share/h/t";
        crashed(() -> {
            session("s1", SHARED, second);
            session("s2", SHARED, second);
            StoredMessage a = message(1, "a");
            for (String each : List.of(SHARED, second)) {
                Bytes key = OwnerKey.of("default", each).numbered(5);
                put(Tables.GROUP_QUEUE, key, GroupQueueRecord.write(key, a));
            }
            queuedForGroup("s1", 7, a, false);
            Bytes key = OwnerKey.of("default", "s1").numbered(8);
            put(Tables.QUEUE, key, QueueRecord.waiting(key, a, 2, new int[0], second));
        });

        start(2);

        assertThat(store.entries(Tables.GROUP_QUEUE)).isEmpty();
        assertThat(store.entries(Tables.QUEUE)).hasSize(2);
    }

    /** What was there has been given to a member, or to none as one has it. */
    private void awaitEmptyGroupQueue() {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!store.entries(Tables.GROUP_QUEUE).isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void whoHasACopyOfASharedSubscriptionGetsTheOneOfItsOwnAsWell() {
        crashed(() -> {
            session("p");
            session("s1", "t", SHARED);
            StoredMessage a = message(1, "a");
            routing("p", 1, a);
            queuedForGroup("s1", 7, a, false);
        });

        start(1);

        expectOnce(connect("s1"), "a", "a");
    }

    @Test
    void aDamagedRecordCostsItselfOnly() {
        crashed(() -> {
            session("s", "t");
            session("lost", "t");
            queued("s", 1, message(1, "a"));
            queued("s", 2, message(2, "b"));
            queued("s", 3, message(3, "c"));
            put(Tables.QUEUE, OwnerKey.of("default", "s").numbered(2), Bytes.utf8("no record"));
            put(Tables.SESSION, OwnerKey.of("default", "lost").alone(), Bytes.utf8("no record"));
        });

        start(1);

        expectOnce(connect("s"), "a", "c");
    }

    @Test
    void aPacketIdWithoutItsBodyIsForgottenSoThatTheNextPublishIsRouted() {
        String large = "x".repeat(2_000);
        crashed(() -> {
            session("s", "t");
            session("p");
            Bytes key = OwnerKey.of("default", "p").numbered(7);
            put(Tables.INBOUND, key, InboundRecord.routing(key, message(1, large)));
        });

        start(1);

        TestClient subscriber = connect("s");
        TestClient publisher = connect("p");
        publisher.send(new Publish(true, EXACTLY_ONCE, false, "t", 7, Properties.NONE, bytes(large)));
        publisher.expect(PubRec.class);
        expectOnce(subscriber, large);
    }

    @Test
    void theExpiryOfASessionWhoseClientWasConnectedGoesOnThroughSeveralStarts() {
        ManualClock clock = new ManualClock();
        crashed(() -> {
            Bytes key = OwnerKey.of("default", "s").alone();
            put(Tables.SESSION, key, new SessionRecord(null, false, 60, true, 0, -1, false).write(key));
        });

        for (int i = 0; i < 2; i++) {
            start(1, clock);
            assertThat(broker.sessions().find("s").toCompletableFuture().join()).isPresent();
            broker.close();
            clock.advance(Duration.ofSeconds(40));
        }
        start(1, clock);

        assertThat(broker.sessions().find("s").toCompletableFuture().join()).isEmpty();
    }
}
