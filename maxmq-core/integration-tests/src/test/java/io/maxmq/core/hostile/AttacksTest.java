package io.maxmq.core.hostile;

import io.maxmq.Listeners;
import io.maxmq.MaxMQBuilder;
import io.maxmq.RecordedMetrics;
import io.maxmq.TestAuthority;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.TestWebSocket;
import io.maxmq.auth.PasswordFile;
import io.maxmq.auth.PasswordHasher;
import io.maxmq.auth.PasswordWork;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.PingResp;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.codec.wire.PacketEncoder;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.config.Listener;
import io.maxmq.config.MemoryLimits;
import io.maxmq.config.RetainedLimits;
import io.maxmq.config.SessionLimits;
import io.maxmq.config.Tls;
import io.maxmq.core.transport.WebSocketBytes;
import io.maxmq.limit.Limit;
import io.maxmq.limit.Limit.Scope;
import io.maxmq.limit.Limits;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.MemoryAccount;
import io.maxmq.spi.Message;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.event.BrokerEvent.SlowConsumer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Attempts to use up what the broker has, each named after its kind of attack. While the attacker is still there the broker holds little
 * memory, and two clients that have nothing to do with it exchange messages as before. Those on rights, A14 to A17, are RightsAttackTest's.
 */
class AttacksTest {
    private static final long MAX_MEMORY_BYTES = 16 << 20;
    private static final long MAX_NETWORK_BYTES = 6 << 20;

    private final RecordedMetrics metrics = new RecordedMetrics();
    private TestBroker broker;
    private TestClient canary;
    private TestClient canarysFriend;

    private void start(UnaryOperator<MaxMQBuilder> settings) {
        broker = TestBroker.start(builder -> settings.apply(builder.metrics(metrics)));
        canary = broker.connected(ProtocolVersion.MQTT_3_1_1, "canary");
        canarysFriend = broker.connected(ProtocolVersion.MQTT_5, "friend");
        canarysFriend.subscribe("canary/song", QoS.AT_LEAST_ONCE);
    }

    private void start() {
        start(builder -> builder);
    }

    private void assertNobodyElseIsHarmed() {
        for (int i = 0; i < 3; i++) {
            canary.publish("canary/song", "verse " + i, QoS.AT_LEAST_ONCE);
            canarysFriend.acknowledge(canarysFriend.expectMessage("canary/song", "verse " + i));
        }
        assertThat(metrics.sum("maxmq.memory.used.bytes")).isLessThan(MAX_MEMORY_BYTES);
        assertThat(metrics.sum("maxmq.network.held.bytes")).isLessThan(MAX_NETWORK_BYTES);
    }

    @AfterEach
    void close() {
        broker.close();
    }

    @Test
    void a01WhoSaysNothingOrSaysItSlowlyIsClosed() {
        start();
        TestClient silent = broker.client(ProtocolVersion.MQTT_5);
        TestClient slow = broker.client(ProtocolVersion.MQTT_5);
        byte[] connect = Wire.connect(5, "slow");

        for (int second = 0; second < 9; second++) {
            slow.sendBytes(connect[second]);
            broker.clock().advance(Duration.ofMillis(950));
        }
        assertNobodyElseIsHarmed();
        broker.clock().advance(Duration.ofSeconds(2));

        silent.expectEnd();
        slow.expectEnd();
        assertNobodyElseIsHarmed();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void a02AKeepAliveThatTheClientChoosesIsCapped(ProtocolVersion version) {
        start(builder -> builder.connections(ConnectionLimits.builder()
                .maxKeepAliveAnonymous(Duration.ofMinutes(1))
                .build()));
        TestClient sleeper = broker.client(version);
        sleeper.connect(Connect.of(version, "sleeper", true, 65_535));

        broker.clock().advance(Duration.ofSeconds(60));
        assertNobodyElseIsHarmed();
        broker.clock().advance(Duration.ofSeconds(31));

        sleeper.expectDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT);
        assertNobodyElseIsHarmed();
    }

    @ParameterizedTest
    @EnumSource(QoS.class)
    void a03WhoReadsNothingIsCutOff(QoS qos) {
        start(builder -> builder.connections(ConnectionLimits.builder()
                .outboundLowWatermarkBytes(1024)
                .outboundHighWatermarkBytes(4096)
                .build()));
        TestClient stalled = broker.connected(ProtocolVersion.MQTT_5, "stalled");
        stalled.subscribe("flood", qos);

        for (int i = 0; i < 1500; i++) {
            broker.publish(
                    Message.builder("flood").payload("x".repeat(500)).qos(qos).build());
        }
        assertNobodyElseIsHarmed();
        for (int i = 0; i < 8; i++) {
            broker.clock().advance(Duration.ofSeconds(10));
        }

        assertThat(broker.events().await(SlowConsumer.class).client().clientId())
                .isEqualTo("stalled");
        broker.awaitDisconnected("stalled");
        assertNobodyElseIsHarmed();
    }

    @Test
    void a04AFloodOfConnectionsIsClosedWhenItIsAccepted() {
        start(builder -> builder.listener(Listener.tcp("127.0.0.1", 0))
                .rateLimiter(Limits.of(Limit.connectionRate(Scope.ADDRESS, 20, Duration.ofMinutes(1)))));

        List<TestClient> flood = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            flood.add(broker.tcpClient(ProtocolVersion.MQTT_5));
        }

        flood.subList(20, 100).forEach(TestClient::expectEnd);
        assertThat(metrics.sum("maxmq.connections.refused{reason=rate_limit}")).isEqualTo(80);
        assertNobodyElseIsHarmed();
    }

    /** @param most with room for all, and without: then the oldest go after half the time that CONNECT may take */
    @ParameterizedTest
    @ValueSource(ints = {1000, 150})
    void a04HandshakesThatAreBegunAndLeftThereKeepNobodyOut(int most, @TempDir Path directory) throws Exception {
        TestAuthority authority = new TestAuthority(directory, "authority");
        TestAuthority.Issued server = authority.issue("broker");
        start(builder -> builder.listener(Listener.tls(0, Tls.pem(server.certificateFile(), server.keyFile())))
                .connections(ConnectionLimits.builder().maxTlsHandshakes(most).build()));
        Listeners.Bound to = broker.broker().listeners().named("tls-0");
        List<Socket> flood = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Socket socket = new Socket(to.host(), to.port());
            flood.add(socket);
            socket.getOutputStream()
                    .write(new byte[] {0x16, 3, 1, 1, 0, 1, 0, 0, (byte) 0xFC, 3, 3}); // half a ClientHello
        }
        CompletableFuture<ReasonCode> connecting = CompletableFuture.supplyAsync(() -> {
            try (Socket socket = authority.client(null).getSocketFactory().createSocket(to.host(), to.port());
                    TestClient client = new TestClient(ProtocolVersion.MQTT_5, socket)) {
                return client.connect("canary-by-tls", true).reason();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        awaitTrue(() -> broker.broker().listeners().named("tls-0").connections() == 201 || connecting.isDone());
        assertNobodyElseIsHarmed();
        if (most < 200) {
            broker.clock().advance(Duration.ofSeconds(5));
        }

        assertThat(connecting).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(ReasonCode.SUCCESS);
        assertNobodyElseIsHarmed();
        for (Socket each : flood) {
            each.close();
        }
    }

    @Test
    void a05ALengthThatIsAnnouncedBeforeConnectTakesNoMemory() {
        start();
        for (int i = 0; i < 50; i++) {
            TestClient liar = broker.client(ProtocolVersion.MQTT_5);
            liar.sendInts(0x10, 0xFF, 0xFF, 0xFF, 0x7F); // 256 MiB follow
            liar.expectEnd();
        }
        assertNobodyElseIsHarmed();
    }

    @Test
    void a06ASoupOfPropertiesIsRefused() {
        start();
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        Properties.Builder soup = Properties.builder();
        for (int i = 0; i < 5000; i++) {
            soup.userProperty("k", "v");
        }

        client.send(new Connect(ProtocolVersion.MQTT_5, false, true, 0, soup.build(), "soup", null, null, null));

        assertThat(client.expect(ConnAck.class).reason().isError()).isTrue();
        client.expectEnd();
        assertNobodyElseIsHarmed();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void a07PacketIdsThatAreNeverReleasedAreBounded(ProtocolVersion version) {
        start();
        TestClient client = broker.connected(version, "client");

        for (int i = 0; i < 1000; i++) {
            client.send(TestClient.message("a", "again", QoS.EXACTLY_ONCE, 1));
            assertThat(client.expect(PubRec.class).packetId()).isEqualTo(1);
        }
        for (int id = 2; id <= 100; id++) {
            client.send(TestClient.message("a", "another", QoS.EXACTLY_ONCE, id));
            client.expect(PubRec.class);
        }
        assertNobodyElseIsHarmed();
        client.send(TestClient.message("a", "one too many", QoS.EXACTLY_ONCE, 101));
        if (version.isV5()) {
            client.expectDisconnect(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
        } else {
            client.expect(PubRec.class); // it cannot know the receive maximum
            client.ping();
        }

        assertNobodyElseIsHarmed();
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"MQTT_3_1", "MQTT_3_1_1"})
    void a07AllPacketIdsOfAnMqtt3ClientTakeLittleMemory(ProtocolVersion version) {
        start();
        long before = metrics.sum("maxmq.memory.used.bytes");
        TestClient client = broker.connected(version, "client");

        for (int id = 1; id <= 65_535; id += 255) {
            Publish[] some = new Publish[255];
            for (int i = 0; i < some.length; i++) {
                some[i] = TestClient.message("a", "", QoS.EXACTLY_ONCE, id + i);
            }
            client.send(some);
            for (Publish each : some) {
                assertThat(client.expect(PubRec.class).packetId()).isEqualTo(each.packetId());
            }
        }

        assertNobodyElseIsHarmed();
        assertThat(metrics.sum("maxmq.memory.used.bytes") - before).isLessThan(2 << 20);
        client.send(PubRel.of(65_535));
        assertThat(client.expect(PubComp.class).packetId()).isEqualTo(65_535);
    }

    @Test
    void a07AnMqtt3ClientWaitsWhileThereIsNoMemoryForItsPacketIds() {
        AtomicReference<MemoryAccount> others = new AtomicReference<>();
        start(builder -> builder.memory(new MemoryLimits(1 << 20, MemoryLimits.DERIVED))
                .extension(context -> {
                    others.set(context.memoryAccount());
                    return CompletableFuture.completedFuture(null);
                }));
        TestClient client = broker.connected(ProtocolVersion.MQTT_3_1_1, "client");
        client.publish("a", "what the session needs for QoS 2", QoS.EXACTLY_ONCE);
        while (others.get().tryCharge(1024)) {}
        Publish[] many = IntStream.rangeClosed(1, 200)
                .mapToObj(id -> TestClient.message("a", "", QoS.EXACTLY_ONCE, id))
                .toArray(Publish[]::new);

        client.send(many);
        for (int id = 1; id <= 128; id++) {
            assertThat(client.expect(PubRec.class).packetId()).isEqualTo(id);
        }

        broker.clock().advance(Duration.ofMillis(100));
        canary.ping();
        assertThat(metrics.sum("maxmq.messages.received{qos=2}")).isEqualTo(1 + 128);
        others.get().release(others.get().chargedBytes());
        broker.clock().advance(Duration.ofMillis(100));
        for (int id = 129; id <= 200; id++) {
            assertThat(client.expect(PubRec.class).packetId()).isEqualTo(id);
        }
        client.ping();
        assertNobodyElseIsHarmed();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void a08WhoNeverAcknowledgesHasABoundedQueue(ProtocolVersion version) {
        start();
        TestClient subscriber = broker.connected(version, "mute");
        subscriber.subscribe("a", QoS.AT_LEAST_ONCE);

        for (int i = 0; i < 1500; i++) {
            broker.publish(
                    Message.builder("a").payload("" + i).qos(QoS.AT_LEAST_ONCE).build());
        }

        for (int i = 0; i < 100; i++) {
            assertThat(TestClient.text(subscriber.expect(Publish.class))).isEqualTo("" + i);
        }
        subscriber.expectNothing();
        assertThat(metrics.sum("maxmq.queue.messages")).isLessThanOrEqualTo(1000);
        broker.events().await(MessageDropped.class, event -> event.reason() == DropReason.QUEUE_FULL_MESSAGES);
        assertNobodyElseIsHarmed();
    }

    @Test
    void a09SessionsThatAreToStayAreBoundedInNumberAndTime() {
        start(builder ->
                builder.sessions(SessionLimits.builder().maxSessions(20).build()));
        Properties forEver = Properties.builder()
                .set(PropertyId.SESSION_EXPIRY_INTERVAL, 0xFFFF_FFFFL)
                .build();
        ConnAck last = null;

        for (int i = 0; i < 30; i++) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);
            client.send(new Connect(ProtocolVersion.MQTT_5, false, true, 0, forEver, "id" + i, null, null, null));
            last = client.expect(ConnAck.class);
            if (i < 18) {
                assertThat(last.properties().longOr(PropertyId.SESSION_EXPIRY_INTERVAL, 0))
                        .isEqualTo(Duration.ofDays(30).toSeconds());
                client.disconnect();
            }
        }

        assertThat(last.reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertNobodyElseIsHarmed();
    }

    @Test
    void a10ABombOfSubscriptionsIsBounded() {
        start();
        TestClient bomber = broker.connected(ProtocolVersion.MQTT_5, "bomber");
        int accepted = 0;
        ReasonCode last = ReasonCode.SUCCESS;
        while (accepted < 1024 && !last.isError()) {
            StringBuilder filter = new StringBuilder();
            for (int bit = 0; bit < 10; bit++) {
                filter.append((accepted >> bit & 1) == 0 ? "a/" : "+/");
            }
            last = bomber.send(new Subscribe(
                            1,
                            Properties.NONE,
                            List.of(RequestedSubscription.of(filter.append('#').toString(), QoS.AT_MOST_ONCE))))
                    .expect(SubAck.class)
                    .reasons()
                    .get(0);
            accepted += last.isError() ? 0 : 1;
        }
        broker.publish(Message.of("a/a/a/a/a/a/a/a/a/a/end", "boom"));

        assertThat(last).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(accepted).isBetween(1, 1000);
        bomber.expectMessage("a/a/a/a/a/a/a/a/a/a/end", "boom");
        bomber.expectNothing();
        assertNobodyElseIsHarmed();
    }

    /** Overlapping filters are one delivery, shares are not: without a bound each message were delivered a thousand times. */
    @Test
    void a10SharesMultiplyAMessageNotWithoutBound() {
        start();
        TestClient bomber = broker.connected(ProtocolVersion.MQTT_5, "bomber");
        List<RequestedSubscription> bomb = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            String filter = List.of("a/b", "+/b", "a/+", "+/+", "a/#", "#").get(i % 6);
            bomb.add(RequestedSubscription.of("$share/g" + i + "/" + filter, QoS.AT_MOST_ONCE));
        }
        List<RequestedSubscription> harmless = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            harmless.add(RequestedSubscription.of("$share/h" + i + "/of/" + i + "/+/alone", QoS.AT_MOST_ONCE));
        }

        SubAck answer = bomber.send(new Subscribe(1, Properties.NONE, bomb)).expect(SubAck.class);

        assertThat(answer.reasons().stream().filter(each -> !each.isError())).hasSize(100);
        assertThat(broker.publish(Message.of("a/b", "boom")).matched()).isEqualTo(100);
        for (int i = 0; i < 100; i++) {
            bomber.expectMessage("a/b", "boom");
        }
        assertThat(bomber.send(new Subscribe(2, Properties.NONE, harmless))
                        .expect(SubAck.class)
                        .reasons())
                .allMatch(ReasonCode::isError, "one more copy of a message is too many");
        TestClient other = broker.connected(ProtocolVersion.MQTT_5, "other");
        assertThat(other.send(new Subscribe(2, Properties.NONE, harmless))
                        .expect(SubAck.class)
                        .reasons())
                .noneMatch(ReasonCode::isError);
        assertNobodyElseIsHarmed();
    }

    @Test
    void a11TopicsOfSlashesAloneAreRefused() {
        start();
        TestClient subscriber = broker.connected(ProtocolVersion.MQTT_5, "subscriber");
        SubAck refused = subscriber
                .send(new Subscribe(
                        1, Properties.NONE, List.of(RequestedSubscription.of("/".repeat(65_535), QoS.AT_MOST_ONCE))))
                .expect(SubAck.class);
        assertThat(refused.reasons()).containsExactly(ReasonCode.TOPIC_FILTER_INVALID);

        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        publisher.send(TestClient.message("/".repeat(65_535), "x", QoS.AT_MOST_ONCE, 0));

        publisher.expectDisconnect(ReasonCode.TOPIC_NAME_INVALID);
        assertNobodyElseIsHarmed();
    }

    @Test
    void a12AFloodOfRetainedMessagesIsBounded() {
        start(builder ->
                builder.retained(RetainedLimits.builder().maxMessages(100).build()));
        TestClient flooder = broker.connected(ProtocolVersion.MQTT_5, "flooder");
        for (int i = 0; i < 100; i++) {
            flooder.publish("flood/" + i, "x", QoS.AT_LEAST_ONCE, true);
        }

        assertThat(flooder.publish("flood/100", "x", QoS.AT_LEAST_ONCE, true)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(metrics.sum("maxmq.retained.messages")).isEqualTo(100);
        for (int i = 0; i < 5; i++) {
            TestClient all = broker.connected(ProtocolVersion.MQTT_5, "all" + i);
            all.subscribe("flood/#", QoS.AT_MOST_ONCE);
            for (int each = 0; each < 100; each++) {
                all.expect(Publish.class);
            }
        }
        assertNobodyElseIsHarmed();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void a13AHugeWillIsRefused(ProtocolVersion version) {
        start(builder -> builder.connections(
                ConnectionLimits.builder().maxWillBytes(1000).build()));
        TestClient client = broker.client(version);
        ConnectWill will =
                new ConnectWill("will", TestClient.bytes("x".repeat(1001)), QoS.AT_MOST_ONCE, false, Properties.NONE);

        client.send(new Connect(version, false, true, 0, Properties.NONE, "huge", will, null, null));

        assertThat(client.expect(ConnAck.class).reason().isError()).isTrue();
        client.expectEnd();
        assertNobodyElseIsHarmed();
    }

    @Test
    void a18AnswersThatNobodyReadsAreBounded() throws InterruptedException {
        start(builder -> builder.connections(ConnectionLimits.builder()
                .outboundLowWatermarkBytes(1024)
                .outboundHighWatermarkBytes(4096)
                .build()));
        TestClient flooder = broker.connected(ProtocolVersion.MQTT_5, "flooder");
        byte[] pings = new byte[32_768];
        for (int i = 0; i < pings.length; i += 2) {
            pings[i] = (byte) 0xC0;
        }
        Thread flood = new Thread(() -> {
            try {
                for (int i = 0; i < 64; i++) {
                    flooder.sendBytes(pings);
                }
            } catch (UncheckedIOException closed) {
                // The test is over.
            }
        });
        flood.setDaemon(true);
        flood.start();

        for (int i = 0; i < 20; i++) {
            assertNobodyElseIsHarmed();
        }

        flooder.close();
        flood.join(30_000);
        broker.awaitDisconnected("flooder");
        assertNobodyElseIsHarmed();
    }

    @Test
    void a19CompressedFramesAreNotInflated() throws IOException {
        start(builder -> builder.listener(Listener.webSocket("127.0.0.1", 0)));
        byte[] bomb = deflated(new byte[16 << 20]);
        assertThat(bomb.length).isLessThan(32 << 10);

        for (int i = 0; i < 10; i++) {
            try (Socket socket = webSocketListener()) {
                TestWebSocket bomber = TestWebSocket.open(
                        socket, "/mqtt", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits");
                assertThat(bomber.head()).doesNotContainIgnoringCase("Sec-WebSocket-Extensions");
                byte[] frame = WebSocketBytes.frame(true, 2, bomb, i);
                frame[0] |= 0x40; // RSV1: compressed

                int code = -1;
                try {
                    bomber.sendRaw(frame);
                    code = bomber.awaitClose();
                } catch (SocketException reset) {
                    // With the rest of the frame unread the system may take the goodbye back.
                }
                assertThat(code).isIn(1002, -1);
            }
        }

        assertNobodyElseIsHarmed();
    }

    @Test
    void a19AFloodOfFragmentsIsNotKept() throws IOException {
        start(builder -> builder.listener(Listener.webSocket("127.0.0.1", 0)));
        byte[] packet = packet(TestClient.message("flood", "x".repeat(2000), QoS.AT_MOST_ONCE, 0));
        ByteArrayOutputStream empty = new ByteArrayOutputStream();
        for (int i = 0; i < 10_000; i++) {
            empty.writeBytes(WebSocketBytes.frame(false, i == 0 ? 2 : 0, new byte[0], i));
        }
        ByteArrayOutputStream single = new ByteArrayOutputStream();
        for (byte each : packet) {
            single.writeBytes(WebSocketBytes.frame(false, 0, new byte[] {each}, each));
        }
        try (Socket silent = webSocketListener();
                Socket socket = webSocketListener()) {
            TestWebSocket nothing = TestWebSocket.open(silent, "/mqtt");
            nothing.sendRaw(empty.toByteArray());
            TestWebSocket webSocket = TestWebSocket.open(socket, "/mqtt");
            TestClient flooder = new TestClient(ProtocolVersion.MQTT_5, webSocket);
            flooder.connect("flooder", true);
            flooder.subscribe("flood", QoS.AT_MOST_ONCE);

            webSocket.sendRaw(empty.toByteArray());
            for (int i = 0; i < 5; i++) {
                webSocket.sendRaw(single.toByteArray());
                assertNobodyElseIsHarmed();
                flooder.expectMessage("flood", "x".repeat(2000)); // the message of WebSocket has no end, MQTT's has
            }
            broker.clock().advance(Duration.ofSeconds(10));

            assertThat(nothing.awaitClose())
                    .as("no CONNECT in all these frames")
                    .isIn(1000, -1);
            webSocket.sendRaw(WebSocketBytes.frame(true, 0, new byte[] {(byte) 0xC0, 0}, 7));
            flooder.expect(PingResp.class);
            assertNobodyElseIsHarmed();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "null",
                "http://localhost.evil.example",
                "http://localhost@evil.example",
                "http://evil.example/localhost",
                "http://evil.example#localhost",
                "evil://localhost.",
                "localhost",
                "",
                "http://localhost, http://evil.example",
            })
    void a20APageOfAnotherSiteOpensNoWebSocket(String origin) throws IOException {
        start(builder -> builder.listener(Listener.webSocket("127.0.0.1", 0)));
        long before = metrics.sum("maxmq.websocket.handshakes{result=done}");

        try (Socket socket = webSocketListener()) {
            String answer = TestWebSocket.answer(socket, "GET /mqtt HTTP/1.1", "Origin: " + origin);

            assertThat(answer).startsWith("HTTP/1.1 403 ").doesNotContain("Sec-WebSocket-Accept");
        }
        assertThat(metrics.sum("maxmq.websocket.handshakes{result=done}")).isEqualTo(before);
        assertNobodyElseIsHarmed();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void a21GuessesAreSlowedDownAndTellNothingOfWhoIsKnown(ProtocolVersion version, @TempDir Path directory) {
        Path file = directory.resolve("passwd");
        PasswordFile.setPassword(file, "alice", new byte[] {'r', 'i', 'g', 'h', 't'}, PasswordHasher.pbkdf2(1000));
        PasswordFile passwords = PasswordFile.at(file);
        start(builder -> builder.listener(Listener.tcp("127.0.0.1", 0)).authenticator(passwords));

        List<ConnAck> answers = new ArrayList<>();
        List<Long> work = new ArrayList<>();
        for (String user : List.of("alice", "bob", "alice", "Alice", "al")) {
            long before = PasswordWork.roundsDone(passwords);
            answers.add(guess(version, user).expect(ConnAck.class));
            work.add(PasswordWork.roundsDone(passwords) - before);
        }
        TestClient sixth = guess(version, "alice");
        awaitTrue(() -> PasswordWork.delayedAttempts(passwords) == 1);
        TestClient seventh = guess(version, "carol");
        awaitTrue(() -> PasswordWork.delayedAttempts(passwords) == 2);

        assertThat(answers).allSatisfy(each -> assertThat(each).isEqualTo(answers.get(0)));
        assertThat(answers.get(0).reason()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(work).containsOnly(1000L);
        for (int i = 0; i < 50; i++) {
            ReasonCode busy = guess(version, i % 2 == 0 ? "alice" : "bob" + i)
                    .expect(ConnAck.class)
                    .reason();
            assertThat(busy).isEqualTo(version.isV5() ? ReasonCode.SERVER_BUSY : ReasonCode.SERVER_UNAVAILABLE);
        }
        assertThat(PasswordWork.roundsDone(passwords)).isEqualTo(5000);
        assertNobodyElseIsHarmed();
        broker.clock().advance(Duration.ofSeconds(2));
        assertThat(sixth.expect(ConnAck.class)).isEqualTo(answers.get(0));
        assertThat(seventh.expect(ConnAck.class)).isEqualTo(answers.get(0));
        assertNobodyElseIsHarmed();
    }

    private TestClient guess(ProtocolVersion version, String user) {
        return broker.tcpClient(version)
                .send(new Connect(
                        version, false, true, 0, Properties.NONE, "guesser", null, user, TestClient.bytes("guess")));
    }

    private Socket webSocketListener() throws IOException {
        Listeners.Bound to = broker.broker().listeners().named("ws-0");
        Socket socket = new Socket(to.host(), to.port());
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static byte[] packet(Publish publish) {
        ByteBuf bytes = Unpooled.buffer();
        PacketEncoder.encode(publish, ProtocolVersion.MQTT_5, bytes);
        return ByteBufUtil.getBytes(bytes);
    }

    private static byte[] deflated(byte[] bytes) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(bytes);
        deflater.finish();
        byte[] all = new byte[1 << 20];
        int length = deflater.deflate(all);
        deflater.end();
        return Arrays.copyOf(all, length);
    }

    private static void awaitTrue(BooleanSupplier so) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!so.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void a22WhatThrowsForOneClientHarmsNoOther() {
        start(builder -> builder.authorizer((client, action) -> {
                    if (client.clientId().equals("poison")) {
                        throw new IllegalStateException("poisoned");
                    }
                    return CompletableFuture.completedFuture(Authorization.allowed());
                })
                .eventListener(event -> {
                    throw new IllegalStateException("poisoned");
                }));
        TestClient poison = broker.connected(ProtocolVersion.MQTT_5, "poison");

        for (int i = 0; i < 20; i++) {
            assertThat(poison.publish("a", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }

        poison.ping();
        assertNobodyElseIsHarmed();
    }

    @Test
    void a23AMemberThatNeverAcknowledgesDoesNotStarveItsGroup() {
        start();
        Properties one = Properties.builder().set(PropertyId.RECEIVE_MAXIMUM, 1).build();
        TestClient mute =
                broker.connected(new Connect(ProtocolVersion.MQTT_5, false, true, 0, one, "mute", null, null, null));
        TestClient member = broker.connected(ProtocolVersion.MQTT_5, "member");
        mute.subscribe("$share/group/job", QoS.AT_LEAST_ONCE);
        member.subscribe("$share/group/job", QoS.AT_LEAST_ONCE);

        for (int i = 0; i < 20; i++) {
            broker.publish(Message.builder("job")
                    .payload("" + i)
                    .qos(QoS.AT_LEAST_ONCE)
                    .build());
        }
        mute.expect(Publish.class);
        assertNobodyElseIsHarmed();
        mute.close();

        for (int i = 0; i < 20; i++) {
            member.acknowledge(member.expect(Publish.class));
        }
        assertNobodyElseIsHarmed();
    }
}
