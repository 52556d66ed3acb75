package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.config.Listener;
import io.maxmq.limit.FlappingGuard;
import io.maxmq.memory.MemoryStorage;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.admin.BanQuery;
import io.maxmq.spi.admin.Page;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.event.BrokerEvent.BanAdded;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import io.maxmq.spi.event.BrokerEvent.ConnectRefused;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

class BansTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private static TestBroker broker() {
        return TestBroker.start(builder -> builder.listener(Listener.tcp("127.0.0.1", 0)));
    }

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void expectBanned(TestBroker broker, Connect connect) {
        TestClient client = broker.client(connect.version());
        client.send(connect);
        assertThat(client.expect(ConnAck.class).reason())
                .isEqualTo(connect.version().isV5() ? ReasonCode.BANNED : ReasonCode.NOT_AUTHORIZED);
        client.expectEnd();
    }

    private static Connect connect(ProtocolVersion version, String clientId) {
        return Connect.of(version, clientId, true, 0);
    }

    private static Connect connect(String user, String clientId) {
        return new Connect(ProtocolVersion.MQTT_5, false, true, 0, Properties.NONE, clientId, null, user, null);
    }

    @Test
    void configuredBansAreInForceFromTheStartAndNotStored() {
        MemoryStorage storage = MemoryStorage.create();
        try (TestBroker broker = TestBroker.start(builder -> builder.listener(Listener.tcp("127.0.0.1", 0))
                .storage(storage.store())
                .ban(Ban.client("bad"))
                .ban(Ban.user("mallory"))
                .ban(Ban.address("192.0.2.0/24")))) {
            expectBanned(broker, connect(ProtocolVersion.MQTT_5, "bad"));
            expectBanned(broker, connect("mallory", "any"));
            assertThat(get(broker.broker().bans().query(BanQuery.all())).items())
                    .hasSize(3);
        }
        try (TestBroker broker = TestBroker.start(
                builder -> builder.listener(Listener.tcp("127.0.0.1", 0)).storage(storage.store()))) {
            assertThat(get(broker.broker().bans().query(BanQuery.all())).items())
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aBannedClientIdIsRefusedUntilTheBanEnds(ProtocolVersion version) {
        try (TestBroker broker = broker()) {
            get(broker.broker().bans().add(Ban.client("bad").reason("noise"), HOUR));

            expectBanned(broker, connect(version, "bad"));
            broker.connected(version, "good").ping();
            assertThat(broker.events().await(ConnectRefused.class).reasonCode()).isEqualTo(ReasonCode.BANNED);
            assertThat(broker.events().await(BanAdded.class).ban().reason()).isEqualTo("noise");

            broker.clock().advanceToJustBefore(HOUR);
            expectBanned(broker, connect(version, "bad"));
            broker.clock().advance(Duration.ofMillis(1));
            broker.connected(version, "bad").ping();
        }
    }

    @Test
    void whoIsConnectedStaysUntilAskedToGo() {
        try (TestBroker broker = broker()) {
            TestClient five = broker.connected(ProtocolVersion.MQTT_5, "bad");
            TestClient other = broker.connected(ProtocolVersion.MQTT_5, "other");
            Ban ban = Ban.client("bad");

            get(broker.broker().bans().add(ban));
            five.ping();

            assertThat(get(broker.broker().bans().disconnect(ban))).isEqualTo(1);
            five.expectDisconnect(ReasonCode.ADMINISTRATIVE_ACTION);
            assertThat(broker.events().await(ClientDisconnected.class).by()).isEqualTo(Initiator.ADMINISTRATOR);
            other.ping();
            expectBanned(broker, connect(ProtocolVersion.MQTT_5, "bad"));
            assertThat(get(broker.broker().bans().remove(ban))).isTrue();
            assertThat(get(broker.broker().bans().remove(ban))).isFalse();
            broker.connected(ProtocolVersion.MQTT_5, "bad").ping();
        }
    }

    @Test
    void aUserIsBannedByTheNameThatAuthenticationGivesIt() {
        try (TestBroker broker = TestBroker.closed(builder ->
                builder.authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed()
                        .withUsername(request.client().clientId().toUpperCase(Locale.ROOT)))))) {
            get(broker.broker().bans().add(Ban.user("ANNA")));

            expectBanned(broker, connect(ProtocolVersion.MQTT_5, "anna"));
            broker.connected(ProtocolVersion.MQTT_5, "bert").ping();
        }
    }

    @Test
    void aBannedAddressIsClosedWhenItIsAccepted() {
        try (TestBroker broker = broker()) {
            TestClient before = broker.tcpClient(ProtocolVersion.MQTT_5);
            before.connect("before", true);
            Ban ban = Ban.address("127.0.0.0/8");

            get(broker.broker().bans().add(ban));

            broker.tcpClient(ProtocolVersion.MQTT_5).expectEnd();
            broker.connected(ProtocolVersion.MQTT_5, "inside the JVM").ping();
            before.ping();
            assertThat(get(broker.broker().bans().disconnect(ban))).isEqualTo(1);
            before.expectDisconnect(ReasonCode.ADMINISTRATIVE_ACTION);
            get(broker.broker().bans().remove(ban));
            broker.tcpClient(ProtocolVersion.MQTT_5).connect("after", true);
        }
    }

    @Test
    void bansAreToldInPages() {
        try (TestBroker broker = broker()) {
            for (int i = 0; i < 5; i++) {
                get(broker.broker().bans().add(Ban.client("c" + i)));
            }
            get(broker.broker().bans().add(Ban.client("over"), Duration.ofSeconds(1)));
            get(broker.broker().bans().add(Ban.client("c1").tenant(new Tenant("t"))));
            get(broker.broker().bans().add(Ban.address("::1")));
            broker.clock().advance(Duration.ofSeconds(1));

            List<Ban> all = new ArrayList<>();
            BanQuery query = BanQuery.all().limit(3);
            Page<Ban> page = get(broker.broker().bans().query(query));
            all.addAll(page.items());
            while (!page.isLast()) {
                page = get(broker.broker().bans().query(query.after(page.next().orElseThrow())));
                all.addAll(page.items());
            }

            assertThat(all)
                    .extracting(Ban::value)
                    .containsExactly("c0", "c1", "c2", "c3", "c4", "c1", "0:0:0:0:0:0:0:1/128");
        }
    }

    @Test
    void bansOutliveTheBroker() {
        MemoryStorage storage = MemoryStorage.create();
        try (TestBroker broker = TestBroker.start(builder -> builder.storage(storage.store()))) {
            get(broker.broker().bans().add(Ban.client("bad").reason("why")));
            get(broker.broker().bans().add(Ban.user("gone")));
            get(broker.broker().bans().remove(Ban.user("gone")));
            get(broker.broker().bans().add(Ban.address("10.0.0.0/8").until(1))); // over long ago
            get(broker.broker().bans().add(Ban.clientOfUser("sensor", Optional.of("anna"))));
            get(broker.broker().bans().add(Ban.clientOfUser("sensor", Optional.of("bert"))));
            get(broker.broker().bans().add(Ban.clientOfUser("sensor", Optional.empty())));
            get(broker.broker().bans().remove(Ban.clientOfUser("sensor", Optional.of("bert"))));
        }

        try (TestBroker broker = TestBroker.closed(builder -> builder.storage(storage.store())
                .authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed())))) {
            expectBanned(broker, connect(ProtocolVersion.MQTT_5, "bad"));
            assertThat(get(broker.broker().bans().query(BanQuery.all())).items())
                    .extracting(Ban::value, Ban::user, Ban::reason)
                    .containsExactly(
                            tuple("bad", Optional.empty(), "why"),
                            tuple("sensor", Optional.empty(), ""),
                            tuple("sensor", Optional.of("anna"), ""));
            expectBanned(broker, connect(ProtocolVersion.MQTT_5, "sensor"));
            expectBanned(broker, connect("anna", "sensor"));
            broker.connected(connect("bert", "sensor")).ping();
        }
    }

    @Test
    void whoConnectsAgainAndAgainIsBannedForAWhile() {
        try (TestBroker broker = TestBroker.start(
                builder -> builder.extension(FlappingGuard.of(3, Duration.ofMinutes(1), Duration.ofMinutes(5))))) {
            for (int i = 0; i < 3; i++) {
                broker.connected(ProtocolVersion.MQTT_5, "flaps").disconnect();
                broker.connected(ProtocolVersion.MQTT_5, "other" + i);
            }

            TestClient last = broker.connected(ProtocolVersion.MQTT_5, "flaps");

            last.expectDisconnect(ReasonCode.ADMINISTRATIVE_ACTION);
            expectBanned(broker, connect(ProtocolVersion.MQTT_5, "flaps"));
            assertThat(broker.events().await(BanAdded.class).ban().reason()).contains("flapping");
            broker.clock().advance(Duration.ofMinutes(5));
            broker.connected(ProtocolVersion.MQTT_5, "flaps").ping();
            assertThat(broker.events().of(BanAdded.class)).hasSize(1);
        }
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Ban.client(""));
        assertThatIllegalArgumentException().isThrownBy(() -> Ban.clientOfUser("a\0b", Optional.empty()));
        assertThatIllegalArgumentException().isThrownBy(() -> Ban.clientOfUser("a", Optional.of("b\0c")));
        assertThatIllegalArgumentException().isThrownBy(() -> Ban.address("localhost"));
        assertThatIllegalArgumentException().isThrownBy(() -> BanQuery.all().limit(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FlappingGuard.of(1, Duration.ofMinutes(1), Duration.ZERO));
    }
}
