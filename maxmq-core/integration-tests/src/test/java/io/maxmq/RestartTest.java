package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.core.persistence.GatedStore;
import io.maxmq.core.persistence.Tables;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.Message;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.ShardedKey;
import io.maxmq.spi.storage.StorageException.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.maxmq.TestClient.bytes;
import static io.maxmq.TestClient.message;
import static io.maxmq.TestClient.text;
import static io.maxmq.codec.QoS.AT_LEAST_ONCE;
import static io.maxmq.codec.QoS.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

/** What a broker finds that another has left in its storage (MQTT 5.0 §4.1). */
class RestartTest {
    private final MemoryStorage storage = MemoryStorage.create();
    private final ManualClock clock = new ManualClock();
    private TestBroker broker = start(builder -> builder);

    private TestBroker start(UnaryOperator<MaxMQBuilder> settings) {
        return TestBroker.start(builder ->
                settings.apply(builder.storage(storage.store()).clock(clock).loops(2)));
    }

    private void restart() {
        restartAfter(Duration.ZERO);
    }

    private void restartAfter(Duration down) {
        broker.broker().close(); // before its clients: it does not see them go
        broker.close();
        clock.advance(down);
        broker = start(builder -> builder);
    }

    @AfterEach
    void close() {
        broker.close();
    }

    /** With a session that never ends, if it is not clean. */
    private TestClient connect(String clientId, boolean clean) {
        TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);
        client.connect(clientId, clean);
        return client;
    }

    private TestClient connectV5(String clientId, boolean clean, int expirySeconds, @Nullable ConnectWill will) {
        return broker.connected(connectOf(clientId, clean, expirySeconds, will, 65_535));
    }

    private static Connect connectOf(
            String clientId, boolean clean, int expirySeconds, @Nullable ConnectWill will, int receiveMaximum) {
        return new Connect(
                ProtocolVersion.MQTT_5,
                false,
                clean,
                0,
                Properties.builder()
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, (long) expirySeconds)
                        .set(PropertyId.RECEIVE_MAXIMUM, receiveMaximum)
                        .build(),
                clientId,
                will,
                null,
                null);
    }

    private boolean present(String clientId) {
        TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);
        boolean present = client.connect(clientId, false).sessionPresent();
        client.close();
        return present;
    }

    private boolean isThere(String clientId) {
        return broker.broker()
                .sessions()
                .find(clientId)
                .toCompletableFuture()
                .join()
                .isPresent();
    }

    private void offline(String clientId, String filter, QoS qos) {
        TestClient client = connect(clientId, false);
        client.subscribe(filter, qos);
        client.disconnect();
    }

    /** Sends {@code a} and {@code b} to a client that has subscribed; returns what it has got and not acknowledged. */
    private List<Publish> sendTwo(TestClient subscriber) {
        TestClient publisher = connect("p", true);
        publisher.send(message("t", "a", AT_LEAST_ONCE, 1), message("t", "b", AT_LEAST_ONCE, 2));
        List<Publish> sent = List.of(subscriber.expect(Publish.class), subscriber.expect(Publish.class));
        publisher.expect(PubAck.class);
        publisher.expect(PubAck.class);
        return sent;
    }

    private static void await(BooleanSupplier isSo) {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!isSo.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void sessionsAndSubscriptionsAreThere() {
        offline("s", "t", AT_LEAST_ONCE);

        restart();

        assertThat(present("s")).isTrue();
        assertThat(present("other")).isFalse();
        connect("p", true).publish("t", "m", AT_LEAST_ONCE);
        Publish received = connect("s", false).expect(Publish.class);
        assertThat(text(received)).isEqualTo("m");
        assertThat(received.dup()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 600, 100_000})
    void whatWasQueuedComesInOrder(int bytes) {
        offline("s", "t/+", AT_LEAST_ONCE);
        TestClient publisher = connect("p", true);
        for (int i = 1; i <= 20; i++) {
            publisher.publish("t/" + i, "m".repeat(bytes), AT_LEAST_ONCE);
        }

        restart();

        TestClient subscriber = connect("s", false);
        for (int i = 1; i <= 20; i++) {
            subscriber.expectMessage("t/" + i, "m".repeat(bytes));
        }
        subscriber.expectNothingQueued(broker.broker());
    }

    @Test
    void whatWasSentAndNotAcknowledgedComesAgainWithItsPacketId() {
        TestClient subscriber = connect("s", false);
        subscriber.subscribe("t", EXACTLY_ONCE);
        List<Publish> sent = sendTwo(subscriber);
        subscriber.acknowledge(sent.get(1));
        subscriber.ping();

        restart();

        subscriber = connect("s", false);
        Publish again = subscriber.expect(Publish.class);
        assertThat(text(again)).isEqualTo("a");
        assertThat(again.packetId()).isEqualTo(sent.get(0).packetId());
        assertThat(again.dup()).isTrue();
        subscriber.send(PubAck.of(again.packetId()));
        subscriber.expectNothingQueued(broker.broker());
    }

    @Test
    void whatWasAcknowledgedJustBeforeACrashComesAgainMarkedSo() throws Exception {
        GatedStore store = new GatedStore(storage.store());
        broker.close();
        broker = start(builder -> builder.storage(store));
        TestClient subscriber = connect("s", false);
        subscriber.subscribe("t", AT_LEAST_ONCE);
        List<Publish> sent = sendTwo(subscriber);
        await(() -> store.entries(Tables.QUEUE).size() == 2);
        List<Entry> written = store.entries(Tables.QUEUE);
        sent.forEach(subscriber::acknowledge);
        subscriber.disconnect();
        broker.awaitDisconnected("s");
        await(() -> store.entries(Tables.QUEUE).isEmpty());
        broker.close();

        // The crash: it came before the deletions were written, and after what was written of the session.
        KeyValueStore disk = storage.store();
        disk.open().toCompletableFuture().get(20, TimeUnit.SECONDS);
        for (Entry each : written) {
            disk.commit(Batch.builder(ShardedKey.shardOf(each.key()))
                            .put(Tables.QUEUE, each.key(), each.value())
                            .build())
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
        }
        disk.close();
        broker = start(builder -> builder);

        subscriber = connect("s", false);
        for (Publish before : sent) {
            Publish again = subscriber.expect(Publish.class);
            assertThat(again.packetId()).isEqualTo(before.packetId());
            assertThat(again.dup()).isTrue();
        }
    }

    @Test
    void whatMayHaveBeenSentIsMarkedSoUntilItIsAcknowledged() {
        TestClient subscriber = connect("s", false);
        subscriber.subscribe("t", AT_LEAST_ONCE);
        sendTwo(subscriber);

        restart();
        TestClient withRoomForOne = broker.connected(connectOf("s", false, 600, null, 1));
        assertThat(text(withRoomForOne.expect(Publish.class))).isEqualTo("a");
        withRoomForOne.disconnect();
        restart();

        subscriber = connect("s", false);
        assertThat(subscriber.expect(Publish.class).dup()).isTrue();
        Publish second = subscriber.expect(Publish.class);
        assertThat(text(second)).isEqualTo("b");
        assertThat(second.dup()).isTrue();
    }

    @Test
    void qos2ThatMayHaveBeenSentKeepsItsPacketIdBeyondItsExpiry() {
        TestClient subscriber = connect("s", false);
        subscriber.subscribe("t", EXACTLY_ONCE);
        TestClient publisher = connectV5("p", true, 0, null);
        Properties expiry = Properties.builder()
                .set(PropertyId.MESSAGE_EXPIRY_INTERVAL, 10L)
                .build();
        publisher.send(new Publish(false, EXACTLY_ONCE, false, "t", 1, expiry, bytes("a")));
        Publish sent = subscriber.expect(Publish.class);

        clock.advance(Duration.ofSeconds(20));
        restart();

        subscriber = connect("s", false);
        Publish again = subscriber.expect(Publish.class);
        assertThat(text(again)).isEqualTo("a");
        assertThat(again.packetId()).isEqualTo(sent.packetId());
        assertThat(again.dup()).isTrue();
    }

    @Test
    void qos2IsExactlyOnceAtTheSubscriber() {
        TestClient subscriber = connect("s", false);
        subscriber.subscribe("t", EXACTLY_ONCE);
        TestClient publisher = connect("p", true);
        publisher.send(message("t", "a", EXACTLY_ONCE, 1), message("t", "b", EXACTLY_ONCE, 2));
        Publish a = subscriber.expect(Publish.class);
        Publish b = subscriber.expect(Publish.class);
        subscriber.send(PubRec.of(a.packetId()));
        assertThat(subscriber.expect(PubRel.class).packetId()).isEqualTo(a.packetId());

        restart();

        subscriber = connect("s", false);
        assertThat(subscriber.expect(PubRel.class).packetId()).isEqualTo(a.packetId());
        Publish again = subscriber.expect(Publish.class);
        assertThat(again.packetId()).isEqualTo(b.packetId());
        assertThat(again.dup()).isTrue();
        subscriber.send(PubComp.of(a.packetId()), PubRec.of(b.packetId()));
        assertThat(subscriber.expect(PubRel.class).packetId()).isEqualTo(b.packetId());
        subscriber.send(PubComp.of(b.packetId()));
        subscriber.expectNothingQueued(broker.broker());
    }

    @Test
    void qos2IsExactlyOnceAtThePublisher() {
        offline("s", "t", EXACTLY_ONCE);
        TestClient publisher = connect("p", false);
        publisher.send(message("t", "a", EXACTLY_ONCE, 7));
        publisher.expect(PubRec.class);

        restart();

        publisher = connect("p", false);
        publisher.send(new Publish(true, EXACTLY_ONCE, false, "t", 7, Properties.NONE, bytes("a")));
        assertThat(publisher.expect(PubRec.class).packetId()).isEqualTo(7);
        publisher.send(PubRel.of(7));
        assertThat(publisher.expect(PubComp.class).packetId()).isEqualTo(7);
        publisher.send(message("t", "b", EXACTLY_ONCE, 7));
        publisher.expect(PubRec.class);

        TestClient subscriber = connect("s", false);
        assertThat(text(subscriber.expect(Publish.class))).isEqualTo("a");
        assertThat(text(subscriber.expect(Publish.class))).isEqualTo("b");
        subscriber.expectNothingQueued(broker.broker());
    }

    @Test
    void cleanStartAndUnsubscribeAreRemembered() {
        offline("clean", "t", AT_LEAST_ONCE);
        connect("clean", true).disconnect();
        TestClient subscriber = connect("s", false);
        subscriber.subscribe("t", AT_LEAST_ONCE);
        subscriber.unsubscribe("t");
        subscriber.subscribe("u", AT_LEAST_ONCE);
        subscriber.disconnect();

        restart();

        assertThat(present("clean")).isFalse();
        TestClient publisher = connect("p", true);
        publisher.publish("t", "m", AT_LEAST_ONCE);
        publisher.publish("u", "n", AT_LEAST_ONCE);
        subscriber = connect("s", false);
        assertThat(text(subscriber.expect(Publish.class))).isEqualTo("n");
        subscriber.expectNothingQueued(broker.broker());
    }

    @Test
    void theSessionExpiryGoesOnWhileTheBrokerIsDown() {
        for (int seconds : new int[] {60, 600}) {
            TestClient client = connectV5("e" + seconds, true, seconds, null);
            client.disconnect();
        }
        restartAfter(Duration.ofSeconds(100));

        assertThat(isThere("e60")).isFalse();
        assertThat(isThere("e600")).isTrue();
    }

    @Test
    void subscriptionIdsComeBack() {
        TestClient subscriber = connectV5("s", true, 600, null);
        subscriber.subscribe(
                Properties.builder().set(PropertyId.SUBSCRIPTION_IDENTIFIER, 42).build(),
                new RequestedSubscription("t", AT_LEAST_ONCE, false, false, RetainHandling.SEND_AT_SUBSCRIBE));
        subscriber.disconnect();
        connect("p", true).publish("t", "m", AT_LEAST_ONCE);

        restart();

        subscriber = connectV5("s", false, 600, null);
        assertThat(subscriber.expect(Publish.class).properties().subscriptionIdentifiers())
                .containsExactly(42);
    }

    private static ConnectWill will(String topic, String payload, long delaySeconds) {
        return new ConnectWill(
                topic,
                bytes(payload),
                AT_LEAST_ONCE,
                false,
                Properties.builder()
                        .set(PropertyId.WILL_DELAY_INTERVAL, delaySeconds)
                        .build());
    }

    /** A client that was there, with a delay of 60 s, and broke off; the broker knows. */
    private void breakOffWithDelay() {
        TestClient client = connectV5("c", true, 600, will("w", "gone", 60));
        client.close();
        broker.awaitDisconnected("c");
    }

    @Test
    void aWillWaitsForItsDelayThroughARestart() {
        offline("s", "w", AT_LEAST_ONCE);
        breakOffWithDelay();

        restart();

        TestClient subscriber = connect("s", false);
        subscriber.expectNothingQueued(broker.broker());
        clock.advance(Duration.ofSeconds(61));
        assertThat(text(subscriber.expect(Publish.class))).isEqualTo("gone");
    }

    @Test
    void aWillThatCameDueMeanwhileIsPublishedAtTheStart() {
        offline("s", "w", AT_LEAST_ONCE);
        breakOffWithDelay();
        restartAfter(Duration.ofSeconds(61));

        assertThat(text(connect("s", false).expect(Publish.class))).isEqualTo("gone");
    }

    @Test
    void aClientThatReturnsInTimeTakesItsWillBack() {
        offline("s", "w", AT_LEAST_ONCE);
        breakOffWithDelay();

        restart();
        connectV5("c", false, 600, null);
        clock.advance(Duration.ofSeconds(100));
        restart();

        connect("s", false).expectNothingQueued(broker.broker());
    }

    @Test
    void theWillOfAClientThatWasConnectedIsDueByTheStart() {
        offline("s", "w", AT_LEAST_ONCE);
        connectV5("c", true, 0, will("w", "gone", 0));
        connectV5("polite", true, 0, will("w", "not gone", 0)).disconnect();

        restart();

        TestClient subscriber = connect("s", false);
        subscriber.expectMessage("w", "gone");
        subscriber.ping();
        restart();
        connect("s", false).expectNothingQueued(broker.broker());
    }

    /** The end comes while the client is connected, so its will is due by the start alone; with a session or without. */
    private void restartWithGrace(int expirySeconds) {
        offline("s", "w", AT_LEAST_ONCE);
        connectV5("c", true, expirySeconds, will("w", "gone", 0));
        broker.broker().close();
        broker.close();
        broker = start(builder -> builder.configure(config -> config.willGraceAfterRestart(Duration.ofSeconds(60))));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 600})
    void aWillThatTheEndMadeDueWaitsForTheGrace(int expirySeconds) {
        restartWithGrace(expirySeconds);

        TestClient subscriber = connect("s", false);
        subscriber.expectNothingQueued(broker.broker());
        clock.advance(Duration.ofSeconds(59));
        subscriber.expectNothingQueued(broker.broker());
        clock.advance(Duration.ofSeconds(2));
        subscriber.expectMessage("w", "gone");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 600})
    void aClientThatReturnsWithinTheGraceTakesItsWillBack(int expirySeconds) {
        restartWithGrace(expirySeconds);

        connectV5("c", false, expirySeconds, null);
        clock.advance(Duration.ofSeconds(100));
        TestClient subscriber = connect("s", false);
        subscriber.expectNothingQueued(broker.broker());
        restart();

        connect("s", false).expectNothingQueued(broker.broker());
    }

    @Test
    void aWillThatStorageRefusesToARecipientIsPublishedOnceMore() {
        broker.close();
        GatedStore gated = new GatedStore(storage.store());
        broker = start(builder -> builder.storage(gated));
        offline("s", "w", AT_LEAST_ONCE);
        TestClient client = connectV5("c", true, 0, will("w", "gone", 0));
        gated.refuse(Tables.QUEUE, Kind.FULL);
        client.close();
        broker.events().await(MessageDropped.class);
        gated.letGo();

        restart();

        assertThat(text(connect("s", false).expect(Publish.class))).isEqualTo("gone");
    }

    /** The end comes when it is in the subscriber's queue and its own record is still there. */
    @Test
    void aWillThatIsInAQueueAlreadyIsNotPublishedThereAgain() throws Exception {
        broker.close();
        GatedStore gated = new GatedStore(storage.store());
        broker = start(builder -> builder.storage(gated));
        offline("s", "w", EXACTLY_ONCE);
        TestClient client =
                connectV5("c", true, 0, new ConnectWill("w", bytes("gone"), EXACTLY_ONCE, false, Properties.NONE));
        Entry written = gated.entries(Tables.WILL).get(0);
        client.close();
        await(() -> gated.entries(Tables.WILL).isEmpty());
        assertThat(gated.entries(Tables.QUEUE)).hasSize(1);
        gated.commit(Batch.builder(ShardedKey.shardOf(written.key()))
                        .put(Tables.WILL, written.key(), written.value())
                        .build())
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);

        restart();

        TestClient subscriber = connect("s", false);
        assertThat(text(subscriber.expect(Publish.class))).isEqualTo("gone");
        subscriber.expectNothingQueued(broker.broker());
    }

    @Test
    void exclusiveSubscriptionsKeepOthersOut() {
        TestClient owner = connect("s", false);
        owner.subscribe("$exclusive/t", AT_LEAST_ONCE);

        restart();

        TestClient other = connect("o", false);
        other.send(new Subscribe(1, Properties.NONE, List.of(RequestedSubscription.of("$exclusive/t", AT_LEAST_ONCE))));
        assertThat(other.expect(SubAck.class).reasons().get(0).isError()).isTrue();
        connect("s", false).unsubscribe("$exclusive/t");
        other.subscribe("$exclusive/t", AT_LEAST_ONCE);
    }

    /** The bound is for what comes. */
    @Test
    void fewerLevelsThanBeforeTakeNothingBack() {
        offline("s", "a/b/c/+", AT_LEAST_ONCE);
        broker.publish(Message.builder("a/b/c/d")
                .payload("m")
                .qos(AT_LEAST_ONCE)
                .retain(true)
                .build());
        broker.close();
        broker = start(builder -> builder.configure(config ->
                config.connections(ConnectionLimits.builder().maxTopicLevels(2).build())));

        TestClient client = connect("s", false);

        Publish received = client.expect(Publish.class);
        assertThat(text(received)).isEqualTo("m");
        client.acknowledge(received);
        assertThat(broker.broker().subscriptions().count()).isEqualTo(1);
        client.unsubscribe("a/b/c/+");
        assertThat(broker.broker().subscriptions().count()).isZero();
    }

    @Test
    void aDurableSubscriptionOfTheApplicationGetsWhatItMissed() {
        SubscribeOptions durable = SubscribeOptions.defaults().durable("orders");
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        broker.broker()
                .subscribe("t", durable, (message, acknowledgement) -> {})
                .active()
                .toCompletableFuture()
                .join();
        broker.publish(Message.builder("t").payload("m").qos(AT_LEAST_ONCE).build());

        restart();

        broker.broker().subscribe("t", durable, (message, acknowledgement) -> {
            received.add(StandardCharsets.UTF_8.decode(message.payload()).toString());
            acknowledgement.acknowledge();
        });
        assertThat(poll(received)).isEqualTo("m");
    }

    private static String poll(BlockingQueue<String> received) {
        try {
            return received.poll(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anotherUserDoesNotGetTheSession() {
        broker.close();
        broker = startWithAuthenticator();
        Connect connect = connectOf("s", true, 600, null, 65_535);
        broker.connected(
                new Connect(connect.version(), false, true, 0, connect.properties(), "s", null, "owner", null));

        broker.broker().close();
        broker.close();
        broker = startWithAuthenticator();

        TestClient other = broker.client(ProtocolVersion.MQTT_5);
        other.send(connectOf("s", false, 600, null, 65_535));
        assertThat(other.expect(ConnAck.class).reason().isError()).isTrue();
    }

    private static Connect connectAs(String user) {
        Connect connect = connectOf("s", false, 600, null, 65_535);
        return new Connect(connect.version(), false, false, 0, connect.properties(), "s", null, user, null);
    }

    @Test
    void anotherClaimedNameDoesNotGetTheSession() {
        broker.connected(connectAs("owner"));

        restart();

        TestClient other = broker.client(ProtocolVersion.MQTT_5);
        other.send(connectAs("thief"));
        assertThat(other.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        assertThat(broker.client(ProtocolVersion.MQTT_5)
                        .connect(connectAs("owner"))
                        .sessionPresent())
                .isTrue();
    }

    @Test
    void userDoesNotInheritTheSessionOfItsClaimedName() {
        broker.connected(connectAs("owner")).subscribe("t", AT_LEAST_ONCE);
        broker.broker().close();
        broker.close();
        broker = startWithAuthenticator();

        ConnAck first = broker.client(ProtocolVersion.MQTT_5).connect(connectAs("owner"));

        assertThat(first.sessionPresent()).isFalse();
        broker.broker().close();
        broker.close();
        broker = startWithAuthenticator();
        assertThat(broker.client(ProtocolVersion.MQTT_5)
                        .connect(connectAs("owner"))
                        .sessionPresent())
                .as("the session that replaced it")
                .isTrue();
        assertThat(broker.broker()
                        .sessions()
                        .find("s")
                        .toCompletableFuture()
                        .join()
                        .orElseThrow()
                        .subscriptions())
                .isZero();
    }

    @Test
    void claimedNameDoesNotGetTheSessionOfTheUser() {
        broker.close();
        broker = startWithAuthenticator();
        broker.connected(connectAs("owner"));

        restart(); // without the authenticator

        TestClient claiming = broker.client(ProtocolVersion.MQTT_5);
        claiming.send(connectAs("owner"));
        assertThat(claiming.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }

    /** The authenticator vouches for the user name of each CONNECT. */
    private TestBroker startWithAuthenticator() {
        return start(builder ->
                builder.authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed())));
    }

    /** The broker closes while records are on their way: what has been taken is there afterwards, whoever was told. */
    @Test
    void closingTakesNothingBack() {
        for (int i = 0; i < 4; i++) {
            offline("s" + i, "t", EXACTLY_ONCE);
        }
        TestClient publisher = connect("p", false);
        for (int i = 1; i <= 20; i++) {
            publisher.send(message("t", "m" + i, EXACTLY_ONCE, i));
        }
        assertThat(publisher.expect(PubRec.class).packetId()).isEqualTo(1);

        restart();

        publisher = connect("p", false);
        for (int i = 1; i <= 20; i++) {
            publisher.send(new Publish(true, EXACTLY_ONCE, false, "t", i, Properties.NONE, bytes("m" + i)));
            assertThat(publisher.expect(PubRec.class).packetId()).isEqualTo(i);
        }
        for (int i = 0; i < 4; i++) {
            TestClient subscriber = connect("s" + i, false);
            for (int m = 1; m <= 20; m++) {
                assertThat(text(subscriber.expect(Publish.class))).isEqualTo("m" + m);
            }
            subscriber.expectNothingQueued(broker.broker());
        }
    }
}
