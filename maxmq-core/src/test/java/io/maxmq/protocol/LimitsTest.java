package io.maxmq.protocol;

import io.maxmq.RecordedMetrics;
import io.maxmq.Spec;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.PingReq;
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
import io.maxmq.codec.packet.Unsubscribe;
import io.maxmq.codec.packet.UserProperty;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.config.SessionLimits;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.event.BrokerEvent.SlowConsumer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a client may send, and what it may be sent. */
class LimitsTest {
    @AutoClose
    private final TestBroker broker = TestBroker.start();

    @Test
    void theDefaultsAreThoseOfTheThreatModel() {
        ConnectionLimits connections = ConnectionLimits.defaults();
        SessionLimits sessions = SessionLimits.defaults();

        assertThat(connections.connectTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(connections.maxPacketBytes()).isEqualTo(1 << 20);
        assertThat(connections.maxPacketBytesBeforeConnect()).isEqualTo(64 << 10);
        assertThat(connections.receiveMaximum()).isEqualTo(100);
        assertThat(connections.maxTopicLevels()).isEqualTo(128);
        assertThat(connections.maxKeepAliveAnonymous()).isEqualTo(Duration.ofHours(1));
        assertThat(connections.maxWillBytes()).isEqualTo(64 << 10);
        assertThat(sessions.maxQueuedMessages()).isEqualTo(1000);
        assertThat(sessions.maxQueuedBytes()).isPositive();
        assertThat(sessions.maxSubscriptions()).isEqualTo(1000);
    }

    // ---- packet sizes

    @Test
    void aConnectMayHave64KiB() {
        TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);

        // CONNECT that announces 70,000 bytes
        client.sendInts(0x10, 0xF0, 0xA2, 0x04, 0, 4);

        client.expectEnd();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec("MQTT-3.2.2-15")
    void aPacketMayHaveAMebibyte(ProtocolVersion version) {
        TestClient client = broker.connected(version, "client");
        client.publish("a", "x".repeat((1 << 20) - 20), QoS.AT_LEAST_ONCE);

        // PUBLISH that announces 1,048,577 bytes; nothing of it has come
        client.sendInts(0x30, 0x81, 0x80, 0x40);

        client.expectDisconnect(ReasonCode.PACKET_TOO_LARGE);
    }

    @Test
    @Spec({"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
    void aClientIsSentNothingAboveItsMaximum() {
        TestClient client = broker.connected(new Connect(
                ProtocolVersion.MQTT_5,
                false,
                true,
                0,
                Properties.builder().set(PropertyId.MAXIMUM_PACKET_SIZE, 50).build(),
                "client",
                null,
                null,
                null));
        client.subscribe("#", QoS.AT_LEAST_ONCE);

        for (QoS qos : List.of(QoS.AT_MOST_ONCE, QoS.AT_LEAST_ONCE)) {
            broker.publish(Message.builder("a").payload(new byte[60]).qos(qos).build());
        }
        // 2 + 2 + 1 + 1 + 44 = 50
        broker.publish(Message.of("a", "y".repeat(44)));
        broker.publish(Message.of("a", "y".repeat(45)));

        client.expectMessage("a", "y".repeat(44));
        client.expectNothing();
        broker.events().awaitAll(MessageDropped.class, event -> event.reason() == DropReason.TOO_LARGE, 3);
    }

    @Test
    @Spec("MQTT-3.1.2-25")
    void whatIsTooLargeTakesNoPlaceInTheWindow() {
        TestClient client = broker.connected(new Connect(
                ProtocolVersion.MQTT_5,
                false,
                true,
                0,
                Properties.builder()
                        .set(PropertyId.MAXIMUM_PACKET_SIZE, 50)
                        .set(PropertyId.RECEIVE_MAXIMUM, 1)
                        .build(),
                "client",
                null,
                null,
                null));
        client.subscribe("#", QoS.EXACTLY_ONCE);
        Message large =
                Message.builder("a").payload(new byte[60]).qos(QoS.EXACTLY_ONCE).build();

        broker.publish(large);
        broker.publish(Message.builder("a").payload("1").qos(QoS.AT_LEAST_ONCE).build());
        // The window is full: these wait.
        broker.publish(large);
        broker.publish(Message.builder("a").payload("2").qos(QoS.AT_LEAST_ONCE).build());

        client.expectMessage("a", "1");
        client.expectMessage("a", "2");
        client.expectNothing();
        broker.events().awaitAll(MessageDropped.class, event -> event.reason() == DropReason.TOO_LARGE, 2);
    }

    // ---- receive maximum

    @Test
    @Spec("MQTT-3.3.4-7")
    void moreUnreleasedQosTwoThanTheReceiveMaximumDisconnects() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.send(qosTwo(1, 100));
        for (int i = 1; i <= 100; i++) {
            client.expect(PubRec.class);
        }

        client.send(TestClient.message("a", "", QoS.EXACTLY_ONCE, 101));

        client.expectDisconnect(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
    }

    private static Publish[] qosTwo(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(id -> TestClient.message("a", "", QoS.EXACTLY_ONCE, id))
                .toArray(Publish[]::new);
    }

    @Test
    void aQosTwoMessageThatComesAgainDoesNotCountTowardsTheReceiveMaximum() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.send(qosTwo(1, 100));
        for (int i = 1; i <= 100; i++) {
            client.expect(PubRec.class);
        }

        client.send(TestClient.message("a", "", QoS.EXACTLY_ONCE, 50));

        client.expect(PubRec.class);
        client.ping();
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"MQTT_3_1", "MQTT_3_1_1"})
    void anMqtt3ClientMayHaveMoreUnreleasedQosTwoThanTheReceiveMaximum(ProtocolVersion version) {
        TestClient subscriber = broker.connected(ProtocolVersion.MQTT_5, "subscriber");
        subscriber.subscribe("a", QoS.AT_MOST_ONCE);
        TestClient client = broker.connected(version, "client");

        client.send(qosTwo(1, 1500));

        for (int i = 1; i <= 1500; i++) {
            assertThat(client.expect(PubRec.class).packetId()).isEqualTo(i);
            subscriber.expectMessage("a", "");
        }
        client.send(TestClient.message("a", "", QoS.EXACTLY_ONCE, 700));
        client.expect(PubRec.class);
        for (int i = 1; i <= 1500; i++) {
            client.send(PubRel.of(i));
            assertThat(client.expect(PubComp.class).packetId()).isEqualTo(i);
        }
        subscriber.expectNothing();
    }

    @Test
    void aReleaseMakesRoomForTheNext() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        for (int id = 1; id <= 250; id++) {
            client.publish("a", "", QoS.EXACTLY_ONCE);
        }
        client.ping();
    }

    // ---- topics

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void topicsMayHave128Levels(ProtocolVersion version) {
        TestClient client = broker.connected(version, "client");
        client.publish("a/".repeat(127) + "a", "", QoS.AT_LEAST_ONCE);

        client.send(TestClient.message("a/".repeat(128) + "a", "", QoS.AT_LEAST_ONCE, 9));

        client.expectDisconnect(ReasonCode.TOPIC_NAME_INVALID);
    }

    @Test
    void filtersMayHave128Levels() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe("+/".repeat(127) + "#", QoS.AT_MOST_ONCE);

        SubAck answer = client.send(new Subscribe(
                        5,
                        Properties.NONE,
                        List.of(RequestedSubscription.of("a/".repeat(128) + "a", QoS.AT_MOST_ONCE))))
                .expect(SubAck.class);

        assertThat(answer.reasons()).containsExactly(ReasonCode.TOPIC_FILTER_INVALID);
    }

    @Test
    void aTopicOfSlashesAloneHarmsNobody() {
        TestClient hostile = broker.connected(ProtocolVersion.MQTT_5, "hostile");
        TestClient other = broker.connected(ProtocolVersion.MQTT_5, "other");

        hostile.send(TestClient.message("/".repeat(65_000), "", QoS.AT_MOST_ONCE, 0));

        hostile.expectDisconnect(ReasonCode.TOPIC_NAME_INVALID);
        other.ping();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void dollarTopicsAreClosedForWriting(ProtocolVersion version) {
        TestClient reader = broker.connected(version, "reader");
        reader.subscribe("$SYS/#", QoS.AT_MOST_ONCE);
        reader.subscribe("#", QoS.AT_MOST_ONCE);
        TestClient client = broker.connected(version, "client");

        ReasonCode answer = client.publish("$SYS/broker", "forged", QoS.AT_LEAST_ONCE);

        assertThat(answer).isEqualTo(version.isV5() ? ReasonCode.NOT_AUTHORIZED : ReasonCode.SUCCESS);
        reader.expectNothing();
        assertThat(broker.events().await(MessageDropped.class).reason()).isEqualTo(DropReason.NOT_AUTHORIZED);
        client.ping();
    }

    @Test
    @Spec("MQTT-4.7.2-1")
    void wildcardsDoNotMatchDollarTopics() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe("#", QoS.AT_MOST_ONCE);
        client.subscribe("+/x", QoS.AT_MOST_ONCE);
        client.subscribe("$app/+", QoS.AT_MOST_ONCE);

        broker.publish(Message.of("$app/x", "from the application"));

        client.expectMessage("$app/x", "from the application");
        client.expectNothing();
    }

    // ---- topic aliases

    @Test
    @Spec("MQTT-3.3.2-12")
    void anAliasStandsForItsTopicUntilItIsSetAnew() {
        TestClient subscriber = broker.connected(ProtocolVersion.MQTT_5, "subscriber");
        subscriber.subscribe("#", QoS.AT_MOST_ONCE);
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        client.send(
                aliased("a", 1, "1"),
                aliased("b", 32, "2"),
                aliased("", 1, "3"),
                aliased("", 32, "4"),
                aliased("c", 1, "5"),
                aliased("", 1, "6"));

        subscriber.expectMessage("a", "1");
        subscriber.expectMessage("b", "2");
        assertThat(subscriber.expectMessage("a", "3").properties().has(PropertyId.TOPIC_ALIAS))
                .isFalse();
        subscriber.expectMessage("b", "4");
        subscriber.expectMessage("c", "5");
        subscriber.expectMessage("c", "6");
    }

    private static Publish aliased(String topic, int alias, String payload) {
        return new Publish(
                false,
                QoS.AT_MOST_ONCE,
                false,
                topic,
                0,
                Properties.builder().set(PropertyId.TOPIC_ALIAS, alias).build(),
                TestClient.bytes(payload));
    }

    @Test
    @Spec("MQTT-3.3.2-7")
    void aliasesEndWithTheConnection() {
        TestClient first = broker.connected(ProtocolVersion.MQTT_5, "client");
        first.send(aliased("a", 1, "x"));
        first.ping();
        TestClient second = broker.connected(ProtocolVersion.MQTT_5, "client");

        second.send(aliased("", 1, "x"));

        second.expectDisconnect(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    @Spec({"MQTT-3.2.2-17", "MQTT-3.3.2-9"})
    void anAliasAboveTheMaximumDisconnects() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        client.send(aliased("a", 33, "x"));

        client.expectDisconnect(ReasonCode.TOPIC_ALIAS_INVALID);
    }

    // ---- message expiry

    @Test
    @Spec({"MQTT-3.3.2-5", "MQTT-3.3.2-6"})
    void aMessageCountsItsExpiryDownWhileItWaitsAndThenGoes() {
        TestClient away = broker.client(ProtocolVersion.MQTT_5);
        Connect durable = new Connect(
                ProtocolVersion.MQTT_5,
                false,
                false,
                0,
                Properties.builder()
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, 3600)
                        .build(),
                "away",
                null,
                null,
                null);
        away.connect(durable);
        away.subscribe("a", QoS.AT_LEAST_ONCE);
        away.disconnect();
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.send(expiring("short", 10, 1), expiring("long", 100, 2), expiring("for ever", -1, 3));
        for (int i = 0; i < 3; i++) {
            client.expect(PubAck.class);
        }

        broker.clock().advance(Duration.ofSeconds(30));

        away = broker.client(ProtocolVersion.MQTT_5);
        away.connect(durable);
        assertThat(away.expectMessage("a", "long").properties().longOr(PropertyId.MESSAGE_EXPIRY_INTERVAL, -1))
                .isEqualTo(70);
        assertThat(away.expectMessage("a", "for ever").properties().has(PropertyId.MESSAGE_EXPIRY_INTERVAL))
                .isFalse();
        assertThat(broker.events().await(MessageDropped.class).reason()).isEqualTo(DropReason.EXPIRED);
    }

    private static Publish expiring(String payload, int seconds, int packetId) {
        return new Publish(
                false,
                QoS.AT_LEAST_ONCE,
                false,
                "a",
                packetId,
                seconds < 0
                        ? Properties.NONE
                        : Properties.builder()
                                .set(PropertyId.MESSAGE_EXPIRY_INTERVAL, seconds)
                                .build(),
                TestClient.bytes(payload));
    }

    @Test
    @Spec({"MQTT-3.3.2-4", "MQTT-3.3.2-15", "MQTT-3.3.2-16", "MQTT-3.3.2-17", "MQTT-3.3.2-18", "MQTT-3.3.2-20"})
    void propertiesOfAMessageReachTheSubscriber() {
        TestClient subscriber = broker.connected(ProtocolVersion.MQTT_5, "subscriber");
        subscriber.subscribe("a", QoS.AT_LEAST_ONCE);
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        Properties sent = Properties.builder()
                .set(PropertyId.PAYLOAD_FORMAT_INDICATOR, true)
                .set(PropertyId.CONTENT_TYPE, "text/plain")
                .set(PropertyId.RESPONSE_TOPIC, "reply/here")
                .set(PropertyId.CORRELATION_DATA, TestClient.bytes("id-1"))
                .userProperty("k", "v1")
                .userProperty("k", "v2")
                .build();

        client.send(new Publish(false, QoS.AT_LEAST_ONCE, false, "a", 1, sent, TestClient.bytes("x")));

        assertThat(subscriber.expectMessage("a", "x").properties()).isEqualTo(sent);
    }

    @Test
    @Spec({"MQTT-3.3.2-17", "MQTT-3.3.2-18"})
    void userPropertiesKeepTheirOrder() {
        TestClient subscriber = broker.connected(ProtocolVersion.MQTT_5, "subscriber");
        subscriber.subscribe("a", QoS.AT_MOST_ONCE);
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        Properties sent = Properties.builder()
                .userProperty("b", "1")
                .userProperty("a", "2")
                .userProperty("b", "0")
                .build();

        client.send(new Publish(false, QoS.AT_MOST_ONCE, false, "a", 0, sent, TestClient.bytes("x")));

        assertThat(subscriber.expectMessage("a", "x").properties().userProperties())
                .containsExactly(new UserProperty("b", "1"), new UserProperty("a", "2"), new UserProperty("b", "0"));
    }

    @Test
    void propertySoupIsRefused() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        Properties.Builder soup = Properties.builder();
        for (int i = 0; i < 129; i++) {
            soup.userProperty("k", "v");
        }

        client.send(new Publish(false, QoS.AT_MOST_ONCE, false, "a", 0, soup.build(), TestClient.bytes("x")));

        client.expectDisconnect(ReasonCode.QUOTA_EXCEEDED);
    }

    // ---- packets that no client may send

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void packetsOfTheServerAloneDisconnect(ProtocolVersion version) {
        for (int[] packet : new int[][] {
            {0x20, 2, 0, 0}, // CONNACK
            {0x90, 3, 0, 1, 0}, // SUBACK
            {0xB0, 2, 0, 1}, // UNSUBACK
            {0xD0, 0}, // PINGRESP
        }) {
            TestClient client = broker.connected(version, "client");
            client.sendInts(packet);
            client.expectDisconnect(ReasonCode.PROTOCOL_ERROR);
        }
    }

    @Test
    void authWithoutAMethodDisconnects() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        client.sendInts(0xF0, 0);

        client.expectDisconnect(ReasonCode.PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void malformedPacketsDisconnect(ProtocolVersion version) {
        for (int[] packet : new int[][] {
            {0x00, 0}, // type 0
            {0x36, 3, 0, 1, 'a'}, // QoS 3
            {0x80, 2, 0, 1}, // SUBSCRIBE with wrong flags
            {0x40, 1, 0}, // PUBACK cut off
            {0xC0, 1, 0}, // PINGREQ with a body
            {0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}, // five bytes of remaining length
        }) {
            TestClient client = broker.connected(version, "client");
            client.sendInts(packet);
            client.expectDisconnect(ReasonCode.MALFORMED_PACKET);
        }
    }

    @Test
    @Spec("MQTT-3.8.3-2")
    void aSubscribeWithoutFiltersIsAProtocolError() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        client.sendInts(0x82, 3, 0, 1, 0);

        client.expectDisconnect(ReasonCode.PROTOCOL_ERROR);
    }

    @Test
    void anUnsubscribeOfManyFiltersIsAnsweredForEach() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        client.send(new Unsubscribe(1, Properties.NONE, List.of("a", "b", "c")));

        assertThat(client.expect(io.maxmq.codec.packet.UnsubAck.class).reasons())
                .hasSize(3);
    }

    @Test
    void oneClientsMistakeClosesOnlyItsOwnConnection() {
        TestClient good = broker.connected(ProtocolVersion.MQTT_5, "good");
        good.subscribe("a", QoS.AT_LEAST_ONCE);

        for (int i = 0; i < 50; i++) {
            TestClient bad = broker.connected(ProtocolVersion.MQTT_5, "bad-" + i);
            bad.sendInts(0x00, 0);
            bad.expectDisconnect(ReasonCode.MALFORMED_PACKET);
        }

        good.publish("b", "x", QoS.EXACTLY_ONCE);
        good.ping();
    }

    // ---- who does not read

    @Test
    void aClientThatDoesNotReadItsAnswersIsNoLongerRead() {
        try (TestBroker small = TestBroker.start(builder -> builder.connections(ConnectionLimits.builder()
                .outboundLowWatermarkBytes(1024)
                .outboundHighWatermarkBytes(4096)
                .build()))) {
            TestClient flooding = small.connected(ProtocolVersion.MQTT_5, "flooding");
            byte[] pings = new byte[32_768];
            for (int i = 0; i < pings.length; i += 2) {
                pings[i] = (byte) 0xC0;
            }
            Thread flood = new Thread(() -> {
                try {
                    for (int i = 0; i < 64; i++) {
                        flooding.sendBytes(pings);
                    }
                } catch (java.io.UncheckedIOException closed) {
                    // The test is over.
                }
            });
            flood.setDaemon(true);
            flood.start();

            TestClient other = small.connected(ProtocolVersion.MQTT_5, "other");
            other.ping();
            // All of them are answered as soon as somebody reads.
            for (int i = 0; i < 64 * 16_384; i++) {
                flooding.expect(io.maxmq.codec.packet.PingResp.class);
            }
        }
    }

    @Test
    void aStalledSubscriberIsCutOff() {
        try (TestBroker small = TestBroker.start(builder -> builder.connections(ConnectionLimits.builder()
                .outboundLowWatermarkBytes(1024)
                .outboundHighWatermarkBytes(4096)
                .build()))) {
            TestClient stalled = small.connected(ProtocolVersion.MQTT_5, "stalled");
            stalled.subscribe("a", QoS.AT_MOST_ONCE);
            while (small.publish(Message.of("a", "x".repeat(500))).queued() == 1) {
                // until it is full
            }

            for (int i = 0; i < 8; i++) {
                small.clock().advance(Duration.ofSeconds(10));
            }

            small.awaitDisconnected("stalled");
            SlowConsumer cut = small.events().await(SlowConsumer.class);
            assertThat(cut.client().clientId()).isEqualTo("stalled");
            assertThat(cut.atEpochMillis())
                    .as("by the broker's clock")
                    .isEqualTo(small.events().await(ClientDisconnected.class).atEpochMillis());
        }
    }

    // ---- work

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void manyFiltersAreMoreThanOneTurnOfTheLoop(boolean subscribes) {
        List<String> filters = IntStream.range(0, 1000).mapToObj(i -> "f" + i).toList();
        Packet each = subscribes
                ? new Subscribe(
                        1,
                        Properties.NONE,
                        filters.stream()
                                .map(filter -> RequestedSubscription.of(filter, QoS.AT_MOST_ONCE))
                                .toList())
                : new Unsubscribe(1, Properties.NONE, filters);
        Packet[] several = new Packet[16];
        Arrays.fill(several, each);
        RecordedMetrics metrics = new RecordedMetrics();
        try (TestBroker metered = TestBroker.start(builder -> builder.metrics(metrics))) {
            TestClient client = metered.connected(ProtocolVersion.MQTT_5, "client");
            int rounds = 0;
            while (metrics.sum("maxmq.loop.read.pauses") == 0) {
                client.send(several);
                for (int i = 0; i < several.length; i++) {
                    client.next();
                }
                assertThat(++rounds)
                        .as("rounds, and the others have not had their turn")
                        .isLessThan(50);
            }
        }
    }

    private static CompletionStage<Authorization> takesAMillisecond() {
        long end = System.nanoTime() + 1_000_000;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return Authorization.allowed().stage();
    }

    @Test
    void othersHaveTheirTurnBetweenTheFiltersOfASubscribe() {
        int filters = 200;
        RecordedMetrics metrics = new RecordedMetrics();
        AtomicReference<TestClient> other = new AtomicReference<>();
        AtomicInteger asked = new AtomicInteger();
        AtomicLong answeredBeforeTheLast = new AtomicLong();
        Authorizer slow = (client, action) -> {
            int number = asked.incrementAndGet();
            if (number == 1) {
                other.get().send(PingReq.INSTANCE);
            } else if (number == filters) {
                answeredBeforeTheLast.set(metrics.sum("maxmq.packets.sent{type=pingresp}"));
            }
            return takesAMillisecond();
        };
        try (TestBroker slowly =
                TestBroker.start(builder -> builder.metrics(metrics).authorizer(slow))) {
            other.set(slowly.connected(ProtocolVersion.MQTT_5, "other"));
            TestClient client = slowly.connected(ProtocolVersion.MQTT_5, "client");

            client.send(new Subscribe(
                    1,
                    Properties.NONE,
                    IntStream.range(0, filters)
                            .mapToObj(i -> RequestedSubscription.of("f" + i, QoS.AT_MOST_ONCE))
                            .toList()));

            assertThat(client.expect(SubAck.class).reasons()).hasSize(filters).containsOnly(ReasonCode.SUCCESS);
            assertThat(answeredBeforeTheLast).hasValue(1);
            client.ping();
        }
    }

    @Test
    void whatAuthorizersTakeIsWorkToo() {
        RecordedMetrics metrics = new RecordedMetrics();
        Authorizer slow = (client, action) -> takesAMillisecond();
        try (TestBroker metered =
                TestBroker.start(builder -> builder.metrics(metrics).authorizer(slow))) {
            TestClient client = metered.connected(ProtocolVersion.MQTT_5, "client");
            Packet[] several = IntStream.range(0, 100)
                    .mapToObj(i -> TestClient.message("t" + i, "x", QoS.AT_MOST_ONCE, 0))
                    .toArray(Packet[]::new);

            client.send(several);
            client.ping();

            assertThat(metrics.sum("maxmq.loop.read.pauses")).isPositive();
        }
    }
}
