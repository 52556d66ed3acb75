package io.maxmq.protocol;

import io.maxmq.Listeners;
import io.maxmq.RecordedLogs;
import io.maxmq.TestAuthority;
import io.maxmq.TestAuthority.Issued;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.config.Listener;
import io.maxmq.config.Tls;
import io.maxmq.config.Tls.ClientCertificates;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Connections end with the certificates that they were let in by. */
class CertificateLifetimeTest {
    @TempDir
    private Path directory;

    private final List<TestClient> clients = new ArrayList<>();
    private TestAuthority authority;
    private Tls tls;
    private @Nullable TestBroker running;

    @BeforeEach
    void issue() {
        authority = new TestAuthority(directory, "authority");
        Issued server = authority.issue("broker.example");
        tls = Tls.pem(server.certificateFile(), server.keyFile())
                .withClientCertificates(ClientCertificates.OPTIONAL, authority.file())
                .withWatchedFiles(false);
    }

    @AfterEach
    void close() {
        clients.forEach(TestClient::close);
        if (running != null) {
            running.close();
        }
    }

    private TestBroker start(Tls settings, int loops, @Nullable Instant validUntil) {
        AuthenticationResult.Allowed allowed = validUntil == null
                ? AuthenticationResult.allowed()
                : AuthenticationResult.allowed().withValidUntil(validUntil);
        TestBroker broker = TestBroker.closed(builder -> builder.name("certificates")
                .loops(loops)
                .listener(Listener.tls(0, settings).withName("tls"))
                .listener(Listener.tls(0, settings).withName("other"))
                .authenticator(request -> CompletableFuture.completedFuture(allowed)));
        running = broker;
        return broker;
    }

    private TestClient client(ProtocolVersion version, String clientId, @Nullable Issued shown, String listener)
            throws IOException {
        TestClient client = socket(version, shown, listener);
        clients.add(client);
        client.connect(clientId, true);
        return client;
    }

    private TestClient socket(ProtocolVersion version, @Nullable Issued shown, String listener) throws IOException {
        Listeners.Bound to = running.broker().listeners().named(listener);
        Socket socket = authority.client(shown).getSocketFactory().createSocket(to.host(), to.port());
        socket.setSoTimeout(30_000);
        return new TestClient(version, socket);
    }

    private Instant now() {
        return Instant.ofEpochMilli(running.clock().epochMillis());
    }

    /** Whole seconds, as in certificates; after the real time, which the JDK checks, and the broker's. */
    private Instant inDays(int days) {
        Instant now = Instant.now().isAfter(now()) ? Instant.now() : now();
        return now.plus(days, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
    }

    private void advanceTo(Instant time) {
        running.clock().advance(Duration.between(now(), time));
    }

    private static void await(BooleanSupplier so) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!so.getAsBoolean() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(so.getAsBoolean()).isTrue();
    }

    @Test
    void disconnectsWhenTheCertificateEnds() throws IOException {
        start(tls, 1, null);
        Issued sensor = authority.issue("sensor", inDays(2));
        Issued other = authority.issue("other", inDays(3));
        Instant end = sensor.certificate().getNotAfter().toInstant();
        advanceTo(end.minusSeconds(10));
        TestClient ends = client(ProtocolVersion.MQTT_5, "a", sensor, "tls");
        TestClient stays = client(ProtocolVersion.MQTT_5, "b", other, "tls");
        TestClient without = client(ProtocolVersion.MQTT_5, "c", null, "tls");

        advanceTo(end.minusSeconds(1));
        ends.ping();
        advanceTo(end);

        ends.expectDisconnect(ReasonCode.MAXIMUM_CONNECT_TIME);
        stays.ping();
        without.ping();
        try (TestClient late = socket(ProtocolVersion.MQTT_5, sensor, "tls")) {
            assertThat(late.send(Connect.of(ProtocolVersion.MQTT_5, "late", true, 0))
                            .expect(ConnAck.class)
                            .reason())
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    void disconnectsAtTheFirstOfCertificateAndToken() throws IOException {
        start(tls, 1, Instant.ofEpochMilli(1_800_000_000_000L).plusSeconds(60));
        TestClient client = client(ProtocolVersion.MQTT_5, "a", authority.issue("sensor", inDays(2)), "tls");

        running.clock().advance(Duration.ofSeconds(60));

        client.expectDisconnect(ReasonCode.MAXIMUM_CONNECT_TIME);
    }

    @Test
    void disconnectsClientsWhoseCertificateAReloadedListRevokes() throws Exception {
        Issued revoked = authority.issue("revoked");
        Issued good = authority.issue("good");
        Path list = authority.revoke("list.crl");
        start(tls.withRevocationLists(List.of(list)), 2, null);
        List<TestClient> gone = new ArrayList<>();
        List<TestClient> stay = new ArrayList<>();
        for (int i = 0; i < 4; i++) { // of both loops
            gone.add(client(ProtocolVersion.MQTT_5, "r" + i, revoked, "tls"));
            stay.add(client(ProtocolVersion.MQTT_5, "g" + i, good, "tls"));
        }
        TestClient three = client(ProtocolVersion.MQTT_3_1_1, "three", revoked, "tls");
        stay.add(client(ProtocolVersion.MQTT_5, "none", null, "tls"));
        TestClient elsewhere = client(ProtocolVersion.MQTT_5, "elsewhere", revoked, "other");

        authority.revoke("list.crl", revoked);
        running.broker().listeners().reloadTls("tls").toCompletableFuture().get(30, TimeUnit.SECONDS);

        gone.forEach(each -> each.expectDisconnect(ReasonCode.NOT_AUTHORIZED));
        three.expectEnd();
        assertThat(running.events()
                        .await(
                                ClientDisconnected.class,
                                event -> event.client().clientId().equals("three"))
                        .reasonCode())
                .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        stay.forEach(TestClient::ping);
        elsewhere.ping(); // its listener has yet to read the list
    }

    @Test
    void warnsWhenACertificateAndAListEnd() {
        try (RecordedLogs.Watch log = RecordedLogs.watch("certificates")) {
            Path list = authority.revoke("list.crl", Instant.ofEpochMilli(1_800_000_000_000L));
            start(tls.withRevocationLists(List.of(list)), 1, null);

            assertThat(log.warnings())
                    .filteredOn(line -> line.startsWith("listener tls: "))
                    .singleElement()
                    .asString()
                    .startsWith("listener tls: revocation list of CN=authority in " + list
                            + " expired at 2027-01-15T08:00:00Z: the"
                            + " broker refuses clients with certificates of this issuer");
            running.clock().advance(Duration.ofDays(1));
            await(() -> log.warnings().size() == 4); // of two listeners, twice
        }
    }

    @Test
    void warnsAheadOfTheEndOfACertificate() {
        try (RecordedLogs.Watch log = RecordedLogs.watch("certificates")) {
            Issued server = authority.issue(
                    "broker.example", Instant.ofEpochMilli(1_800_000_000_000L).plus(400, ChronoUnit.DAYS));
            start(Tls.pem(server.certificateFile(), server.keyFile()).withWatchedFiles(false), 1, null);
            assertThat(log.warnings()).isEmpty();

            running.clock().advance(Duration.ofDays(371));

            await(() -> log.warnings().stream()
                    .anyMatch(line -> line.startsWith("listener tls: certificate of CN=broker.example in "
                            + server.certificateFile() + " expires in ")));
        }
    }
}
