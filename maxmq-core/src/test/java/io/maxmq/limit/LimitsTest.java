package io.maxmq.limit;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.limit.Limit.Action;
import io.maxmq.limit.Limit.Scope;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateDecision;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class LimitsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static SocketAddress from(String address) {
        return new InetSocketAddress(address, 1234);
    }

    private static ClientInfo client(String tenant, String user, String id, String address, String listener) {
        return ClientInfo.builder(id, ProtocolVersion.MQTT_5, from(address), listener)
                .tenant(new Tenant(tenant))
                .username(user)
                .build();
    }

    private static final ClientInfo ANNA = client("t", "anna", "a", "10.0.0.1", "tcp");

    private static RateDecision publish(ConnectionLimiter limiter) {
        return limiter.acquirePublish(1, 100, 0);
    }

    /** Another client that has the same key in the scope, and one that has not. */
    private record Others(ClientInfo same, ClientInfo different) {
        static Others in(Scope scope) {
            ClientInfo stranger = client("t2", "bert", "b", "10.0.0.2", "other");
            return switch (scope) {
                case BROKER -> new Others(stranger, null);
                case LISTENER -> new Others(client("t2", "bert", "b", "10.0.0.2", "tcp"), stranger);
                case ADDRESS -> new Others(client("t2", "bert", "b", "10.0.0.1", "other"), stranger);
                case TENANT -> new Others(client("t", "bert", "b", "10.0.0.2", "other"), stranger);
                case USER ->
                    new Others(
                            client("t", "anna", "b", "10.0.0.2", "other"),
                            client("t2", "anna", "a", "10.0.0.1", "tcp"));
                case CLIENT ->
                    new Others(
                            client("t", "anna", "a", "10.0.0.2", "other"), client("t", "bert", "a", "10.0.0.1", "tcp"));
            };
        }
    }

    @ParameterizedTest
    @EnumSource(Scope.class)
    void clientsShareALimitOnPublishWithWhomTheyShareTheKey(Scope scope) {
        Limits limits = Limits.of(Limit.publishRate(scope, 2, SECOND).action(Action.DROP));
        ConnectionLimiter anna = limits.open(ANNA, 0);
        Others others = Others.in(scope);

        assertThat(publish(anna)).isEqualTo(RateDecision.ALLOW);
        assertThat(publish(limits.open(others.same(), 0))).isEqualTo(RateDecision.ALLOW);
        assertThat(publish(anna)).isEqualTo(RateDecision.DROP);
        assertThat(publish(limits.open(others.same(), 0))).isEqualTo(RateDecision.DROP);
        if (others.different() != null) {
            assertThat(publish(limits.open(others.different(), 0))).isEqualTo(RateDecision.ALLOW);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Scope.class,
            names = {"TENANT", "USER", "CLIENT"})
    void clientsShareALimitOnConnectionsWithWhomTheyShareTheKey(Scope scope) {
        Limits limits = Limits.of(Limit.connectionRate(scope, 1, SECOND).action(Action.DISCONNECT));
        Others others = Others.in(scope);

        assertThat(limits.open(ANNA, 0).acquireConnection(0)).isEqualTo(RateDecision.ALLOW);
        assertThat(limits.open(others.same(), 0).acquireConnection(0)).isEqualTo(RateDecision.DISCONNECT);
        assertThat(limits.open(others.different(), 0).acquireConnection(0)).isEqualTo(RateDecision.ALLOW);
        assertThat(limits.onAccept(from("10.0.0.1"), "tcp", 0)).isEqualTo(RateDecision.ALLOW);
    }

    @ParameterizedTest
    @EnumSource(
            value = Scope.class,
            names = {"BROKER", "LISTENER", "ADDRESS"})
    void socketsShareALimitOnConnectionsWithWhomTheyShareTheKey(Scope scope) {
        Limits limits = Limits.of(Limit.connectionRate(scope, 1, SECOND));
        Others others = Others.in(scope);

        assertThat(accept(limits, ANNA, 0)).isEqualTo(RateDecision.ALLOW);
        assertThat(accept(limits, others.same(), 0)).isEqualTo(RateDecision.DROP);
        if (others.different() != null) {
            assertThat(accept(limits, others.different(), 0)).isEqualTo(RateDecision.ALLOW);
        }
        assertThat(accept(limits, ANNA, SECOND.toNanos() * 2)).isEqualTo(RateDecision.ALLOW);
    }

    private static RateDecision accept(Limits limits, ClientInfo client, long now) {
        return limits.onAccept(client.remoteAddress(), client.listener(), now);
    }

    @ParameterizedTest
    @EnumSource(
            value = Scope.class,
            names = {"CLIENT"},
            mode = EnumSource.Mode.EXCLUDE)
    void connectionsAtATimeAreCountedWithThoseOfTheSameKey(Scope scope) {
        Limits limits = Limits.of(Limit.connections(scope, 1));
        Others others = Others.in(scope);
        ConnectionLimiter anna = limits.open(ANNA, 0);
        ConnectionLimiter same = limits.open(others.same(), 0);

        assertThat(anna.acquireConnection(0)).isEqualTo(RateDecision.ALLOW);
        assertThat(same.acquireConnection(0)).isEqualTo(RateDecision.DISCONNECT);
        same.close();
        if (others.different() != null) {
            assertThat(limits.open(others.different(), 0).acquireConnection(0)).isEqualTo(RateDecision.ALLOW);
        }
        anna.close();
        assertThat(limits.open(others.same(), 0).acquireConnection(0)).isEqualTo(RateDecision.ALLOW);
    }

    @Test
    void whoTakesItsOwnSessionOverNeedsNoFurtherConnection() {
        Limits limits = Limits.of(Limit.connections(Scope.USER, 1));
        ConnectionLimiter first = limits.open(ANNA, 0);
        ConnectionLimiter second = limits.open(ANNA, 0);

        assertThat(first.acquireConnection(0)).isEqualTo(RateDecision.ALLOW);
        assertThat(second.acquireConnection(0)).isEqualTo(RateDecision.ALLOW);
        first.close(); // has lost its place already
        ConnectionLimiter other = limits.open(client("t", "anna", "b", "10.0.0.1", "tcp"), 0);
        assertThat(other.acquireConnection(0)).isEqualTo(RateDecision.DISCONNECT);
        second.close();
        assertThat(other.acquireConnection(0)).isEqualTo(RateDecision.ALLOW);
        other.close();
        assertThat(limits.openConnections()).isZero();
    }

    @Test
    void aTakeoverThatIsRefusedLeavesTheOtherItsPlace() {
        Limits limits = Limits.of(Limit.connections(Scope.ADDRESS, 1));
        ClientInfo elsewhere = client("t", "anna", "a", "10.0.0.2", "tcp");
        ConnectionLimiter full = limits.open(client("t", "bert", "b", "10.0.0.2", "tcp"), 0);
        ConnectionLimiter first = limits.open(ANNA, 0);
        full.acquireConnection(0);
        first.acquireConnection(0);

        assertThat(limits.open(elsewhere, 0).acquireConnection(0)).isEqualTo(RateDecision.DISCONNECT);

        assertThat(limits.open(client("t", "carl", "c", "10.0.0.1", "tcp"), 0).acquireConnection(0))
                .isEqualTo(RateDecision.DISCONNECT);
        first.close();
        full.close();
        assertThat(limits.openConnections()).isZero();
    }

    /** Whoever asks often enough would have a place for each that is refused. */
    @Test
    void aTakeoverThatComesToNothingGivesThePlaceBack() {
        Limits limits = Limits.of(Limit.connections(Scope.USER, 1), Limit.connectionRate(Scope.CLIENT, 1, SECOND));
        ConnectionLimiter first = limits.open(ANNA, 0);
        first.acquireConnection(0);
        for (int i = 0; i < 3; i++) {
            ConnectionLimiter refused = limits.open(ANNA, 0);
            assertThat(refused.acquireConnection(0)).isEqualTo(RateDecision.DROP);
            refused.close();
        }
        ConnectionLimiter second = limits.open(ANNA, 5_000_000_000L);
        ConnectionLimiter third = limits.open(ANNA, 10_000_000_000L);
        assertThat(second.acquireConnection(5_000_000_000L)).isEqualTo(RateDecision.ALLOW);
        assertThat(third.acquireConnection(10_000_000_000L)).isEqualTo(RateDecision.ALLOW);
        second.close(); // neither has taken the first one's session over
        third.close();

        ConnectionLimiter other = limits.open(client("t", "anna", "b", "10.0.0.1", "tcp"), 0);
        assertThat(other.acquireConnection(0)).isEqualTo(RateDecision.DISCONNECT);
        first.close();
        assertThat(other.acquireConnection(0)).isEqualTo(RateDecision.ALLOW);
        other.close();
        assertThat(limits.openConnections()).isZero();
    }

    @Test
    void aLimitForOneKeyIsAboutNoOther() {
        Limits limits = Limits.of(
                Limit.publishRate(Scope.USER, 1, SECOND).only("anna").action(Action.DROP),
                Limit.connectionRate(Scope.ADDRESS, 1, SECOND).only("10.0.0.0/24"));

        ConnectionLimiter anna = limits.open(ANNA, 0);
        publish(anna);
        assertThat(publish(anna)).isEqualTo(RateDecision.DROP);
        assertThat(limits.open(client("t", "bert", "b", "10.0.0.1", "tcp"), 0)).isEqualTo(ConnectionLimiter.NONE);
        limits.onAccept(from("10.0.0.1"), "tcp", 0);
        assertThat(limits.onAccept(from("10.0.0.77"), "tcp", 0)).isEqualTo(RateDecision.DROP);
        assertThat(limits.onAccept(from("10.0.1.1"), "tcp", 0)).isEqualTo(RateDecision.ALLOW);
        assertThat(limits.onAccept(from("::1"), "tcp", 0)).isEqualTo(RateDecision.ALLOW);
    }

    @Test
    void aLimitForOneClientIdCountsEachTenantAndUserOnItsOwn() {
        Limits limits = Limits.of(
                Limit.publishRate(Scope.CLIENT, 1, SECOND).only("a").action(Action.DROP),
                Limit.publishRate(Scope.USER, 1, SECOND).only("anna").action(Action.DROP));
        ConnectionLimiter anna = limits.open(ANNA, 0);
        publish(anna);

        assertThat(publish(limits.open(client("t", "bert", "a", "10.0.0.1", "tcp"), 0)))
                .isEqualTo(RateDecision.ALLOW);
        assertThat(publish(limits.open(client("t2", "anna", "a", "10.0.0.1", "tcp"), 0)))
                .isEqualTo(RateDecision.ALLOW);
        assertThat(publish(limits.open(client("t2", "anna", "b", "10.0.0.1", "tcp"), 0)))
                .isEqualTo(RateDecision.DROP);
        assertThat(publish(anna)).isEqualTo(RateDecision.DROP);
    }

    @Test
    void addressesThatShareAPrefixAreOne() {
        Limits limits = Limits.builder()
                .limit(Limit.connectionRate(Scope.ADDRESS, 1, SECOND))
                .prefixes(24, 64)
                .build();

        assertThat(limits.onAccept(from("10.0.0.1"), "tcp", 0)).isEqualTo(RateDecision.ALLOW);
        assertThat(limits.onAccept(from("10.0.0.2"), "tcp", 0)).isEqualTo(RateDecision.DROP);
        assertThat(limits.onAccept(from("10.0.1.2"), "tcp", 0)).isEqualTo(RateDecision.ALLOW);
        assertThat(limits.onAccept(from("2001:db8::1"), "tcp", 0)).isEqualTo(RateDecision.ALLOW);
        assertThat(limits.onAccept(from("2001:db8::ffff:1"), "tcp", 0)).isEqualTo(RateDecision.DROP);
        assertThat(limits.onAccept(from("2001:db8:0:1::1"), "tcp", 0)).isEqualTo(RateDecision.ALLOW);
    }

    @Test
    void theLimitThatCostsMostDecidesAndNothingIsTakenFromTheOthers() {
        Limits limits = Limits.of(
                Limit.publishRate(Scope.CLIENT, 1, SECOND).action(Action.DROP),
                Limit.publishRate(Scope.BROKER, 3, SECOND).action(Action.DISCONNECT));
        ConnectionLimiter anna = limits.open(ANNA, 0);
        ConnectionLimiter bert = limits.open(client("t", "bert", "b", "10.0.0.2", "tcp"), 0);
        ConnectionLimiter carl = limits.open(client("t", "carl", "c", "10.0.0.2", "tcp"), 0);
        ConnectionLimiter dora = limits.open(client("t", "dora", "d", "10.0.0.2", "tcp"), 0);

        assertThat(publish(anna)).isEqualTo(RateDecision.ALLOW);
        for (int i = 0; i < 5; i++) {
            assertThat(publish(anna)).isEqualTo(RateDecision.DROP); // and costs the broker's counter nothing
        }
        assertThat(publish(bert)).isEqualTo(RateDecision.ALLOW);
        assertThat(publish(carl)).isEqualTo(RateDecision.ALLOW);
        assertThat(publish(anna)).isEqualTo(RateDecision.DISCONNECT);
        assertThat(publish(dora)).isEqualTo(RateDecision.DISCONNECT);
    }

    @Test
    void pausesAreAsLongAsTheLongestOfThem() {
        Limits limits = Limits.of(Limit.publishRate(Scope.CLIENT, 1, SECOND), Limit.byteRate(Scope.CLIENT, 100, 100));
        ConnectionLimiter anna = limits.open(ANNA, 0);

        assertThat(anna.acquirePublish(1, 100, 0)).isEqualTo(RateDecision.ALLOW);
        assertThat(anna.acquirePublish(1, 400, 0))
                .isEqualTo(RateDecision.pause(Duration.ofSeconds(4).toNanos()));
    }

    @Test
    void noPauseIsLongerThanAMinute() {
        ConnectionLimiter anna = Limits.of(Limit.byteRate(Scope.CLIENT, 1, 1)).open(ANNA, 0);

        assertThat(anna.acquirePublish(1, 1_000_000, 0))
                .isEqualTo(RateDecision.pause(Duration.ofMinutes(1).toNanos()));
    }

    @Test
    void whoComesBackFindsWhatItHasUsed() {
        Limits limits = Limits.of(Limit.publishRate(Scope.CLIENT, 1, SECOND).action(Action.DROP));
        ConnectionLimiter first = limits.open(ANNA, 0);
        publish(first);
        first.close();

        assertThat(publish(limits.open(ANNA, 0))).isEqualTo(RateDecision.DROP);
    }

    @Test
    void whoHasNoUserNameIsNotLimitedByUser() {
        ClientInfo anonymous = client("t", null, "a", "10.0.0.1", "tcp");

        assertThat(Limits.of(Limit.publishRate(Scope.USER, 1, SECOND)).open(anonymous, 0))
                .isEqualTo(ConnectionLimiter.NONE);
    }

    @Test
    void keysAreForgottenWhenTheirCountersAreAsIfNew() {
        Limits limits = Limits.of(Limit.connectionRate(Scope.ADDRESS, 1, SECOND));
        for (int i = 0; i < 1000; i++) {
            limits.onAccept(from("10.0." + i / 256 + "." + i % 256), "tcp", 0);
        }
        assertThat(limits.keys()).isEqualTo(1000);

        for (int i = 0; i < 1000; i++) {
            limits.onAccept(
                    from("10.1." + i / 256 + "." + i % 256), "tcp", SECOND.toNanos() * 2 + i * SECOND.toNanos());
        }

        assertThat(limits.keys()).isLessThan(10);
    }

    @Test
    void keysOfOpenConnectionsAreNotForgotten() {
        Limits limits = Limits.of(Limit.publishRate(Scope.CLIENT, 1, SECOND).action(Action.DROP));
        ConnectionLimiter open = limits.open(ANNA, 0);
        for (int i = 0; i < 100; i++) {
            limits.open(client("t", "bert", "b" + i, "10.0.0.1", "tcp"), 0).close();
        }
        ConnectionLimiter again = limits.open(ANNA, 0);

        assertThat(publish(open)).isEqualTo(RateDecision.ALLOW);
        assertThat(publish(again)).isEqualTo(RateDecision.DROP);
        assertThat(limits.keys()).isLessThan(10);
    }

    @Test
    void theKeysThatFindNoRoomAreCountedAsOne() {
        Limits limits = Limits.builder()
                .limit(Limit.connectionRate(Scope.ADDRESS, 2, SECOND))
                .maxKeys(3)
                .build();
        for (int i = 0; i < 3; i++) {
            limits.onAccept(from("10.0.0." + i), "tcp", 0);
        }

        assertThat(limits.onAccept(from("10.0.1.1"), "tcp", 0)).isEqualTo(RateDecision.ALLOW);
        assertThat(limits.onAccept(from("10.0.1.2"), "tcp", 0)).isEqualTo(RateDecision.ALLOW);
        assertThat(limits.onAccept(from("10.0.1.3"), "tcp", 0)).isEqualTo(RateDecision.DROP);
        assertThat(limits.onAccept(from("10.0.0.1"), "tcp", 0)).isEqualTo(RateDecision.ALLOW);
        assertThat(limits.keys()).isEqualTo(3);
    }

    @Test
    void refusesWhatMakesNoSense() {
        List<Runnable> wrong = List.of(
                () -> Limit.connectionRate(Scope.ADDRESS, 0, SECOND),
                () -> Limit.publishRate(Scope.CLIENT, 1, Duration.ofHours(2)),
                () -> Limit.byteRate(Scope.CLIENT, 1, 4000),
                () -> Limit.publishRate(Scope.BROKER, 1, SECOND).only("x"),
                () -> Limit.connections(Scope.CLIENT, 1),
                () -> Limits.of(Limit.connectionRate(Scope.ADDRESS, 1, SECOND).only("localhost")),
                () -> Limits.of(Limit.publishRate(Scope.CLIENT, 1, SECOND), Limit.publishRate(Scope.CLIENT, 1, SECOND)),
                () -> Limits.builder().prefixes(33, 64),
                () -> Limits.builder().maxKeys(0),
                () -> new Limit(Limit.Kind.BYTE_RATE, Scope.CLIENT, Optional.empty(), 1, SECOND, 1, Action.PAUSE));

        assertThat(wrong)
                .allSatisfy(each -> assertThatIllegalArgumentException().isThrownBy(each::run));
    }
}
