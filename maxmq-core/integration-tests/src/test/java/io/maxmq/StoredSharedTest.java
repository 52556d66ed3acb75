package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.core.persistence.GatedStore;
import io.maxmq.core.persistence.Tables;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.StorageException.Kind;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.maxmq.TestClient.text;
import static io.maxmq.codec.QoS.AT_LEAST_ONCE;
import static io.maxmq.codec.QoS.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

/** What members of shared subscriptions have in storage only goes to other members when they leave (MQTT 5.0 §4.8.2). */
class StoredSharedTest {
    private static final String SHARED = "$share/g/t";
    /** More than a session has in memory, and than a page. */
    private static final int MANY = 700;

    private final MemoryStorage storage = MemoryStorage.create();
    private final ManualClock clock = new ManualClock();
    private GatedStore store = new GatedStore(storage.store());
    private TestBroker broker = start();

    private TestBroker start() {
        return TestBroker.start(builder -> builder.storage(store).clock(clock).loops(2));
    }

    private void restart() {
        broker.close();
        store = new GatedStore(storage.store());
        broker = start();
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private TestClient connect(String clientId, boolean clean, int receiveMaximum) {
        return broker.lasting(clientId, clean, receiveMaximum);
    }

    /** A member of the shared subscription that takes what comes. */
    private TestClient member(String clientId, QoS qos) {
        TestClient member = connect(clientId, true, 100);
        member.subscribe(SHARED, qos);
        return member;
    }

    /** A session with these subscriptions whose client is away. */
    private void away(String clientId, QoS qos, String... filters) {
        TestClient client = connect(clientId, true, 100);
        for (String each : filters) {
            client.subscribe(each, qos);
        }
        client.disconnect();
        broker.awaitDisconnected(clientId);
    }

    private void purge(String clientId) {
        assertThat(broker.broker()
                        .sessions()
                        .purge(clientId)
                        .toCompletableFuture()
                        .join())
                .isTrue();
    }

    /** Publishes {@code t} and, each tenth time, {@code own} too. */
    private void publish(QoS qos, int count) {
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        for (int i = 0; i < count; i++) {
            publisher.publish("t", "m" + i, qos);
            if (i % 10 == 0) {
                publisher.publish("own", "o" + i, qos);
            }
        }
        publisher.disconnect();
    }

    private static Set<String> shared(int from, int to) {
        Set<String> messages = new TreeSet<>();
        for (int i = from; i < to; i++) {
            messages.add("m" + i);
        }
        return messages;
    }

    /** Takes so many messages of {@code t}, each once, and ends what it has begun. */
    private static Set<String> takeShared(TestClient client, int count) {
        Set<String> taken = new TreeSet<>();
        int open = 0;
        while (taken.size() < count || open > 0) {
            Packet packet = client.next();
            if (packet instanceof PubRel released) {
                client.send(PubComp.of(released.packetId()));
                open--;
                continue;
            }
            assertThat(packet).isInstanceOf(Publish.class);
            Publish publish = (Publish) packet;
            assertThat(publish.topic()).isEqualTo("t");
            assertThat(taken.add(text(publish))).as(text(publish)).isTrue();
            if (publish.qos() == EXACTLY_ONCE) {
                client.send(PubRec.of(publish.packetId()));
                open++;
            } else {
                client.send(PubAck.of(publish.packetId()));
            }
        }
        return taken;
    }

    private static void expectOwn(TestClient client) {
        for (int i = 0; i < MANY; i += 10) {
            client.expectMessage("own", "o" + i);
        }
    }

    private static void await(BooleanSupplier isSo) {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!isSo.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void goesToOthersWhenItsClientGoesAndTheRestStays() {
        TestClient slow = connect("slow", true, 1);
        slow.subscribe(SHARED, AT_LEAST_ONCE);
        slow.subscribe("own", AT_LEAST_ONCE);
        publish(AT_LEAST_ONCE, MANY);
        TestClient other = member("other", AT_LEAST_ONCE);

        slow.close();

        assertThat(takeShared(other, MANY)).isEqualTo(shared(0, MANY));
        other.expectNothingQueued(broker.broker());
        slow = connect("slow", false, 100);
        expectOwn(slow);
        slow.expectNothingQueued(broker.broker());
        await(() -> store.entries(Tables.QUEUE).isEmpty());
    }

    @ParameterizedTest
    @EnumSource(
            value = QoS.class,
            names = {"AT_LEAST_ONCE", "EXACTLY_ONCE"})
    void goesToOthersWhenItsSessionEnds(QoS qos) {
        away("absent", qos, SHARED, "own");
        publish(qos, MANY);
        TestClient other = member("other", qos);

        purge("absent");

        assertThat(takeShared(other, MANY)).isEqualTo(shared(0, MANY));
        other.expectNothingQueued(broker.broker());
        MessageDropped lost = broker.events().await(MessageDropped.class);
        assertThat(lost.reason()).isEqualTo(DropReason.SESSION_ENDED);
        assertThat(lost.count()).isEqualTo(MANY / 10);
        await(() -> store.entries(Tables.QUEUE).isEmpty()
                && store.entries(Tables.SESSION).size() == 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesToOthersWhenItsSessionEndsAndNobodyHasReadItSinceTheStart(boolean messageComes) {
        away("absent", EXACTLY_ONCE, SHARED, "own");
        publish(EXACTLY_ONCE, MANY);

        restart();

        TestClient other = member("other", EXACTLY_ONCE);
        if (messageComes) {
            TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
            publisher.publish("own", "last", EXACTLY_ONCE);
        }
        purge("absent");

        assertThat(takeShared(other, MANY)).isEqualTo(shared(0, MANY));
        other.expectNothingQueued(broker.broker());
        await(() -> store.entries(Tables.QUEUE).isEmpty());
    }

    @Test
    void qos2ThatMayHaveBeenSentIsNobodyElses() {
        TestClient absent = connect("absent", true, 2);
        absent.subscribe(SHARED, EXACTLY_ONCE);
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        for (int i = 0; i < 10; i++) {
            publisher.publish("t", "m" + i, EXACTLY_ONCE);
        }
        Publish first = absent.expect(Publish.class);
        absent.expect(Publish.class);
        absent.send(PubRec.of(first.packetId()));
        absent.expect(PubRel.class);
        absent.disconnect();
        broker.awaitDisconnected("absent");

        restart();

        TestClient other = member("other", EXACTLY_ONCE);
        purge("absent");
        assertThat(takeShared(other, 8)).isEqualTo(shared(2, 10));
        other.expectNothingQueued(broker.broker());
    }

    @Test
    void qos2ThatMayHaveBeenSentStaysWhenItsClientComesForAMoment() {
        TestClient absent = connect("absent", true, 10);
        absent.subscribe(SHARED, EXACTLY_ONCE);
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        for (int i = 0; i < 5; i++) {
            publisher.publish("t", "m" + i, EXACTLY_ONCE);
            absent.expect(Publish.class);
        }
        absent.disconnect();
        broker.awaitDisconnected("absent");

        restart();

        TestClient other = member("other", EXACTLY_ONCE);
        absent = connect("absent", false, 1);
        assertThat(text(absent.expect(Publish.class))).isEqualTo("m0");
        absent.ping(); // the others are read, and wait for the first
        absent.disconnect();
        broker.awaitDisconnected("absent");

        absent = connect("absent", false, 10);
        assertThat(takeShared(absent, 5)).isEqualTo(shared(0, 5));
        other.expectNothingQueued(broker.broker());
    }

    @Test
    void aClientThatComesBackMeanwhileTakesWhatNobodyElseHas() {
        TestClient slow = connect("slow", true, 1);
        slow.subscribe(SHARED, EXACTLY_ONCE);
        publish(EXACTLY_ONCE, MANY);
        TestClient other = member("other", EXACTLY_ONCE);
        slow.expect(Publish.class); // not answered: it stays with it

        slow.close();
        broker.awaitDisconnected("slow");
        slow = connect("slow", false, 100);

        BlockingQueue<String> taken = new LinkedBlockingQueue<>();
        List<Thread> takers = List.of(taker(slow, taken), taker(other, taken));
        Set<String> all = new TreeSet<>();
        for (int i = 0; i < MANY; i++) { // the first one comes again with what slow gets
            String next = poll(taken);
            assertThat(all.add(next)).as(next).isTrue();
        }
        assertThat(all).isEqualTo(shared(0, MANY));
        slow.close();
        other.close();
        takers.forEach(StoredSharedTest::join);
        assertThat(taken).isEmpty();
    }

    /** Takes all that comes, until the connection ends. */
    private static Thread taker(TestClient client, BlockingQueue<String> taken) {
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    Packet packet = client.next();
                    if (packet instanceof PubRel released) {
                        client.send(PubComp.of(released.packetId()));
                    } else if (packet instanceof Publish publish) {
                        taken.add(text(publish));
                        client.send(PubRec.of(publish.packetId()));
                    }
                }
            } catch (AssertionError | UncheckedIOException e) {
                // closed
            }
        });
        thread.start();
        return thread;
    }

    private static String poll(BlockingQueue<String> taken) {
        try {
            String next = taken.poll(30, TimeUnit.SECONDS);
            assertThat(next).isNotNull();
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(30_000);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatTheNextMemberCannotBeGivenYetIsKept() {
        away("absent", AT_LEAST_ONCE, SHARED);
        publish(AT_LEAST_ONCE, MANY);
        TestClient other = member("other", AT_LEAST_ONCE);
        other.disconnect();
        broker.awaitDisconnected("other");

        purge("absent");
        await(() -> store.entries(Tables.SESSION).size() == 1);
        restart();

        other = connect("other", false, 100);
        assertThat(takeShared(other, MANY)).isEqualTo(shared(0, MANY));
    }

    /** The broker's end in a moment, with what is in storage then. */
    private void crash() {
        MemoryStorage left = MemoryStorage.create();
        try (Snapshot now = store.snapshot().toCompletableFuture().join();
                KeyValueStore copy = left.store()) {
            copy.open().toCompletableFuture().join();
            copy.restore(now).toCompletableFuture().join();
        }
        broker.close();
        store = new GatedStore(left.store());
        broker = start();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCrashWhileAnEndedSessionPassesOnLosesNothingAndBringsItNotBack(boolean isPurged) {
        away("absent", AT_LEAST_ONCE, SHARED, "own");
        publish(AT_LEAST_ONCE, 10);
        TestClient other = member("other", AT_LEAST_ONCE);
        store.refuse(Tables.QUEUE, Kind.FULL); // so it is not the other's yet, though sent

        if (isPurged) {
            purge("absent");
        } else {
            broker.connected(ProtocolVersion.MQTT_3_1_1, "absent");
        }
        for (int i = 0; i < 10; i++) {
            assertThat(text(other.expect(Publish.class))).isEqualTo("m" + i);
        }
        await(() -> store.refused() > 0);
        crash();

        assertThat(broker.broker()
                        .sessions()
                        .find("absent")
                        .toCompletableFuture()
                        .join())
                .isEmpty();
        other = connect("other", false, 100);
        assertThat(takeShared(other, 10)).isEqualTo(shared(0, 10));
        await(() -> store.entries(Tables.QUEUE).isEmpty()
                && store.entries(Tables.SESSION).size() == 1);
    }
}
