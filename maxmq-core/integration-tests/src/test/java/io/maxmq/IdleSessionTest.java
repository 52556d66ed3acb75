package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.session.LoopSessions;
import io.maxmq.core.session.Session;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.Message;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.maxmq.TestClient.message;
import static io.maxmq.codec.QoS.AT_LEAST_ONCE;
import static io.maxmq.codec.QoS.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

/** A session whose client is away and for which nothing waits keeps its identity and its subscriptions, and nothing else. */
class IdleSessionTest {
    /** Of a session with an id of 20 characters and a filter of 13; without its shares of tables and of the tree's upper levels. */
    private static final long IDLE_BYTES = 240;

    private static final String ID = "idle-session-0123456";
    private static final String FILTER = "bench/s/12345";

    private final MemoryStorage storage = MemoryStorage.create();
    private @Nullable TestBroker started;

    private TestBroker start(boolean stored) {
        TestBroker broker = TestBroker.start(builder -> stored ? builder.storage(storage.store()) : builder);
        started = broker;
        return broker;
    }

    @AfterEach
    void close() {
        if (started != null) {
            started.close();
        }
    }

    private static TestClient connect(TestBroker broker, String clientId, boolean clean) {
        TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);
        client.connect(clientId, clean);
        return client;
    }

    /** Has the client of the session go, as a client goes that has all its acknowledgements. */
    private static void leave(TestBroker broker, TestClient client, String clientId) {
        client.ping();
        client.disconnect();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (isConnected(broker, clientId)) {
            assertThat(System.nanoTime()).as("the client has gone by then").isLessThan(deadline);
        }
    }

    /** Asks the session's loop, behind all that the client has caused. */
    private static boolean isConnected(TestBroker broker, String clientId) {
        return broker.broker()
                .sessions()
                .find(clientId)
                .toCompletableFuture()
                .join()
                .orElseThrow()
                .isConnected();
    }

    private static HeapReckoning reckon(TestBroker broker) {
        assertThat(isConnected(broker, ID)).isFalse();
        Session session = session(broker);
        FilterSubscription subscription = session.subscriptions().isEmpty()
                ? null
                : session.subscriptions().get(0);
        return HeapReckoning.of(
                session,
                each -> each instanceof LoopSessions
                        || each instanceof Routes
                        || each instanceof Loop
                        || each.getClass().getSimpleName().equals("MemoryCredit")
                        || each.getClass().getSimpleName().equals("Tenant")
                        || isAbove(each, subscription));
    }

    /** Whether it is a node of the tree that other filters have as well. */
    private static boolean isAbove(Object object, @Nullable FilterSubscription subscription) {
        return object.getClass().getSimpleName().equals("TreeNode")
                && subscription != null
                && fieldOf(subscription, "node") != object;
    }

    private static Session session(TestBroker broker) {
        for (Object loop : (List<?>) fieldOf(fieldOf(broker.broker(), "broker"), "loops")) {
            LoopSessions sessions = (LoopSessions) fieldOf(loop, "sessions");
            for (int slot = 0; slot < sessions.slots(); slot++) {
                Session session = sessions.at(slot);
                if (session != null && session.key().clientId().equals(ID)) {
                    return session;
                }
            }
        }
        throw new AssertionError("no session " + ID);
    }

    private static @Nullable Object fieldOf(Object owner, String name) {
        for (Class<?> type = owner.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    return HeapReckoning.valueOf(field, owner);
                }
            }
        }
        throw new AssertionError("no field " + name + " in " + owner.getClass());
    }

    /** A session that has subscribed while there were retained messages, received and sent at each QoS, and has gone. */
    private static void begin(TestBroker broker) {
        broker.publish(Message.builder("other").payload("kept").retain(true).build());
        TestClient client = connect(broker, ID, false);
        client.subscribe(FILTER, EXACTLY_ONCE);
        assertThat(client.publish("elsewhere", "m", AT_LEAST_ONCE).isError()).isFalse();
        assertThat(client.publish("elsewhere", "m", EXACTLY_ONCE).isError()).isFalse();
        exchange(broker, client);
        leave(broker, client, ID);
    }

    /** The client receives a message at each QoS and acknowledges it. */
    private static void exchange(TestBroker broker, TestClient client) {
        TestClient publisher = connect(broker, "publisher", true);
        publisher.send(message(FILTER, "1", AT_LEAST_ONCE, 1));
        client.expectMessage(FILTER, "1");
        publisher.expect(PubAck.class);
        publisher.send(message(FILTER, "2", EXACTLY_ONCE, 2));
        client.expectMessage(FILTER, "2");
        publisher.expect(PubRec.class);
        publisher.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void hasNothingButItsIdentityAndItsSubscription(boolean stored) {
        TestBroker broker = start(stored);

        begin(broker);

        HeapReckoning reckoned = reckon(broker);
        assertThat(reckoned.bytes()).as(reckoned.toString()).isLessThanOrEqualTo(IDLE_BYTES);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void wakesForAMessageAndIsIdleAgainWhenItsClientHasIt(boolean stored) {
        TestBroker broker = start(stored);
        begin(broker);
        TestClient publisher = connect(broker, "publisher", true);
        assertThat(publisher.publish(FILTER, "waits", AT_LEAST_ONCE).isError()).isFalse();
        assertThat(fieldOf(session(broker), "outbound")).isNotNull();

        TestClient client = connect(broker, ID, false);
        Publish waited = client.expectMessage(FILTER, "waits");
        assertThat(waited.dup()).isFalse();
        exchange(broker, client);
        leave(broker, client, ID);

        HeapReckoning reckoned = reckon(broker);
        assertThat(reckoned.bytes()).as(reckoned.toString()).isLessThanOrEqualTo(IDLE_BYTES);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keepsWhatIsNotAcknowledged(boolean stored) {
        TestBroker broker = start(stored);
        TestClient client = connect(broker, ID, false);
        client.subscribe(FILTER, EXACTLY_ONCE);
        client.send(message("elsewhere", "m", EXACTLY_ONCE, 9));
        client.expect(PubRec.class);
        TestClient publisher = connect(broker, "publisher", true);
        assertThat(publisher.publish(FILTER, "1", EXACTLY_ONCE).isError()).isFalse();
        Publish first = client.expect(Publish.class);
        leave(broker, client, ID);

        TestClient again = connect(broker, ID, false);
        Publish resent = again.expect(Publish.class);
        again.send(message("elsewhere", "m", EXACTLY_ONCE, 9));

        assertThat(resent.packetId()).isEqualTo(first.packetId());
        assertThat(resent.dup()).isTrue();
        again.expect(PubRec.class);
        again.send(PubRel.of(9));
        assertThat(again.expect(PubComp.class).reason().isError()).isFalse();
    }

    @Test
    void endsInItsTimeHoweverFarAheadThatIs() {
        TestBroker broker = start(false);
        expiring(broker, "short", 10);
        expiring(broker, "long", 3 * 3600);
        expiring(broker, "longer", 3 * 3600 + 30);
        expiring(broker, "returning", 3 * 3600);
        expiring(broker, "longest", 0xFFFF_FFFEL);

        broker.clock().advance(Duration.ofSeconds(11));
        assertThat(present(broker)).containsExactlyInAnyOrder("long", "longer", "returning", "longest");
        broker.clock().advance(Duration.ofHours(2));
        expiring(broker, "returning", 3 * 3600);
        broker.clock().advance(Duration.ofSeconds(3600 - 12));
        assertThat(present(broker)).containsExactlyInAnyOrder("long", "longer", "returning", "longest");
        broker.clock().advance(Duration.ofSeconds(2));
        assertThat(present(broker)).containsExactlyInAnyOrder("longer", "returning", "longest");
        broker.clock().advance(Duration.ofHours(3));
        assertThat(present(broker)).containsExactly("longest");
    }

    /** Has a session wait for its client for so long from now on. */
    private static void expiring(TestBroker broker, String clientId, long seconds) {
        TestClient client = broker.connected(new Connect(
                ProtocolVersion.MQTT_5,
                false,
                false,
                0,
                Properties.builder()
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, seconds)
                        .build(),
                clientId,
                null,
                null,
                null));
        leave(broker, client, clientId);
    }

    private static List<String> present(TestBroker broker) {
        return Stream.of("short", "long", "longer", "returning", "longest")
                .filter(each -> broker.broker()
                        .sessions()
                        .find(each)
                        .toCompletableFuture()
                        .join()
                        .isPresent())
                .toList();
    }
}
