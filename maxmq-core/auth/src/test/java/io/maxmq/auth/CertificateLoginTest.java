package io.maxmq.auth;

import io.maxmq.Listeners;
import io.maxmq.RecordedLogs;
import io.maxmq.TestAuthority;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.config.Listener;
import io.maxmq.config.Tls;
import io.maxmq.spi.Cidr;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Logins by certificate over a connection with TLS. */
class CertificateLoginTest {
    @TempDir
    Path directory;

    private static Connect connect(String clientId, @Nullable String user, @Nullable String password) {
        return new Connect(
                ProtocolVersion.MQTT_5,
                false,
                true,
                0,
                Properties.NONE,
                clientId,
                null,
                user,
                password == null ? null : ByteBuffer.wrap(password.getBytes(StandardCharsets.UTF_8)));
    }

    private static TestClient client(TestBroker broker, TestAuthority authority, TestAuthority.@Nullable Issued shown)
            throws IOException {
        Listeners.Bound to = broker.broker().listeners().named("tls");
        Socket socket = authority.client(shown).getSocketFactory().createSocket(to.host(), to.port());
        socket.setSoTimeout(30_000);
        return new TestClient(ProtocolVersion.MQTT_5, socket);
    }

    @Test
    void refusesToStartWhenNoListenerAsksForCertificates() {
        TestAuthority authority = new TestAuthority(directory, "authority");
        TestAuthority.Issued server = authority.issue("broker.example");
        Tls tls = Tls.pem(server.certificateFile(), server.keyFile());

        for (Listener listener : List.of(
                Listener.tcp(0),
                Listener.tls(0, tls),
                Listener.behindProxies(Listener.secureWebSocket(0, tls), List.of(Cidr.parse("10.0.0.0/8"))))) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> TestBroker.closed(builder -> builder.listener(listener)
                            .authenticator(CertificateAuthenticator.usernameFrom(CertificateName.COMMON_NAME))))
                    .withMessageStartingWith("no client could connect: CertificateAuthenticator decides by client")
                    .withMessageContaining("client-certificates");
        }
    }

    @Test
    void warnsWhenNoListenerAsksForCertificatesAndAnotherAuthenticatorDecides() {
        try (RecordedLogs.Watch log = RecordedLogs.watch("idle-certificates");
                TestBroker broker = TestBroker.closed(builder -> builder.name("idle-certificates")
                        .listener(Listener.tcp(0))
                        .authenticator(CertificateAuthenticator.usernameFrom(CertificateName.COMMON_NAME))
                        .authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed())))) {
            assertThat(broker.broker().isReady()).isTrue();
            assertThat(log.warnings())
                    .containsExactly("CertificateAuthenticator has no effect: it decides by client certificates, and no"
                            + " listener asks for them");
        }
    }

    @Test
    void theCertificateSaysWhoTheClientIsAndWhatItMayDo() throws IOException {
        TestAuthority authority = new TestAuthority(directory, "authority");
        TestAuthority.Issued server = authority.issue("broker.example");
        TestAuthority.Issued sensor = authority.issue("sensor-7");
        Path passwords = directory.resolve("passwd");
        PasswordFile.setPassword(
                passwords, "alice", "wonderland".getBytes(StandardCharsets.UTF_8), PasswordHasher.pbkdf2(1000));
        Tls tls = Tls.pem(server.certificateFile(), server.keyFile())
                .withClientCertificates(Tls.ClientCertificates.OPTIONAL, authority.file());
        try (TestBroker broker = TestBroker.closed(
                        builder -> builder.listener(Listener.tls(0, tls).withName("tls"))
                                .authenticator(CertificateAuthenticator.usernameFrom(CertificateName.COMMON_NAME))
                                .authenticator(PasswordFile.at(passwords))
                                .authorizer(Acl.of(AclRule.allow("devices/${cert.cn}/#"))));
                TestClient withCertificate = client(broker, authority, sensor);
                TestClient wrongPassword = client(broker, authority, null);
                TestClient withPassword = client(broker, authority, null)) {
            withCertificate.connect(connect("a", "root", null));
            assertThat(broker.events().await(ClientConnected.class).client().username())
                    .contains("sensor-7");
            assertThat(withCertificate
                            .publish("devices/sensor-7/t", "1", QoS.AT_LEAST_ONCE)
                            .isError())
                    .isFalse();
            assertThat(withCertificate.publish("devices/sensor-8/t", "1", QoS.AT_LEAST_ONCE))
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);

            assertThat(wrongPassword
                            .send(connect("b", "sensor-7", "x"))
                            .expect(ConnAck.class)
                            .reason())
                    .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            withPassword.connect(connect("c", "alice", "wonderland"));
            assertThat(withPassword.publish("devices/sensor-7/t", "1", QoS.AT_LEAST_ONCE))
                    .as("no certificate, no name")
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }
}
