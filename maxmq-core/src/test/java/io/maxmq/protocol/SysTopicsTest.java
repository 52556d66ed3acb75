package io.maxmq.protocol;

import io.maxmq.RecordedMetrics;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.PingReq;
import io.maxmq.codec.packet.PingResp;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.config.RetainedLimits;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.RetainedQuery;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What the broker publishes about itself. */
class SysTopicsTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    /** What is retained, as a new subscriber is sent it. */
    private static Map<String, String> read(TestBroker broker, String filter) {
        TestClient reader = broker.connected(V5, "reader");
        reader.subscribe(filter, QoS.AT_MOST_ONCE);
        reader.send(PingReq.INSTANCE);
        Map<String, String> values = new TreeMap<>();
        for (var packet = reader.next(); packet != PingResp.INSTANCE; packet = reader.next()) {
            Publish publish = (Publish) packet;
            assertThat(publish.retain()).isTrue();
            values.put(publish.topic(), TestClient.text(publish));
        }
        reader.disconnect();
        return values;
    }

    @Test
    void saysNothingBeforeTheFirstInterval() {
        try (TestBroker broker = TestBroker.start()) {
            broker.clock().advanceToJustBefore(INTERVAL);

            assertThat(read(broker, "$SYS/#")).isEmpty();
        }
    }

    @Test
    void retainsItsFigures() {
        try (TestBroker broker = TestBroker.start()) {
            TestClient publisher = broker.connected(V5, "publisher");
            TestClient away = broker.client(ProtocolVersion.MQTT_3_1_1);
            away.connect("away", false);
            away.subscribe("a", QoS.AT_LEAST_ONCE);
            away.disconnect();
            publisher.publish("a", "queued", QoS.AT_LEAST_ONCE);
            publisher.publish("b", "retained", QoS.AT_MOST_ONCE, true);
            publisher.ping();

            broker.clock().advance(INTERVAL);

            Map<String, String> figures = read(broker, "$SYS/broker/#");
            assertThat(figures)
                    .containsEntry("$SYS/broker/uptime", "10 seconds")
                    .containsEntry("$SYS/broker/clients/connected", "1")
                    .containsEntry("$SYS/broker/clients/disconnected", "1")
                    .containsEntry("$SYS/broker/clients/total", "2")
                    .containsEntry("$SYS/broker/clients/maximum", "1")
                    .containsEntry("$SYS/broker/publish/messages/received", "2")
                    .containsEntry("$SYS/broker/publish/messages/sent", "0")
                    .containsEntry("$SYS/broker/publish/messages/dropped", "0")
                    // 2 CONNECT, SUBSCRIBE, DISCONNECT, 2 PUBLISH, PINGREQ
                    .containsEntry("$SYS/broker/messages/received", "7")
                    // 2 CONNACK, SUBACK, PUBACK, PINGRESP
                    .containsEntry("$SYS/broker/messages/sent", "5")
                    .containsEntry("$SYS/broker/subscriptions/count", "1")
                    .containsEntry("$SYS/broker/retained messages/count", "1")
                    .containsEntry("$SYS/broker/store/messages/count", "2")
                    // 2 sockets in 10 s: 12 per minute, of which 1 - e^(-1/6) counts by now
                    .containsEntry("$SYS/broker/load/connections/1min", "1.84")
                    .containsKeys(
                            "$SYS/broker/version",
                            "$SYS/broker/heap/current",
                            "$SYS/broker/heap/maximum",
                            "$SYS/broker/store/messages/bytes",
                            "$SYS/broker/bytes/sent",
                            "$SYS/broker/load/bytes/received/15min");
            assertThat(figures.get("$SYS/broker/version")).startsWith("maxmq");
        }
    }

    @Test
    void tellsSubscribersWhatHasChangedAndNothingElse() {
        try (TestBroker broker = TestBroker.start()) {
            broker.clock().advance(INTERVAL);
            TestClient subscriber = broker.connected(V5, "subscriber");
            subscriber.subscribe("$SYS/broker/clients/+", QoS.AT_LEAST_ONCE);
            for (int i = 0; i < 4; i++) {
                subscriber.expect(Publish.class);
            }
            broker.connected(V5, "another");

            broker.clock().advance(INTERVAL);

            assertThat(List.of(
                            subscriber.expect(Publish.class),
                            subscriber.expect(Publish.class),
                            subscriber.expect(Publish.class)))
                    .allMatch(each -> !each.retain() && each.qos() == QoS.AT_MOST_ONCE)
                    .extracting(each -> each.topic() + "=" + TestClient.text(each))
                    .containsExactly(
                            "$SYS/broker/clients/connected=2",
                            "$SYS/broker/clients/total=2",
                            "$SYS/broker/clients/maximum=2");
            broker.clock().advance(INTERVAL);
            subscriber.expectNothing();
        }
    }

    @Test
    void takesNoPlaceOfARetainedMessage() throws Exception {
        try (TestBroker broker = TestBroker.start(builder ->
                builder.retained(RetainedLimits.builder().maxMessages(1).build()))) {
            broker.clock().advance(INTERVAL);
            TestClient client = broker.connected(V5, "client");

            assertThat(broker.broker().retained().count()).isZero();
            assertThat(broker.broker().retained().bytes()).isZero();
            assertThat(client.publish("a", "x", QoS.AT_LEAST_ONCE, true)).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
            assertThat(client.publish("b", "x", QoS.AT_LEAST_ONCE, true)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            assertThat(read(broker, "#")).containsOnlyKeys("a");
            assertThat(broker.broker()
                            .retained()
                            .query(RetainedQuery.matching("$SYS/broker/clients/#"))
                            .toCompletableFuture()
                            .get(30, TimeUnit.SECONDS)
                            .items())
                    .hasSize(4);
        }
    }

    @Test
    void isNotCountedAmongMessagesThatNobodyWants() {
        RecordedMetrics metrics = new RecordedMetrics();
        try (TestBroker broker = TestBroker.start(builder -> builder.metrics(metrics))) {
            TestClient client = broker.connected(V5, "client");
            client.subscribe("a", QoS.AT_MOST_ONCE);
            client.publish("a", "wanted", QoS.AT_MOST_ONCE);
            client.expectMessage("a", "wanted");
            client.publish("b", "not wanted", QoS.AT_LEAST_ONCE);

            broker.clock().advance(INTERVAL);

            assertThat(metrics.sum("maxmq.messages.unmatched")).isEqualTo(1);
        }
    }

    @Test
    void isClosedToPublishers() {
        try (TestBroker broker = TestBroker.start()) {
            broker.clock().advance(INTERVAL);
            TestClient client = broker.connected(V5, "client");

            assertThat(client.publish("$SYS/broker/uptime", "0 seconds", QoS.AT_LEAST_ONCE, true))
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);

            assertThat(read(broker, "$SYS/broker/uptime")).containsValue("10 seconds");
        }
    }

    @Test
    void isNotForThoseWhomAnAuthorizerKeepsOut() {
        Authorizer keepsOut = (client, action) -> CompletableFuture.completedFuture(
                action instanceof Action.Subscribe subscribe
                                && subscribe.filter().startsWith("$SYS/")
                        ? Authorization.denied()
                        : Authorization.allowed());
        try (TestBroker broker = TestBroker.start(builder -> builder.authorizer(keepsOut))) {
            broker.clock().advance(INTERVAL);
            TestClient client = broker.connected(V5, "client");

            client.send(
                    new Subscribe(1, Properties.NONE, List.of(RequestedSubscription.of("$SYS/#", QoS.AT_MOST_ONCE))));

            assertThat(client.expect(SubAck.class).reasons()).containsExactly(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    void isNotForOtherTenants() {
        Authenticator tenant = request ->
                CompletableFuture.completedFuture(AuthenticationResult.allowed().withTenant(new Tenant("other")));
        try (TestBroker broker = TestBroker.closed(builder -> builder.authenticator(tenant))) {
            broker.clock().advance(INTERVAL);

            assertThat(read(broker, "$SYS/#")).isEmpty();
        }
    }

    @Test
    void canBeSwitchedOff() {
        try (TestBroker broker =
                TestBroker.start(builder -> builder.configure(config -> config.sysInterval(Duration.ZERO)))) {
            broker.clock().advance(INTERVAL);

            assertThat(read(broker, "$SYS/#")).isEmpty();
        }
    }

    @Test
    void publishesTheFiguresOfExtensions() {
        AtomicLong failed = new AtomicLong(3);
        List<Registration> registrations = new CopyOnWriteArrayList<>();
        Extension extension = new Extension() {
            @Override
            public CompletionStage<Void> start(BrokerContext context) {
                registrations.add(context.sysFigure("rules/failed", failed::get));
                registrations.add(context.sysFigure("rules/broken", () -> {
                    throw new IllegalStateException("broken");
                }));
                for (String name : List.of("failed", "uptime", "clients/own", "rules/+", "/x", "", "rules/failed")) {
                    assertThatThrownBy(() -> context.sysFigure(name, () -> 1))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("name=" + name);
                }
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public CompletionStage<Void> stop() {
                return CompletableFuture.completedFuture(null);
            }
        };
        try (TestBroker broker = TestBroker.start(builder -> builder.extension(extension))) {
            broker.clock().advance(INTERVAL);
            assertThat(read(broker, "$SYS/broker/rules/#")).isEqualTo(Map.of("$SYS/broker/rules/failed", "3"));

            failed.set(4);
            broker.clock().advance(INTERVAL);
            assertThat(read(broker, "$SYS/broker/rules/#")).isEqualTo(Map.of("$SYS/broker/rules/failed", "4"));

            registrations.forEach(Registration::close);
            failed.set(5);
            broker.clock().advance(INTERVAL);
            assertThat(read(broker, "$SYS/broker/rules/#")).isEqualTo(Map.of("$SYS/broker/rules/failed", "4"));
            assertThat(registrations).hasSize(2);
        }
    }
}
