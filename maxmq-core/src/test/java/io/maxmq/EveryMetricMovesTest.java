package io.maxmq;

import io.maxmq.RecordedMetrics.Metric;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Auth;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.config.Listener;
import io.maxmq.config.SessionLimits;
import io.maxmq.config.Tenancy;
import io.maxmq.config.TenantQuota;
import io.maxmq.config.Tls;
import io.maxmq.core.observe.Counter;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.AuthenticationStep;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.EnhancedAuthenticationResult;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.event.BrokerListener;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateDecision;
import io.maxmq.spi.limit.RateLimiter;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;

/** A broker to which everything happens that is counted: each metric leaves the value that it had at the start. */
class EveryMetricMovesTest {
    /** What stays, and why. */
    private static final Map<String, String> STAYS = Map.of(
            "maxmq.memory.capacity.bytes", "does not change while a broker runs",
            "maxmq.network.capacity.bytes", "does not change while a broker runs",
            "maxmq.loop.failures", "only what is wrong in the broker itself counts",
            "maxmq.connections.refused{reason=memory}", "takes a budget that is used up",
            "maxmq.connections.refused{reason=overload}", "nothing is shed unless that is set",
            "maxmq.connections.refused{reason=tls_handshakes}", "takes as many handshakes as may be under way",
            "maxmq.sessions.refused{by=broker}", "takes as many sessions as there may be",
            "maxmq.overload.level", "nothing is shed unless that is set");

    /** The rate limiter closes each connection there at once, so whether it is counted when this looks is chance. */
    private static final String BRIEF = "maxmq.listener.connections{listener=closed}";

    /** Of which the tests of the features show each reason, and the test of plug-ins each of them. */
    private static final List<String> BY_NAME =
            List.of("maxmq.messages.dropped", "maxmq.messages.dropped.bytes", "maxmq.plugins.failures");

    private static final Tenant FULL = new Tenant("full");

    private final CountDownLatch blocked = new CountDownLatch(1);
    private final RecordedMetrics metrics = new RecordedMetrics();
    private final Map<String, Long> atStart = new HashMap<>();
    private final TreeSet<String> moved = new TreeSet<>();
    private final List<Metric> all = new ArrayList<>();

    private void look() {
        for (Metric each : all) {
            if (each.value().getAsLong() != atStart.get(each.key())) {
                moved.add(each.key());
                moved.add(each.name());
            }
        }
    }

    private void await(String key) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        look();
        while (!moved.contains(key)) {
            assertThat(System.nanoTime()).as(key).isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
            look();
        }
    }

    @Test
    void eachMetricMoves(@TempDir Path directory) throws Exception {
        TestAuthority authority = new TestAuthority(directory, "authority");
        TestAuthority.Issued certificate = authority.issue("broker");
        TestBroker broker = TestBroker.closed(builder -> builder.metrics(metrics)
                .loops(2)
                .listener(Listener.tcp("127.0.0.1", 0))
                .listener(Listener.tcp("127.0.0.1", 0).withName("small").withMaxConnections(1))
                .listener(Listener.tcp("127.0.0.1", 0).withName("closed"))
                .listener(Listener.tls(0, Tls.pem(certificate.certificateFile(), certificate.keyFile()))
                        .withName("secure"))
                .listener(Listener.webSocket(0).withName("web"))
                .configure(config -> config.workers(1).stallThreshold(Duration.ofMillis(50)))
                .connections(ConnectionLimits.builder()
                        .outboundLowWatermarkBytes(16 << 10)
                        .outboundHighWatermarkBytes(64 << 10)
                        .build())
                .sessions(SessionLimits.builder().maxSessionsPerUser(1).build())
                .tenancy(Tenancy.none().withQuota(FULL, TenantQuota.UNLIMITED.withMaxSessions(0)))
                .authenticator(new ByClientId())
                .enhancedAuthenticator(new Riddle())
                .authorizer((client, action) -> completedFuture(
                        action instanceof Action.Publish publish
                                        && publish.topic().equals("forbidden")
                                ? Authorization.denied()
                                : Authorization.allowed()))
                .rateLimiter(new RateByClientId())
                .eventListener(new Blocking()));
        try (broker) {
            all.addAll(metrics.all());
            // Nothing has happened yet but the start.
            all.forEach(each -> atStart.put(each.key(), each.value().getAsLong()));

            secureAndWeb(broker, authority);
            connects(broker);
            sessions(broker);
            messages(broker);
            limits(broker);
            slow(broker);
            stalls(broker);
            listeners(broker);
            workersAndEvents(broker);
        } finally {
            blocked.countDown();
        }
        look();

        assertNothingIsLeft();
        TreeSet<String> stayed = new TreeSet<>();
        for (Metric each : all) {
            String key = BY_NAME.contains(each.name()) ? each.name() : each.key();
            if (!moved.contains(key) && !key.equals(BRIEF)) {
                stayed.add(key);
            }
        }
        assertThat(stayed).as("metrics that have not moved").isEqualTo(new TreeSet<>(STAYS.keySet()));
    }

    /** What goes up and down has come down again: each message, session and connection was counted out as it was counted in. */
    private void assertNothingIsLeft() {
        for (Counter counter : Counter.values()) {
            if (counter.isLevel()) {
                Metric level = all.stream()
                        .filter(each -> each.name().equals(counter.metric()))
                        .findAny()
                        .orElseThrow();
                assertThat(level.value().getAsLong()).as(level.name()).isZero();
            }
        }
    }

    private static TestClient connected(TestBroker broker, String clientId) {
        return broker.connected(ProtocolVersion.MQTT_5, clientId);
    }

    private static Connect lasting(String clientId, boolean cleanStart, int expirySeconds) {
        Properties properties = Properties.builder()
                .set(PropertyId.SESSION_EXPIRY_INTERVAL, expirySeconds)
                .build();
        return new Connect(ProtocolVersion.MQTT_5, false, cleanStart, 0, properties, clientId, null, null, null);
    }

    private void connects(TestBroker broker) {
        TestClient denied = broker.client(ProtocolVersion.MQTT_5);
        denied.send(Connect.of(ProtocolVersion.MQTT_5, "denied", true, 0)).expect(ConnAck.class);
        TestClient broken = broker.client(ProtocolVersion.MQTT_5);
        broken.send(Connect.of(ProtocolVersion.MQTT_5, "broken", true, 0)).expect(ConnAck.class);

        TestClient first = broker.connected(ofUser("first", "greedy"));
        for (Connect refused : List.of(ofUser("second", "greedy"), ofUser("full", "somebody"))) {
            assertThat(broker.client(ProtocolVersion.MQTT_5)
                            .send(refused)
                            .expect(ConnAck.class)
                            .reason())
                    .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        }
        first.disconnect();

        TestClient riddle = broker.client(ProtocolVersion.MQTT_5);
        riddle.send(new Connect(ProtocolVersion.MQTT_5, false, true, 0, Riddle.says("?"), "riddle", null, null, null));
        riddle.expect(Auth.class);
        riddle.send(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, Riddle.says("!")))
                .expect(ConnAck.class);
        riddle.ping();

        TestClient wrong = connected(broker, "wrong");
        wrong.sendInts(0x00, 0x00);
        wrong.expectDisconnect(ReasonCode.MALFORMED_PACKET);
        look();
    }

    private static Connect ofUser(String clientId, String user) {
        return new Connect(ProtocolVersion.MQTT_5, false, true, 0, Properties.NONE, clientId, null, user, null);
    }

    private void sessions(TestBroker broker) {
        TestClient first = broker.connected(lasting("lasting", true, 1000));
        first.subscribe("lasting", QoS.AT_LEAST_ONCE);
        first.subscribe("other", QoS.AT_LEAST_ONCE);
        first.unsubscribe("other");
        connected(broker, "publisher").publish("lasting", "unacknowledged", QoS.AT_LEAST_ONCE);
        first.expect(Publish.class);
        look();
        TestClient second = broker.connected(lasting("lasting", false, 1000)); // a takeover
        first.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
        second.expectMessage("lasting", "unacknowledged");
        second.disconnect();
        broker.publish(Message.builder("lasting")
                .payload("queued")
                .qos(QoS.AT_LEAST_ONCE)
                .build());
        look();
        broker.connected(lasting("lasting", true, 1)).close(); // ends by a clean start, then expires
        broker.awaitDisconnected("lasting");
        broker.clock().advance(Duration.ofSeconds(2));
        await("maxmq.sessions.ended{reason=expired}");

        broker.connected(lasting("stays until the broker closes", true, 1000));
        connected(broker, "purged");
        broker.broker().sessions().purge("purged").toCompletableFuture().join();

        TestClient mortal = broker.connected(new Connect(
                ProtocolVersion.MQTT_5,
                false,
                true,
                0,
                Properties.NONE,
                "mortal",
                new ConnectWill("will", TestClient.bytes("dead"), QoS.AT_MOST_ONCE, false, Properties.NONE),
                null,
                null));
        mortal.close();
        await("maxmq.wills.published");
    }

    private void messages(TestBroker broker) {
        List<TestClient> subscribers = new ArrayList<>();
        for (int i = 0; i < 16; i++) { // some on each loop
            TestClient subscriber = connected(broker, "subscriber-" + i);
            subscriber.subscribe("m/+", QoS.EXACTLY_ONCE);
            subscribers.add(subscriber);
        }
        TestClient publisher = connected(broker, "publisher");
        for (QoS qos : QoS.values()) {
            publisher.publish("m/" + qos.code(), "payload", qos, true);
            subscribers.forEach(each -> each.expectMessage("m/" + qos.code(), "payload"));
        }
        subscribers.get(0).subscribe("$share/group/m/none", QoS.AT_LEAST_ONCE);
        publisher.publish("$delayed/3000/m/later", "payload", QoS.AT_LEAST_ONCE);
        publisher.publish("nobody", "payload", QoS.AT_LEAST_ONCE);
        publisher.publish("forbidden", "payload", QoS.AT_LEAST_ONCE);
        look();
    }

    private void limits(TestBroker broker) {
        connected(broker, "paused").publish("m/limited", "payload", QoS.AT_LEAST_ONCE);
        connected(broker, "dropped").publish("m/limited", "payload", QoS.AT_LEAST_ONCE);
        TestClient disconnected = connected(broker, "disconnected");
        disconnected.send(TestClient.message("m/limited", "payload", QoS.AT_MOST_ONCE, 0));
        disconnected.expectDisconnect(ReasonCode.MESSAGE_RATE_TOO_HIGH);
        await("maxmq.loop.read.pauses");
    }

    private void slow(TestBroker broker) {
        TestClient slow = connected(broker, "slow-reader");
        slow.subscribe("flood", QoS.AT_MOST_ONCE);
        for (int i = 0; i < 20; i++) {
            broker.publish(Message.of("flood", "x".repeat(16 << 10)));
        }
        for (int i = 0; i < 12; i++) {
            broker.clock().advance(Duration.ofSeconds(5));
        }
        await("maxmq.slow.consumers.disconnected");
    }

    private void stalls(TestBroker broker) {
        CountDownLatch stalled = new CountDownLatch(1);
        broker.broker()
                .subscribe("stall", SubscribeOptions.defaults().inline(), message -> await(stalled))
                .active()
                .toCompletableFuture()
                .join();
        broker.broker().publish(Message.of("stall", "x"));
        await("maxmq.loop.stalled");
        await("maxmq.loop.stalls");
        stalled.countDown();
    }

    private void secureAndWeb(TestBroker broker, TestAuthority authority) throws IOException {
        Listeners.Bound secure = broker.broker().listeners().named("secure");
        try (Socket socket = authority.client(null).getSocketFactory().createSocket(secure.host(), secure.port());
                TestClient client = new TestClient(ProtocolVersion.MQTT_5, socket)) {
            client.connect("secure", true);
            await("maxmq.tls.handshakes{result=done}");
            await("maxmq.listener.connections{listener=secure}");
        }
        try (Socket refused = new Socket(secure.host(), secure.port())) {
            refused.getOutputStream().write(new byte[] {'n', 'o', ' ', 'T', 'L', 'S'});
            await("maxmq.tls.handshakes{result=failed}");
        }
        Listeners.Bound web = broker.broker().listeners().named("web");
        try (Socket socket = new Socket(web.host(), web.port());
                TestClient client = new TestClient(ProtocolVersion.MQTT_5, TestWebSocket.open(socket, "/mqtt"))) {
            client.connect("web", true);
            await("maxmq.websocket.handshakes{result=done}");
            await("maxmq.listener.connections{listener=web}");
        }
        try (Socket refused = new Socket(web.host(), web.port())) {
            assertThat(TestWebSocket.answer(refused, "GET / HTTP/1.1")).contains("404");
            await("maxmq.websocket.handshakes{result=failed}");
        }
    }

    private void listeners(TestBroker broker) throws IOException {
        TestClient half = broker.tcpClient(ProtocolVersion.MQTT_5);
        half.connect("half", true);
        half.sendInts(0x30, 100, 0, 1, 'a'); // 100 bytes are announced
        await("maxmq.network.held.bytes");

        for (Listeners.Bound each : broker.broker().listeners().all()) {
            if (each.name().equals("small")) {
                try (Socket taken = new Socket(each.host(), each.port());
                        Socket refused = new Socket(each.host(), each.port())) {
                    await("maxmq.connections.refused{reason=listener_limit}");
                    assertThat(taken.isConnected() && refused.isConnected()).isTrue();
                }
            } else if (each.name().equals("closed")) {
                try (Socket refused = new Socket(each.host(), each.port())) {
                    await("maxmq.connections.refused{reason=rate_limit}");
                    assertThat(refused.isConnected()).isTrue();
                }
                Ban here = Ban.address(each.host());
                broker.broker().bans().add(here).toCompletableFuture().join();
                try (Socket refused = new Socket(each.host(), each.port())) {
                    await("maxmq.connections.refused{reason=banned}");
                    assertThat(refused.isConnected()).isTrue();
                } finally {
                    broker.broker().bans().remove(here);
                }
            }
        }
    }

    /** The only worker is kept busy, and so is who listens to drops. */
    private void workersAndEvents(TestBroker broker) {
        TestClient publisher = connected(broker, "eager");
        for (int i = 0; i < 6000; i++) {
            publisher.send(TestClient.message("forbidden", "x", QoS.AT_MOST_ONCE, 0));
        }
        publisher.ping();
        await("maxmq.events.lost");
        for (int i = 0; i < 2; i++) {
            broker.client(ProtocolVersion.MQTT_5).send(Connect.of(ProtocolVersion.MQTT_5, "blocked-" + i, true, 0));
        }
        await("maxmq.workers.active{pool=worker}");
        await("maxmq.workers.active{pool=listener}");
        await("maxmq.workers.waiting");
        blocked.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- plug-ins

    private final class ByClientId implements Authenticator {
        @Override
        public CompletionStage<AuthenticationResult> authenticate(AuthenticationRequest request) {
            String clientId = request.client().clientId();
            if (clientId.equals("broken")) {
                throw new IllegalStateException("on purpose");
            }
            if (clientId.startsWith("blocked")) {
                await(blocked);
            }
            if (clientId.equals("full")) {
                return completedFuture(AuthenticationResult.allowed().withTenant(FULL));
            }
            return completedFuture(
                    clientId.equals("denied") ? AuthenticationResult.denied() : AuthenticationResult.allowed());
        }

        @Override
        public boolean mayBlock() {
            return true;
        }
    }

    private static final class Riddle implements EnhancedAuthenticator {
        static Properties says(String what) {
            return Properties.builder()
                    .set(PropertyId.AUTHENTICATION_METHOD, "riddle")
                    .set(PropertyId.AUTHENTICATION_DATA, ByteBuffer.wrap(new byte[] {(byte) what.charAt(0)}))
                    .build();
        }

        @Override
        public String method() {
            return "riddle";
        }

        @Override
        public Exchange begin(AuthenticationRequest request, boolean again) {
            return new Exchange() {
                @Override
                public CompletionStage<EnhancedAuthenticationResult> next(AuthenticationStep step) {
                    return CompletableFuture.completedFuture(
                            step.data().orElseThrow()[0] == '?'
                                    ? EnhancedAuthenticationResult.continueWith(new byte[1])
                                    : EnhancedAuthenticationResult.allowed(AuthenticationResult.allowed()));
                }

                @Override
                public void close() {}
            };
        }
    }

    private static final class RateByClientId implements RateLimiter {
        @Override
        public RateDecision onAccept(SocketAddress remoteAddress, String listener, long nowNanos) {
            return listener.equals("closed") ? RateDecision.DROP : RateDecision.ALLOW;
        }

        @Override
        public ConnectionLimiter open(ClientInfo client, long nowNanos) {
            return new ConnectionLimiter() {
                @Override
                public RateDecision acquirePublish(int count, long bytes, long nowNanos) {
                    return switch (client.clientId()) {
                        case "paused" -> RateDecision.pause(1_000_000_000L);
                        case "dropped" -> RateDecision.DROP;
                        case "disconnected" -> RateDecision.DISCONNECT;
                        default -> RateDecision.ALLOW;
                    };
                }
            };
        }
    }

    private final class Blocking implements BrokerListener {
        @Override
        public void onEvent(BrokerEvent event) {
            await(blocked);
        }

        @Override
        public boolean wants(Class<? extends BrokerEvent> kind) {
            return kind == MessageDropped.class;
        }
    }
}
