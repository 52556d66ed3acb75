package io.maxmq.protocol;

import io.maxmq.Spec;
import io.maxmq.SubscribeOptions;
import io.maxmq.Subscription;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.Overflow;
import io.maxmq.config.SessionLimits;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What waits for the members of a shared subscription, and what goes from one to another (MQTT 5.0 §4.8.2). */
class SharedSubscriptionTest {
    private static final String SHARED = "$share/group/a";

    private TestBroker broker;

    private void start(int loops) {
        start(loops, SessionLimits.defaults());
    }

    private void start(int loops, SessionLimits limits) {
        broker = TestBroker.start(builder -> builder.loops(loops).sessions(limits));
    }

    @AfterEach
    void close() {
        broker.close();
    }

    /** A member whose session outlives its connection. */
    private TestClient member(String clientId) {
        TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);
        client.connect(clientId, false);
        client.subscribe(SHARED, QoS.EXACTLY_ONCE);
        return client;
    }

    private TestClient back(String clientId) {
        TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);
        client.connect(clientId, false);
        return client;
    }

    private void leave(TestClient client, String clientId) {
        client.disconnect();
        broker.awaitDisconnected(clientId);
    }

    private void publish(int first, int count, QoS qos) {
        for (int i = first; i < first + count; i++) {
            broker.publish(Message.builder("a").payload("m" + i).qos(qos).build());
        }
    }

    /** What the client gets until a ping is answered, acknowledged. */
    private static List<String> take(TestClient client, int count) {
        List<String> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Publish publish = client.expect(Publish.class);
            messages.add(TestClient.text(publish));
            client.acknowledge(publish);
        }
        client.expectNothing();
        return messages;
    }

    private static List<String> messages(int first, int end) {
        List<String> messages = new ArrayList<>();
        for (int i = first; i < end; i++) {
            messages.add("m" + i);
        }
        return messages;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whoeverComesFirstGetsWhatWaitedInOrder(int loops) {
        start(loops);
        leave(member("one"), "one");
        leave(member("two"), "two");
        publish(0, 50, QoS.AT_LEAST_ONCE);
        publish(50, 1, QoS.AT_MOST_ONCE);

        TestClient two = back("two");
        assertThat(take50(two)).isEqualTo(messages(0, 50));
        TestClient one = back("one");
        one.expectNothing();

        assertThat(broker.events().await(MessageDropped.class).reason()).isEqualTo(DropReason.QOS0_OFFLINE);
    }

    private static List<String> take50(TestClient client) {
        List<String> messages = new ArrayList<>();
        while (messages.size() < 50) {
            Publish publish = client.expect(Publish.class);
            messages.add(TestClient.text(publish));
            client.acknowledge(publish);
        }
        return messages;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aNewMemberGetsWhatWaits(int loops) {
        start(loops);
        leave(member("one"), "one");
        leave(member("two"), "two");
        publish(0, 50, QoS.AT_LEAST_ONCE);

        assertThat(take50(member("three"))).isEqualTo(messages(0, 50));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whatAMemberThatLeavesHasNotTakenGoesToAnother(int loops) {
        start(loops, SessionLimits.builder().maxInFlight(2).build());
        TestClient leaving = member("leaving");
        publish(0, 5, QoS.AT_LEAST_ONCE);
        assertThat(TestClient.text(leaving.expect(Publish.class))).isEqualTo("m0");
        TestClient staying = member("staying");

        leaving.close();
        broker.awaitDisconnected("leaving");

        List<String> taken = new ArrayList<>();
        while (taken.size() < 5) {
            Publish publish = staying.expect(Publish.class);
            assertThat(publish.dup()).isFalse();
            taken.add(TestClient.text(publish));
            staying.acknowledge(publish);
        }
        assertThat(taken).containsExactlyElementsOf(messages(0, 5));
        back("leaving").expectNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Spec({"MQTT-4.8.2-4"})
    void qos2InFlightStaysWithItsMember(int loops) {
        start(loops);
        TestClient leaving = member("leaving");
        publish(0, 1, QoS.EXACTLY_ONCE);
        int packetId = leaving.expect(Publish.class).packetId();
        TestClient staying = member("staying");

        leave(leaving, "leaving");
        staying.expectNothing();

        Publish again = back("leaving").expect(Publish.class);
        assertThat(again.packetId()).isEqualTo(packetId);
        assertThat(again.dup()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theOnlyMemberKeepsItsOwnAndGetsItAgainWithItsPacketId(int loops) {
        start(loops);
        TestClient only = member("only");
        publish(0, 1, QoS.AT_LEAST_ONCE);
        int packetId = only.expect(Publish.class).packetId();

        leave(only, "only");
        publish(1, 1, QoS.AT_LEAST_ONCE);

        TestClient again = back("only");
        Publish resent = again.expect(Publish.class);
        assertThat(resent.packetId()).isEqualTo(packetId);
        assertThat(resent.dup()).isTrue();
        again.expectMessage("a", "m1");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whatWaitsIsBoundedAndEndsWithTheLastMember(int loops) {
        start(loops, SessionLimits.builder().maxQueuedMessages(10).build());
        leave(member("one"), "one");
        leave(member("two"), "two");
        publish(0, 12, QoS.AT_LEAST_ONCE);
        assertThat(broker.events().awaitAll(MessageDropped.class, drop -> true, 2))
                .allMatch(drop -> drop.reason() == DropReason.QUEUE_FULL_MESSAGES
                        && drop.clientId().equals(SHARED));

        TestClient one = broker.client(ProtocolVersion.MQTT_3_1_1);
        one.connect("one", true);
        TestClient two = broker.client(ProtocolVersion.MQTT_3_1_1);
        two.connect("two", true);

        broker.events().awaitAll(MessageDropped.class, drop -> drop.reason() == DropReason.SESSION_ENDED, 10);
        TestClient three = member("three");
        three.expectNothing();
        publish(12, 1, QoS.AT_LEAST_ONCE);
        three.expectMessage("a", "m12");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theOldestOfWhatWaitsIsDroppedWhenThatIsThePolicy(int loops) {
        start(
                loops,
                SessionLimits.builder()
                        .maxQueuedMessages(10)
                        .overflow(Overflow.DROP_OLDEST)
                        .build());
        leave(member("one"), "one");
        leave(member("two"), "two");
        publish(0, 15, QoS.AT_LEAST_ONCE);

        TestClient one = back("one");
        for (int i = 5; i < 15; i++) {
            one.expectMessage("a", "m" + i);
        }
        one.expectNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whatExpiresWhileItWaitsIsNotGiven(int loops) {
        start(loops);
        leave(member("one"), "one");
        leave(member("two"), "two");
        broker.publish(Message.builder("a")
                .payload("short")
                .qos(QoS.AT_LEAST_ONCE)
                .messageExpiry(Duration.ofSeconds(5))
                .build());
        publish(1, 1, QoS.AT_LEAST_ONCE);
        broker.clock().advance(Duration.ofSeconds(10));

        back("one").expectMessage("a", "m1");

        assertThat(broker.events().await(MessageDropped.class).reason()).isEqualTo(DropReason.EXPIRED);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void anInProcessMemberGetsWhatWaits(int loops) throws Exception {
        start(loops);
        leave(member("one"), "one");
        leave(member("two"), "two");
        publish(0, 20, QoS.AT_LEAST_ONCE);

        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        try (Subscription handler = broker.broker().subscribe(SHARED, message -> got.add(message.payloadText()))) {
            for (int i = 0; i < 20; i++) {
                assertThat(got.poll(20, TimeUnit.SECONDS)).isEqualTo("m" + i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whatAMemberHasNoRoomForWaitsUntilItHas(int loops) throws Exception {
        start(loops);
        leave(member("one"), "one");
        Semaphore mayHandle = new Semaphore(0);
        Queue<String> got = new ConcurrentLinkedQueue<>();
        SubscribeOptions few = SubscribeOptions.defaults().queue(2);
        try (Subscription handler = broker.broker().subscribe(SHARED, few, message -> {
            mayHandle.acquireUninterruptibly();
            got.add(message.payloadText());
        })) {
            handler.active().toCompletableFuture().get(20, TimeUnit.SECONDS);
            publish(0, 30, QoS.AT_LEAST_ONCE);
            mayHandle.release(1000);
            long deadline = System.nanoTime() + 20_000_000_000L;
            while (got.size() < 30 && System.nanoTime() < deadline) {
                Thread.onSpinWait(); // the queue tries again after a pause of real time
            }
        }
        assertThat(got).containsExactlyInAnyOrderElementsOf(messages(0, 30));
        assertThat(broker.events().of(MessageDropped.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whatIsTooLargeForAMemberIsDroppedAndDoesNotGoAround(int loops) {
        start(loops);
        for (String clientId : List.of("one", "two")) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);
            client.connect(new Connect(
                    ProtocolVersion.MQTT_5,
                    false,
                    true,
                    0,
                    Properties.builder()
                            .set(PropertyId.MAXIMUM_PACKET_SIZE, 200)
                            .build(),
                    clientId,
                    null,
                    null,
                    null));
            client.subscribe(SHARED, QoS.AT_MOST_ONCE);
        }

        broker.publish(Message.builder("a")
                .payload("x".repeat(1000))
                .qos(QoS.AT_LEAST_ONCE)
                .build());

        assertThat(broker.events().await(MessageDropped.class).reason()).isEqualTo(DropReason.TOO_LARGE);
    }
}
