package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.Overflow;
import io.maxmq.config.SessionLimits;
import io.maxmq.core.persistence.GatedStore;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.Tables;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What waits for members of a shared subscription outlives the broker, and a publisher is told only when that is so. */
class StoredGroupQueueTest {
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final String FILTER = "$share/group/t/#";

    private final MemoryStorage memory = MemoryStorage.create();
    private final ManualClock clock = new ManualClock();
    private GatedStore store = new GatedStore(memory.store());
    private TestBroker broker = start(builder -> builder);

    private TestBroker start(UnaryOperator<MaxMQBuilder> settings) {
        return TestBroker.start(builder -> settings.apply(builder.storage(store).clock(clock)));
    }

    private void restart() {
        broker.close();
        store = new GatedStore(memory.store());
        broker = start(builder -> builder);
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private TestClient client(String id, boolean cleanStart) {
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        Properties properties = Properties.builder()
                .set(PropertyId.SESSION_EXPIRY_INTERVAL, 80_000)
                .build();
        client.connect(new Connect(ProtocolVersion.MQTT_5, false, cleanStart, 0, properties, id, null, null, null));
        return client;
    }

    private TestClient publisher() {
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        client.connect("publisher", true);
        return client;
    }

    /** Two members that have been here and have gone: alone, a member has the queue to itself. */
    private void membersHaveGone() {
        for (String id : List.of("one", "two")) {
            TestClient member = client(id, true);
            member.subscribe(FILTER, QoS.EXACTLY_ONCE);
            member.disconnect();
            broker.awaitDisconnected(id);
        }
    }

    private void await(Table table, int count) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (store.entries(table).size() != count) {
            assertThat(System.nanoTime())
                    .as("%s: %s", table, store.entries(table).size())
                    .isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private static List<String> receive(TestClient client, int count) {
        List<String> got = new ArrayList<>();
        int open = 0;
        while (got.size() < count || open > 0) {
            Packet packet = client.next();
            if (packet instanceof PubRel released) {
                client.send(PubComp.of(released.packetId()));
                open--;
            } else if (packet instanceof Publish publish) {
                got.add(TestClient.text(publish));
                if (publish.qos() == QoS.EXACTLY_ONCE) {
                    client.send(PubRec.of(publish.packetId()));
                    open++;
                } else {
                    client.acknowledge(publish);
                }
            }
        }
        return got;
    }

    private static List<String> numbers(int from, int to) {
        List<String> numbers = new ArrayList<>();
        for (int i = from; i < to; i++) {
            numbers.add("" + i);
        }
        return numbers;
    }

    @Test
    void anAcknowledgementWaitsForTheRecordWhichGoesWhenAMemberHasTheMessage() throws Exception {
        membersHaveGone();
        TestClient publisher = publisher();
        store.hold(Tables.GROUP_QUEUE);
        publisher.send(TestClient.message("t", "1", QoS.AT_LEAST_ONCE, 5));
        publisher.ping();
        store.letGo();
        assertThat(publisher.expect(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(store.entries(Tables.GROUP_QUEUE)).hasSize(1);
        TestClient member = client("one", false);
        assertThat(receive(member, 1)).containsExactly("1");
        await(Tables.GROUP_QUEUE, 0);
    }

    @Test
    void whatStorageRefusesIsSaidAndNotGiven() throws Exception {
        membersHaveGone();
        TestClient publisher = publisher();
        store.refuse(Tables.GROUP_QUEUE, Kind.FULL);
        assertThat(publisher.publish("t", "1", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(publisher.publish("t", "2", QoS.EXACTLY_ONCE)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        store.letGo();
        assertThat(publisher.publish("t", "3", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(receive(client("two", false), 1)).containsExactly("3");
        await(Tables.GROUP_QUEUE, 0);
        assertThat(broker.events().of(MessageDropped.class).stream().map(MessageDropped::reason))
                .containsExactly(DropReason.STORAGE, DropReason.STORAGE);
    }

    /** Some of them are in memory, most are not; bodies are small and large. */
    @ParameterizedTest
    @ValueSource(ints = {10, 3000})
    void aLongQueueIsGivenInOrderPageByPage(int bodyBytes) throws Exception {
        membersHaveGone();
        TestClient publisher = publisher();
        int count = 1500;
        String pad = "x".repeat(bodyBytes);
        for (int i = 0; i < count; i++) {
            publisher.publish("t", i + pad, QoS.AT_LEAST_ONCE);
        }
        await(Tables.GROUP_QUEUE, count);
        List<String> got = receive(client("one", false), count);
        for (int i = 0; i < count; i++) {
            assertThat(got.get(i)).isEqualTo(i + pad);
        }
        await(Tables.GROUP_QUEUE, 0);
        await(Tables.PAYLOAD, 0);
        await(Tables.PAYLOAD_COUNT, 0);
    }

    /** What has been acknowledged stays, unless the oldest are to go: the bound is for what comes. */
    @Test
    void aLowerBoundTakesNothingBack() throws Exception {
        membersHaveGone();
        TestClient publisher = publisher();
        for (int i = 0; i < 400; i++) {
            publisher.publish("t", "" + i, QoS.AT_LEAST_ONCE);
        }
        broker.close();
        store = new GatedStore(memory.store());
        broker = start(builder ->
                builder.sessions(SessionLimits.builder().maxStoredMessages(100).build()));
        assertThat(receive(client("one", false), 400)).isEqualTo(numbers(0, 400));
        await(Tables.GROUP_QUEUE, 0);
    }

    @Test
    void withTheLastMemberGoesWhatWaits() throws Exception {
        membersHaveGone();
        TestClient publisher = publisher();
        for (int i = 0; i < 600; i++) {
            publisher.publish("t", "" + i, QoS.AT_LEAST_ONCE);
        }
        for (String id : List.of("one", "two")) {
            TestClient member = client(id, true);
            member.disconnect();
            broker.awaitDisconnected(id);
        }
        await(Tables.GROUP_QUEUE, 0);
    }

    @Test
    void whoIsThereGetsWhatComesWithoutTheQueue() throws Exception {
        membersHaveGone();
        TestClient member = client("one", false);
        TestClient publisher = publisher();
        publisher.publish("t", "1", QoS.AT_LEAST_ONCE);
        assertThat(receive(member, 1)).containsExactly("1");
        assertThat(store.entries(Tables.GROUP_QUEUE)).isEmpty();
    }

    @Test
    void theOldestGoWhenTheQueueIsFullAndThatIsWanted() throws Exception {
        broker.close();
        store = new GatedStore(memory.store());
        broker = start(builder -> builder.sessions(SessionLimits.builder()
                .maxStoredMessages(400)
                .overflow(Overflow.DROP_OLDEST)
                .build()));
        membersHaveGone();
        TestClient publisher = publisher();
        for (int i = 0; i < 1000; i++) {
            publisher.publish("t", "" + i, QoS.AT_LEAST_ONCE);
        }
        await(Tables.GROUP_QUEUE, 400);
        assertThat(receive(client("one", false), 400)).isEqualTo(numbers(600, 1000));
        await(Tables.GROUP_QUEUE, 0);
    }

    @Test
    void whatWaitsIsThereAfterARestartAndGivenInOrder() throws Exception {
        membersHaveGone();
        TestClient publisher = publisher();
        for (int i = 0; i < 700; i++) {
            publisher.publish("t", "" + i, i % 2 == 0 ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE);
        }
        restart();
        publisher = publisher();
        for (int i = 700; i < 800; i++) {
            publisher.publish("t", "" + i, QoS.AT_LEAST_ONCE);
        }
        await(Tables.GROUP_QUEUE, 800);
        assertThat(receive(client("two", false), 800)).isEqualTo(numbers(0, 800));
        await(Tables.GROUP_QUEUE, 0);
    }

    @Test
    void whatWaitsForNobodyIsRemovedAtTheStart() throws Exception {
        membersHaveGone();
        publisher().publish("t", "1", QoS.AT_LEAST_ONCE);
        broker.close();
        store = new GatedStore(memory.store());
        clock.advance(Duration.ofSeconds(80_000));
        broker = start(builder -> builder);
        await(Tables.GROUP_QUEUE, 0);
    }

    /** The crash comes when a member's record is there and the queue's is there still. */
    @Test
    void whatAMemberHasIsNotGivenOnceMore() throws Exception {
        membersHaveGone();
        TestClient publisher = publisher();
        publisher.publish("t", "1", QoS.EXACTLY_ONCE);
        publisher.publish("t", "2", QoS.EXACTLY_ONCE);
        List<Entry> before = store.entries(Tables.GROUP_QUEUE);
        TestClient member = client("one", false);
        // Both are the member's now, which acknowledges neither.
        member.expect(Publish.class);
        member.expect(Publish.class);
        await(Tables.GROUP_QUEUE, 0);
        for (Entry each : before) {
            store.commit(Batch.builder(ShardedKey.shardOf(each.key()))
                            .put(Tables.GROUP_QUEUE, each.key(), each.value())
                            .build())
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
        }
        restart();
        member = client("one", false);
        assertThat(receive(member, 2)).containsExactly("1", "2");
        member.ping();
        TestClient other = client("two", false);
        other.ping();
        await(Tables.GROUP_QUEUE, 0);
    }

    // ---- passed on

    /** Member "one" has gone, and what it should leave to the queue is refused there. */
    private TestClient whatOneLeavesIsRefused() throws Exception {
        membersHaveGone();
        TestClient one = client("one", false);
        TestClient publisher = publisher();
        publisher.publish("t", "1", QoS.AT_LEAST_ONCE);
        one.expect(Publish.class);
        await(Tables.QUEUE, 1);
        store.refuse(Tables.GROUP_QUEUE, Kind.FULL);
        one.disconnect();
        awaitRefusal(publisher);
        return publisher;
    }

    private void awaitRefusal(TestClient anybody) {
        broker.events().await(MessageDropped.class, event -> event.reason() == DropReason.STORAGE);
        anybody.ping(); // on the same loop: that is over
    }

    @Test
    void whatCannotBePassedOnIsKeptAndPassedOnLater() throws Exception {
        TestClient publisher = whatOneLeavesIsRefused();
        store.letGo();
        clock.advance(Duration.ofSeconds(10));
        await(Tables.GROUP_QUEUE, 1);
        await(Tables.QUEUE, 0);
        publisher.ping();
        assertThat(receive(client("two", false), 1)).containsExactly("1");
    }

    @Test
    void whatCannotBePassedOnIsThereAfterARestart() throws Exception {
        whatOneLeavesIsRefused();
        restart();
        assertThat(receive(client("one", false), 1)).containsExactly("1");
    }

    @Test
    void aSessionEndsInStorageWhenOthersHaveWhatItLeaves() throws Exception {
        TestClient publisher = whatOneLeavesIsRefused();
        assertThat(broker.broker().sessions().purge("one").toCompletableFuture().get(20, TimeUnit.SECONDS))
                .isTrue();
        publisher.publish("other", "2", QoS.AT_LEAST_ONCE);
        await(Tables.SESSION, 2);
        awaitQueues("one");
        store.letGo();
        clock.advance(Duration.ofSeconds(10));
        await(Tables.SESSION, 1);
        await(Tables.SUBSCRIPTION, 1);
        awaitQueues("two"); // alone it has the queue to itself
        assertThat(receive(client("two", false), 1)).containsExactly("1");
        awaitQueues();
    }

    private void awaitQueues(String... clients) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!queues().equals(List.of(clients))) {
            assertThat(System.nanoTime()).as("queues: %s", queues()).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    /** Whose the records of messages are. */
    private List<String> queues() {
        return store.entries(Tables.QUEUE).stream()
                .map(entry -> OwnerKey.nameIn(entry.key()))
                .sorted()
                .toList();
    }

    @Test
    void aCrashBeforeOthersHaveWhatASessionLeavesHasItLeaveThatOnceMore() throws Exception {
        whatOneLeavesIsRefused();
        broker.broker().sessions().purge("one").toCompletableFuture().get(20, TimeUnit.SECONDS);
        restart();
        assertThat(broker.broker().sessions().find("one").toCompletableFuture().get(20, TimeUnit.SECONDS))
                .isEmpty();
        assertThat(receive(client("two", false), 1)).containsExactly("1");
    }

    @Test
    void theNextSessionOfAClientKeepsItsRecordsWhenThoseOfTheOneBeforeGo() throws Exception {
        TestClient publisher = whatOneLeavesIsRefused();
        TestClient one = client("one", true);
        one.subscribe("own", QoS.AT_LEAST_ONCE);
        publisher.publish("own", "2", QoS.AT_LEAST_ONCE);
        one.expect(Publish.class);
        await(Tables.QUEUE, 2);
        store.letGo();
        clock.advance(Duration.ofSeconds(10));
        awaitQueues("one", "two");
        restart();
        assertThat(receive(client("one", false), 1)).containsExactly("2");
        assertThat(receive(client("two", false), 1)).containsExactly("1");
        publisher().publish("own", "3", QoS.AT_LEAST_ONCE);
        assertThat(receive(client("one", false), 1)).containsExactly("3");
    }

    @Test
    void whatIsBeingPassedOnIsNotReadByWhoLeavesIt() throws Exception {
        membersHaveGone();
        TestClient one = broker.lasting("one", false, 1);
        one.subscribe("own", QoS.AT_LEAST_ONCE);
        TestClient publisher = publisher();
        publisher.publish("own", "1", QoS.AT_LEAST_ONCE);
        one.expect(Publish.class);
        publisher.publish("own", "2", QoS.AT_LEAST_ONCE);
        publisher.publish("t", "3", QoS.AT_LEAST_ONCE);
        publisher.publish("own", "4", QoS.AT_LEAST_ONCE);
        store.refuse(Tables.GROUP_QUEUE, Kind.FULL);
        one.disconnect();
        awaitRefusal(publisher);
        one = broker.lasting("one", false, 100);
        assertThat(receive(one, 3)).containsExactly("1", "2", "4");
        one.ping();
        store.letGo();
        clock.advance(Duration.ofSeconds(10));
        assertThat(receive(one, 1)).containsExactly("3");
        await(Tables.QUEUE, 0);
    }
}
