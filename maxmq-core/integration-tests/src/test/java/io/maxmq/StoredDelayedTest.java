package io.maxmq;

import io.maxmq.auth.Acl;
import io.maxmq.auth.AclRule;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.Publish;
import io.maxmq.core.persistence.GatedStore;
import io.maxmq.core.persistence.MessageRecord;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.RecordWriter;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Topic;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Delayed messages outlive their broker, and a publisher is told only when that is so. */
class StoredDelayedTest {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final MemoryStorage memory = MemoryStorage.create();
    private final ManualClock clock = new ManualClock();
    private GatedStore store = new GatedStore(memory.store());
    private TestBroker broker = start();

    private TestBroker start() {
        return TestBroker.start(builder -> builder.storage(store).clock(clock));
    }

    private void stop() {
        broker.close();
        store = new GatedStore(memory.store());
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private TestClient client(String id) {
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        client.connect(id, true);
        return client;
    }

    private TestClient subscriber() {
        TestClient subscriber = client("subscriber");
        subscriber.subscribe("a/#", QoS.EXACTLY_ONCE);
        return subscriber;
    }

    private static void await(BooleanSupplier isSo) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!isSo.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private void awaitEntries(int count) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (store.entries(Tables.DELAYED).size() != count) {
            assertThat(System.nanoTime())
                    .as("entries: %s", store.entries(Tables.DELAYED))
                    .isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    @Test
    void whatWaitsForItsTimeIsRoutedThenAfterARestart() throws Exception {
        TestClient publisher = client("publisher");
        publisher.publish("$delayed/100/a/1", "one", QoS.AT_LEAST_ONCE);
        publisher.publish("$delayed/50/a/2", "x".repeat(3000), QoS.EXACTLY_ONCE);
        stop();
        clock.advance(Duration.ofSeconds(20));
        broker = start();
        TestClient subscriber = subscriber();
        clock.advance(Duration.ofSeconds(29));
        subscriber.ping();
        clock.advance(Duration.ofSeconds(1));
        subscriber.expectMessage("a/2", "x".repeat(3000));
        awaitEntries(1);
        clock.advance(Duration.ofSeconds(50));
        subscriber.expectMessage("a/1", "one");
        awaitEntries(0);
    }

    @Test
    void authorsRightsAreLookedAtAfterARestart() throws Exception {
        stop();
        Acl acl = Acl.of(AclRule.parse("allow all topic=#"));
        UnaryOperator<MaxMQBuilder> closed = builder -> builder.storage(store)
                .clock(clock)
                .authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed()
                        .withAttributes(Map.of("site", request.client().clientId()))));
        broker = TestBroker.closed(builder -> closed.apply(builder).authorizer(acl));
        for (String user : List.of("ann", "bob", "eve")) {
            broker.connected(new Connect(
                            ProtocolVersion.MQTT_5, false, true, 0, Properties.NONE, user, null, user, null))
                    .publish("$delayed/10/a/" + user, "x", QoS.EXACTLY_ONCE);
        }
        stop();
        broker = TestBroker.closed(builder -> closed.apply(builder)
                .authorizer(Acl.of(
                        AclRule.parse("allow all user=ann topic=a/ann"),
                        AclRule.parse("allow all attribute.site=bob topic=a/bob"),
                        AclRule.parse("allow subscribe topic=a/#"))));
        TestClient subscriber = subscriber();

        clock.advance(Duration.ofSeconds(10));

        assertThat(List.of(
                        subscriber.expect(Publish.class).topic(),
                        subscriber.expect(Publish.class).topic()))
                .containsExactlyInAnyOrder("a/ann", "a/bob");
        broker.events()
                .await(
                        MessageDropped.class,
                        each -> each.reason() == DropReason.NOT_AUTHORIZED
                                && each.topic().equals("a/eve"));
        awaitEntries(0);
    }

    /** The record of an earlier release has no author: the message was allowed for good. */
    @Test
    void recordWithoutAnAuthorIsRouted() throws Exception {
        stop();
        Bytes key = OwnerKey.of(Tenant.DEFAULT.name(), "publisher").numbered(1);
        StoredMessage message =
                StoredMessage.restored(Topic.of("a/old"), "x".getBytes(StandardCharsets.UTF_8), 0, 1, false, 0, 1, 2);
        RecordWriter record =
                new RecordWriter(1, 64).writeLong(clock.epochMillis() + 10_000).writeVarint(0);
        Bytes value = MessageRecord.write(record, message, false).finish(key);
        KeyValueStore old = memory.store();
        old.open().toCompletableFuture().join();
        old.commit(Batch.builder(ShardedKey.shardOf(key))
                        .put(Tables.DELAYED, key, value)
                        .build())
                .toCompletableFuture()
                .join();
        old.close();
        broker = TestBroker.start(builder ->
                builder.storage(store).clock(clock).authorizer(Acl.of(AclRule.parse("allow subscribe topic=#"))));
        TestClient subscriber = subscriber();

        clock.advance(Duration.ofSeconds(10));

        subscriber.expectMessage("a/old", "x");
        awaitEntries(0);
    }

    @Test
    void whatIsRoutedOnceIsNotRoutedAgain() throws Exception {
        TestClient subscriber = subscriber();
        client("publisher").publish("$delayed/10/a", "once", QoS.EXACTLY_ONCE);
        clock.advance(Duration.ofSeconds(10));
        subscriber.expectMessage("a", "once");
        awaitEntries(0);
        stop();
        broker = start();
        subscriber = subscriber();
        clock.advance(Duration.ofSeconds(100));
        subscriber.ping();
    }

    /** To whoever has a session there is another test: without one only what is retained can tell. */
    @Test
    void whatHasComeDueMeanwhileIsRoutedAtTheStartInOrder() throws Exception {
        TestClient publisher = client("publisher");
        retained(publisher, "$delayed/20/a", "second");
        retained(publisher, "$delayed/10/a", "first");
        retained(publisher, "$delayed/20/a", "third");
        retained(publisher, "$delayed/1000/a", "later");
        stop();
        clock.advance(Duration.ofSeconds(500));
        broker = start();
        awaitEntries(1);
        TestClient subscriber = subscriber();
        assertThat(TestClient.text(subscriber.expect(Publish.class))).isEqualTo("third");
    }

    private static void retained(TestClient publisher, String topic, String payload) {
        assertThat(publisher.publish(topic, payload, QoS.AT_LEAST_ONCE, true).isError())
                .isFalse();
    }

    @Test
    void anAcknowledgementWaitsForTheRecord() throws Exception {
        store.hold(Tables.DELAYED);
        TestClient publisher = client("publisher");
        publisher.send(TestClient.message("$delayed/10/a", "1", QoS.AT_LEAST_ONCE, 3));
        publisher.ping();
        store.letGo();
        assertThat(publisher.expect(PubAck.class).packetId()).isEqualTo(3);
        awaitEntries(1);
    }

    @Test
    void whatStorageRefusesIsSaidAndNotRouted() throws Exception {
        TestClient subscriber = subscriber();
        TestClient publisher = client("publisher");
        store.refuse(Tables.DELAYED, Kind.FULL);
        assertThat(publisher.publish("$delayed/10/a", "1", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(publisher.publish("$delayed/10/a", "2", QoS.EXACTLY_ONCE)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        store.letGo();
        assertThat(publisher.publish("$delayed/10/a", "3", QoS.EXACTLY_ONCE).isError())
                .isFalse();
        clock.advance(Duration.ofSeconds(10));
        subscriber.expectMessage("a", "3");
        awaitEntries(0);
    }

    @Test
    void whatIsRoutedBeforeItsRecordIsWrittenLeavesNone() throws Exception {
        TestClient subscriber = subscriber();
        store.hold(Tables.DELAYED);
        TestClient publisher = client("publisher");
        publisher.send(TestClient.message("$delayed/10/a", "1", QoS.AT_LEAST_ONCE, 3));
        publisher.ping();
        clock.advance(Duration.ofSeconds(10));
        subscriber.expectMessage("a", "1");
        store.letGo();
        assertThat(publisher.expect(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        awaitEntries(0);
    }

    /** What it is routed to is not written yet: so its own record stays. */
    @Test
    void theRecordGoesWhenWhatItIsRoutedToIsThere() throws Exception {
        TestClient publisher = client("publisher");
        publisher.publish("$delayed/10/a", "1", QoS.AT_LEAST_ONCE, true);
        store.hold(Tables.RETAINED);
        clock.advance(Duration.ofSeconds(10));
        await(() -> store.held() > 0);
        publisher.ping();
        assertThat(store.entries(Tables.DELAYED)).hasSize(1);
        store.letGo();
        awaitEntries(0);
        assertThat(store.entries(Tables.RETAINED)).hasSize(1);
    }

    @Test
    void whatStorageRefusesToARecipientIsRoutedOnceMore() throws Exception {
        TestClient subscriber = client("subscriber");
        subscriber.subscribe("a", QoS.AT_LEAST_ONCE);
        client("publisher").publish("$delayed/10/a", "1", QoS.AT_LEAST_ONCE, true);
        store.refuse(Tables.RETAINED, Kind.FULL);
        clock.advance(Duration.ofSeconds(10));
        subscriber.expectMessage("a", "1");
        await(() -> store.refused() == 1);
        assertThat(store.entries(Tables.DELAYED)).hasSize(1);
        store.letGo();

        await(() -> {
            clock.advance(Duration.ofSeconds(10)); // the loop may not know of the refusal yet
            return store.entries(Tables.DELAYED).isEmpty();
        });
        subscriber.expectMessage("a", "1");
        assertThat(store.entries(Tables.RETAINED)).hasSize(1);
        clock.advance(Duration.ofSeconds(100));
        subscriber.expectNothing();
    }

    /** Neither its own record nor that of a recipient is there. */
    @Test
    void whatStorageRefusesWhenItIsRoutedIsSaid() throws Exception {
        store.hold(Tables.DELAYED);
        TestClient publisher = client("publisher");
        publisher.send(new Publish(
                false, QoS.AT_LEAST_ONCE, true, "$delayed/10/a", 3, Properties.NONE, TestClient.bytes("1")));
        publisher.ping();
        clock.advance(Duration.ofSeconds(10));
        await(() -> store.held() >= 2);
        store.refuseHeld(Kind.FULL);
        assertThat(publisher.expect(PubAck.class).reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        clock.advance(Duration.ofSeconds(10));
        publisher.ping();
        awaitEntries(0);
    }

    /** So much is on its way to storage that the record has to wait. */
    @Test
    void whatIsRoutedToNobodyBeforeItsRecordIsOnItsWayIsAcknowledged() throws Exception {
        store.hold(Tables.DELAYED);
        for (String id : List.of("one", "two", "three")) {
            TestClient busy = client(id);
            for (int i = 1; i <= 4; i++) {
                busy.send(TestClient.message("$delayed/1000/a", "x".repeat(800_000), QoS.AT_LEAST_ONCE, i));
                busy.ping();
            }
        }
        TestClient publisher = client("publisher");
        publisher.send(TestClient.message("$delayed/10/a", "1", QoS.AT_LEAST_ONCE, 20));
        publisher.ping();
        clock.advance(Duration.ofSeconds(10));
        assertThat(publisher.expect(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        store.letGo();
        awaitEntries(12);
    }

    @Test
    void anExpiryCountsFromTheTimeItIsRouted() throws Exception {
        TestClient publisher = client("publisher");
        Properties expiring =
                Properties.builder().set(PropertyId.MESSAGE_EXPIRY_INTERVAL, 30).build();
        publisher.send(new Publish(
                false,
                QoS.AT_LEAST_ONCE,
                false,
                "$delayed/100/a",
                publisher.nextPacketId(),
                expiring,
                TestClient.bytes("1")));
        publisher.expect(PubAck.class);
        stop();
        clock.advance(Duration.ofSeconds(60));
        broker = start();
        TestClient subscriber = subscriber();
        clock.advance(Duration.ofSeconds(40));
        assertThat(subscriber.expect(Publish.class).properties().longOr(PropertyId.MESSAGE_EXPIRY_INTERVAL, 0))
                .isEqualTo(30);
    }

    @Test
    void thoseOfOneTimeKeepTheirOrderThroughARestart() throws Exception {
        TestClient publisher = client("publisher");
        for (int i = 0; i < 20; i++) {
            publisher.publish("$delayed/10/a", "" + i, QoS.AT_LEAST_ONCE);
        }
        stop();
        broker = start();
        publisher = client("publisher");
        for (int i = 20; i < 40; i++) {
            publisher.publish("$delayed/10/a", "" + i, QoS.AT_LEAST_ONCE);
        }
        TestClient subscriber = subscriber();
        clock.advance(Duration.ofSeconds(10));
        for (int i = 0; i < 40; i++) {
            subscriber.expectMessage("a", "" + i);
        }
        awaitEntries(0);
    }

    /** The end comes when the packet id is written and the delayed message is not, or when both are. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatOfQosTwoACrashCutsOffIsStillDelayedAndRoutedOnce(boolean isDelayedWritten) throws Exception {
        TestClient subscriber = broker.client(ProtocolVersion.MQTT_5);
        connect(subscriber, "subscriber");
        subscriber.subscribe("a/#", QoS.EXACTLY_ONCE);
        subscriber.disconnect();
        broker.awaitDisconnected("subscriber");
        TestClient publisher = broker.client(ProtocolVersion.MQTT_5);
        connect(publisher, "publisher");
        store.hold(Tables.DELAYED);
        publisher.send(TestClient.message("$delayed/100/a", "1", QoS.EXACTLY_ONCE, 9));
        await(() -> !store.entries(Tables.INBOUND).isEmpty());
        publisher.ping();
        Map<Table, List<Entry>> left = new HashMap<>();
        for (Table table : Tables.all()) {
            left.put(table, store.entries(table));
        }
        store.letGo();
        awaitEntries(1);
        if (isDelayedWritten) {
            left.put(Tables.DELAYED, store.entries(Tables.DELAYED));
        }
        broker.close();
        store = new GatedStore(storeWith(left));
        broker = start();
        subscriber = broker.client(ProtocolVersion.MQTT_5);
        connect(subscriber, "subscriber");
        clock.advance(Duration.ofSeconds(50));
        subscriber.expectNothingQueued(broker.broker());
        clock.advance(Duration.ofSeconds(52));
        subscriber.expectMessage("a", "1");
        clock.advance(Duration.ofSeconds(200));
        subscriber.expectNothingQueued(broker.broker());
        awaitEntries(0);
    }

    /** The end comes when it is in the subscriber's queue and its own record is still there. */
    @Test
    void whatIsInAQueueAlreadyIsNotRoutedThereAgain() throws Exception {
        TestClient subscriber = broker.client(ProtocolVersion.MQTT_5);
        connect(subscriber, "subscriber");
        subscriber.subscribe("a/#", QoS.EXACTLY_ONCE);
        subscriber.disconnect();
        broker.awaitDisconnected("subscriber");
        client("publisher").publish("$delayed/10/a", "1", QoS.EXACTLY_ONCE);
        List<Entry> delayed = store.entries(Tables.DELAYED);
        clock.advance(Duration.ofSeconds(10));
        awaitEntries(0);
        Map<Table, List<Entry>> left = new HashMap<>();
        for (Table table : Tables.all()) {
            left.put(table, store.entries(table));
        }
        assertThat(left.get(Tables.QUEUE)).hasSize(1);
        left.put(Tables.DELAYED, delayed);
        broker.close();
        store = new GatedStore(storeWith(left));
        broker = start();
        awaitEntries(0);
        subscriber = broker.client(ProtocolVersion.MQTT_5);
        connect(subscriber, "subscriber");
        subscriber.expectMessage("a", "1");
        subscriber.expectNothingQueued(broker.broker());
    }

    private static KeyValueStore storeWith(Map<Table, List<Entry>> entries) throws Exception {
        MemoryStorage copy = MemoryStorage.create();
        KeyValueStore filled = copy.store();
        filled.open().toCompletableFuture().get(20, TimeUnit.SECONDS);
        for (Map.Entry<Table, List<Entry>> table : entries.entrySet()) {
            for (Entry each : table.getValue()) {
                filled.commit(Batch.builder(ShardedKey.shardOf(each.key()))
                                .put(table.getKey(), each.key(), each.value())
                                .build())
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS);
            }
        }
        filled.close();
        return copy.store();
    }

    private static void connect(TestClient client, String id) {
        Properties properties = Properties.builder()
                .set(PropertyId.SESSION_EXPIRY_INTERVAL, 100_000)
                .build();
        client.connect(new Connect(ProtocolVersion.MQTT_5, false, false, 0, properties, id, null, null, null));
    }
}
