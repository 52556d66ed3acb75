package io.maxmq.auth;

import io.maxmq.Listeners;
import io.maxmq.MaxMQBuilder;
import io.maxmq.TestAuthority;
import io.maxmq.TestAuthority.Issued;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Auth;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.config.Listener;
import io.maxmq.config.Tenancy;
import io.maxmq.config.Tls;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.TenantAuthenticator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The server name in the TLS handshake is the client's word: what opens one tenant opens no other. */
class TenantBoundaryTest {
    private static final Tenant BLUE = new Tenant("blue");
    private static final Tenant RED = new Tenant("red");

    @TempDir
    private Path directory;

    private final List<TestClient> clients = new ArrayList<>();
    private TestAuthority authority;
    private Path users;
    private @Nullable TestBroker broker;

    @BeforeEach
    void prepare() {
        authority = new TestAuthority(directory, "authority");
        users = directory.resolve("users");
    }

    @AfterEach
    void close() {
        clients.forEach(TestClient::close);
        if (broker != null) {
            broker.close();
        }
    }

    private void start(Tls tls, UnaryOperator<MaxMQBuilder> settings) {
        broker = TestBroker.closed(builder -> settings.apply(builder)
                .tenancy(Tenancy.byServerName("{tenant}.example"))
                .listener(Listener.tls(0, tls).withName("tls")));
    }

    private Tls tls() {
        Issued server = authority.issue("server");
        return Tls.pem(server.certificateFile(), server.keyFile());
    }

    private void user(Tenant tenant, String user, String password, PasswordHasher hasher) {
        PasswordFile.setPassword(users, tenant, user, password.getBytes(StandardCharsets.UTF_8), hasher);
    }

    private TestClient client(Tenant tenant, @Nullable Issued shown) throws IOException {
        Listeners.Bound to = broker.broker().listeners().named("tls");
        // The server's certificate is of the first authority, the client's may be of another.
        SSLSocket socket =
                (SSLSocket) authority.client(shown).getSocketFactory().createSocket(to.host(), to.port());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(tenant.name() + ".example")));
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(30_000);
        TestClient client = new TestClient(ProtocolVersion.MQTT_5, socket);
        clients.add(client);
        return client;
    }

    private ReasonCode login(Tenant tenant, @Nullable String user, @Nullable String password) throws IOException {
        return login(client(tenant, null), user, password);
    }

    private static ReasonCode login(TestClient client, @Nullable String user, @Nullable String password) {
        ByteBuffer secret = password == null ? null : TestClient.bytes(password);
        return client.send(new Connect(
                        ProtocolVersion.MQTT_5, false, true, 0, Properties.NONE, "c-" + user, null, user, secret))
                .expect(ConnAck.class)
                .reason();
    }

    @Test
    void passwordOpensTheUsersTenantAlone() throws IOException {
        PasswordHasher hasher = PasswordHasher.pbkdf2(1000);
        user(BLUE, "alice", "of blue", hasher);
        user(RED, "alice", "of red", hasher);
        user(RED, "bob", "of red", hasher);
        user(Tenant.DEFAULT, "carol", "of none", hasher);
        start(tls(), builder -> builder.authenticator(PasswordFile.at(users).withoutFailureDelay()));

        assertThat(login(BLUE, "alice", "of blue")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(login(RED, "alice", "of red")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(login(RED, "bob", "of red")).isEqualTo(ReasonCode.SUCCESS);
        for (int i = 0; i < 2; i++) { // remembered by then
            assertThat(login(RED, "alice", "of blue")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            assertThat(login(BLUE, "bob", "of red")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            assertThat(login(BLUE, "carol", "of none")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
    }

    @Test
    void userWithoutATenantIsNoUserOfATenantNamedDefault() throws IOException {
        user(Tenant.DEFAULT, "carol", "of none", PasswordHasher.pbkdf2(1000));
        start(tls(), builder -> builder.authenticator(PasswordFile.at(users).withoutFailureDelay()));

        assertThat(login(Tenant.DEFAULT, "carol", "of none")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void changedPasswordDisconnectsTheUserOfThatTenantAlone() throws IOException {
        PasswordHasher hasher = PasswordHasher.pbkdf2(1000);
        user(BLUE, "alice", "of blue", hasher);
        user(RED, "alice", "of red", hasher);
        PasswordFile file = PasswordFile.at(users);
        start(tls(), builder -> builder.authenticator(file));
        TestClient blue = client(BLUE, null);
        TestClient red = client(RED, null);
        assertThat(login(blue, "alice", "of blue")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(login(red, "alice", "of red")).isEqualTo(ReasonCode.SUCCESS);

        user(BLUE, "alice", "another", hasher);
        file.reload();

        blue.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
        red.ping();
        assertThat(PasswordFile.removeUser(users, BLUE, "alice")).isTrue();
        assertThat(Files.readString(users)).contains("red:alice:").doesNotContain("blue:alice");
    }

    @Test
    void scramOpensTheUsersTenantAlone() throws IOException {
        user(BLUE, "alice", "of blue", PasswordHasher.scramSha256(4096));
        user(Tenant.DEFAULT, "carol", "of none", PasswordHasher.scramSha256(4096));
        start(
                tls(),
                builder -> builder.enhancedAuthenticator(
                        ScramAuthenticator.at(users).withoutFailureDelay()));

        assertThat(scram(BLUE, "alice", "of blue")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(scram(RED, "alice", "of blue")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(scram(BLUE, "carol", "of none")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    private ReasonCode scram(Tenant tenant, String user, String password) throws IOException {
        ScramClient scram = new ScramClient(user, password);
        TestClient client = client(tenant, null);
        Auth challenge = client.send(new Connect(
                        ProtocolVersion.MQTT_5, false, true, 0, scramData(scram.first()), "c", null, null, null))
                .expect(Auth.class);
        ByteBuffer data = challenge.properties().binary(PropertyId.AUTHENTICATION_DATA);
        String last = scram.last(StandardCharsets.UTF_8.decode(data).toString());
        return client.send(new Auth(ReasonCode.CONTINUE_AUTHENTICATION, scramData(last)))
                .expect(ConnAck.class)
                .reason();
    }

    private static Properties scramData(String data) {
        return Properties.builder()
                .set(PropertyId.AUTHENTICATION_METHOD, "SCRAM-SHA-256")
                .set(PropertyId.AUTHENTICATION_DATA, TestClient.bytes(data))
                .build();
    }

    @Test
    void certificateOpensTheTenantOfItsAuthorityAlone() throws IOException {
        TestAuthority ofBlue = new TestAuthority(directory, "of-blue");
        TestAuthority ofRed = new TestAuthority(directory, "of-red");
        Path both = directory.resolve("both.crt");
        Files.writeString(both, Files.readString(ofBlue.file()) + Files.readString(ofRed.file()));
        Issued blue = ofBlue.issue("blue-device");
        Issued red = ofRed.issue("red-device");
        CertificateAuthenticator byName = CertificateAuthenticator.usernameFrom(CertificateName.COMMON_NAME);
        start(
                tls().withClientCertificates(Tls.ClientCertificates.REQUIRED, both),
                builder -> builder.authenticator(TenantAuthenticator.of(BLUE, byName.issuedBy(ofBlue.file())))
                        .authenticator(TenantAuthenticator.of(RED, byName.issuedBy(ofRed.file()))));

        assertThat(login(client(BLUE, blue), null, null)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(login(client(RED, red), null, null)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(login(client(RED, blue), null, null)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(login(client(BLUE, red), null, null)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void certificateOpensNoTenantWhenTheAuthenticatorIsOfNone() throws IOException {
        Issued device = authority.issue("device");
        start(
                tls().withClientCertificates(Tls.ClientCertificates.REQUIRED, authority.file()),
                builder -> builder.authenticator(CertificateAuthenticator.usernameFrom(CertificateName.COMMON_NAME)));

        assertThat(login(client(BLUE, device), null, null)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void authenticatorThatNamesNoTenantLetsIntoNone() throws IOException {
        start(
                tls(),
                builder -> builder.authenticator(request -> CompletableFuture.completedFuture(
                        request.client().username().orElse("").equals("aware")
                                ? AuthenticationResult.allowed()
                                        .withTenant(request.client().tenant())
                                : AuthenticationResult.allowed())));

        assertThat(login(BLUE, "unaware", "x")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(login(BLUE, "aware", "x")).isEqualTo(ReasonCode.SUCCESS);
    }
}
