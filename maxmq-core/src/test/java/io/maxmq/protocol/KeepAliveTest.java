package io.maxmq.protocol;

import io.maxmq.Spec;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.config.Listener;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Deadlines of a connection: for CONNECT, and between packets (MQTT 5.0 §3.1.2.10). */
class KeepAliveTest {
    @AutoClose
    private final TestBroker broker = TestBroker.start();

    @Test
    void closesASilentConnectionAfterTenSeconds() {
        TestClient silent = broker.client(ProtocolVersion.MQTT_5);

        broker.clock().advance(Duration.ofSeconds(10));

        silent.expectEnd();
    }

    @Test
    void theDeadlineForConnectDoesNotMoveWithTheBytes() {
        TestClient trickling = broker.client(ProtocolVersion.MQTT_3_1_1);
        int[] connect = {0x10, 0x10, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 4, 's', 'l', 'o', 'w'};
        for (int i = 0; i < 9; i++) {
            trickling.sendInts(connect[i]);
            broker.clock().advance(Duration.ofSeconds(1));
        }

        broker.clock().advance(Duration.ofSeconds(1));

        trickling.expectEnd();
    }

    @Test
    void aConnectInPiecesIsFineWithinTheDeadline() {
        TestClient trickling = broker.client(ProtocolVersion.MQTT_3_1_1);
        int[] connect = {0x10, 0x10, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 4, 's', 'l', 'o', 'w'};

        for (int piece : connect) {
            trickling.sendInts(piece);
            broker.clock().advance(Duration.ofMillis(400));
        }

        assertThat(trickling.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        broker.clock().advance(Duration.ofSeconds(20));
        trickling.ping();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec(value = "MQTT-3.1.2-22", v3 = "MQTT-3.1.2-24")
    void closesAfterOneAndAHalfTimesTheKeepAlive(ProtocolVersion version) {
        TestClient client = broker.connected(Connect.of(version, "client", true, 10));

        broker.clock().advanceToJustBefore(Duration.ofSeconds(15));
        client.ping();
        broker.clock().advanceToJustBefore(Duration.ofSeconds(15));
        client.send(TestClient.message("any", "packet counts", QoS.AT_MOST_ONCE, 0));
        client.ping();
        broker.clock().advance(Duration.ofSeconds(15));

        client.expectDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT);
        ClientDisconnected event = broker.events().await(ClientDisconnected.class);
        assertThat(event.by()).isEqualTo(Initiator.BROKER);
        assertThat(event.reasonCode()).isEqualTo(ReasonCode.KEEP_ALIVE_TIMEOUT);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    @Spec(value = "MQTT-3.1.2-22", v3 = "MQTT-3.1.2-24")
    void bytesOfAPacketThatIsNotCompleteAreNoSignOfLife(ProtocolVersion version) {
        TestClient client = broker.connected(Connect.of(version, "client", true, 10));
        TestClient witness = broker.connected(ProtocolVersion.MQTT_5, "witness");
        client.sendInts(0x30, 0xA0, 0x8D, 0x06, 0, 1, 'a'); // PUBLISH with 100,000 bytes
        witness.ping();

        for (int second = 0; second < 14; second++) {
            broker.clock().advance(Duration.ofSeconds(1));
            client.sendInts('x', 'x', 'x');
            witness.ping();
        }
        broker.clock().advance(Duration.ofSeconds(1));

        client.expectDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT);
    }

    @Test
    void aLargePacketThatComesFastEnoughIsASignOfLife() {
        TestClient client = broker.connected(Connect.of(ProtocolVersion.MQTT_3_1_1, "client", true, 10));
        TestClient witness = broker.connected(ProtocolVersion.MQTT_5, "witness");
        client.sendInts(0x32, 0xA0, 0x8D, 0x06, 0, 1, 'a', 0, 1); // PUBLISH with 100,000 bytes
        for (int sent = 5; sent < 100_000; sent += 1_999) {
            client.sendBytes(new byte[Math.min(1_999, 100_000 - sent)]);
            witness.ping();
            broker.clock().advance(Duration.ofSeconds(1));
        }

        assertThat(client.expect(PubAck.class).packetId()).isEqualTo(1);
        broker.clock().advance(Duration.ofSeconds(15));
        client.expectEnd();
    }

    @Test
    void whatTheBrokerSendsIsNoSignOfLife() {
        TestClient client = broker.connected(Connect.of(ProtocolVersion.MQTT_3_1_1, "client", true, 10));
        client.subscribe("a", QoS.AT_MOST_ONCE);

        for (int i = 0; i < 16; i++) {
            broker.publish(io.maxmq.spi.Message.of("a", "x"));
            broker.clock().advance(Duration.ofSeconds(1));
        }

        broker.events().await(ClientDisconnected.class);
    }

    @Test
    void anonymousClientsAreHeldToAnHour() {
        TestClient five = broker.client(ProtocolVersion.MQTT_5);
        TestClient three = broker.client(ProtocolVersion.MQTT_3_1_1);

        ConnAck answer = five.connect(Connect.of(ProtocolVersion.MQTT_5, "five", true, 65_535));
        three.connect(Connect.of(ProtocolVersion.MQTT_3_1_1, "three", true, 0));

        assertThat(answer.properties().intOr(PropertyId.SERVER_KEEP_ALIVE, -1)).isEqualTo(3600);
        broker.clock().advance(Duration.ofSeconds(5400));
        five.expectDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT);
        three.expectEnd();
    }

    private static Connect withoutKeepAlive(ProtocolVersion version) {
        return new Connect(
                version, false, true, 0, io.maxmq.codec.packet.Properties.NONE, "client", null, "user", null);
    }

    private static TestBroker brokerOfUsers() {
        return TestBroker.closed(builder ->
                builder.authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed())));
    }

    @Test
    void capsKeepAliveZeroOfMqtt5ClientsWithAUserName() {
        try (TestBroker users = brokerOfUsers()) {
            TestClient client = users.client(ProtocolVersion.MQTT_5);

            ConnAck answer = client.connect(withoutKeepAlive(ProtocolVersion.MQTT_5));

            assertThat(answer.properties().intOr(PropertyId.SERVER_KEEP_ALIVE, -1))
                    .isEqualTo(65_535);
            users.clock().advance(Duration.ofSeconds(98_303));
            client.expectDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT);
        }
    }

    @Test
    void leavesMqtt3ClientsWithAUserNameWithoutKeepAlive() {
        try (TestBroker users = brokerOfUsers()) {
            TestClient client = users.client(ProtocolVersion.MQTT_3_1_1);

            client.connect(withoutKeepAlive(ProtocolVersion.MQTT_3_1_1));

            users.clock().advance(Duration.ofDays(2));
            client.ping();
        }
    }

    /** The timer of a connection in /proc/net/tcp is 2 while TCP keep-alive waits. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void probesVanishedHostsByTcpKeepAlive() throws Exception {
        try (TestBroker listening = TestBroker.start(builder -> builder.listener(Listener.tcp(0)));
                TestClient client = listening.tcpClient(ProtocolVersion.MQTT_3_1_1)) {
            client.connect(Connect.of(ProtocolVersion.MQTT_3_1_1, "client", true, 0));
            String port =
                    String.format(":%04X", listening.broker().listeners().tcp().port());

            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (establishedWithKeepAlive(port) == 0 && System.nanoTime() < deadline) {
                LockSupport.parkNanos(10_000_000);
            }
            assertThat(establishedWithKeepAlive(port)).isEqualTo(1);
        }
    }

    private static long establishedWithKeepAlive(String port) throws IOException {
        List<String> sockets = new ArrayList<>(Files.readAllLines(Path.of("/proc/net/tcp")));
        Path six = Path.of("/proc/net/tcp6");
        sockets.addAll(Files.exists(six) ? Files.readAllLines(six) : List.of());
        return sockets.stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields[1].endsWith(port) && fields[3].equals("01") && fields[5].startsWith("02:"))
                .count();
    }

    @Test
    @Spec("MQTT-3.2.2-22")
    void aCapTakesThePlaceOfNoKeepAliveAndIsToldOnlyWhereItMatters() {
        try (TestBroker capped = TestBroker.start(builder -> builder.connections(ConnectionLimits.builder()
                .maxKeepAliveAnonymous(Duration.ofSeconds(20))
                .build()))) {
            TestClient none = capped.client(ProtocolVersion.MQTT_5);
            TestClient less = capped.client(ProtocolVersion.MQTT_5);

            ConnAck toNone = none.connect(Connect.of(ProtocolVersion.MQTT_5, "none", true, 0));
            ConnAck toLess = less.connect(Connect.of(ProtocolVersion.MQTT_5, "less", true, 10));

            assertThat(toNone.properties().intOr(PropertyId.SERVER_KEEP_ALIVE, -1))
                    .isEqualTo(20);
            assertThat(toLess.properties().has(PropertyId.SERVER_KEEP_ALIVE)).isFalse();
            capped.clock().advance(Duration.ofSeconds(15));
            less.expectDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT);
            capped.clock().advance(Duration.ofSeconds(15));
            none.expectDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT);
        }
    }

    @Test
    void aConfiguredCapHoldsForAllClients() {
        try (TestBroker capped = TestBroker.start(builder -> builder.connections(ConnectionLimits.builder()
                .maxKeepAlive(Duration.ofSeconds(20))
                .maxKeepAliveAnonymous(Duration.ofSeconds(20))
                .build()))) {
            TestClient client = capped.client(ProtocolVersion.MQTT_5);

            ConnAck answer = client.connect(Connect.of(ProtocolVersion.MQTT_5, "client", true, 60));

            assertThat(answer.properties().intOr(PropertyId.SERVER_KEEP_ALIVE, -1))
                    .isEqualTo(20);
            capped.clock().advance(Duration.ofSeconds(30));
            client.expectDisconnect(ReasonCode.KEEP_ALIVE_TIMEOUT);
        }
    }
}
