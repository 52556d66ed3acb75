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
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.config.AutomaticSubscription;
import io.maxmq.config.SessionLimits;
import io.maxmq.config.Tenancy;
import io.maxmq.config.TenantQuota;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.event.BrokerEvent.ConnectRefused;
import io.maxmq.spi.event.BrokerEvent.SessionExpired;
import io.maxmq.spi.intercept.SubscriptionRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** How many sessions a user and a tenant may have. */
class SessionQuotaTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final Tenant BLUE = new Tenant("blue");

    /** Of {@code tenant/user} or {@code user}. */
    private static final Authenticator BY_USER = request -> {
        String user = request.client().username().orElse("");
        int slash = user.indexOf('/');
        return CompletableFuture.completedFuture(
                slash < 0
                        ? AuthenticationResult.allowed()
                        : AuthenticationResult.allowed().withTenant(new Tenant(user.substring(0, slash))));
    };

    private final RecordedMetrics metrics = new RecordedMetrics();
    private final MemoryStorage storage = MemoryStorage.create();
    private final ManualClock clock = new ManualClock();
    private @Nullable TestBroker running;

    private TestBroker start(UnaryOperator<MaxMQBuilder> settings) {
        running = TestBroker.closed(builder -> settings.apply(
                builder.metrics(metrics).clock(clock).authenticator(BY_USER).loops(2)));
        return running;
    }

    private TestBroker startWithPerUser(int sessions, UnaryOperator<MaxMQBuilder> more) {
        return start(builder -> more.apply(builder.sessions(
                SessionLimits.builder().maxSessionsPerUser(sessions).build())));
    }

    @AfterEach
    void close() {
        if (running != null) {
            running.close();
        }
    }

    private static Connect connect(
            ProtocolVersion version, @Nullable String user, String clientId, boolean clean, int expirySeconds) {
        Properties properties = version.isV5()
                ? Properties.builder()
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, (long) expirySeconds)
                        .build()
                : Properties.NONE;
        return new Connect(version, false, clean, 0, properties, clientId, null, user, null);
    }

    private TestClient lasting(String user, String clientId) {
        return running.connected(connect(V5, user, clientId, false, 1000));
    }

    private ReasonCode answer(Connect connect) {
        return running.client(connect.version())
                .send(connect)
                .expect(ConnAck.class)
                .reason();
    }

    private ReasonCode another(String user, String clientId) {
        return answer(connect(V5, user, clientId, false, 1000));
    }

    private static void purge(TestBroker broker, String clientId) {
        broker.broker().sessions().purge(clientId).toCompletableFuture().join();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aUserHasNoMoreThanItsQuota(ProtocolVersion version) {
        TestBroker broker = startWithPerUser(2, builder -> builder);
        broker.connected(connect(version, "alice", "a1", true, 0));
        broker.connected(connect(version, "alice", "a2", true, 0));

        TestClient third = broker.client(version);
        ConnAck answer = third.send(connect(version, "alice", "a3", true, 0)).expect(ConnAck.class);

        assertThat(answer.reason())
                .isEqualTo(version.isV5() ? ReasonCode.QUOTA_EXCEEDED : ReasonCode.SERVER_UNAVAILABLE);
        third.expectEnd();
        assertThat(broker.events().await(ConnectRefused.class).detail()).isEqualTo("too many sessions of this user");
        assertThat(metrics.sum("maxmq.sessions.refused{by=user}")).isEqualTo(1);
        broker.connected(connect(version, "bob", "b1", true, 0));
        for (int i = 0; i < 4; i++) {
            broker.connected(connect(version, null, "nobody-" + i, true, 0));
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void whoComesBackToItsSessionNeedsNoRoom(ProtocolVersion version) {
        TestBroker broker = start(builder -> builder.sessions(
                SessionLimits.builder().maxSessionsPerUser(1).maxSessions(1).build()));
        TestClient away = broker.connected(connect(version, "alice", "a1", false, 1000));
        away.disconnect();

        TestClient back = broker.client(version);
        assertThat(back.connect(connect(version, "alice", "a1", false, 1000)).sessionPresent())
                .isEqualTo(version != ProtocolVersion.MQTT_3_1);
        TestClient takesOver = broker.connected(connect(version, "alice", "a1", false, 1000));
        back.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
        TestClient anew = broker.connected(connect(version, "alice", "a1", true, 0));
        takesOver.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
        TestClient replacesAnEphemeralOne = broker.connected(connect(version, "alice", "a1", true, 0));
        anew.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);

        replacesAnEphemeralOne.ping();
        assertThat(answer(connect(version, "alice", "a2", true, 0)).isError()).isTrue();
        assertThat(metrics.sum("maxmq.sessions")).isEqualTo(1);
    }

    @Test
    void thereIsRoomAgainWhenASessionHasEnded() {
        TestBroker broker = startWithPerUser(2, builder -> builder);
        lasting("alice", "purged");
        lasting("alice", "expires").close();
        assertThat(another("alice", "third")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);

        purge(broker, "purged");
        assertThat(another("alice", "third")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(another("alice", "fourth")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        broker.awaitDisconnected("expires");
        clock.advance(Duration.ofSeconds(1000));
        broker.events().await(SessionExpired.class, event -> event.clientId().equals("expires"));

        assertThat(another("alice", "fourth")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(another("alice", "fifth")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }

    @Test
    void sessionsFromBeforeARestartCount() {
        UnaryOperator<MaxMQBuilder> stored = builder -> builder.storage(storage.store());
        TestBroker first = startWithPerUser(3, stored);
        lasting("alice", "a1").disconnect();
        lasting("alice", "a2").disconnect();
        lasting("alice", "a3");
        first.connected(connect(V5, "bob", "ephemeral", true, 0));
        first.broker().close();
        first.close();

        TestBroker second = startWithPerUser(2, stored);

        assertThat(another("alice", "a4"))
                .as("more than there may be are there")
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(another("bob", "b1")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(another("alice", "a1")).isEqualTo(ReasonCode.SUCCESS);
        purge(second, "a1");
        assertThat(another("alice", "a4")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        purge(second, "a2");
        assertThat(another("alice", "a4")).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void theQuotaIsExactHoweverManyComeAtOnce() throws Exception {
        TestBroker broker = startWithPerUser(10, builder -> builder.loops(4));
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            TestClient client = broker.client(V5);
            clients.add(client);
        }

        for (int i = 0; i < 40; i++) {
            clients.get(i).send(connect(V5, "alice", "client-" + i, false, 1000));
        }

        int accepted = 0;
        for (TestClient each : clients) {
            accepted += each.expect(ConnAck.class).reason() == ReasonCode.SUCCESS ? 1 : 0;
        }
        assertThat(accepted).isEqualTo(10);
        assertThat(metrics.sum("maxmq.sessions")).isEqualTo(10);
        assertThat(metrics.sum("maxmq.sessions.refused{by=user}")).isEqualTo(30);
    }

    @Test
    void aTenantHasNoMoreThanItsQuota() {
        TestBroker broker = start(
                builder -> builder.tenancy(Tenancy.none().withQuota(BLUE, TenantQuota.UNLIMITED.withMaxSessions(2))));
        lasting("blue/alice", "1").disconnect();
        lasting("blue/bob", "2");

        assertThat(another("blue/carol", "3")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(broker.events().await(ConnectRefused.class).detail()).isEqualTo("too many sessions of this tenant");
        assertThat(metrics.sum("maxmq.sessions.refused{by=tenant}")).isEqualTo(1);
        assertThat(another("red/alice", "1")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(another("blue/alice", "1")).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void usersOfTheSameNameInTwoTenantsAreTwo() {
        Authenticator byClientId = request -> CompletableFuture.completedFuture(AuthenticationResult.allowed()
                .withTenant(new Tenant(request.client().clientId().substring(0, 1))));
        running = TestBroker.closed(builder -> builder.authenticator(byClientId)
                .sessions(SessionLimits.builder().maxSessionsPerUser(1).build()));

        assertThat(another("alice", "a1")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(another("alice", "b1")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(another("alice", "b2")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }

    @Test
    void aSessionThatAnotherUserBeginsAnewIsThatUsers() {
        TestBroker broker = start(builder -> builder.configure(config -> config.sessionsBelongToUsers(false))
                .sessions(SessionLimits.builder()
                        .maxSessionsPerUser(1)
                        .maxSessions(2)
                        .build()));
        lasting("alice", "shared").disconnect();
        TestClient bob = lasting("bob", "bobs");

        assertThat(answer(connect(V5, "bob", "shared", true, 0))).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(another("alice", "shared")).as("her session is still there").isEqualTo(ReasonCode.SUCCESS);
        bob.close();
        purge(broker, "bobs");
        TestClient bobs = broker.connected(connect(V5, "bob", "shared", true, 1000));

        assertThat(another("bob", "second")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(another("alice", "first")).isEqualTo(ReasonCode.SUCCESS);
        bobs.ping();
    }

    @Test
    void automaticSubscriptionsAreWithinTheTenantsQuota() {
        TestBroker broker = start(builder -> builder.tenancy(
                        Tenancy.none().withQuota(BLUE, TenantQuota.UNLIMITED.withMaxSubscriptions(1)))
                .automaticSubscription(
                        AutomaticSubscription.of("*", new SubscriptionRequest("to/${clientid}", QoS.AT_LEAST_ONCE))));
        TestClient first = lasting("blue/alice", "1");
        TestClient second = lasting("blue/alice", "2");
        TestClient other = lasting("red/alice", "2");
        TestClient publisher = lasting("blue/alice", "publisher");

        publisher.publish("to/1", "x", QoS.AT_LEAST_ONCE);
        publisher.publish("to/2", "x", QoS.AT_LEAST_ONCE);
        broker.connected(connect(V5, "red/bob", "p", true, 0)).publish("to/2", "x", QoS.AT_LEAST_ONCE);

        first.expectMessage("to/1", "x");
        second.expectNothing();
        other.expectMessage("to/2", "x");
    }
}
