package io.maxmq.core.hostile;

import io.maxmq.MaxMQBuilder;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.auth.Acl;
import io.maxmq.auth.AclRule;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.config.ClientIdRule;
import io.maxmq.config.SessionLimits;
import io.maxmq.limit.FlappingGuard;
import io.maxmq.limit.Limit;
import io.maxmq.limit.Limit.Scope;
import io.maxmq.limit.Limits;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.event.BrokerEvent.BanAdded;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Attempts of one user to keep another from its own client id. */
class ClientIdAttackTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private @Nullable TestBroker broker;

    private TestBroker start(UnaryOperator<MaxMQBuilder> settings) {
        TestBroker started = TestBroker.closed(builder -> settings.apply(
                builder.authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed()))));
        broker = started;
        return started;
    }

    @AfterEach
    void close() {
        if (broker != null) {
            broker.close();
        }
    }

    private static Connect connect(@Nullable String user, String clientId, long expirySeconds) {
        Properties properties = Properties.builder()
                .set(PropertyId.SESSION_EXPIRY_INTERVAL, expirySeconds)
                .build();
        return new Connect(V5, false, expirySeconds == 0, 0, properties, clientId, null, user, null);
    }

    private static ReasonCode refused(TestBroker by, Connect connect) {
        TestClient client = by.client(connect.version());
        ReasonCode reason = client.send(connect).expect(ConnAck.class).reason();
        client.expectEnd();
        return reason;
    }

    @Test
    void refusedAttemptsOfAnotherUserLeaveTheOwnersConnectionRateAlone() {
        TestBroker running = start(builder -> builder.rateLimiter(
                Limits.of(Limit.connectionRate(Scope.CLIENT, 3, MINUTE).action(Limit.Action.DISCONNECT))));
        running.connected(connect("owner", "sensor", 1000)).disconnect();

        for (int i = 0; i < 5; i++) {
            assertThat(refused(running, connect("stranger", "sensor", 0)))
                    .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        }

        running.connected(connect("owner", "sensor", 1000)).ping();
    }

    @Test
    void eachUserHasAConnectionRateOfItsOwnForAClientId() {
        TestBroker running = start(builder -> builder.rateLimiter(
                Limits.of(Limit.connectionRate(Scope.CLIENT, 3, MINUTE).action(Limit.Action.DISCONNECT))));

        for (String user : new String[] {"stranger", null, "owner"}) {
            for (int i = 0; i < 3; i++) {
                running.connected(connect(user, "sensor", 0)).disconnect();
            }
            assertThat(refused(running, connect(user, "sensor", 0))).isEqualTo(ReasonCode.CONNECTION_RATE_EXCEEDED);
        }
    }

    @Test
    void flappingBansTheClientIdForItsUserOnly() {
        TestBroker running = start(builder -> builder.extension(FlappingGuard.of(3, MINUTE, Duration.ofMinutes(5))));
        for (int i = 0; i < 3; i++) {
            running.connected(connect("stranger", "sensor", 0)).disconnect();
        }

        running.connected(connect("stranger", "sensor", 0)).expectDisconnect(ReasonCode.ADMINISTRATIVE_ACTION);

        assertThat(refused(running, connect("stranger", "sensor", 0))).isEqualTo(ReasonCode.BANNED);
        Ban ban = running.events().await(BanAdded.class).ban();
        assertThat(ban.kind()).isEqualTo(Ban.Kind.CLIENT_OF_USER);
        assertThat(ban.value()).isEqualTo("sensor");
        assertThat(ban.user()).isEqualTo(Optional.of("stranger"));
        running.connected(connect("owner", "sensor", 0)).disconnect();
        running.connected(connect(null, "sensor", 0)).ping();
    }

    @Test
    void anotherUserCannotTakeAClientIdThatRulesGiveToItsOwner() {
        TestBroker running =
                start(builder -> builder.authorizer(Acl.of(AclRule.allowConnect("${username}-*"), AclRule.allow("#"))));

        assertThat(refused(running, connect("stranger", "owner-1", 1_000_000))).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(refused(running, connect(null, "owner-1", 1_000_000))).isEqualTo(ReasonCode.NOT_AUTHORIZED);

        running.connected(connect("owner", "owner-1", 1000)).ping();
        running.connected(connect("stranger", "stranger-1", 1000)).ping();
    }

    @ParameterizedTest
    @CsvSource({
        "USER_NAME, sensor1, sensor1, true",
        "USER_NAME, sensor1, sensor1-a, false",
        "USER_NAME, sensor1, sensor, false",
        "USER_NAME_PREFIX, sensor1, sensor1, true",
        "USER_NAME_PREFIX, sensor1, sensor1-a, true",
        "USER_NAME_PREFIX, sensor1, sensor1/a, true",
        "USER_NAME_PREFIX, sensor1, sensor10, false",
        "USER_NAME_PREFIX, sensor1, sensor2, false",
        "USER_NAME_PREFIX, sensor1, x-sensor1, false",
        "USER_NAME_PREFIX, , sensor1, false",
        "USER_NAME_PREFIX, , '', true",
        "USER_NAME, sensor1, '', true",
        "ANY, , sensor1, true"
    })
    void theRuleOfClientIdsGivesEachUserItsOwn(
            ClientIdRule rule, @Nullable String user, String clientId, boolean allowed) {
        TestBroker running = start(builder -> builder.configure(config -> config.clientIds(rule)));

        ConnAck answer = running.client(V5).send(connect(user, clientId, 0)).expect(ConnAck.class);

        assertThat(answer.reason()).isEqualTo(allowed ? ReasonCode.SUCCESS : ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }

    @Test
    void aClientWhoseClientIdIsNoLongerAllowedIsDisconnected() {
        Acl acl = Acl.of(AclRule.allow("#"));
        TestBroker running = start(builder -> builder.authorizer(acl));
        TestClient owner = running.connected(connect("owner", "owner-1", 1000));
        TestClient stranger = running.connected(connect("stranger", "owner-2", 1000));
        stranger.subscribe("a", QoS.AT_MOST_ONCE);

        acl.replace(List.of(AclRule.allowConnect("${username}-*"), AclRule.allow("#")));

        stranger.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
        owner.ping();
        assertThat(refused(running, connect("stranger", "owner-2", 1000))).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void anAuthorizerThatIsNotAskedAboutConnectingLetsEveryClientIdIn() {
        Authorizer deniesAll = (client, action) -> Authorization.denied().stage();
        TestBroker running = start(builder -> builder.authorizer(deniesAll));

        running.connected(connect("stranger", "owner-1", 1000)).ping();
    }

    @Test
    void anOperatorEndsTheSessionThatKeepsTheOwnerOut() {
        MemoryStorage storage = MemoryStorage.create();
        TestBroker before = start(builder -> builder.storage(storage.store()));
        before.connected(connect("stranger", "sensor", 2_000_000)).disconnect();
        before.close();
        TestBroker running = start(builder -> builder.storage(storage.store()));
        assertThat(refused(running, connect("owner", "sensor", 1000)))
                .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);

        CompletionStage<Boolean> ended = running.broker().sessions().purge("sensor");

        assertThat(ended).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(true);
        running.connected(connect("owner", "sensor", 1000)).ping();
    }

    @Test
    void oneUserLeavesHalfOfTheSessionsToOthers() {
        TestBroker running = start(builder ->
                builder.sessions(SessionLimits.builder().maxSessions(6).build()));
        for (int i = 0; i < 3; i++) {
            running.connected(connect("stranger", "s" + i, 1000)).disconnect();
        }

        assertThat(refused(running, connect("stranger", "s3", 1000))).isEqualTo(ReasonCode.QUOTA_EXCEEDED);

        running.connected(connect("owner", "o", 1000)).ping();
        running.connected(connect(null, "n1", 1000)).ping();
        running.connected(connect(null, "n2", 1000)).ping();
    }

    @Test
    void flappingWithoutAUserNameBansTheClientIdWithoutAUserName() {
        TestBroker running = start(builder -> builder.extension(FlappingGuard.of(3, MINUTE, Duration.ofMinutes(5))));
        for (int i = 0; i < 3; i++) {
            running.connected(connect(null, "sensor", 0)).disconnect();
        }

        running.connected(connect(null, "sensor", 0)).expectDisconnect(ReasonCode.ADMINISTRATIVE_ACTION);

        assertThat(refused(running, connect(null, "sensor", 0))).isEqualTo(ReasonCode.BANNED);
        running.connected(connect("owner", "sensor", 0)).ping();
    }
}
