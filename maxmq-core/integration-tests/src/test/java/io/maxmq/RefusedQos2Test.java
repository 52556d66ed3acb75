package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.core.persistence.GatedStore;
import io.maxmq.core.persistence.OwnerKey;
import io.maxmq.core.persistence.Tables;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.storage.StorageException.Kind;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.maxmq.TestClient.bytes;
import static io.maxmq.TestClient.text;
import static io.maxmq.codec.ProtocolVersion.MQTT_3_1_1;
import static io.maxmq.codec.QoS.AT_LEAST_ONCE;
import static io.maxmq.codec.QoS.AT_MOST_ONCE;
import static io.maxmq.codec.QoS.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Storage refuses a part of a QoS 2 PUBLISH of MQTT 3, whose sender can't be told and so sends it again (MQTT 3.1.1 §4.4): then
 * those get it who have not got it yet, and nobody twice (§4.3.3).
 */
class RefusedQos2Test {
    private static final int PACKET_ID = 7;

    private final MemoryStorage storage = MemoryStorage.create();
    private GatedStore store = new GatedStore(storage.store());
    private TestBroker broker = start(2);

    private TestBroker start(int loops) {
        return TestBroker.start(builder -> builder.storage(store).loops(loops));
    }

    private void restart(int loops) {
        broker.close();
        store = new GatedStore(storage.store());
        broker = start(loops);
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private TestClient connect(String clientId) {
        TestClient client = broker.client(MQTT_3_1_1);
        client.connect(clientId, false);
        return client;
    }

    private TestClient subscriber(String clientId, String filter) {
        TestClient client = connect(clientId);
        client.subscribe(filter, EXACTLY_ONCE);
        return client;
    }

    private static Publish publish(boolean dup, boolean retain) {
        return new Publish(dup, EXACTLY_ONCE, retain, "t", PACKET_ID, Properties.NONE, bytes("m"));
    }

    /** Comes to nothing. */
    private void publishRefused(boolean dup) {
        TestClient publisher = connect("publisher");
        publisher.send(publish(dup, false));
        publisher.expectEnd();
        broker.awaitDisconnected("publisher");
    }

    private void publishAgain() {
        publishAgain(connect("publisher"), false);
    }

    private static void publishAgain(TestClient publisher, boolean retain) {
        publisher.send(publish(true, retain));
        assertThat(publisher.expect(PubRec.class).packetId()).isEqualTo(PACKET_ID);
        publisher.send(PubRel.of(PACKET_ID));
        assertThat(publisher.expect(PubComp.class).packetId()).isEqualTo(PACKET_ID);
    }

    private static void take(TestClient client) {
        Publish received = client.expect(Publish.class);
        assertThat(text(received)).isEqualTo("m");
        client.acknowledge(received);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void whoHasItDoesNotGetItAgainAndTheOthersDo(int loops) {
        restart(loops);
        TestClient first = subscriber("first", "t");
        subscriber("second", "t").disconnect();
        subscriber("third", "+").disconnect();
        TestClient fleeting = broker.connected(ProtocolVersion.MQTT_5, "fleeting");
        fleeting.subscribe("#", AT_MOST_ONCE);
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        broker.broker().subscribe("t", message -> heard.add(message.payloadText()));
        broker.awaitDisconnected("second");
        broker.awaitDisconnected("third");
        assertThat(List.of("first", "second", "third", "publisher").stream()
                        .map(each -> OwnerKey.of("default", each).shard())
                        .distinct())
                .as("none is refused with another's")
                .hasSize(4);
        store.refuse(GatedStore.of(Tables.QUEUE, "second").or(GatedStore.of(Tables.QUEUE, "third")), Kind.FULL);

        publishRefused(false);
        take(first); // completely: nothing of it is in its queue

        publishRefused(true);
        store.letGo();
        publishAgain();

        first.expectNothingQueued(broker.broker());
        for (String clientId : List.of("second", "third")) {
            TestClient client = connect(clientId);
            take(client);
            client.expectNothingQueued(broker.broker());
        }
        assertThat(text(fleeting.expect(Publish.class))).isEqualTo("m");
        fleeting.expectNothingQueued(broker.broker());
        assertThat(heard).containsExactly("m");
    }

    @Test
    void itsPacketIdMayBeWhatIsRefused() {
        TestClient first = subscriber("first", "t");
        store.refuse(Tables.INBOUND, Kind.FULL);

        publishRefused(false);
        take(first);
        store.letGo();
        TestClient publisher = connect("publisher");
        publisher.send(publish(true, false));
        publisher.expect(PubRec.class);

        assertThat(store.entries(Tables.INBOUND)).hasSize(1);
        restart(2);
        publisher = connect("publisher");
        publishAgain(publisher, false);
        assertThat(store.entries(Tables.INBOUND)).isEmpty();
        first = connect("first");
        first.expectNothingQueued(broker.broker());
    }

    @Test
    void aRestartInBetweenChangesNothing() {
        subscriber("first", "t").disconnect();
        subscriber("second", "t").disconnect();
        broker.awaitDisconnected("first");
        broker.awaitDisconnected("second");
        store.refuse(GatedStore.of(Tables.QUEUE, "second"), Kind.FULL);
        publishRefused(false);

        restart(2);
        publishAgain();

        for (String clientId : List.of("first", "second")) {
            TestClient client = connect(clientId);
            take(client);
            client.expectNothingQueued(broker.broker());
        }
    }

    @Test
    void whatTheQueueOfASharedSubscriptionCouldNotTakeGoesThere() {
        TestClient first = subscriber("first", "t");
        for (String member : List.of("member", "other")) { // of one alone it is the session's own
            subscriber(member, "$share/g/t").disconnect();
            broker.awaitDisconnected(member);
        }
        store.refuse(Tables.GROUP_QUEUE, Kind.FULL);

        publishRefused(false);
        take(first);
        store.letGo();
        publishAgain();

        first.expectNothingQueued(broker.broker());
        TestClient member = connect("member");
        take(member);
        member.expectNothingQueued(broker.broker());
    }

    @Test
    void whatCouldNotBeRetainedIs() {
        TestClient first = subscriber("first", "t");
        store.refuse(Tables.RETAINED, Kind.FULL);
        TestClient publisher = connect("publisher");
        publisher.send(publish(false, true));
        publisher.expectEnd();
        broker.awaitDisconnected("publisher");
        take(first);
        store.letGo();

        publishAgain(connect("publisher"), true);

        first.expectNothingQueued(broker.broker());
        assertThat(store.entries(Tables.RETAINED)).hasSize(1);
    }

    @Test
    void aCleanStartMakesItAnotherMessage() {
        TestClient first = subscriber("first", "t");
        subscriber("second", "t").disconnect();
        broker.awaitDisconnected("second");
        store.refuse(GatedStore.of(Tables.QUEUE, "second"), Kind.FULL);
        publishRefused(false);
        take(first);
        store.letGo();

        TestClient publisher = broker.client(MQTT_3_1_1);
        publisher.connect("publisher", true);
        publishAgain(publisher, false);

        take(first);
    }

    @Test
    void qos1IsRoutedToEverybodyAgain() {
        TestClient first = subscriber("first", "t");
        subscriber("second", "t").disconnect();
        broker.awaitDisconnected("second");
        store.refuse(GatedStore.of(Tables.QUEUE, "second"), Kind.FULL);
        TestClient publisher = connect("publisher");
        publisher.send(TestClient.message("t", "m", AT_LEAST_ONCE, PACKET_ID));
        publisher.expectEnd();
        broker.awaitDisconnected("publisher");
        take(first);
        store.letGo();

        publisher = connect("publisher");
        publisher.publish("t", "m", AT_LEAST_ONCE);

        take(first);
        take(connect("second"));
    }
}
