package io.maxmq.protocol;

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
import io.maxmq.config.SessionLimits;
import io.maxmq.limit.Limit;
import io.maxmq.limit.Limits;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.admin.SessionView;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A user name counts when an authenticator vouches for it, and not because CONNECT carries it. */
class UnprovenUsernameTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    private static final Acl RULES = Acl.of(
            AclRule.parse("allow all user=admin topic=#"),
            AclRule.parse("allow all topic=of/${username}/#"),
            AclRule.parse("allow publish anonymous=yes topic=open"));

    /** Knows a password, and lets in some client ids without one. */
    private static final Authenticator BY_PASSWORD_OR_CLIENT_ID = request -> {
        AuthenticationResult.Allowed allowed = AuthenticationResult.allowed();
        return CompletableFuture.completedFuture(request.password().isPresent() ? allowed : allowed.withoutUsername());
    };

    private static Connect connect(String clientId, String username) {
        return new Connect(V5, false, true, 0, Properties.NONE, clientId, null, username, null);
    }

    private static Connect proven(String clientId, String username) {
        return new Connect(V5, false, true, 0, Properties.NONE, clientId, null, username, TestClient.bytes("right"));
    }

    /** With a session that lasts, which it resumes if there is one. */
    private static Connect lasting(String clientId, String username, boolean isProven) {
        Properties lasts = Properties.builder()
                .set(PropertyId.SESSION_EXPIRY_INTERVAL, 1000)
                .build();
        ByteBuffer password = isProven ? TestClient.bytes("right") : null;
        return new Connect(V5, false, false, 0, lasts, clientId, null, username, password);
    }

    private static TestBroker startByPassword() {
        return TestBroker.closed(builder -> builder.authenticator(BY_PASSWORD_OR_CLIENT_ID));
    }

    private static SessionView session(TestBroker broker, String clientId) {
        return broker.broker()
                .sessions()
                .find(clientId)
                .toCompletableFuture()
                .join()
                .orElseThrow();
    }

    @Test
    void anonymousClientHasNoRightsOfTheNameItClaims() {
        try (TestBroker broker = TestBroker.start(builder -> builder.authorizer(RULES))) {
            TestClient client = broker.connected(connect("c", "admin"));

            assertThat(client.publish("any", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(client.publish("of/admin/x", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(client.publish("open", "x", QoS.AT_LEAST_ONCE).isError()).isFalse();
            ClientInfo seen = broker.events().await(ClientConnected.class).client();
            assertThat(seen.username()).isEmpty();
            assertThat(seen.claimedUsername()).contains("admin");
        }
    }

    @Test
    void nameThatTheAuthenticatorDoesNotVouchForGivesNoRights() {
        try (TestBroker broker = TestBroker.closed(
                builder -> builder.authenticator(BY_PASSWORD_OR_CLIENT_ID).authorizer(RULES))) {
            TestClient claiming = broker.connected(connect("c", "admin"));
            TestClient admin = broker.connected(proven("d", "admin"));

            assertThat(claiming.publish("any", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(admin.publish("any", "x", QoS.AT_LEAST_ONCE).isError()).isFalse();
            assertThat(admin.publish("of/admin/x", "x", QoS.AT_LEAST_ONCE).isError())
                    .isFalse();
        }
    }

    @Test
    void claimedNameTakesNoSessionOfTheUsersQuota() {
        try (TestBroker broker = TestBroker.closed(builder -> builder.authenticator(BY_PASSWORD_OR_CLIENT_ID)
                .sessions(SessionLimits.builder().maxSessionsPerUser(1).build()))) {
            broker.connected(connect("c", "ann"));
            broker.connected(connect("d", "ann"));

            broker.connected(proven("e", "ann")).ping();
        }
    }

    @Test
    void claimedNameTakesNoConnectionOfTheUsersLimit() {
        Limits limits = Limits.of(Limit.connections(Limit.Scope.USER, 1));
        try (TestBroker broker = TestBroker.closed(
                builder -> builder.authenticator(BY_PASSWORD_OR_CLIENT_ID).rateLimiter(limits))) {
            broker.connected(connect("c", "ann"));
            broker.connected(connect("d", "ann"));

            broker.connected(proven("e", "ann")).ping();
        }
    }

    @Test
    void claimedNameDoesNotOpenTheSessionOfTheUser() {
        try (TestBroker broker = TestBroker.closed(builder -> builder.authenticator(BY_PASSWORD_OR_CLIENT_ID))) {
            TestClient owner = broker.connected(proven("c", "ann"));

            ConnAck answer = broker.client(V5).send(connect("c", "ann")).expect(ConnAck.class);

            assertThat(answer.reason()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
            owner.ping();
        }
    }

    @Test
    void claimedNameDoesNotOpenTheOfflineSessionOfTheUser() {
        try (TestBroker broker = startByPassword()) {
            broker.connected(lasting("c", "ann", true)).disconnect();

            ConnAck answer = broker.client(V5).send(lasting("c", "ann", false)).expect(ConnAck.class);

            assertThat(answer.reason()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
            assertThat(broker.client(V5).connect(lasting("c", "ann", true)).sessionPresent())
                    .isTrue();
        }
    }

    @Test
    void claimedNameResumesItsOwnSession() {
        try (TestBroker broker = startByPassword()) {
            broker.connected(lasting("c", "ann", false)).disconnect();

            assertThat(broker.client(V5).connect(lasting("c", "ann", false)).sessionPresent())
                    .isTrue();
        }
    }

    @Test
    void sessionOfAClaimedNameIsNoSessionOfTheUserInViews() {
        try (TestBroker broker = startByPassword()) {
            broker.connected(lasting("c", "ann", false));
            broker.connected(lasting("d", "ann", true));

            assertThat(session(broker, "c").username()).isEmpty();
            assertThat(session(broker, "d").username()).contains("ann");
        }
    }

    @Test
    void userDoesNotInheritTheOnlineSessionOfItsClaimedName() {
        try (TestBroker broker = startByPassword()) {
            TestClient claiming = broker.connected(lasting("c", "ann", false));
            claiming.subscribe("planted", QoS.AT_LEAST_ONCE);

            TestClient ann = broker.client(V5);
            ConnAck answer = ann.connect(lasting("c", "ann", true));

            assertThat(answer.sessionPresent()).isFalse();
            claiming.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
            assertThat(session(broker, "c").subscriptions()).isZero();
            assertThat(session(broker, "c").username()).contains("ann");
            ann.ping();
        }
    }

    @Test
    void userDoesNotInheritTheOfflineSessionOfItsClaimedName() {
        try (TestBroker broker = startByPassword()) {
            TestClient claiming = broker.connected(lasting("c", "ann", false));
            claiming.subscribe("planted", QoS.AT_LEAST_ONCE);
            claiming.disconnect();
            broker.awaitDisconnected("c");
            broker.publish(Message.of("planted", "message", QoS.AT_LEAST_ONCE));

            TestClient ann = broker.client(V5);
            ConnAck answer = ann.connect(lasting("c", "ann", true));

            assertThat(answer.sessionPresent()).isFalse();
            ann.ping(); // no message comes before the answer
            assertThat(session(broker, "c").subscriptions()).isZero();
            assertThat(broker.client(V5)
                            .send(lasting("c", "ann", false))
                            .expect(ConnAck.class)
                            .reason())
                    .isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        }
    }

    @Test
    void userWithoutRoomLeavesTheSessionOfItsClaimedName() {
        try (TestBroker broker = TestBroker.closed(builder -> builder.authenticator(BY_PASSWORD_OR_CLIENT_ID)
                .sessions(SessionLimits.builder().maxSessionsPerUser(1).build()))) {
            TestClient claiming = broker.connected(lasting("c", "ann", false));
            TestClient first = broker.connected(lasting("d", "ann", true));

            ConnAck answer = broker.client(V5).send(lasting("c", "ann", true)).expect(ConnAck.class);

            assertThat(answer.reason()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            claiming.ping();
            first.ping();
        }
    }

    @Test
    void replacedSessionOfAClaimedNameCountsForNoUser() {
        try (TestBroker broker = TestBroker.closed(builder -> builder.authenticator(BY_PASSWORD_OR_CLIENT_ID)
                .sessions(SessionLimits.builder()
                        .maxSessions(2)
                        .maxSessionsPerUser(1)
                        .build()))) {
            broker.connected(lasting("c", "ann", false)).disconnect();
            broker.connected(lasting("c", "ann", true)).ping();

            assertThat(broker.client(V5)
                            .send(lasting("d", "ann", true))
                            .expect(ConnAck.class)
                            .reason())
                    .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            broker.connected(lasting("d", "bob", true)).ping();
        }
    }

    @Test
    void anyUserResumesTheSessionOfAClaimedNameWhereSessionsBelongToNobody() {
        try (TestBroker broker = TestBroker.closed(builder -> builder.authenticator(BY_PASSWORD_OR_CLIENT_ID)
                .configure(config -> config.sessionsBelongToUsers(false)))) {
            broker.connected(lasting("c", "ann", false)).disconnect();

            assertThat(broker.client(V5).connect(lasting("c", "ann", true)).sessionPresent())
                    .isTrue();
            assertThat(broker.client(V5).connect(lasting("c", "bob", false)).sessionPresent())
                    .isTrue();
        }
    }

    @Test
    void claimedNameDoesNotLiftTheKeepAliveOfAnonymousClients() {
        try (TestBroker broker = TestBroker.start()) {
            ConnAck answer = broker.client(V5)
                    .send(new Connect(V5, false, true, 50_000, Properties.NONE, "c", null, "ann", null))
                    .expect(ConnAck.class);

            assertThat(answer.properties().intOr(PropertyId.SERVER_KEEP_ALIVE, 0))
                    .isEqualTo(3600);
        }
    }
}
