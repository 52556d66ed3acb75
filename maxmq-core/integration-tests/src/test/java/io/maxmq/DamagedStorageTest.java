package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.Publish;
import io.maxmq.core.persistence.GatedStore;
import io.maxmq.core.persistence.Tables;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.maxmq.codec.QoS.AT_LEAST_ONCE;
import static io.maxmq.codec.QoS.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

/** What storage cannot read any more is lost and said; nothing else is. */
class DamagedStorageTest {
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final int MESSAGES = 400;
    /** How many a publisher has unacknowledged. */
    private static final int AT_ONCE = 50;

    private final MemoryStorage memory = MemoryStorage.create();
    private GatedStore store = new GatedStore(memory.store());
    private TestBroker broker = start();

    private TestBroker start() {
        return TestBroker.start(builder -> builder.storage(store));
    }

    /** The broker ends, and the next one begins with the damage. */
    private void restart(Table table, Set<Bytes> damaged) {
        broker.close();
        store = new GatedStore(memory.store());
        store.damage(table, damaged::contains);
        broker = start();
    }

    private void publish(String topic, int from, int to, String pad) {
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        for (int begin = from; begin < to; begin += AT_ONCE) {
            int end = Math.min(to, begin + AT_ONCE);
            for (int i = begin; i < end; i++) {
                publisher.send(TestClient.message(topic, i + pad, AT_LEAST_ONCE, 1 + i));
            }
            for (int i = begin; i < end; i++) {
                publisher.expect(PubAck.class);
            }
        }
    }

    private void offline(String clientId, String filter) {
        TestClient client = broker.lasting(clientId, true, 1000);
        client.subscribe(filter, EXACTLY_ONCE);
        client.disconnect();
        broker.awaitDisconnected(clientId);
    }

    /** The keys of a table from one place to another, when it has so many. */
    private Set<Bytes> keys(Table table, int from, int to, int count) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (store.entries(table).size() != count) {
            assertThat(System.nanoTime()).as("%s", table).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(2);
        }
        return store.entries(table).subList(from, to).stream().map(Entry::key).collect(Collectors.toSet());
    }

    private void damage(Table table, Set<Bytes> keys, boolean restarts) {
        if (restarts) {
            restart(table, keys);
        } else {
            store.damage(table, keys::contains);
        }
    }

    private static List<String> without(int from, int to, int end) {
        return IntStream.range(0, end)
                .filter(i -> i < from || i >= to)
                .mapToObj(String::valueOf)
                .toList();
    }

    private static List<String> receive(TestClient client, int count) {
        List<String> got = new ArrayList<>();
        while (got.size() < count) {
            Publish next = client.expect(Publish.class);
            got.add(TestClient.text(next).split(" ", 2)[0]);
            client.acknowledge(next);
        }
        return got;
    }

    private void expectErrors(String text) {
        assertThat(broker.closeWithErrors()).isNotEmpty().allMatch(error -> error.contains(text));
    }

    @ParameterizedTest
    @CsvSource({"true, 150", "false, 150", "true, 0", "false, 380"})
    void aStretchOfAQueueThatCannotBeReadCostsNothingElse(boolean restarts, int from) throws Exception {
        offline("s", "t");
        publish("t", 0, MESSAGES, "");
        damage(Tables.QUEUE, keys(Tables.QUEUE, from, from + 20, MESSAGES), restarts);

        TestClient subscriber = broker.lasting("s", false, 1000);
        assertThat(receive(subscriber, MESSAGES - 20)).isEqualTo(without(from, from + 20, MESSAGES));
        publish("t", MESSAGES, MESSAGES + 1, "");
        assertThat(receive(subscriber, 1)).containsExactly("" + MESSAGES);

        expectErrors("of session s: table queue");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStretchOfTheQueueOfASharedSubscriptionThatCannotBeReadCostsNothingElse(boolean restarts) throws Exception {
        offline("one", "$share/group/t");
        offline("two", "$share/group/t");
        publish("t", 0, MESSAGES, "");
        damage(Tables.GROUP_QUEUE, keys(Tables.GROUP_QUEUE, 300, 320, MESSAGES), restarts);

        TestClient member = broker.lasting("one", false, 1000);
        assertThat(receive(member, MESSAGES - 20)).isEqualTo(without(300, 320, MESSAGES));
        publish("t", MESSAGES, MESSAGES + 1, "");
        assertThat(receive(member, 1)).containsExactly("" + MESSAGES);

        broker.closeWithErrors();
    }

    @ParameterizedTest
    @ValueSource(strings = {"t", "$share/group/t"})
    void aLargeBodyThatCannotBeReadCostsItsMessage(String filter) throws Exception {
        offline("one", filter);
        offline("two", filter.startsWith("$") ? filter : "other");
        publish("t", 0, 5, " " + "x".repeat(3000));
        restart(Tables.PAYLOAD, keys(Tables.PAYLOAD, 2, 3, 5));

        List<String> got = receive(broker.lasting("one", false, 1000), 4);
        assertThat(got).isSubsetOf("0", "1", "2", "3", "4").isSorted().doesNotHaveDuplicates();

        broker.closeWithErrors();
    }

    /** The end of the broker has left it half routed. */
    @Test
    void aStartGoesOnWithoutABodyThatCannotBeRead() throws Exception {
        offline("s", "t");
        store.refuse(Tables.QUEUE, Kind.FULL);
        TestClient publisher = broker.client(ProtocolVersion.MQTT_3_1_1);
        publisher.connect("publisher", false);
        publisher.send(TestClient.message("t", "x".repeat(3000), EXACTLY_ONCE, 1));
        publisher.expectEnd();
        restart(Tables.PAYLOAD, keys(Tables.PAYLOAD, 0, 1, 1));

        publish("t", 1, 2, "");
        assertThat(receive(broker.lasting("s", false, 1000), 1)).containsExactly("1");

        expectErrors("a message of publisher to t is damaged");
    }
}
