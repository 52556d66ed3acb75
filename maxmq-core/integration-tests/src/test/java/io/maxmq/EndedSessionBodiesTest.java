package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.Overflow;
import io.maxmq.config.SessionLimits;
import io.maxmq.core.persistence.GatedStore;
import io.maxmq.core.persistence.Tables;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.event.BrokerEvent.SessionExpired;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Large bodies leave the storage with the session that kept them, without a sweep: the clock stands still. */
class EndedSessionBodiesTest {
    private static final int MESSAGES = 20;
    private static final String LARGE = "x".repeat(2_000);
    private static final List<Table> OF_SESSIONS = List.of(
            Tables.SESSION,
            Tables.SUBSCRIPTION,
            Tables.QUEUE,
            Tables.GROUP_QUEUE,
            Tables.INBOUND,
            Tables.PASSING,
            Tables.PAYLOAD,
            Tables.PAYLOAD_COUNT);

    private final MemoryStorage memory = MemoryStorage.create();
    private final ManualClock clock = new ManualClock();
    private GatedStore store = new GatedStore(memory.store());
    private TestBroker broker = start(builder -> builder);

    private TestBroker start(UnaryOperator<MaxMQBuilder> settings) {
        return TestBroker.start(builder -> settings.apply(builder.storage(store).clock(clock)));
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

    private TestClient client(String id, boolean cleanStart, long expirySeconds) {
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        Properties properties = Properties.builder()
                .set(PropertyId.SESSION_EXPIRY_INTERVAL, expirySeconds)
                .set(PropertyId.RECEIVE_MAXIMUM, 4)
                .build();
        client.connect(new Connect(ProtocolVersion.MQTT_5, false, cleanStart, 0, properties, id, null, null, null));
        return client;
    }

    private void publish(QoS qos) {
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        for (int i = 0; i < MESSAGES; i++) {
            publisher.publish("t/" + i, LARGE, qos);
        }
        publisher.disconnect();
        broker.awaitDisconnected("publisher");
    }

    private void leave(TestClient client, String id) {
        client.close();
        broker.awaitDisconnected(id);
    }

    private int entries(Table table) {
        return store.entries(table).size();
    }

    private void awaitEmpty(List<Table> tables) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (tables.stream().anyMatch(table -> entries(table) > 0)) {
            assertThat(System.nanoTime())
                    .as(
                            "left: %s",
                            tables.stream()
                                    .map(table -> table + "=" + entries(table))
                                    .toList())
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = QoS.class,
            names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
    void removesBodiesWhenSessionExpiresOffline(QoS qos) {
        TestClient client = client("s", true, 1);
        client.subscribe("t/#", qos);
        leave(client, "s");
        publish(qos);
        assertThat(entries(Tables.PAYLOAD)).isEqualTo(MESSAGES);

        clock.advance(Duration.ofSeconds(2));
        broker.events().await(SessionExpired.class, event -> event.clientId().equals("s"));

        awaitEmpty(OF_SESSIONS);
    }

    @Test
    void removesBodiesWhenCleanStartReplacesOnlineSession() {
        TestClient before = client("s", true, 1000);
        before.subscribe("t/#", QoS.AT_LEAST_ONCE);
        publish(QoS.AT_LEAST_ONCE);

        client("s", true, 1000);

        awaitEmpty(List.of(Tables.SUBSCRIPTION, Tables.QUEUE, Tables.PAYLOAD, Tables.PAYLOAD_COUNT));
        assertThat(entries(Tables.SESSION)).isEqualTo(1);
    }

    @Test
    void removesBodiesWhenSessionOfBrokerBeforeExpiresAtStart() {
        TestClient client = client("s", true, 1);
        client.subscribe("t/#", QoS.AT_LEAST_ONCE);
        leave(client, "s");
        publish(QoS.AT_LEAST_ONCE);

        broker.close();
        clock.advance(Duration.ofSeconds(5));
        restart(builder -> builder);

        awaitEmpty(OF_SESSIONS);
    }

    @Test
    void removesBodiesOfMessagesPassedOnByLeavingMember() {
        TestClient first = client("s1", true, 1);
        first.subscribe("$share/g/t/#", QoS.AT_LEAST_ONCE);
        TestClient second = client("s2", true, 1);
        second.subscribe("$share/g/t/#", QoS.AT_LEAST_ONCE);
        publish(QoS.AT_LEAST_ONCE);
        leave(first, "s1");
        leave(second, "s2");

        clock.advance(Duration.ofSeconds(2));

        awaitEmpty(OF_SESSIONS);
    }

    @Test
    void removesBodiesOfGroupQueueWithItsLastMember() {
        TestClient first = client("s1", true, 100);
        first.subscribe("$share/g/t/#", QoS.AT_LEAST_ONCE);
        TestClient second = client("s2", true, 100);
        second.subscribe("$share/g/t/#", QoS.AT_LEAST_ONCE);
        leave(first, "s1");
        leave(second, "s2");
        publish(QoS.AT_LEAST_ONCE);
        restart(builder -> builder);

        clock.advance(Duration.ofSeconds(200));

        awaitEmpty(OF_SESSIONS);
    }

    @Test
    void removesBodiesOfHalfAcknowledgedQos2() {
        TestClient client = client("s", true, 1);
        client.subscribe("t/#", QoS.EXACTLY_ONCE);
        publish(QoS.EXACTLY_ONCE);
        for (int released = 0; released < 3; ) {
            Packet packet = client.next();
            if (packet instanceof Publish message) {
                client.send(new PubRec(message.packetId(), ReasonCode.SUCCESS, Properties.NONE));
            } else {
                assertThat(packet).isInstanceOf(PubRel.class);
                released++;
            }
        }
        leave(client, "s");

        clock.advance(Duration.ofSeconds(2));

        awaitEmpty(OF_SESSIONS);
    }

    @Test
    void removesBodiesOfMessagesDroppedByOverflow() {
        restart(builder -> builder.sessions(SessionLimits.builder()
                .maxStoredMessages(5)
                .overflow(Overflow.DROP_OLDEST)
                .build()));
        TestClient client = client("s", true, 1000);
        client.subscribe("t/#", QoS.AT_LEAST_ONCE);
        leave(client, "s");

        publish(QoS.AT_LEAST_ONCE);

        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (entries(Tables.PAYLOAD) > 5) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** A body that another session still needs stays. */
    @Test
    void keepsBodyThatAnotherSessionRefersTo() {
        TestClient first = client("s1", true, 1);
        first.subscribe("t/#", QoS.AT_LEAST_ONCE);
        TestClient second = client("s2", true, 1000);
        second.subscribe("t/#", QoS.AT_LEAST_ONCE);
        leave(first, "s1");
        leave(second, "s2");
        publish(QoS.AT_LEAST_ONCE);

        clock.advance(Duration.ofSeconds(2));
        broker.events().await(SessionExpired.class, event -> event.clientId().equals("s1"));

        TestClient back = client("s2", false, 1000);
        for (int i = 0; i < MESSAGES; i++) {
            back.acknowledge(back.expectMessage("t/" + i, LARGE));
        }
        awaitEmpty(List.of(Tables.QUEUE, Tables.PAYLOAD, Tables.PAYLOAD_COUNT));
    }

    /** The client comes at once with a clean start, again and again. */
    @Test
    void removesBodiesOfSessionsThatFollowOneAnotherWithoutWaiting() {
        TestClient last = client("s", true, 1000);
        for (int i = 0; i < 5; i++) {
            last.subscribe("t/#", QoS.AT_LEAST_ONCE);
            publish(QoS.AT_LEAST_ONCE);
            client("s", true, 1000);
            last = client("s", true, 1000);
        }

        awaitEmpty(List.of(Tables.SUBSCRIPTION, Tables.QUEUE, Tables.PAYLOAD, Tables.PAYLOAD_COUNT));
        last.subscribe("t/#", QoS.AT_LEAST_ONCE);
        leave(last, "s");
        restart(builder -> builder);
        assertThat(client("s", false, 1000)).isNotNull();
        assertThat(entries(Tables.SESSION)).isEqualTo(1);
        assertThat(entries(Tables.SUBSCRIPTION)).isEqualTo(1);
    }

    /** Storage refuses the removal for a while. */
    @Test
    void removesBodiesOnceStorageTakesTheRemoval() {
        TestClient client = client("s", true, 1);
        client.subscribe("t/#", QoS.AT_LEAST_ONCE);
        leave(client, "s");
        publish(QoS.AT_LEAST_ONCE);
        store.refuse(batch -> true, Kind.FULL);

        clock.advance(Duration.ofSeconds(2));
        broker.events().await(SessionExpired.class, event -> event.clientId().equals("s"));
        store.letGo();

        awaitEmpty(OF_SESSIONS);
    }
}
