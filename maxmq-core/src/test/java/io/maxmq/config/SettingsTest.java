package io.maxmq.config;

import io.maxmq.codec.QoS;
import io.maxmq.spi.intercept.SubscriptionRequest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SettingsTest {

    @Test
    void defaultsAreTheDocumentedLimits() {
        ConnectionLimits connections = BrokerConfig.defaults().connections();
        SessionLimits sessions = BrokerConfig.defaults().sessions();

        assertThat(connections.connectTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(connections.maxTlsHandshakes()).isEqualTo(10_000);
        assertThat(connections.packetTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(connections.maxPacketBytes()).isEqualTo(1_048_576);
        assertThat(connections.maxPacketBytesBeforeConnect()).isEqualTo(65_536);
        assertThat(connections.receiveMaximum()).isEqualTo(100);
        assertThat(connections.maxTopicLevels()).isEqualTo(128);
        assertThat(connections.maxKeepAliveAnonymous()).isEqualTo(Duration.ofHours(1));
        assertThat(connections.maxWillBytes()).isEqualTo(65_536);
        assertThat(sessions.maxQueuedMessages()).isEqualTo(1000);
        assertThat(sessions.maxSubscriptions()).isEqualTo(1000);
        assertThat(sessions.maxSessionsPerUser()).isEqualTo(500_000);
        assertThat(sessions.overflow()).isEqualTo(Overflow.DROP_NEWEST);
        assertThat(BrokerConfig.defaults().allowAnonymous()).isFalse();
        assertThat(BrokerConfig.defaults().sessionsBelongToUsers()).isTrue();
        assertThat(BrokerConfig.defaults().disconnectRevoked()).isTrue();
        assertThat(BrokerConfig.defaults().willGraceAfterRestart()).isZero();
    }

    @Test
    void changesOneValueAndKeepsTheOthers() {
        BrokerConfig before = BrokerConfig.builder()
                .name("b")
                .listener(Listener.tcp(0))
                .sessions(SessionLimits.builder().maxInFlight(7).build())
                .build();

        BrokerConfig after = before.toBuilder().loops(3).build();

        assertThat(after.toBuilder().loops(before.loops()).build()).isEqualTo(before);
        assertThat(after.loops()).isEqualTo(3);
    }

    @Test
    void aUserMayHaveHalfOfTheSessionsUnlessSet() {
        SessionLimits few = SessionLimits.builder().maxSessions(7).build();

        assertThat(few.maxSessionsPerUser()).isEqualTo(3);
        assertThat(few.toBuilder().maxSessions(1).build().maxSessionsPerUser()).isEqualTo(1);
        assertThat(few.toBuilder().maxSessionsPerUser(5).maxSessions(9).build().maxSessionsPerUser())
                .isEqualTo(5);
        assertThat(few.toBuilder().maxSessionsPerUser(5).maxSessionsPerUser(0).build())
                .isEqualTo(few);
    }

    static List<Arguments> badValues() {
        return List.of(
                bad(
                        "maxPacketBytes=0",
                        () -> ConnectionLimits.builder().maxPacketBytes(0).build()),
                bad(
                        "receiveMaximum=0",
                        () -> ConnectionLimits.builder().receiveMaximum(0).build()),
                bad(
                        "receiveMaximum=65536",
                        () -> ConnectionLimits.builder().receiveMaximum(65_536).build()),
                bad(
                        "connectTimeout=PT0S",
                        () -> ConnectionLimits.builder()
                                .connectTimeout(Duration.ZERO)
                                .build()),
                bad(
                        "maxTlsHandshakes=0",
                        () -> ConnectionLimits.builder().maxTlsHandshakes(0).build()),
                bad(
                        "packetTimeout=PT0S",
                        () -> ConnectionLimits.builder()
                                .packetTimeout(Duration.ZERO)
                                .build()),
                bad(
                        "responseInformation=a/${ip}",
                        () -> Capabilities.builder()
                                .responseInformation("a/${ip}")
                                .build()),
                bad(
                        "openDollarTopics=$SYS",
                        () -> Capabilities.builder()
                                .openDollarTopics(Set.of("$SYS"))
                                .build()),
                bad(
                        "openDollarTopics=$a/b",
                        () -> Capabilities.builder()
                                .openDollarTopics(Set.of("$a/b"))
                                .build()),
                bad(
                        "maxKeepAlive=PT0S",
                        () -> ConnectionLimits.builder()
                                .maxKeepAlive(Duration.ZERO)
                                .build()),
                bad(
                        "outboundLowWatermarkBytes",
                        () -> ConnectionLimits.builder()
                                .outboundHighWatermarkBytes(1)
                                .build()),
                bad(
                        "maxPacketBytesBeforeConnect",
                        () -> ConnectionLimits.builder().maxPacketBytes(2048).build()),
                bad(
                        "maxQueuedMessages=0",
                        () -> SessionLimits.builder().maxQueuedMessages(0).build()),
                bad(
                        "maxSessionsPerUser=-1",
                        () -> SessionLimits.builder().maxSessionsPerUser(-1).build()),
                bad("maxSessions=-1", () -> TenantQuota.UNLIMITED.withMaxSessions(-1)),
                bad(
                        "maxExpiry=PT-1S",
                        () -> SessionLimits.builder()
                                .maxExpiry(Duration.ofSeconds(-1))
                                .build()),
                bad("maxBytes=-1", () -> RetainedLimits.builder().maxBytes(-1).build()),
                bad(
                        "maxDelay=PT0.5S",
                        () -> DelayedLimits.builder()
                                .maxDelay(Duration.ofMillis(500))
                                .build()),
                bad(
                        "maxMessagesPerClient=-1",
                        () -> DelayedLimits.builder().maxMessagesPerClient(-1).build()),
                bad("pattern=a/#/b", () -> TopicRewrite.of("a/#/b", "x")),
                bad("pattern=$share/g/a", () -> TopicRewrite.of("$share/g/a", "x")),
                bad("target=x/{2}", () -> TopicRewrite.of("a/+", "x/{2}")),
                bad("target=x/{#}", () -> TopicRewrite.of("a/+", "x/{#}")),
                bad("target={#}/x", () -> TopicRewrite.of("a/#", "{#}/x")),
                bad("target=x{#}", () -> TopicRewrite.of("a/#", "x{#}")),
                bad("target=x/+", () -> TopicRewrite.of("a/+", "x/+")),
                bad("target=", () -> TopicRewrite.of("a", "")),
                bad("clientIds=", () -> AutomaticSubscription.of("", new SubscriptionRequest("a", QoS.AT_MOST_ONCE))),
                bad(
                        "topicFilter=a/#/${clientid}",
                        () -> AutomaticSubscription.of(
                                "*", new SubscriptionRequest("a/#/${clientid}", QoS.AT_MOST_ONCE))),
                bad(
                        "topicFilter=$exclusive/a",
                        () -> AutomaticSubscription.of("*", new SubscriptionRequest("$exclusive/a", QoS.AT_MOST_ONCE))),
                bad(
                        "topicFilter=a/${ip}",
                        () -> AutomaticSubscription.of("*", new SubscriptionRequest("a/${ip}", QoS.AT_MOST_ONCE))),
                bad("networkBytes=4194304", () -> new MemoryLimits(2 << 20, 4 << 20)),
                bad("port=65536", () -> Listener.tcp(65_536)),
                bad("host", () -> Listener.tcp("", 1)),
                bad("maxConnections=0", () -> Listener.tcp(1).withMaxConnections(0)),
                bad("name=a b", () -> BrokerConfig.builder().name("a b").build()),
                bad("loops=65", () -> BrokerConfig.builder().loops(65).build()),
                bad(
                        "sysInterval=PT0.5S",
                        () -> BrokerConfig.builder()
                                .sysInterval(Duration.ofMillis(500))
                                .build()),
                bad(
                        "willGraceAfterRestart=PT-1S",
                        () -> BrokerConfig.builder()
                                .willGraceAfterRestart(Duration.ofSeconds(-1))
                                .build()),
                bad("machine=8192", () -> BrokerConfig.builder().machine(8192).build()),
                bad(
                        "name=tcp-0",
                        () -> BrokerConfig.builder()
                                .listener(Listener.tcp(0))
                                .listener(Listener.tcp(0))
                                .build()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badValues")
    void refusesABadValueByItsName(String named, Supplier<Object> settings) {
        assertThatIllegalArgumentException().isThrownBy(settings::get).withMessageContaining(named);
    }

    private static Arguments bad(String named, Supplier<Object> settings) {
        return Arguments.of(named, settings);
    }
}
