package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.core.persistence.GatedStore;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.Tables;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Storage without space for new data: sessions are resumed and drained, and only what is new is refused. */
class FullStorageTest {
    private static final int MESSAGES = 20;
    private static final String BODY = "x".repeat(2_000);

    private final MemoryStorage memory = MemoryStorage.create();
    private GatedStore store = new GatedStore(memory.store());
    private TestBroker broker = start();

    private TestBroker start() {
        return TestBroker.start(builder -> builder.storage(store));
    }

    @BeforeEach
    void leaveMessages() {
        for (QoS qos : List.of(QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE)) {
            TestClient client = client(qos.name(), true, null);
            client.subscribe(qos.name(), qos);
            client.close();
            broker.awaitDisconnected(qos.name());
            TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
            for (int i = 0; i < MESSAGES; i++) {
                publisher.publish(qos.name(), BODY, qos);
            }
            publisher.disconnect();
            broker.awaitDisconnected("publisher");
        }
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private static Connect connect(String id, boolean cleanStart, ConnectWill will) {
        Properties properties = Properties.builder()
                .set(PropertyId.SESSION_EXPIRY_INTERVAL, 1_000)
                .set(PropertyId.RECEIVE_MAXIMUM, 4)
                .build();
        return new Connect(ProtocolVersion.MQTT_5, false, cleanStart, 0, properties, id, will, null, null);
    }

    private TestClient client(String id, boolean cleanStart, ConnectWill will) {
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        client.connect(connect(id, cleanStart, will));
        return client;
    }

    /** As a store does that has only its reserve left. */
    private void refuseNewData() {
        store.refuse(batch -> !batch.mayUseReserve(), Kind.FULL);
    }

    private static void drain(TestClient client, QoS qos) {
        drain(client, qos, MESSAGES);
    }

    private static void drain(TestClient client, QoS qos, int messages) {
        for (int done = 0; done < messages; ) {
            Packet packet = client.next();
            if (packet instanceof Publish message && qos == QoS.AT_LEAST_ONCE) {
                client.acknowledge(message);
                done++;
            } else if (packet instanceof Publish message) {
                client.send(new PubRec(message.packetId(), ReasonCode.SUCCESS, Properties.NONE));
            } else if (packet instanceof PubRel release) {
                client.send(new PubComp(release.packetId(), ReasonCode.SUCCESS, Properties.NONE));
                done++;
            } else {
                throw new AssertionError("unexpected: " + packet);
            }
        }
    }

    private void awaitLeft(Table table, int entries) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (store.entries(table).size() > entries) {
            assertThat(System.nanoTime()).as("entries of " + table).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = QoS.class,
            names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
    void drainsStoredSession(QoS qos) {
        refuseNewData();

        TestClient client = client(qos.name(), false, null);
        drain(client, qos);

        awaitLeft(Tables.QUEUE, MESSAGES);
        awaitLeft(Tables.PAYLOAD, MESSAGES);
        assertThat(store.refused()).isZero();
    }

    /** The store takes nothing at all: the records follow when it does. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void resumesSessionWhoseRecordIsRefused(boolean hasWill) {
        store.refuse(batch -> true, Kind.FULL);
        ConnectWill will = hasWill
                ? new ConnectWill("will", ByteBuffer.wrap(new byte[100]), QoS.AT_LEAST_ONCE, false, Properties.NONE)
                : null;

        TestClient client = client("AT_LEAST_ONCE", false, will);
        drain(client, QoS.AT_LEAST_ONCE);
        assertThat(store.entries(Tables.WILL)).isEmpty();
        store.letGo();

        awaitLeft(Tables.QUEUE, MESSAGES);
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (store.entries(Tables.WILL).size() < (hasWill ? 1 : 0)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void refusesNewSessionsSubscriptionsAndMessagesButTakesExistingOnesAgain() {
        TestClient online = client("EXACTLY_ONCE", false, null);
        refuseNewData();

        TestClient other = broker.client(ProtocolVersion.MQTT_5);
        other.send(connect("new", false, null));
        assertThat(other.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        assertThat(publisher.publish("AT_LEAST_ONCE", BODY, QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);

        TestClient back = client("AT_LEAST_ONCE", false, null);
        drain(back, QoS.AT_LEAST_ONCE);
        back.send(subscribe(1, "AT_LEAST_ONCE"));
        assertThat(back.expect(SubAck.class).reasons()).containsExactly(ReasonCode.GRANTED_QOS_1);
        back.send(subscribe(2, "another"));
        assertThat(back.expect(SubAck.class).reasons()).containsExactly(ReasonCode.QUOTA_EXCEEDED);
        online.close();
    }

    private static Subscribe subscribe(int packetId, String filter) {
        return new Subscribe(packetId, Properties.NONE, List.of(RequestedSubscription.of(filter, QoS.AT_LEAST_ONCE)));
    }

    @Test
    void startsAndClosesWithoutSpaceForNewData() {
        refuseNewData();
        broker.close();
        store = new GatedStore(memory.store());
        refuseNewData();

        broker = start();
        TestClient client = client("AT_LEAST_ONCE", false, null);
        drain(client, QoS.AT_LEAST_ONCE);

        awaitLeft(Tables.QUEUE, MESSAGES);
        assertThat(store.refused()).isZero();
    }

    /** The record of a member takes the place of the queue's own. */
    @ParameterizedTest
    @EnumSource(
            value = QoS.class,
            names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
    void drainsQueueOfSharedSubscription(QoS qos) {
        for (String id : List.of("m1", "m2")) {
            TestClient member = client(id, true, null);
            member.subscribe("$share/g/shared", qos);
            member.close();
            broker.awaitDisconnected(id);
        }
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        for (int i = 0; i < MESSAGES; i++) {
            publisher.publish("shared", i + BODY, qos);
        }
        publisher.close();
        assertThat(store.entries(Tables.GROUP_QUEUE)).hasSize(MESSAGES);
        refuseNewData();

        TestClient member = client("m1", false, null);
        Publish first = qos == QoS.AT_LEAST_ONCE ? member.expect(Publish.class) : null;
        if (first != null) {
            awaitWritten("m1");
            member.acknowledge(first);
        }
        drain(member, qos, first == null ? MESSAGES : MESSAGES - 1);

        awaitLeft(Tables.GROUP_QUEUE, 0);
        awaitLeft(Tables.QUEUE, 2 * MESSAGES);
        assertThat(store.refused()).isZero();
        member.expectNothingQueued(broker.broker());
    }

    /** Until storage has been asked to take what this client has been sent. */
    private void awaitWritten(String client) {
        int shard = OwnerKey.of("default", client).shard();
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (store.refused() == 0
                && store.entries(Tables.QUEUE).stream().noneMatch(entry -> ShardedKey.shardOf(entry.key()) == shard)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void endsSessionsWithoutSpaceForNewData() {
        refuseNewData();

        assertThat(broker.broker()
                        .sessions()
                        .purge("AT_LEAST_ONCE")
                        .toCompletableFuture()
                        .join())
                .isTrue();

        awaitLeft(Tables.SESSION, 1);
        awaitLeft(Tables.PAYLOAD, MESSAGES);
        assertThat(store.refused()).isZero();
    }
}
