package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.core.persistence.GatedStore;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.Tables;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.Message;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.StorageException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.maxmq.TestClient.message;
import static org.assertj.core.api.Assertions.assertThat;

/** Retained messages outlive their broker, and a publisher is told only when that is so. */
class StoredRetainedTest {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final MemoryStorage memory = MemoryStorage.create();
    private final ManualClock clock = new ManualClock();
    private GatedStore store = new GatedStore(memory.store());
    private TestBroker broker = start(builder -> builder);

    private TestBroker start(UnaryOperator<MaxMQBuilder> settings) {
        return TestBroker.start(builder -> settings.apply(builder.storage(store).clock(clock)));
    }

    private void restart() {
        restart(builder -> builder);
    }

    private void restart(UnaryOperator<MaxMQBuilder> settings) {
        broker.close();
        store = new GatedStore(memory.store());
        broker = start(settings);
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private TestClient client(ProtocolVersion version, String id) {
        TestClient client = broker.client(version);
        client.connect(id, true);
        return client;
    }

    private List<String> retained(String filter) throws Exception {
        TestClient reader = client(ProtocolVersion.MQTT_5, "reader");
        reader.subscribe("marker", QoS.AT_MOST_ONCE);
        reader.subscribe(filter, QoS.AT_LEAST_ONCE);
        reader.send(message("marker", "end", QoS.AT_MOST_ONCE, 0));
        List<String> got = new ArrayList<>();
        while (true) {
            Publish publish = reader.expect(Publish.class);
            if (publish.topic().equals("marker")) {
                reader.disconnect();
                return got;
            }
            assertThat(publish.retain()).isTrue();
            reader.acknowledge(publish);
            got.add(publish.topic() + "=" + TestClient.text(publish));
        }
    }

    private void awaitEntries(int count) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (store.entries(Tables.RETAINED).size() != count) {
            assertThat(System.nanoTime())
                    .as("entries: %s", store.entries(Tables.RETAINED))
                    .isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private void awaitHeld(int count) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (store.held() < count) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void whatIsRetainedIsThereAfterARestart(ProtocolVersion version) throws Exception {
        TestClient client = client(version, "publisher");
        client.publish("a", "old", QoS.AT_LEAST_ONCE, true);
        client.publish("a", "new", QoS.EXACTLY_ONCE, true);
        client.publish("a/b", "below", QoS.AT_LEAST_ONCE, true);
        client.publish("c", "gone", QoS.AT_LEAST_ONCE, true);
        client.publish("c", "", QoS.AT_LEAST_ONCE, true);
        restart();
        assertThat(retained("#")).containsExactlyInAnyOrder("a=new", "a/b=below");
        restart();
        assertThat(retained("a/#")).containsExactlyInAnyOrder("a=new", "a/b=below");
    }

    @Test
    void noLocalKnowsThePublisherAfterARestart() {
        client(ProtocolVersion.MQTT_5, "publisher").publish("a", "own", QoS.AT_LEAST_ONCE, true);
        client(ProtocolVersion.MQTT_5, "other").publish("b", "other's", QoS.AT_LEAST_ONCE, true);
        restart();

        TestClient publisher = client(ProtocolVersion.MQTT_5, "publisher");
        publisher.subscribe(
                Properties.NONE,
                new RequestedSubscription("+", QoS.AT_MOST_ONCE, true, false, RetainHandling.SEND_AT_SUBSCRIBE));

        publisher.expectMessage("b", "other's");
        publisher.expectNothing();
    }

    @Test
    void everythingAboutTheMessageComesBack() throws Exception {
        Message message = Message.builder("a")
                .payload("x".repeat(5000))
                .qos(QoS.EXACTLY_ONCE)
                .retain(true)
                .contentType("text/plain")
                .userProperty("k", "v")
                .build();
        broker.broker().publish(message).toCompletableFuture().get(20, TimeUnit.SECONDS);
        Optional<Message> before = view("a");
        restart();
        Message after = view("a").orElseThrow();
        assertThat(after).isEqualTo(before.orElseThrow());
        assertThat(after.id()).isEqualTo(before.orElseThrow().id());
        TestClient reader = client(ProtocolVersion.MQTT_5, "reader");
        reader.subscribe("a", QoS.EXACTLY_ONCE);
        Publish publish = reader.expect(Publish.class);
        assertThat(publish.qos()).isEqualTo(QoS.EXACTLY_ONCE);
        assertThat(TestClient.text(publish)).hasSize(5000);
        assertThat(publish.properties().string(PropertyId.CONTENT_TYPE)).isEqualTo("text/plain");
        assertThat(publish.properties().userProperties()).hasSize(1);
    }

    private Optional<Message> view(String topic) throws Exception {
        return broker.broker().retained().get(topic).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void anAcknowledgementWaitsForTheRecord() throws Exception {
        store.hold(Tables.RETAINED);
        TestClient client = client(ProtocolVersion.MQTT_5, "publisher");
        client.send(retainedMessage("a", "1", 1));
        awaitHeld(1);
        client.ping();
        store.letGo();
        assertThat(client.expect(PubAck.class).packetId()).isEqualTo(1);
        assertThat(store.entries(Tables.RETAINED)).hasSize(1);
    }

    @Test
    void aClearWaitsForTheRecordTooAlsoOfWhoClearsWhatIsClearedAlready() throws Exception {
        TestClient one = client(ProtocolVersion.MQTT_5, "one");
        TestClient two = client(ProtocolVersion.MQTT_5, "two");
        one.publish("a", "1", QoS.AT_LEAST_ONCE, true);
        store.hold(Tables.RETAINED);
        one.send(retainedMessage("a", "", 7));
        awaitHeld(1);
        two.send(retainedMessage("a", "", 8));
        awaitHeld(2);
        one.ping();
        two.ping();
        store.letGo();
        assertThat(one.expect(PubAck.class).packetId()).isEqualTo(7);
        assertThat(two.expect(PubAck.class).packetId()).isEqualTo(8);
        assertThat(store.entries(Tables.RETAINED)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aClearIsAcknowledgedWhenNoOlderMessageCanComeBack(ProtocolVersion version) throws Exception {
        TestClient client = broker.client(version);
        client.connect(
                version.isV5()
                        ? new Connect(
                                version,
                                false,
                                false,
                                0,
                                Properties.builder()
                                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, 100)
                                        .build(),
                                "publisher",
                                null,
                                null,
                                null)
                        : Connect.of(version, "publisher", false, 0));
        int[] changes = {0};
        // The first says that the message has come, the second that it is routed: without that a start would route it
        // again.
        store.holdAlone(batch -> GatedStore.changing(Tables.INBOUND).test(batch) && ++changes[0] > 1);
        client.send(new Publish(false, QoS.EXACTLY_ONCE, true, "a", 1, Properties.NONE, TestClient.bytes("old")));
        assertThat(client.expect(PubRec.class).packetId()).isEqualTo(1);
        awaitHeld(1);
        client.send(retainedMessage("a", "", 2));
        awaitEntries(0);
        client.ping();
        client.ping();
        store.letGo();
        assertThat(client.expect(PubAck.class).packetId()).isEqualTo(2);
    }

    /** At QoS 2 each has to be in the session's queue first: written together, not one after the other. */
    @Test
    void severalOfQos2AreWrittenAtOnceForANewSubscription() throws Exception {
        List<String> topics = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            topics.add("many/" + i);
            broker.publish(Message.builder("many/" + i)
                    .payload("x")
                    .qos(QoS.EXACTLY_ONCE)
                    .retain(true)
                    .build());
        }
        TestClient reader = broker.lasting("reader", true, 100);
        store.hold(Tables.QUEUE);

        reader.subscribe("many/#", QoS.EXACTLY_ONCE);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (store.heldChanges() < 20) {
            assertThat(System.nanoTime()).as("held: %s", store.heldChanges()).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(2);
        }
        store.letGo();

        List<String> got = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            got.add(reader.expect(Publish.class).topic());
        }
        assertThat(got).containsExactlyInAnyOrderElementsOf(topics);
    }

    private static Publish retainedMessage(String topic, String payload, int packetId) {
        return new Publish(false, QoS.AT_LEAST_ONCE, true, topic, packetId, Properties.NONE, TestClient.bytes(payload));
    }

    @Test
    void whatStorageRefusesIsSaidAndWrittenWhenItCan() throws Exception {
        TestClient client = client(ProtocolVersion.MQTT_5, "publisher");
        client.publish("a", "old", QoS.AT_LEAST_ONCE, true);
        store.refuse(Tables.RETAINED, Kind.FULL);
        assertThat(client.publish("a", "new", QoS.AT_LEAST_ONCE, true)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(client.publish("b", "other", QoS.EXACTLY_ONCE, true)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(store.entries(Tables.RETAINED)).hasSize(1);
        store.letGo();
        awaitEntries(2);
        restart();
        assertThat(retained("#")).containsExactlyInAnyOrder("a=new", "b=other");
    }

    @Test
    void atQosZeroNobodyWaitsAndItIsWritten() throws Exception {
        TestClient client = client(ProtocolVersion.MQTT_3_1_1, "publisher");
        client.publish("a", "1", QoS.AT_MOST_ONCE, true);
        client.publish("b", "2", QoS.AT_MOST_ONCE, true);
        awaitEntries(2);
        client.publish("b", "", QoS.AT_MOST_ONCE, true);
        awaitEntries(1);
        restart();
        assertThat(retained("#")).containsExactly("a=1");
    }

    @Test
    void whatExpiresIsRemovedWhileTheBrokerRunsAndAtItsStart() throws Exception {
        expiring("early", 60);
        expiring("late", 3600);
        expiring("later", 7200);
        clock.advance(Duration.ofSeconds(120));
        awaitEntries(2);
        broker.close();
        clock.advance(Duration.ofSeconds(3600));
        store = new GatedStore(memory.store());
        broker = start(builder -> builder);
        assertThat(retained("#")).containsExactly("later=x");
        awaitEntries(1);
        TestClient reader = client(ProtocolVersion.MQTT_5, "clock");
        reader.subscribe("later", QoS.AT_LEAST_ONCE);
        assertThat(reader.expect(Publish.class).properties().longOr(PropertyId.MESSAGE_EXPIRY_INTERVAL, 0))
                .as("time went on")
                .isEqualTo(7200L - 3600 - 120);
        reader.disconnect();
        clock.advance(Duration.ofSeconds(3600));
        clock.advance(Duration.ofSeconds(120));
        awaitEntries(0);
    }

    private void expiring(String topic, long seconds) throws Exception {
        Message message = Message.builder(topic)
                .payload("x")
                .qos(QoS.AT_LEAST_ONCE)
                .retain(true)
                .messageExpiry(Duration.ofSeconds(seconds))
                .build();
        broker.broker().publish(message).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void whatAnAdministratorClearsIsGone() throws Exception {
        client(ProtocolVersion.MQTT_5, "publisher").publish("a", "1", QoS.AT_LEAST_ONCE, true);
        assertThat(broker.broker().retained().remove("a").toCompletableFuture().get(20, TimeUnit.SECONDS))
                .isTrue();
        awaitEntries(0);
        restart();
        assertThat(retained("#")).isEmpty();
    }

    @Test
    void whatTheBrokerSaysOfItselfIsNotStored() throws Exception {
        client(ProtocolVersion.MQTT_5, "publisher").publish("a", "1", QoS.AT_LEAST_ONCE, true);
        clock.advance(Duration.ofSeconds(30));
        assertThat(view("$SYS/broker/version")).isPresent();
        assertThat(store.entries(Tables.RETAINED)).hasSize(1);
    }

    @Test
    void skipsADamagedRecordAndServesTheOthers() throws Exception {
        TestClient client = client(ProtocolVersion.MQTT_5, "publisher");
        client.publish("a", "1", QoS.AT_LEAST_ONCE, true);
        client.publish("b", "2", QoS.AT_LEAST_ONCE, true);
        broker.close();
        KeyValueStore open = memory.store();
        open.open().toCompletableFuture().get(20, TimeUnit.SECONDS);
        Bytes key = OwnerKey.of(Tenant.DEFAULT.name(), "a").alone();
        Entry entry = open.get(Tables.RETAINED, key, io.maxmq.spi.storage.Consistency.LOCAL)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .orElseThrow();
        byte[] flipped = entry.value().array().clone();
        flipped[flipped.length - 1] ^= 1;
        open.commit(Batch.builder(key.byteAt(0) & 0xFF)
                        .put(Tables.RETAINED, key, Bytes.wrap(flipped))
                        .build())
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        open.close();
        store = new GatedStore(memory.store());
        broker = start(builder -> builder);
        assertThat(retained("#")).containsExactly("b=2");
        broker.broker().close();
        assertThat(RecordedLogs.errorsOf(broker.broker().name()))
                .singleElement()
                .asString()
                .contains("skipped", "retained");
        store = new GatedStore(MemoryStorage.create().store());
        broker = start(builder -> builder);
    }

    @Test
    void memoryIsChargedForWhatIsRestoredAndGivenBackWhenItGoes() throws Exception {
        TestClient client = client(ProtocolVersion.MQTT_5, "publisher");
        for (int i = 0; i < 100; i++) {
            client.publish("t/" + i, "x".repeat(10_000), QoS.AT_LEAST_ONCE, true);
        }
        restart();
        assertThat(broker.broker().retained().bytes()).isGreaterThan(1_000_000);
        TestClient again = client(ProtocolVersion.MQTT_5, "publisher");
        for (int i = 0; i < 100; i++) {
            again.publish("t/" + i, "", QoS.AT_LEAST_ONCE, true);
        }
        awaitEntries(0);
        assertThat(broker.broker().retained().bytes()).isZero();
    }

    /** Several loops change the same topics at the same time: what is in memory at the end is in storage. */
    @Test
    void whoeverWinsInMemoryWinsInStorage() throws Exception {
        restart(builder -> builder.loops(4));
        int topics = 5;
        List<CompletableFuture<?>> published = new ArrayList<>();
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            clients.add(client(ProtocolVersion.MQTT_5, "publisher" + i));
        }
        for (int i = 0; i < clients.size(); i++) {
            TestClient client = clients.get(i);
            int number = i;
            published.add(CompletableFuture.runAsync(() -> {
                for (int n = 0; n < 100; n++) {
                    String payload = n % 7 == 3 ? "" : number + "-" + n;
                    client.publish("t/" + n % topics, payload, QoS.AT_LEAST_ONCE, true);
                }
            }));
        }
        for (CompletableFuture<?> each : published) {
            each.get(60, TimeUnit.SECONDS);
        }
        List<String> inMemory = retained("t/#");
        restart();
        assertThat(retained("t/#")).containsExactlyInAnyOrderElementsOf(inMemory);
    }
}
