package io.maxmq.protocol;

import io.maxmq.Listeners;
import io.maxmq.MaxMQBuilder;
import io.maxmq.RecordedMetrics;
import io.maxmq.TestAuthority;
import io.maxmq.TestAuthority.Issued;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.config.Listener;
import io.maxmq.config.Tls;
import io.maxmq.config.Tls.ClientCertificates;
import io.maxmq.config.Tls.Provider;
import io.maxmq.spi.TlsSession;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import io.maxmq.spi.event.BrokerEvent.TlsHandshakeFailed;
import io.maxmq.spi.event.BrokerEvent.TlsReloadFailed;
import io.maxmq.spi.event.BrokerEvent.TlsReloaded;
import io.netty.handler.ssl.OpenSsl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Listeners with TLS, by both providers where both are there. */
class TlsTest {
    @TempDir
    private Path directory;

    private final RecordedMetrics metrics = new RecordedMetrics();
    private final List<TestClient> clients = new ArrayList<>();
    private @Nullable TestBroker running;
    private @Nullable TestAuthority authority;
    private @Nullable Issued server;

    static List<Arguments> providersAndVersions() {
        List<Arguments> all = new ArrayList<>();
        for (Provider provider : providers()) {
            all.add(Arguments.of(provider, "TLSv1.3"));
            all.add(Arguments.of(provider, "TLSv1.2"));
        }
        return all;
    }

    static List<Provider> providers() {
        return OpenSsl.isAvailable() ? List.of(Provider.JDK, Provider.OPENSSL) : List.of(Provider.JDK);
    }

    private Tls tls(Provider provider) {
        authority = new TestAuthority(directory, "authority");
        server = authority.issue("broker.example");
        return Tls.pem(server.certificateFile(), server.keyFile()).withProvider(provider);
    }

    private TestBroker start(Tls tls) {
        return start(tls, builder -> builder);
    }

    private TestBroker start(Tls tls, UnaryOperator<MaxMQBuilder> more) {
        TestBroker broker = TestBroker.start(builder -> more.apply(
                builder.metrics(metrics).listener(Listener.tls(0, tls).withName("tls"))));
        running = broker;
        return broker;
    }

    private SSLSocket socket(SSLContext context) throws IOException {
        Listeners.Bound to = running.broker().listeners().named("tls");
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(to.host(), to.port());
        socket.setSoTimeout(30_000);
        return socket;
    }

    private TestClient client(SSLContext context, String clientId) throws IOException {
        TestClient client = new TestClient(ProtocolVersion.MQTT_5, socket(context));
        clients.add(client);
        client.connect(clientId, true);
        return client;
    }

    private TlsSession sessionOf(String clientId) {
        return running.events()
                .await(ClientConnected.class, event -> event.client().clientId().equals(clientId))
                .client()
                .tls()
                .orElseThrow();
    }

    private static void get(CompletionStage<?> stage) throws Exception {
        stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() {
        clients.forEach(TestClient::close);
        if (running != null) {
            running.close();
        }
    }

    @ParameterizedTest
    @MethodSource("providersAndVersions")
    void carriesMqttAndTellsWhatWasAgreedOn(Provider provider, String version) throws Exception {
        start(tls(provider));
        SSLSocket socket = socket(authority.client(null));
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        parameters.setServerNames(List.of(new SNIHostName("Broker.Example")));
        socket.setSSLParameters(parameters);
        TestClient client = new TestClient(ProtocolVersion.MQTT_5, socket);
        clients.add(client);

        client.connect("c", true);
        client.subscribe("t/#", QoS.AT_LEAST_ONCE);
        String large = "x".repeat(300_000);
        client.send(TestClient.message("t/large", large, QoS.AT_MOST_ONCE, 0));
        client.expectMessage("t/large", large);
        client.send(TestClient.message("t/small", "y", QoS.AT_MOST_ONCE, 0));
        client.expectMessage("t/small", "y");

        TlsSession session = sessionOf("c");
        assertThat(session.protocol()).isEqualTo(version);
        assertThat(session.cipherSuite()).startsWith("TLS_");
        assertThat(session.serverName()).contains("broker.example");
        assertThat(session.peerCertificates()).isEmpty();
        assertThat(running.broker().listeners().named("tls").kind()).isEqualTo("tls");
        assertThat(metrics.sum("maxmq.tls.handshakes{result=done}")).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("providers")
    void letsInWhoHasACertificateOfTheAuthority(Provider provider) throws Exception {
        Tls tls = tls(provider);
        start(tls.withClientCertificates(ClientCertificates.REQUIRED, authority.file()));
        Issued device = authority.issue("device-7");

        client(authority.client(device), "c").ping();

        assertThat(sessionOf("c").peerCertificates()).first().isEqualTo(device.certificate());
    }

    @ParameterizedTest
    @MethodSource("providersAndVersions")
    void refusesWhoHasNoneOrOneOfAnother(Provider provider, String version) throws Exception {
        Tls tls = tls(provider).withProtocols(List.of(version));
        start(tls.withClientCertificates(ClientCertificates.REQUIRED, authority.file()));
        Issued stranger = new TestAuthority(Files.createDirectory(directory.resolve("other")), "other").issue("device");
        TestClient before = client(authority.client(authority.issue("before")), "before");

        for (Issued shown : new Issued[] {null, stranger}) {
            assertThatThrownBy(() -> client(authority.client(shown), "refused"))
                    .isInstanceOfAny(AssertionError.class, UncheckedIOException.class);
        }

        assertThat(running.events()
                        .awaitAll(
                                TlsHandshakeFailed.class,
                                event -> event.listener().equals("tls"),
                                2))
                .allSatisfy(event -> assertThat(event.detail()).isNotEmpty());
        assertThat(metrics.sum("maxmq.tls.handshakes{result=failed}")).isEqualTo(2);
        before.ping();
        assertThat(running.events().of(ClientConnected.class)).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("providers")
    void asksForACertificateThatMayBeMissing(Provider provider) throws Exception {
        Tls tls = tls(provider);
        start(tls.withClientCertificates(ClientCertificates.OPTIONAL, authority.file()));

        client(authority.client(null), "without").ping();
        client(authority.client(authority.issue("d")), "with").ping();

        assertThat(sessionOf("without").peerCertificates()).isEmpty();
        assertThat(sessionOf("with").peerCertificates()).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("providers")
    void refusesWhatIsRevokedAlsoFromTheNextReload(Provider provider) throws Exception {
        Tls tls = tls(provider);
        Issued good = authority.issue("good");
        Issued bad = authority.issue("bad");
        Path list = authority.revoke("revoked.crl", bad);
        start(tls.withClientCertificates(ClientCertificates.REQUIRED, authority.file())
                .withRevocationLists(List.of(list))
                .withWatchedFiles(false));
        // One context for both connections: it would resume the session.
        SSLContext goodContext = authority.client(good);
        TestClient before = client(goodContext, "good");

        assertThatThrownBy(() -> client(authority.client(bad), "bad"))
                .isInstanceOfAny(AssertionError.class, UncheckedIOException.class);
        authority.revoke("revoked.crl", bad, good);
        get(running.broker().listeners().reloadTls("tls"));

        assertThatThrownBy(() -> client(goodContext, "again"))
                .isInstanceOfAny(AssertionError.class, UncheckedIOException.class);
        before.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
        assertThat(running.events().awaitAll(TlsHandshakeFailed.class, event -> true, 2))
                .extracting(TlsHandshakeFailed::detail)
                .allMatch(detail -> detail.toLowerCase(Locale.ROOT).contains("revoked"));
    }

    private X509Certificate shownNow() throws IOException {
        try (SSLSocket socket = socket(authority.client(null))) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void readsItsFilesAgainWhenToldTo(Provider provider) throws Exception {
        start(tls(provider).withWatchedFiles(false));
        TestClient before = client(authority.client(null), "before");
        assertThat(shownNow()).isEqualTo(server.certificate());
        Issued renewed = authority.issue("broker.example");

        get(running.broker().listeners().reloadTls("tls"));

        assertThat(shownNow()).isEqualTo(renewed.certificate());
        assertThat(before.publish("t", "x", QoS.AT_LEAST_ONCE).isError()).isFalse();
        running.events().await(TlsReloaded.class, event -> event.listener().equals("tls"));
    }

    @Test
    void seesItsFilesChangeAndKeepsWhatItHasWhenTheyAreBroken() throws Exception {
        start(tls(Provider.JDK));
        TestClient before = client(authority.client(null), "before");

        Files.writeString(server.certificateFile(), "nonsense");
        awaitTicking(TlsReloadFailed.class);

        assertThat(running.events().of(TlsReloadFailed.class).get(0).detail())
                .isEqualTo(server.certificateFile() + " has no certificate in PEM");
        assertThat(shownNow()).isEqualTo(server.certificate());

        Issued renewed = authority.issue("broker.example");
        awaitTicking(TlsReloaded.class);

        assertThat(shownNow()).isEqualTo(renewed.certificate());
        before.ping();
    }

    /** The looks at the files are timed by the clock that stands still. */
    private void awaitTicking(Class<? extends BrokerEvent> event) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (running.events().of(event).isEmpty()) {
            assertThat(System.nanoTime()).as(event.getSimpleName()).isLessThan(deadline);
            running.clock().advance(Duration.ofMillis(500));
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void reloadOfAListenerWithoutTlsIsRefused() {
        TestBroker broker = start(tls(Provider.JDK), builder -> builder.listener(Listener.tcp(0)));

        assertThatThrownBy(() -> broker.broker().listeners().reloadTls("tcp-0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name=tcp-0");
    }

    @ParameterizedTest
    @MethodSource("providers")
    void closesAtOnceWhatIsNotTls(Provider provider) throws Exception {
        start(tls(provider));
        Listeners.Bound to = running.broker().listeners().named("tls");

        try (Socket plain = new Socket(to.host(), to.port())) {
            plain.setSoTimeout(30_000);
            plain.getOutputStream().write(new byte[] {0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 0});

            assertThat(endOf(plain)).isTrue();
        }
        running.events().await(TlsHandshakeFailed.class);
        assertThat(running.events().of(ClientConnected.class)).isEmpty();
    }

    private static boolean endOf(Socket socket) {
        try {
            int next;
            do {
                next = socket.getInputStream().read();
            } while (next >= 0);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true; // a reset
        }
    }

    @ParameterizedTest
    @EnumSource(Halfway.class)
    void theHandshakeHasUntilTheDeadlineForConnect(Halfway sent) throws Exception {
        start(
                tls(Provider.JDK),
                builder -> builder.connections(ConnectionLimits.builder()
                        .connectTimeout(Duration.ofSeconds(5))
                        .build()));
        Listeners.Bound to = running.broker().listeners().named("tls");
        TestClient other = client(authority.client(null), "other");

        try (Socket slow = new Socket(to.host(), to.port())) {
            slow.setSoTimeout(30_000);
            slow.getOutputStream().write(sent.bytes);
            other.ping();
            running.clock().advance(Duration.ofSeconds(4));
            if (sent.bytes.length > 0) {
                slow.getOutputStream().write(0); // however busily it goes on
            }
            other.ping();
            assertThat(running.events().of(TlsHandshakeFailed.class)).isEmpty();
            awaitConnections(2);
            running.clock().advance(Duration.ofSeconds(5));

            assertThat(endOf(slow)).isTrue();
        }
        assertThat(running.events().await(TlsHandshakeFailed.class).detail()).isEqualTo("handshake timed out");
        other.ping();
    }

    private void awaitConnections(int count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (running.broker().listeners().named("tls").connections() != count) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private enum Halfway {
        NOTHING(),
        /** The header of a record, and the beginning of a ClientHello. */
        PART_OF_A_RECORD(0x16, 3, 1, 0, 100, 1, 0, 0, 96, 3, 3);

        private final byte[] bytes;

        Halfway(int... bytes) {
            this.bytes = new byte[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                this.bytes[i] = (byte) bytes[i];
            }
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aHandshakeThatBeginsAnewEndsTheConnection(Provider provider) throws Exception {
        start(tls(provider).withProtocols(List.of("TLSv1.2")));
        SSLSocket socket = socket(authority.client(null));
        TestClient client = new TestClient(ProtocolVersion.MQTT_5, socket);
        clients.add(client);
        client.connect("c", true);

        assertThatThrownBy(() -> {
                    socket.startHandshake();
                    client.ping();
                })
                .isInstanceOfAny(IOException.class, UncheckedIOException.class, AssertionError.class);

        running.awaitDisconnected("c");
    }

    @ParameterizedTest
    @MethodSource("providers")
    void manyMoveToTheLoopsOfTheirSessions(Provider provider) throws Exception {
        start(tls(provider), builder -> builder.loops(4));
        SSLContext context = authority.client(null);
        TestClient all = client(context, "all");
        all.subscribe("from/#", QoS.AT_LEAST_ONCE);
        String payload = "p".repeat(5_000);

        for (int i = 0; i < 12; i++) { // on all loops
            TestClient each = client(context, "client-" + i);
            each.subscribe("to/" + i, QoS.AT_MOST_ONCE);
            assertThat(each.publish("from/" + i, payload, QoS.AT_LEAST_ONCE).isError())
                    .isFalse();
            all.expectMessage("from/" + i, payload);
            all.publish("to/" + i, payload, QoS.AT_LEAST_ONCE);
            each.expectMessage("to/" + i, payload);
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aSubscriberThatReadsNothingIsCutOff(Provider provider) throws Exception {
        start(
                tls(provider),
                builder -> builder.connections(ConnectionLimits.builder()
                        .outboundLowWatermarkBytes(64 << 10)
                        .outboundHighWatermarkBytes(256 << 10)
                        .slowConsumerTimeout(Duration.ofSeconds(20))
                        .build()));
        Listeners.Bound to = running.broker().listeners().named("tls");
        Socket small = authority.client(null).getSocketFactory().createSocket();
        small.setReceiveBufferSize(8 << 10); // soon full
        small.connect(new InetSocketAddress(to.host(), to.port()));
        TestClient slow = new TestClient(ProtocolVersion.MQTT_5, small);
        clients.add(slow);
        slow.connect("slow", true);
        slow.subscribe("t", QoS.AT_MOST_ONCE);
        TestClient publisher = client(authority.client(null), "publisher");
        Publish message = TestClient.message("t", "x".repeat(50_000), QoS.AT_MOST_ONCE, 0);

        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (running.events().of(ClientDisconnected.class).isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            publisher.send(message);
            publisher.ping();
            running.clock().advance(Duration.ofSeconds(1));
        }

        running.awaitDisconnected("slow");
        publisher.ping();
        assertThat(metrics.sum("maxmq.network.held.bytes")).isLessThan(256 << 10);
    }

    @Test
    void aBadFileRefusesTheStartInOneLine() throws Exception {
        Tls good = tls(Provider.JDK);
        Issued other = authority.issue("other");

        refuses(Tls.pem(directory.resolve("none.crt"), server.keyFile()), "file not found: " + directory + "/none.crt");
        refuses(
                Tls.pem(server.certificateFile(), other.keyFile()),
                other.keyFile() + " does not match the certificate");
        refuses(Tls.pem(server.keyFile(), server.keyFile()), server.keyFile() + " has no certificate");
        refuses(Tls.pem(server.certificateFile(), server.certificateFile()), "has no private key");
        refuses(Tls.pkcs12(server.keyFile(), "secret"), server.keyFile() + " cannot be opened as a PKCS#12 file");
        refuses(
                good.withClientCertificates(ClientCertificates.REQUIRED, server.keyFile()),
                server.keyFile() + " has no certificate");
        refuses(good.withCipherSuites(List.of("TLS_NONE_SUCH")), "cipher");
    }

    @ParameterizedTest
    @MethodSource("providers")
    void offersSuitesWithCbcOnlyWhenTold(Provider provider) throws Exception {
        String cbc = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA";
        Tls tls = tls(provider);
        start(tls);
        try (SSLSocket socket = socket(authority.client(null))) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.setEnabledCipherSuites(new String[] {cbc});
            assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
        }
        running.close();

        start(tls.withCipherSuites(List.of(cbc)));
        try (SSLSocket socket = socket(authority.client(null))) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.setEnabledCipherSuites(new String[] {cbc});
            socket.startHandshake();
            assertThat(socket.getSession().getCipherSuite()).isEqualTo(cbc);
        }
    }

    private static void refuses(Tls tls, String message) {
        assertThatThrownBy(() -> TestBroker.start(
                        builder -> builder.listener(Listener.tls(0, tls).withName("tls"))))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("listener tls")
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n")
                .doesNotContain("secret");
    }
}
