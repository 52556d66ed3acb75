package io.maxmq.api;

import io.maxmq.TestAuthority;
import io.maxmq.api.access.ApiPrincipal;
import io.maxmq.api.access.ApiRole;
import io.maxmq.config.Tls;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AccessTest {
    private static final String CLIENTS = "/api/v1/clients";

    @TempDir
    Path directory;

    @Test
    void doesNotListenBeyondLoopbackWithoutKeysAndTls() {
        Path keys = Keys.write(directory.resolve("keys"), "root:admin");

        assertThatThrownBy(() -> ApiBroker.start(settings -> settings.host("0.0.0.0")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("loopback");
        assertThatThrownBy(() ->
                        ApiBroker.start(settings -> settings.host("0.0.0.0").keys(keys)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("loopback");
        ApiBroker.start(settings -> settings.host("0.0.0.0").keys(keys).insecure())
                .close();
    }

    @Test
    void callersOnLoopbackWithoutKeysAreOperators() {
        try (ApiBroker broker = ApiBroker.start()) {
            assertThat(broker.get(CLIENTS).statusCode()).isEqualTo(200);
            assertThat(broker.call("DELETE", "/api/v1/sessions/x").statusCode()).isEqualTo(403);
            assertThat(broker.call("DELETE", CLIENTS + "/x").statusCode()).isEqualTo(404);
            assertThat(broker.status(broker.requestWithKey(CLIENTS, "some.key")))
                    .isEqualTo(401);
        }
    }

    @Test
    void aChangedKeysFileTakesEffectAndABrokenOneDoesNot() throws IOException {
        Path keys = Keys.write(directory.resolve("keys"), "old:viewer");
        try (ApiBroker broker = ApiBroker.start(settings -> settings.keys(keys))) {
            Keys.write(keys, "new:viewer");
            broker.broker().reload();
            assertThat(broker.status(broker.requestWithKey(CLIENTS, "old.secret")))
                    .isEqualTo(401);
            assertThat(broker.status(broker.requestWithKey(CLIENTS, "new.secret")))
                    .isEqualTo(200);

            Files.writeString(keys, "new:viewer\n");
            assertThat(broker.broker().reload())
                    .anySatisfy(each -> assertThat(each.problem())
                            .hasValueSatisfying(
                                    problem -> assertThat(problem).contains("keys:1: expected id:sha256:role")));
            assertThat(broker.status(broker.requestWithKey(CLIENTS, "new.secret")))
                    .isEqualTo(200);
        }
    }

    @Test
    void aWatchedKeysFileTakesEffectByItself() {
        Path keys = Keys.write(directory.resolve("keys"), "old:viewer");
        try (ApiBroker broker = ApiBroker.start(settings -> settings.keys(keys).requestsPerSecond(0))) {
            Keys.write(keys, "old:viewer", "further:viewer");
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (broker.status(broker.requestWithKey(CLIENTS, "further.secret")) != 200) {
                assertThat(System.nanoTime()).isLessThan(deadline);
            }
        }
    }

    @Test
    void acceptsAKeyAsUserNameAndPassword() {
        Path keys = Keys.write(directory.resolve("keys"), "eye:viewer");
        try (ApiBroker broker = ApiBroker.start(settings -> settings.keys(keys))) {
            HttpRequest.Builder request =
                    broker.requestWithKey(CLIENTS, null).header("Authorization", "Basic " + base64("eye:secret"));

            assertThat(broker.status(request)).isEqualTo(200);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void authenticatorsOfTheApplicationIdentifyCallers() {
        try (ApiBroker broker = ApiBroker.start(settings -> settings.handlerTimeout(Duration.ofMillis(200))
                .authenticator(request -> switch (request.header("X-User").orElse("")) {
                    case "ada" ->
                        CompletableFuture.completedFuture(Optional.of(ApiPrincipal.of("ada", ApiRole.VIEWER)));
                    case "slow" -> new CompletableFuture<>();
                    case "broken" -> throw new IllegalStateException("no connection");
                    default -> CompletableFuture.completedFuture(Optional.empty());
                }))) {
            assertThat(broker.status(broker.request(CLIENTS))).isEqualTo(401);
            assertThat(broker.status(broker.request(CLIENTS).header("X-User", "ada")))
                    .isEqualTo(200);
            assertThat(broker.status(broker.request(CLIENTS).header("X-User", "slow")))
                    .isEqualTo(503);
            assertThat(broker.status(broker.request(CLIENTS).header("X-User", "broken")))
                    .isEqualTo(503);
        }
    }

    @Test
    void speaksTlsAndSeesClientCertificates() throws Exception {
        TestAuthority authority = new TestAuthority(directory, "authority");
        TestAuthority.Issued server = authority.issue("localhost");
        TestAuthority.Issued client = authority.issue("ada");
        Tls tls = Tls.pem(server.certificateFile(), server.keyFile())
                .withClientCertificates(Tls.ClientCertificates.OPTIONAL, authority.file());
        try (ApiBroker broker = ApiBroker.start(settings -> settings.tls(tls)
                .authenticator(request -> CompletableFuture.completedFuture(
                        request.clientCertificates().isEmpty()
                                ? Optional.empty()
                                : Optional.of(ApiPrincipal.of("ada", ApiRole.VIEWER)))))) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://localhost:" + broker.port() + CLIENTS))
                    .timeout(Duration.ofSeconds(10))
                    .build();
            HttpClient withCertificate =
                    HttpClient.newBuilder().sslContext(authority.client(client)).build();
            HttpClient without =
                    HttpClient.newBuilder().sslContext(authority.client(null)).build();

            assertThat(withCertificate.send(request, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
            assertThat(without.send(request, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void callersOfTheLocalSocketAreAdministrators() throws IOException {
        Path socket = directory.resolve("private").resolve("api");
        try (ApiBroker broker = ApiBroker.start(settings -> settings.unix(socket))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
                    .isEqualTo("rwx------");
            String answer = unix(socket, "DELETE /api/v1/sessions/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 404").contains("there is no session");
            assertThat(broker.broker().listeners().all()).hasSize(1);
        }
        assertThat(socket).doesNotExist();
    }

    private static String unix(Path socket, String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(64 * 1024);
            while (channel.read(answer) >= 0) {
                // until the server closes the connection
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void refusesALocalSocketThatOthersCanReach() throws IOException {
        Path open = Files.createDirectory(
                directory.resolve("open"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));

        assertThatThrownBy(() -> ApiBroker.start(settings -> settings.unix(open.resolve("api"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("chmod 700");
    }

    @Test
    void onlyNamedOriginsMayReadAnswers() {
        try (ApiBroker broker = ApiBroker.start(
                settings -> settings.allowOrigin("https://ops.example").allowHost("api.example"))) {
            var response = broker.send(broker.request(CLIENTS).header("Origin", "https://ops.example"));
            var preflight = broker.send(broker.request(CLIENTS)
                    .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                    .header("Origin", "https://ops.example"));
            var other = broker.send(broker.request(CLIENTS).header("Origin", "https://evil.example"));

            assertThat(response.headers().firstValue("Access-Control-Allow-Origin"))
                    .contains("https://ops.example");
            assertThat(preflight.statusCode()).isEqualTo(204);
            assertThat(other.statusCode()).isEqualTo(403);
            assertThat(new JsonObject(other.body()).getString("type")).endsWith("origin-not-allowed");
        }
    }
}
