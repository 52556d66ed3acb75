package io.maxmq.protocol;

import io.maxmq.ManualClock;
import io.maxmq.MaxMQBuilder;
import io.maxmq.RecordedMetrics;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.PingReq;
import io.maxmq.codec.packet.PingResp;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.Publish;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.config.Listener;
import io.maxmq.config.Tenancy;
import io.maxmq.config.TenantQuota;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.Message;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.RetainedQuery;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Clients of different tenants never meet, whatever they are called and whatever they subscribe to. */
class TenancyTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final Tenant BLUE = new Tenant("blue");
    private static final Tenant RED = new Tenant("red");

    /** The user name is the tenant; without one there is none. */
    private static final Authenticator BY_USER = request -> CompletableFuture.completedFuture(request.client()
            .username()
            .map(name -> AuthenticationResult.allowed().withTenant(new Tenant(name)))
            .orElse(AuthenticationResult.allowed()));

    private static TestBroker start(Tenancy tenancy, UnaryOperator<MaxMQBuilder> more) {
        return TestBroker.closed(
                builder -> more.apply(builder.authenticator(BY_USER).tenancy(tenancy)));
    }

    private static TestBroker start() {
        return start(Tenancy.byAuthenticator(), builder -> builder);
    }

    private static TestClient connected(TestBroker broker, Tenant tenant, String clientId) {
        return broker.connected(connect(V5, tenant.name(), clientId, true, null));
    }

    private static Connect connect(
            ProtocolVersion version,
            @Nullable String user,
            String clientId,
            boolean cleanStart,
            @Nullable ConnectWill will) {
        return new Connect(version, false, cleanStart, 0, Properties.NONE, clientId, will, user, null);
    }

    @Test
    void theSameClientIdIsAnotherSession() {
        try (TestBroker broker = start()) {
            TestClient blue = connected(broker, BLUE, "c");
            TestClient red = connected(broker, RED, "c");
            blue.subscribe("#", QoS.AT_LEAST_ONCE);
            red.subscribe("#", QoS.AT_LEAST_ONCE);

            connected(broker, BLUE, "p").publish("a", "of blue", QoS.AT_LEAST_ONCE);
            connected(broker, RED, "p").publish("a", "of red", QoS.AT_LEAST_ONCE);

            blue.expectMessage("a", "of blue");
            red.expectMessage("a", "of red");
            blue.ping();
            red.ping();
        }
    }

    @Test
    void aTakeoverConcernsTheTenantAlone() {
        try (TestBroker broker = start()) {
            TestClient blue = connected(broker, BLUE, "c");
            TestClient red = connected(broker, RED, "c");

            TestClient newer = connected(broker, RED, "c");

            red.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
            blue.ping();
            newer.ping();
        }
    }

    @Test
    void whatIsRetainedIsTheTenantsOwn() throws Exception {
        try (TestBroker broker = start()) {
            TestClient blue = connected(broker, BLUE, "c");
            blue.publish("kept", "blue's", QoS.AT_LEAST_ONCE, true);
            TestClient red = connected(broker, RED, "c");
            red.subscribe("#", QoS.AT_LEAST_ONCE);
            red.ping();
            connected(broker, RED, "p").publish("kept", "", QoS.AT_LEAST_ONCE, true);
            red.expectMessage("kept", "");

            assertThat(broker.broker()
                            .retained()
                            .query(RetainedQuery.all().tenant(BLUE))
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS)
                            .items())
                    .hasSize(1);
            red.ping();
        }
    }

    @Test
    void sharedSubscriptionsOfOneNameAreTwoGroups() {
        try (TestBroker broker = start()) {
            TestClient blue = connected(broker, BLUE, "c");
            TestClient red = connected(broker, RED, "c");
            blue.subscribe("$share/g/a", QoS.AT_LEAST_ONCE);
            red.subscribe("$share/g/a", QoS.AT_LEAST_ONCE);

            TestClient publisher = connected(broker, BLUE, "p");
            for (int i = 0; i < 3; i++) {
                publisher.publish("a", "" + i, QoS.AT_LEAST_ONCE);
            }

            for (int i = 0; i < 3; i++) {
                blue.expectMessage("a", "" + i);
            }
            red.ping();
        }
    }

    @Test
    void aWillStaysWithItsTenant() {
        try (TestBroker broker = start()) {
            TestClient blue = connected(broker, BLUE, "watch");
            TestClient red = connected(broker, RED, "watch");
            blue.subscribe("#", QoS.AT_LEAST_ONCE);
            red.subscribe("#", QoS.AT_LEAST_ONCE);
            ConnectWill will =
                    new ConnectWill("will", TestClient.bytes("dead"), QoS.AT_LEAST_ONCE, false, Properties.NONE);

            broker.connected(connect(V5, "blue", "c", true, will)).close();

            blue.expectMessage("will", "dead");
            red.ping();
        }
    }

    @Test
    void delayedMessagesStayWithTheirTenant() {
        try (TestBroker broker = start()) {
            TestClient blue = connected(broker, BLUE, "c");
            TestClient red = connected(broker, RED, "c");
            blue.subscribe("#", QoS.AT_LEAST_ONCE);
            red.subscribe("#", QoS.AT_LEAST_ONCE);

            connected(broker, BLUE, "p").publish("$delayed/5/later", "x", QoS.AT_LEAST_ONCE);
            broker.clock().advance(Duration.ofSeconds(5));

            blue.expectMessage("later", "x");
            red.ping();
        }
    }

    @Test
    void sessionsWithTheSameClientIdAreBothThereAfterARestart() {
        MemoryStorage storage = MemoryStorage.create();
        ManualClock clock = new ManualClock();
        UnaryOperator<MaxMQBuilder> stored =
                builder -> builder.storage(storage.store()).clock(clock);
        try (TestBroker broker = start(Tenancy.byAuthenticator(), stored)) {
            for (String each : new String[] {"blue", "red"}) {
                TestClient client = broker.connected(connect(ProtocolVersion.MQTT_3_1_1, each, "c", false, null));
                client.subscribe(each + "/#", QoS.AT_LEAST_ONCE);
                client.disconnect();
                client.expectEnd();
                TestClient publisher = broker.connected(connect(V5, each, "p-" + each, true, null));
                publisher.publish("blue/1", "by " + each, QoS.AT_LEAST_ONCE);
                publisher.publish("red/1", "by " + each, QoS.AT_LEAST_ONCE);
            }
            broker.broker().close();
        }

        try (TestBroker broker = start(Tenancy.byAuthenticator(), stored)) {
            for (String each : new String[] {"blue", "red"}) {
                TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);
                ConnAck back = client.connect(connect(ProtocolVersion.MQTT_3_1_1, each, "c", false, null));
                assertThat(back.sessionPresent()).isTrue();
                client.expectMessage(each + "/1", "by " + each);
                client.ping();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void whoHasNoTenantIsRefused(ProtocolVersion version) {
        try (TestBroker broker = start()) {
            TestClient client = broker.client(version);

            client.send(connect(version, null, "c", true, null));

            assertThat(client.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            client.expectEnd();
        }
    }

    @Test
    void aTenantTooManyIsRefused() {
        try (TestBroker broker = start(Tenancy.byAuthenticator().withMaxTenants(1), builder -> builder)) {
            TestClient blue = connected(broker, BLUE, "c");
            TestClient red = broker.client(V5);

            red.send(connect(V5, "red", "c", true, null));

            assertThat(red.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            blue.ping();
            connected(broker, BLUE, "d").ping();
        }
    }

    @Test
    void inventedTenantsLeaveRoomWhenTheirClientsHaveGone() {
        try (TestBroker broker = start(Tenancy.byAuthenticator().withMaxTenants(1), builder -> builder)) {
            for (String invented : List.of("a", "b", "c", "d")) {
                admitted(broker, new Tenant(invented)).disconnect();
            }

            TestClient blue = admitted(broker, BLUE);
            blue.publish("a", "kept", QoS.AT_LEAST_ONCE, true);
            blue.publish("$delayed/60/b", "later", QoS.AT_LEAST_ONCE);
            blue.disconnect();
            broker.awaitDisconnected("of-blue");
            assertThat(answer(broker, RED)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);

            TestClient clearing = connected(broker, BLUE, "clearing");
            clearing.publish("a", "", QoS.AT_LEAST_ONCE, true);
            clearing.disconnect();
            broker.awaitDisconnected("clearing");
            assertThat(answer(broker, RED)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);

            broker.clock().advance(Duration.ofSeconds(60));
            admitted(broker, RED).ping();
        }
    }

    /** The session before may take a moment to end. */
    private static TestClient admitted(TestBroker broker, Tenant tenant) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (answer(broker, tenant) != ReasonCode.SUCCESS) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
        return connected(broker, tenant, "of-" + tenant.name());
    }

    private static ReasonCode answer(TestBroker broker, Tenant tenant) {
        try (TestClient client = broker.client(V5)) {
            return client.send(connect(V5, tenant.name(), "of-" + tenant.name(), true, null))
                    .expect(ConnAck.class)
                    .reason();
        }
    }

    @Test
    void subscriptionsBeyondTheQuotaAreRefused() {
        Tenancy tenancy = Tenancy.byAuthenticator()
                .withQuota(TenantQuota.UNLIMITED.withMaxSubscriptions(1))
                .withQuota(RED, TenantQuota.UNLIMITED.withMaxSubscriptions(2));
        try (TestBroker broker = start(tenancy, builder -> builder)) {
            TestClient blue = connected(broker, BLUE, "c");
            TestClient red = connected(broker, RED, "c");
            red.subscribe("a", QoS.AT_MOST_ONCE);
            blue.subscribe("a", QoS.AT_MOST_ONCE);

            blue.send(new Subscribe(7, Properties.NONE, List.of(RequestedSubscription.of("b", QoS.AT_MOST_ONCE))));
            SubAck refused = blue.expect(SubAck.class);
            SubAck again = blue.subscribe("a", QoS.AT_LEAST_ONCE);

            assertThat(refused.reasons()).containsExactly(ReasonCode.QUOTA_EXCEEDED);
            assertThat(again.reasons()).containsExactly(ReasonCode.GRANTED_QOS_1);
            assertThat(red.subscribe("b", QoS.AT_MOST_ONCE).reasons()).containsExactly(ReasonCode.SUCCESS);
        }
    }

    static List<TenantQuota> retainedQuotas() {
        return List.of(
                TenantQuota.UNLIMITED.withMaxRetainedMessages(1), TenantQuota.UNLIMITED.withMaxRetainedBytes(200));
    }

    @ParameterizedTest
    @MethodSource("retainedQuotas")
    void whatIsRetainedBeyondTheQuotaIsRefused(TenantQuota quota) {
        Tenancy tenancy = Tenancy.byAuthenticator().withQuota(BLUE, quota);
        try (TestBroker broker = start(tenancy, builder -> builder)) {
            TestClient blue = connected(broker, BLUE, "c");
            TestClient red = connected(broker, RED, "c");
            assertThat(blue.publish("a", "1", QoS.AT_LEAST_ONCE, true)).isNotEqualTo(ReasonCode.QUOTA_EXCEEDED);
            red.publish("a", "1", QoS.AT_LEAST_ONCE, true);

            assertThat(blue.publish("b", "2", QoS.AT_LEAST_ONCE, true)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            assertThat(red.publish("b", "2", QoS.AT_LEAST_ONCE, true)).isNotEqualTo(ReasonCode.QUOTA_EXCEEDED);
        }
    }

    @Test
    void eachTenantHearsOfItselfAlone() {
        try (TestBroker broker = start()) {
            TestClient blue = connected(broker, BLUE, "c");
            connected(broker, BLUE, "d").subscribe("a", QoS.AT_MOST_ONCE);
            TestClient red = connected(broker, RED, "c");
            red.publish("a", "x", QoS.AT_LEAST_ONCE, true);

            broker.clock().advance(Duration.ofSeconds(10));

            assertThat(figures(blue))
                    .containsEntry("$SYS/broker/clients/connected", "2")
                    .containsEntry("$SYS/broker/clients/total", "2")
                    .containsEntry("$SYS/broker/subscriptions/count", "1")
                    .containsEntry("$SYS/broker/publish/messages/received", "0")
                    .doesNotContainKey("$SYS/broker/heap/current");
            assertThat(figures(red))
                    .containsEntry("$SYS/broker/clients/connected", "1")
                    .containsEntry("$SYS/broker/publish/messages/received", "1");
        }
    }

    /** What is retained below {@code $SYS}, as a subscriber is sent it. */
    private static Map<String, String> figures(TestClient reader) {
        reader.subscribe("$SYS/#", QoS.AT_MOST_ONCE);
        reader.send(PingReq.INSTANCE);
        Map<String, String> values = new TreeMap<>();
        for (var packet = reader.next(); packet != PingResp.INSTANCE; packet = reader.next()) {
            Publish publish = (Publish) packet;
            values.put(publish.topic(), TestClient.text(publish));
        }
        return values;
    }

    @Test
    void eachTenantHasItsMetrics() {
        RecordedMetrics metrics = new RecordedMetrics();
        try (TestBroker broker = start(Tenancy.byAuthenticator(), builder -> builder.metrics(metrics))) {
            TestClient blue = connected(broker, BLUE, "c");
            blue.subscribe("a", QoS.AT_MOST_ONCE);
            connected(broker, BLUE, "p").publish("a", "1", QoS.AT_LEAST_ONCE);
            blue.expectMessage("a", "1");
            connected(broker, RED, "c");

            assertThat(value(metrics, "maxmq.tenant.clients", BLUE)).isEqualTo(2);
            assertThat(value(metrics, "maxmq.tenant.sessions", RED)).isEqualTo(1);
            assertThat(value(metrics, "maxmq.tenant.subscriptions", BLUE)).isEqualTo(1);
            assertThat(value(metrics, "maxmq.tenant.messages.received", BLUE)).isEqualTo(1);
            assertThat(value(metrics, "maxmq.tenant.messages.sent", BLUE)).isEqualTo(1);
            assertThat(value(metrics, "maxmq.tenant.messages.sent", RED)).isZero();
        }
    }

    private static long value(RecordedMetrics metrics, String name, Tenant tenant) {
        return metrics.all().stream()
                .filter(each -> each.name().equals(name)
                        && tenant.name().equals(each.tags().get("tenant")))
                .findFirst()
                .orElseThrow()
                .value()
                .getAsLong();
    }

    @Test
    void whatTheApplicationPublishesIsTheDefaultTenants() {
        try (TestBroker broker = start()) {
            TestClient blue = connected(broker, BLUE, "c");
            TestClient operator = connected(broker, Tenant.DEFAULT, "c");
            blue.subscribe("#", QoS.AT_LEAST_ONCE);
            operator.subscribe("#", QoS.AT_LEAST_ONCE);

            broker.publish(Message.of("a", "x"));

            operator.expectMessage("a", "x");
            blue.ping();
        }
    }

    @Test
    void aListenerWithoutTlsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> start(Tenancy.byAuthenticator(), builder -> builder.listener(Listener.tcp(0))))
                .withMessage("with tenants all listeners must have TLS: listener=tcp-0");
        try (TestBroker broker = start()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> broker.broker().listeners().add(Listener.unix(Path.of("local"))))
                    .withMessageContaining("listener=unix");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> broker.broker().listeners().add(Listener.tcp(0)))
                    .withMessageContaining("must have TLS");
        }
    }
}
