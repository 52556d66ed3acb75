package io.maxmq.core.bootstrap;

import io.maxmq.ManualClock;
import io.maxmq.RecordedEvents;
import io.maxmq.Spec;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.BrokerConfig;
import io.maxmq.config.Listener;
import io.maxmq.config.MemoryLimits;
import io.maxmq.config.Overflow;
import io.maxmq.config.SessionLimits;
import io.maxmq.core.transport.NetworkPreparation;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishOptions;
import io.maxmq.spi.PublishRefusedException;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.MessagePage;
import io.maxmq.spi.admin.MessageQuery;
import io.maxmq.spi.admin.SessionView;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.event.MetricsSink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.maxmq.TestClient.message;
import static io.maxmq.codec.QoS.AT_LEAST_ONCE;
import static io.maxmq.codec.QoS.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What waits for storage, and what does not (see {@code SessionJournal}): with storage that answers when the test says so. */
class DurableSessionTest {
    private final HeldJournal journal = new HeldJournal();
    private final ManualClock clock = new ManualClock();
    private final RecordedEvents events = new RecordedEvents();
    private final List<TestClient> clients = new ArrayList<>();
    private Broker broker = broker(1, config -> config);

    private Broker broker(int loops, UnaryOperator<BrokerConfig.Builder> settings) {
        BrokerConfig config = settings.apply(BrokerConfig.builder()
                        .name("durable")
                        .loops(loops)
                        .listener(Listener.tcp(0))
                        .allowAnonymous(true))
                .build();
        Plugins plugins = new Plugins(
                clock,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(events),
                MetricsSink.NONE,
                List.of(),
                null);
        return new Broker(
                config, plugins, new NetworkPreparation(config.name(), config.loops()), null, journal::storageOf);
    }

    @BeforeEach
    void start() throws IOException {
        broker.start();
    }

    private void restart(int loops, UnaryOperator<BrokerConfig.Builder> settings) throws IOException {
        broker.close();
        broker = broker(loops, settings);
        broker.start();
    }

    @AfterEach
    void close() {
        clients.forEach(TestClient::close);
        broker.close();
    }

    private TestClient client(ProtocolVersion version) {
        InetSocketAddress address =
                (InetSocketAddress) broker.listeners().all().get(0).address();
        try {
            TestClient client = new TestClient(version, new Socket(address.getAddress(), address.getPort()));
            clients.add(client);
            return client;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Version 3.1.1: durable without a clean session. */
    private TestClient connect(String clientId, boolean clean) {
        TestClient client = client(ProtocolVersion.MQTT_3_1_1);
        client.connect(clientId, clean);
        return client;
    }

    private TestClient connectV5(String clientId) {
        TestClient client = client(ProtocolVersion.MQTT_5);
        client.connect(clientId, true);
        return client;
    }

    /** A durable session that has subscribed and gone. */
    private void offline(String clientId, String filter, QoS qos) {
        TestClient client = connect(clientId, false);
        client.subscribe(filter, qos);
        client.disconnect();
    }

    private TestClient subscribed(String clientId, String filter, QoS qos) {
        TestClient client = connect(clientId, false);
        client.subscribe(filter, qos);
        return client;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void thePublisherWaitsForTheRecordOfAnOfflineSession(int loops) throws IOException {
        restart(loops, config -> config);
        offline("s0", "t", AT_LEAST_ONCE);
        offline("s1", "t", AT_LEAST_ONCE);
        TestClient publisher = connectV5("p");

        publisher.send(message("t", "m", AT_LEAST_ONCE, 7));
        publisher.expectNothing();
        String first = journal.writeAny("append s0 0 q1 m", "append s1 0 q1 m");
        publisher.expectNothing();
        journal.write(first.equals("append s0 0 q1 m") ? "append s1 0 q1 m" : "append s0 0 q1 m");

        PubAck ack = publisher.expect(PubAck.class);
        assertThat(ack.packetId()).isEqualTo(7);
        assertThat(ack.reason()).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void whatIsInStorageOnlyIsCountedAndTakesNoMemory() throws Exception {
        journal.writeAtOnce();
        offline("s", "t", AT_LEAST_ONCE);
        SessionView empty = session("s");
        TestClient publisher = connectV5("p");
        publisher.send(message("t", "m".repeat(1000), AT_LEAST_ONCE, 1), message("t", "m", AT_LEAST_ONCE, 2));
        publisher.expect(PubAck.class);
        publisher.expect(PubAck.class);

        MessagePage page = broker.administration()
                .sessions()
                .queued(MessageQuery.of("s"))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);

        assertThat(page).isEqualTo(new MessagePage(List.of(), 2, Optional.empty()));
        assertThat(session("s").queuedMessages()).isEqualTo(2);
        assertThat(session("s").queuedBytes()).isGreaterThan(1000);
        assertThat(session("s").oldestQueuedAge()).isEmpty();
        assertThat(session("s").memoryBytes()).isEqualTo(empty.memoryBytes());
    }

    private SessionView session(String clientId) throws Exception {
        return broker.administration()
                .sessions()
                .find(clientId)
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .orElseThrow();
    }

    @Test
    void acknowledgementsLeaveInTheOrderOfPublishWhateverIsWrittenFirst() {
        offline("s", "t", AT_LEAST_ONCE);
        TestClient publisher = connectV5("p");

        publisher.send(message("t", "m", AT_LEAST_ONCE, 1), message("nobody", "m", AT_LEAST_ONCE, 2));
        publisher.expectNothing();
        journal.write("append s 0 q1 m");

        assertThat(publisher.expect(PubAck.class).packetId()).isEqualTo(1);
        assertThat(publisher.expect(PubAck.class).packetId()).isEqualTo(2);
    }

    @Test
    void qos1IsSentBeforeItIsWrittenAndTheSubscribersAnswerIsEnoughForThePublisher() {
        TestClient subscriber = subscribed("s", "t", AT_LEAST_ONCE);
        TestClient publisher = connectV5("p");

        publisher.send(message("t", "m", AT_LEAST_ONCE, 1));
        Publish received = subscriber.expect(Publish.class);
        publisher.expectNothing();
        subscriber.acknowledge(received);

        assertThat(publisher.expect(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(journal.log()).containsExactly("append s 0 q1 m", "acknowledge s 0");
        journal.write("append s 0 q1 m"); // too late to matter
        publisher.expectNothing();
    }

    @Test
    void qos2IsNotSentBeforeItIsWrittenAndHoldsBackWhatComesBehind() {
        TestClient subscriber = subscribed("s", "t", EXACTLY_ONCE);
        TestClient publisher = connectV5("p");

        publisher.send(message("t", "m0", EXACTLY_ONCE, 1), message("t", "m1", AT_LEAST_ONCE, 2));
        publisher.expectNothing();
        subscriber.expectNothing();
        journal.write("append s 0 q2 m0");

        assertThat(publisher.expect(PubRec.class).packetId()).isEqualTo(1);
        Publish first = subscriber.expect(Publish.class);
        assertThat(TestClient.text(first)).isEqualTo("m0");
        assertThat(first.packetId()).isEqualTo(1);
        Publish second = subscriber.expect(Publish.class);
        assertThat(TestClient.text(second)).isEqualTo("m1");
        assertThat(second.packetId()).isEqualTo(2);
        publisher.expectNothing();
        subscriber.acknowledge(second);
        assertThat(publisher.expect(PubAck.class).packetId()).isEqualTo(2);
    }

    @Test
    void pubRelWaitsForTheRecordOfPubRecAlsoOnTheNextConnection() {
        TestClient subscriber = subscribed("s", "t", EXACTLY_ONCE);
        TestClient publisher = connectV5("p");
        publisher.send(message("t", "m", EXACTLY_ONCE, 1));
        journal.write("append s 0 q2 m");
        int packetId = subscriber.expect(Publish.class).packetId();

        subscriber.send(PubRec.of(packetId));
        subscriber.expectNothing();
        subscriber.send(PubRec.of(packetId));
        subscriber.expectNothing();
        subscriber.close();
        TestClient again = connect("s", false);
        again.expectNothing();
        journal.write("release s 0");
        assertThat(again.expect(PubRel.class).packetId()).isEqualTo(packetId);

        again.send(PubComp.of(packetId));
        again.expectNothing();
        assertThat(journal.log()).containsExactly("append s 0 q2 m", "release s 0", "acknowledge s 0");
    }

    @Test
    void pubRelIsTriedAgainWhenStorageRefusesIt() {
        TestClient subscriber = subscribed("s", "t", EXACTLY_ONCE);
        TestClient publisher = connectV5("p");
        publisher.send(message("t", "m", EXACTLY_ONCE, 1));
        journal.write("append s 0 q2 m");
        int packetId = subscriber.expect(Publish.class).packetId();

        subscriber.send(PubRec.of(packetId));
        journal.refuse("release s 0");
        subscriber.expectNothing();
        subscriber.expectNothing();
        clock.advance(Duration.ofSeconds(2));
        journal.write("release s 0");

        assertThat(subscriber.expect(PubRel.class).packetId()).isEqualTo(packetId);
    }

    @Test
    void aPublisherOfVersion5IsToldThatStorageRefuses() {
        offline("s", "t", AT_LEAST_ONCE);
        TestClient publisher = connectV5("p");

        publisher.send(message("t", "m0", AT_LEAST_ONCE, 1), message("t", "m1", AT_LEAST_ONCE, 2));
        journal.refuse("append s 0 q1 m0");
        journal.write("append s 1 q1 m1");

        assertThat(publisher.expect(PubAck.class).reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(publisher.expect(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(events.await(MessageDropped.class).reason()).isEqualTo(DropReason.STORAGE);
        TestClient subscriber = connect("s", false);
        Publish only = subscriber.expectMessage("t", "m1");
        assertThat(only.packetId()).isEqualTo(2);
        subscriber.expectNothing();
    }

    @Test
    @Spec(v3 = "MQTT-4.8.0-2")
    void aPublisherOfVersion3IsNotAcknowledgedWhenStorageRefuses() {
        offline("s", "t", AT_LEAST_ONCE);
        TestClient publisher = connect("p", true);

        publisher.send(message("t", "m", AT_LEAST_ONCE, 1));
        journal.refuse("append s 0 q1 m");

        publisher.expectEnd();
    }

    @Test
    void anInProcessPublishCompletesWhenWrittenAndFailsWhenRefused() throws Exception {
        offline("s", "t", AT_LEAST_ONCE);
        Message message = Message.builder("t").payload("m").qos(AT_LEAST_ONCE).build();

        CompletableFuture<PublishResult> written = broker.publisher()
                .publish(Tenant.DEFAULT, message, PublishOptions.defaults())
                .toCompletableFuture();
        journal.awaitWaiting();
        assertThat(written).isNotDone();
        journal.write("append s 0 q1 m");
        assertThat(written.get(20, TimeUnit.SECONDS).queued()).isEqualTo(1);

        CompletableFuture<PublishResult> refused = broker.publisher()
                .publish(Tenant.DEFAULT, message, PublishOptions.defaults())
                .toCompletableFuture();
        journal.refuse("append s 1 q1 m");
        assertThatThrownBy(() -> refused.get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(PublishRefusedException.class)
                .hasMessageContaining("STORAGE");
    }

    @Test
    void pubRecWaitsForTheRecordOfThePacketIdAndPubCompUntilItIsForgotten() {
        TestClient publisher = connect("p", false);

        publisher.send(message("t", "m", EXACTLY_ONCE, 9));
        publisher.expectNothing();
        journal.write("receive p 9");
        assertThat(publisher.expect(PubRec.class).packetId()).isEqualTo(9);

        publisher.send(PubRel.of(9), PubRel.of(9));
        publisher.expectNothing();
        journal.write("forget p 9");
        assertThat(publisher.expect(PubComp.class).packetId()).isEqualTo(9);
        publisher.expectNothing();
    }

    @Test
    void aRepeatedQos2PublishWaitsForTheFirstAndIsNotRoutedAgain() {
        offline("s", "t", AT_LEAST_ONCE);
        TestClient publisher = connect("p", false);
        publisher.send(message("t", "m", EXACTLY_ONCE, 9));
        journal.write("receive p 9");
        publisher.expectNothing();
        publisher.close();

        TestClient again = connect("p", false);
        again.send(message("t", "m", EXACTLY_ONCE, 9));
        again.expectNothing();
        journal.write("append s 0 q1 m");

        assertThat(again.expect(PubRec.class).packetId()).isEqualTo(9);
        journal.expectNothing();
    }

    @Test
    void whenThePacketIdCannotBeForgottenTheClientIsToComeBackForPubComp() {
        TestClient publisher = connect("p", false);
        publisher.send(message("t", "m", EXACTLY_ONCE, 9));
        journal.write("receive p 9");
        publisher.expect(PubRec.class);
        publisher.send(PubRel.of(9));
        journal.refuse("forget p 9");
        publisher.expectEnd();

        TestClient again = connect("p", false);
        again.send(PubRel.of(9));
        journal.write("forget p 9");

        assertThat(again.expect(PubComp.class).packetId()).isEqualTo(9);
    }

    @Test
    void aSessionThatEndsWithItsConnectionWritesNothing() {
        TestClient subscriber = connectV5("s");
        subscriber.subscribe("t", EXACTLY_ONCE);
        TestClient publisher = connectV5("p");

        assertThat(publisher.publish("t", "m", EXACTLY_ONCE)).isEqualTo(ReasonCode.SUCCESS);
        subscriber.expectMessage("t", "m");
        subscriber.disconnect();

        assertThat(journal.log()).isEmpty();
    }

    @Test
    void theEndOfASessionAnswersWhoWaitsForIt() {
        offline("s", "t", AT_LEAST_ONCE);
        TestClient publisher = connectV5("p");
        publisher.send(message("t", "m", AT_LEAST_ONCE, 1));
        publisher.expectNothing();

        connect("s", true);

        assertThat(publisher.expect(PubAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(journal.log()).containsExactly("append s 0 q1 m", "acknowledge s 0", "end s");
    }

    @Test
    void aSharedSubscriptionOfDurableMembersGetsEachMessageOnceBesideOthers() {
        offline("other", "t", AT_LEAST_ONCE);
        TestClient one = subscribed("m1", "$share/g/t", AT_LEAST_ONCE);
        TestClient two = subscribed("m2", "$share/g/t", AT_LEAST_ONCE);
        TestClient publisher = connectV5("p");

        publisher.send(message("t", "m", AT_LEAST_ONCE, 1));
        publisher.expectNothing();

        assertThat(journal.log()).containsExactly("append other 0 q1 m", "append m1 0 q1 m");
        one.expect(Publish.class);
        two.expectNothing();
    }

    @Test
    void whatIsDroppedFromTheQueueIsNoLongerWritten() {
        TestClient first = connect("s", false);
        first.subscribe("t", AT_LEAST_ONCE);
        first.disconnect();
        TestClient publisher = connectV5("p");
        publisher.send(new Publish(
                false,
                AT_LEAST_ONCE,
                false,
                "t",
                1,
                Properties.builder().set(PropertyId.MESSAGE_EXPIRY_INTERVAL, 1).build(),
                TestClient.bytes("m")));
        journal.write("append s 0 q1 m");
        publisher.expect(PubAck.class);

        clock.advance(Duration.ofSeconds(5));
        connect("s", false).expectNothing();

        assertThat(journal.log()).containsExactly("append s 0 q1 m", "acknowledge s 0");
    }

    // ---- what waits in storage

    private static void publish(TestClient publisher, int first, int count, String padding) {
        for (int i = first; i < first + count; i++) {
            assertThat(publisher.publish("t", "m" + i + padding, AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    private static void expect(TestClient subscriber, int first, int end, String padding) {
        for (int i = first; i < end; i++) {
            Publish publish = subscriber.expectMessage("t", "m" + i + padding);
            assertThat(publish.packetId()).isEqualTo(1 + i);
        }
    }

    @Test
    void aLongQueueComesBackPageByPageInOrder() {
        journal.writeAtOnce();
        offline("s", "t", AT_LEAST_ONCE);
        TestClient publisher = connectV5("p");
        publish(publisher, 0, 1500, "");

        TestClient subscriber = connect("s", false);
        expect(subscriber, 0, 700, "");
        // What the broker has not read when the connection breaks is lost with it.
        journal.awaitMessages("s", 800);
        subscriber.close();
        publish(publisher, 1500, 100, "");

        TestClient again = connect("s", false);
        expect(again, 700, 1600, "");
        again.expectNothing();
        assertThat(journal.messages("s")).isZero();
    }

    @Test
    void theQueueOfAnAbsentClientTakesNoMemory() throws IOException {
        restart(1, config -> config.memory(new MemoryLimits(4 << 20, 1 << 20)));
        journal.writeAtOnce();
        offline("s", "t", AT_LEAST_ONCE);
        TestClient publisher = connectV5("p");
        String padding = "x".repeat(10_000);
        publish(publisher, 0, 1000, padding);

        expect(connect("s", false), 0, 1000, padding);
        assertThat(events.of(MessageDropped.class)).isEmpty();
    }

    @Test
    void aQueueThatCannotBeReadIsReadAgainAfterAPause() {
        journal.writeAtOnce();
        offline("s", "t", AT_LEAST_ONCE);
        publish(connectV5("p"), 0, 3, "");
        journal.failReads(2);

        TestClient subscriber = connect("s", false);
        subscriber.expectNothing();
        subscriber.expectNothing();
        clock.advance(Duration.ofSeconds(2));
        subscriber.expectNothing();
        subscriber.expectNothing();
        clock.advance(Duration.ofSeconds(2));

        expect(subscriber, 0, 3, "");
    }

    @Test
    void messagesThatStorageHasLostAreCountedAndDoNotHoldUpTheOthers() {
        journal.writeAtOnce();
        offline("s", "t", AT_LEAST_ONCE);
        TestClient publisher = connectV5("p");
        publish(publisher, 0, 3, "");
        journal.damage("s");

        TestClient subscriber = connect("s", false);

        MessageDropped lost = events.await(MessageDropped.class);
        assertThat(lost.reason()).isEqualTo(DropReason.STORAGE);
        assertThat(lost.count()).isEqualTo(3);
        publish(publisher, 3, 1, "");
        expect(subscriber, 3, 4, "");
    }

    @Test
    void theOldestOfAFullQueueIsReadToBeDropped() throws IOException {
        restart(
                1,
                config -> config.sessions(SessionLimits.builder()
                        .maxStoredMessages(10)
                        .overflow(Overflow.DROP_OLDEST)
                        .build()));
        journal.writeAtOnce();
        offline("s", "t", AT_LEAST_ONCE);
        publish(connectV5("p"), 0, 25, "");

        assertThat(events.awaitAll(MessageDropped.class, drop -> true, 15))
                .allMatch(drop -> drop.reason() == DropReason.QUEUE_FULL_MESSAGES
                        && drop.topic().equals("t"));
        TestClient subscriber = connect("s", false);
        expect(subscriber, 15, 25, "");
        subscriber.expectNothing();
        assertThat(journal.messages("s")).isZero();
    }

    @Test
    void theNewestIsRefusedByAFullQueueInStorage() throws IOException {
        restart(
                1,
                config -> config.sessions(
                        SessionLimits.builder().maxStoredMessages(10).build()));
        journal.writeAtOnce();
        offline("s", "t", AT_LEAST_ONCE);
        TestClient publisher = connectV5("p");
        publish(publisher, 0, 10, "");

        publisher.publish("t", "one too many", AT_LEAST_ONCE);

        assertThat(events.await(MessageDropped.class).reason()).isEqualTo(DropReason.QUEUE_FULL_MESSAGES);
        TestClient subscriber = connect("s", false);
        expect(subscriber, 0, 10, "");
        subscriber.expectNothing();
    }

    @Test
    void aClientThatFallsBehindGetsTheRestFromStorage() {
        journal.writeAtOnce();
        TestClient subscriber = subscribed("s", "t", AT_LEAST_ONCE);
        publish(connectV5("p"), 0, 1000, "");

        expect(subscriber, 0, 1000, "");
        subscriber.expectNothing();
        assertThat(journal.messages("s")).isZero();
    }
}
