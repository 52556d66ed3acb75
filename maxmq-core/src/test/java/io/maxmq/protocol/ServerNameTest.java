package io.maxmq.protocol;

import io.maxmq.Listeners;
import io.maxmq.TestAuthority;
import io.maxmq.TestAuthority.Issued;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.config.Listener;
import io.maxmq.config.Tenancy;
import io.maxmq.config.Tls;
import io.maxmq.config.Tls.PemKey;
import io.maxmq.config.Tls.Provider;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.AuthenticationResult;
import io.netty.handler.ssl.OpenSsl;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What the host that a client asks for in its TLS handshake decides: which certificate it is shown, and whose client it is. */
class ServerNameTest {
    @TempDir
    private Path directory;

    private final List<TestClient> clients = new ArrayList<>();
    private @Nullable TestBroker broker;
    private @Nullable TestAuthority authority;

    static List<Arguments> providersAndVersions() {
        List<Arguments> all = new ArrayList<>();
        for (Provider provider :
                OpenSsl.isAvailable() ? List.of(Provider.JDK, Provider.OPENSSL) : List.of(Provider.JDK)) {
            all.add(Arguments.of(provider, "TLSv1.3"));
            all.add(Arguments.of(provider, "TLSv1.2"));
        }
        return all;
    }

    @AfterEach
    void close() {
        clients.forEach(TestClient::close);
        if (broker != null) {
            broker.close();
        }
    }

    private Tls tls() {
        authority = new TestAuthority(directory, "authority");
        return Tls.pem(issue("own.example").certificateFile(), directory.resolve("own.example.key"));
    }

    private Issued issue(String name) {
        return authority.issue(name);
    }

    private PemKey key(String name) {
        Issued issued = issue(name);
        return new PemKey(issued.certificateFile(), issued.keyFile(), null);
    }

    private SSLSocket socket(@Nullable String serverName, String version) throws IOException {
        Listeners.Bound to = broker.broker().listeners().named("tls");
        SSLSocket socket = (SSLSocket) authority.client(null).getSocketFactory().createSocket(to.host(), to.port());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        parameters.setServerNames(serverName == null ? List.of() : List.of(new SNIHostName(serverName)));
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(30_000);
        return socket;
    }

    private TestClient client(@Nullable String serverName) throws IOException {
        TestClient client = new TestClient(ProtocolVersion.MQTT_5, socket(serverName, "TLSv1.3"));
        clients.add(client);
        return client;
    }

    private TestClient connected(String serverName, String clientId) throws IOException {
        TestClient client = client(serverName);
        client.connect(clientId, true);
        return client;
    }

    @ParameterizedTest
    @MethodSource("providersAndVersions")
    void eachHostShowsItsCertificate(Provider provider, String version) throws IOException {
        Tls tls = tls().withNamedKey("blue.example", key("blue.example"))
                .withNamedKey("*.cloud.example", key("wild.cloud.example"))
                .withProvider(provider);
        broker = TestBroker.start(
                builder -> builder.listener(Listener.tls(0, tls).withName("tls")));

        assertThat(shown("blue.example", version)).isEqualTo("CN=blue.example");
        assertThat(shown("BLUE.example", version)).isEqualTo("CN=blue.example");
        assertThat(shown("any.cloud.example", version)).isEqualTo("CN=wild.cloud.example");
        assertThat(shown("a.b.cloud.example", version)).isEqualTo("CN=own.example");
        assertThat(shown("cloud.example", version)).isEqualTo("CN=own.example");
        assertThat(shown("other.example", version)).isEqualTo("CN=own.example");
        assertThat(shown(null, version)).isEqualTo("CN=own.example");
    }

    private String shown(@Nullable String serverName, String version) throws IOException {
        try (SSLSocket socket = socket(serverName, version)) {
            socket.startHandshake();
            X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return certificate.getSubjectX500Principal().getName();
        }
    }

    @Test
    void aServerNameIsInLowerCaseWithAStarInFrontOnly() {
        Tls tls = tls();
        PemKey key = key("x");

        for (String each : new String[] {"", "*.", "Blue.example", "a.*.example", "*"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tls.withNamedKey(each, key))
                    .withMessageContaining("serverName=" + each);
        }
    }

    @Test
    void clientsOfDifferentHostsNeverMeet() throws IOException {
        Tls tls =
                tls().withNamedKey("blue.example", key("blue.example")).withNamedKey("red.example", key("red.example"));
        broker = TestBroker.start(builder -> builder.tenancy(Tenancy.byServerName("{tenant}.example"))
                .listener(Listener.tls(0, tls).withName("tls")));
        TestClient blue = connected("blue.example", "c");
        TestClient red = connected("red.example", "c");
        blue.subscribe("#", QoS.AT_LEAST_ONCE);
        red.subscribe("#", QoS.AT_LEAST_ONCE);

        connected("blue.example", "p").publish("a", "of blue", QoS.AT_LEAST_ONCE, true);

        blue.expectMessage("a", "of blue");
        red.ping();
        TestClient late = connected("red.example", "late");
        late.subscribe("#", QoS.AT_LEAST_ONCE);
        late.ping();
    }

    @Test
    void whoAsksForNoTenantsHostIsRefused() throws IOException {
        Tls tls = tls();
        broker = TestBroker.start(builder -> builder.tenancy(Tenancy.byServerName("{tenant}.example"))
                .listener(Listener.tls(0, tls).withName("tls")));

        assertRefused(client("blue.other"), "no tenant has this server name");
        assertRefused(client(null), "names no server");
        connected("blue.example", "c").ping();
    }

    @Test
    void anAuthenticatorCannotSayAnotherTenant() throws IOException {
        Tls tls = tls();
        broker = TestBroker.closed(builder -> builder.authenticator(request -> CompletableFuture.completedFuture(
                        AuthenticationResult.allowed().withTenant(new Tenant("blue"))))
                .tenancy(Tenancy.byServerName("{tenant}.example"))
                .listener(Listener.tls(0, tls).withName("tls")));

        assertRefused(client("red.example"), "another tenant's");
        connected("blue.example", "c").ping();
    }

    private static void assertRefused(TestClient client, String why) {
        client.send(Connect.of(ProtocolVersion.MQTT_5, "c", true, 0));

        ConnAck answer = client.expect(ConnAck.class);
        assertThat(answer.reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(answer.properties().toString()).contains(why);
        client.expectEnd();
    }
}
