package io.maxmq.api;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class HostileRequestTest {
    private static final String HOST = "Host: 127.0.0.1\r\n";
    private static final String JSON = "Content-Type: application/json\r\n";

    @TempDir
    private static Path directory;

    private static ApiBroker broker;

    @BeforeAll
    static void start() {
        Path keys = Keys.write(directory.resolve("keys"), "root:admin", "eye:viewer");
        broker = ApiBroker.start(settings ->
                        settings.keys(keys).idleTimeout(Duration.ofMillis(500)).maxBodyBytes(2048))
                .withKey("root.secret");
    }

    @AfterAll
    static void close() {
        broker.close();
    }

    private static String answer(String request) throws IOException {
        try (RawHttp raw = new RawHttp(broker.port())) {
            raw.send(request);
            return raw.readAll();
        }
    }

    @Test
    void refusesALongRequestLine() throws IOException {
        assertThat(answer("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n" + HOST + "\r\n"))
                .matches("(?s)HTTP/1\\.[01] 414 .*")
                .contains("application/problem+json");
    }

    @Test
    void refusesLongHeaders() throws IOException {
        assertThat(answer("GET /health HTTP/1.1\r\n" + HOST + "X: " + "x".repeat(20_000) + "\r\n\r\n"))
                .matches("(?s)HTTP/1\\.[01] 431 .*")
                .contains("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /health HTTP/1.1\r\nHost: 127"})
    void closesAConnectionThatDoesNotCompleteAHead(String begin) throws IOException {
        try (RawHttp raw = new RawHttp(broker.port())) {
            raw.send(begin);
            assertThat(raw.readAll()).isEmpty();
        }
    }

    @Test
    void closesAConnectionThatTricklesAHead() throws IOException {
        try (RawHttp raw = new RawHttp(broker.port())) {
            raw.send("GET /health HTTP/1.1\r\n" + HOST + "X: ");
            raw.trickleUntilClosed('x');
        }
    }

    @Test
    void closesAConnectionThatTricklesABody() throws IOException {
        try (RawHttp raw = new RawHttp(broker.port())) {
            raw.send("POST /api/v1/publish HTTP/1.1\r\n" + HOST + JSON
                    + "Authorization: Bearer root.secret\r\nContent-Length: 2000\r\n\r\n{");
            raw.trickleUntilClosed(' ');
        }
    }

    @Test
    void refusesALongBody() {
        for (boolean chunked : new boolean[] {false, true}) {
            HttpRequest.BodyPublisher body = BodyPublishers.ofString(" ".repeat(4000));
            HttpRequest.Builder request = broker.request("/api/v1/publish")
                    .header("Content-Type", "application/json")
                    .POST(chunked ? BodyPublishers.fromPublisher(body) : body);
            assertThat(broker.status(request)).isEqualTo(413);
        }
    }

    @Test
    void refusesABodyOfAnotherType() {
        assertThat(broker.status(broker.request("/api/v1/publish")
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("{\"topic\":\"x\",\"payload\":\"1\"}"))))
                .isEqualTo(415);
    }

    @ParameterizedTest
    @CsvSource({
        "Host: evil.example, 421",
        "Host: 127.0.0.1.evil.example, 421",
        "X: no host, 400",
        "Host: 127.0.0.1|Host: evil.example, 400",
        "Host: localhost|Origin: https://evil.example, 403",
        "Host: localhost|Origin: null, 403",
        "Host: localhost|Origin: http://localhost, 200",
    })
    void checksHostAndOrigin(String headers, int status) throws IOException {
        assertThat(answer("GET /health HTTP/1.1\r\n" + headers.replace("|", "\r\n") + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 " + status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/clients/%2e%2e/retained/x",
                "/api/v1/clients/../retained/x",
                "/api/v1/clients/..%2fretained%2fx",
                "/api/v1//retained/x",
                "//api/v1/retained/x",
                "/api/v1/retained/x;role=admin",
                "/api/v1/retained;/x",
                "/api/v1/retained/x/",
                "/API/V1/retained/x",
                "/api/v1/retained%2fx",
                "/api/v1/retained/%78",
                "/api/v1/retained/x%00",
                "/api/v1/retained/x?a=%00",
                "/api/v1/retained/%zz",
                "/api/v1/retained/x?payload=%zz",
                "/api/v1/retained/x#",
                "http://127.0.0.1/api/v1/retained/x",
                "*",
            })
    void noSpellingOfAPathAvoidsTheRole(String target) throws IOException {
        String answer = answer("GET " + target + " HTTP/1.1\r\n" + HOST
                + "Authorization: Bearer eye.secret\r\nConnection: close\r\n\r\n");

        assertThat(answer).matches("(?s)HTTP/1\\.1 (400|403|404) .*");
        assertThat(answer).contains("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nContent-Length: 6",
                "Content-Length: 5, 6",
                "Content-Length: -1",
                "Content-Length: +5",
                "Content-Length: 5\r\n X",
                "Content-Length : 5",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: identity, chunked\r\nTransfer-Encoding: x",
                "Content-Length: 0\r\nTransfer-Encoding: chunked",
            })
    void neverServesTheRequestInAnAmbiguousBody(String framing) throws IOException {
        String smuggled = "GET /api/v1/openapi.yaml HTTP/1.1\r\n" + HOST + "\r\n";
        String answer = answer("POST /api/v1/publish HTTP/1.1\r\n" + HOST + JSON
                + "Authorization: Bearer root.secret\r\n" + framing + "\r\n\r\n" + smuggled);

        assertThat(answer).doesNotContain("application/yaml").doesNotContain("HTTP/1.1 200");
    }

    @Test
    void closesConnectionsBeyondTheLimit() throws IOException {
        try (ApiBroker small = ApiBroker.start(settings -> settings.maxConnections(2));
                RawHttp first = new RawHttp(small.port());
                RawHttp second = new RawHttp(small.port())) {
            first.send("GET /health HTTP/1.1\r\n" + HOST + "\r\n");
            first.readUntil("\"ready\":true");
            second.send("GET /health HTTP/1.1\r\n" + HOST + "\r\n");
            second.readUntil("\"ready\":true");
            try (RawHttp third = new RawHttp(small.port())) {
                assertThat(third.readAll()).isEmpty();
            }
            first.send("GET /health HTTP/1.1\r\n" + HOST + "\r\n");
            first.readUntil("\"ready\":true");
        }
    }

    @Test
    void limitsTheRequestsOfOneKey() {
        Path keys = Keys.write(directory.resolve("few"), "eye:viewer", "other:viewer");
        try (ApiBroker slow = ApiBroker.start(settings -> settings.keys(keys).requestsPerSecond(1))) {
            int first = slow.status(slow.requestWithKey("/api/v1/clients", "eye.secret"));
            int second = slow.status(slow.requestWithKey("/api/v1/clients", "eye.secret"));
            int other = slow.status(slow.requestWithKey("/api/v1/clients", "other.secret"));

            assertThat(first).isEqualTo(200);
            assertThat(second).isEqualTo(429);
            assertThat(other).isEqualTo(200);
        }
    }

    @Test
    void refusesManyWrongSecretsUnread() {
        try (ApiBroker guessed = ApiBroker.start(
                settings -> settings.keys(directory.resolve("keys")).requestsPerSecond(0))) {
            int last = 401;
            for (int i = 0; i < 1000 && last == 401; i++) {
                last = guessed.status(guessed.requestWithKey("/api/v1/clients", "root.guess" + i));
            }

            assertThat(last).isEqualTo(429);
        }
    }
}
