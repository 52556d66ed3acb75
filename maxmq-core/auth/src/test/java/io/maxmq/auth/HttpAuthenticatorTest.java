package io.maxmq.auth;

import io.maxmq.RecordedLogs;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.config.Listener;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.spi.event.BrokerEvent.ConnectRefused;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class HttpAuthenticatorTest {
    @AutoClose
    private final TestHttpServer service = new TestHttpServer(request -> TestHttpServer.Response.json(
            request.body().contains("\"password\":\"wonderland\"")
                    ? "{\"result\":\"allow\"}"
                    : "{\"result\":\"deny\"}"));

    private HttpAuthenticator authenticator() {
        // Under load an answer may take its time; the broker's own deadline stands still with its clock.
        return HttpAuthenticator.at(service.url("/mqtt")).deadline(Duration.ofSeconds(30));
    }

    private TestBroker broker(UnaryOperator<HttpAuthenticator> settings) {
        return TestBroker.closed(
                builder -> builder.listener(Listener.tcp(0)).authenticator(settings.apply(authenticator())));
    }

    private TestBroker broker() {
        return broker(HttpAuthenticator::withoutFailureDelay);
    }

    private static Connect connect(@Nullable String user, byte @Nullable [] password) {
        return new Connect(
                ProtocolVersion.MQTT_5,
                false,
                true,
                0,
                Properties.NONE,
                "client",
                null,
                user,
                password == null ? null : ByteBuffer.wrap(password));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ConnAck login(TestBroker broker, @Nullable String user, byte @Nullable [] password) {
        try (TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            return client.send(connect(user, password)).expect(ConnAck.class);
        }
    }

    private static ReasonCode login(TestBroker broker, String password) {
        return login(broker, "alice", utf8(password)).reason();
    }

    private void answer(String json) {
        service.answer(request -> TestHttpServer.Response.json(json));
    }

    @Test
    void hidesUserInfoOfTheUrlInLogsAndFailures() {
        service.answer(request -> TestHttpServer.Response.json(500, "{}"));
        URI url = service.url("/mqtt?token=hidden");
        URI withSecret = URI.create(url.toString().replace("//", "//user:secret@"));
        try (RecordedLogs.Watch log = RecordedLogs.watch("hides-user-info");
                TestBroker broker = TestBroker.closed(builder -> builder.name("hides-user-info")
                        .listener(Listener.tcp(0))
                        .authenticator(HttpAuthenticator.at(withSecret)))) {
            assertThat(login(broker, "wonderland")).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);

            assertThat(log.warnings())
                    .anyMatch(line -> line.contains("passwords are sent to http://127.0.0.1"))
                    .anyMatch(line -> line.contains("no answer from http://127.0.0.1"))
                    .noneMatch(line -> line.contains("secret") || line.contains("hidden"));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpAuthenticator.at(URI.create("ftp://user:secret@host/")))
                .withMessageContaining("ftp://host/")
                .withMessageNotContaining("secret");
    }

    @Test
    void theServiceDecides() {
        try (TestBroker broker = broker(http -> http.header("Authorization", "Bearer x"))) {
            assertThat(login(broker, "wonderland")).isEqualTo(ReasonCode.SUCCESS);
            assertThat(login(broker, "wonderlan")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }

        TestHttpServer.Request request = service.requests().get(0);
        assertThat(request.head())
                .startsWith("POST /mqtt HTTP/1.1\r\n")
                .contains("Authorization: Bearer x", "Content-Type: application/json");
        assertThat(JsonText.parse(request.body()))
                .isEqualTo(Map.of(
                        "clientId",
                        "client",
                        "username",
                        "alice",
                        "password",
                        "wonderland",
                        "address",
                        "127.0.0.1",
                        "listener",
                        ((Map<?, ?>) JsonText.parse(request.body())).get("listener"),
                        "protocol",
                        "MQTT_5"));
    }

    @Test
    void aPasswordThatIsNoTextIsBase64AndNoneIsLeftOut() {
        try (TestBroker broker = broker()) {
            login(broker, null, new byte[] {(byte) 0xFF, 0});
            login(broker, null, null);

            assertThat(service.requests().get(0).body())
                    .contains("\"passwordBase64\":\"/wA=\"")
                    .doesNotContain("username", "\"password\"");
            assertThat(service.requests().get(1).body()).doesNotContain("username", "password");
        }
    }

    @Test
    void theServiceIsToldTheTenantThatIsKnown() {
        ClientInfo client = ClientInfo.builder(
                        "client",
                        ProtocolVersion.MQTT_5,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                        "tls")
                .tenant(new Tenant("acme"))
                .build();

        String question = HttpAuthRequest.of(new AuthenticationRequest(client, null, List.of()));

        assertThat(((Map<?, ?>) JsonText.parse(question)).get("tenant")).isEqualTo("acme");
    }

    @Test
    void theServiceSaysWhoTheClientIs() {
        try (TestBroker broker = broker()) {
            long end = broker.clock().epochMillis() / 1000 + 60;
            answer("{\"result\":\"allow\",\"username\":\"Alice\",\"clientId\":\"c7\",\"tenant\":\"acme\","
                    + "\"attributes\":{\"role\":\"reader\"},\"expires\":" + end + ",\"else\":[1]}");
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            ConnAck answer = client.send(connect("alice", utf8("x"))).expect(ConnAck.class);

            assertThat(answer.properties().string(PropertyId.ASSIGNED_CLIENT_IDENTIFIER))
                    .isEqualTo("c7");
            ClientInfo info = broker.events().await(ClientConnected.class).client();
            assertThat(info.username()).contains("Alice");
            assertThat(info.tenant().name()).isEqualTo("acme");
            assertThat(info.attributes()).isEqualTo(Map.of("http.role", "reader"));
            broker.clock().advance(Duration.ofSeconds(60));
            client.expectDisconnect(ReasonCode.MAXIMUM_CONNECT_TIME);
        }
    }

    @Test
    void clientHasNoUserNameWhenTheServiceSaysAnonymous() {
        answer("{\"result\":\"allow\",\"anonymous\":true}");
        try (TestBroker broker = broker()) {
            broker.tcpClient(ProtocolVersion.MQTT_5)
                    .send(connect("admin", utf8("x")))
                    .expect(ConnAck.class);

            ClientInfo info = broker.events().await(ClientConnected.class).client();
            assertThat(info.username()).isEmpty();
            assertThat(info.claimedUsername()).contains("admin");
        }
    }

    @Test
    void theServiceMayLeaveItToTheNext() {
        answer("{\"result\":\"ignore\"}");
        try (TestBroker broker = TestBroker.closed(builder -> builder.listener(Listener.tcp(0))
                .authenticator(authenticator())
                .authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed())))) {
            assertThat(login(broker, "x")).isEqualTo(ReasonCode.SUCCESS);
            assertThat(service.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ok",
                "{}",
                "[]",
                "{\"result\":\"Allow\"}",
                "{\"result\":true}",
                "{\"result\":\"deny\",\"result\":\"allow\"}",
                "{\"result\":\"allow\",\"username\":\"\"}",
                "{\"result\":\"allow\",\"username\":7}",
                "{\"result\":\"allow\",\"anonymous\":\"yes\"}",
                "{\"result\":\"allow\",\"clientId\":\"a\\u0000\"}",
                "{\"result\":\"allow\",\"tenant\":\"a/b\"}",
                "{\"result\":\"allow\",\"ttl\":\"1\"}",
                "{\"result\":\"allow\",\"expires\":-1}",
                "{\"result\":\"allow\",\"expires\":1e300}",
                "{\"result\":\"allow\",\"attributes\":[]}",
                "{\"result\":\"allow\",\"attributes\":{\"a\":1}}"
            })
    void anAnswerThatIsNoneDenies(String json) {
        answer(json);
        try (TestBroker broker = broker()) {
            assertThat(login(broker, "wonderland")).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
            assertThat(broker.events().await(PluginFailed.class).plugin()).isEqualTo("HttpAuthenticator");
        }
    }

    @Test
    void aServiceThatFailsDeniesUnlessToldOtherwise() {
        String allow = "{\"result\":\"allow\"}";
        try (TestBroker broker = broker();
                TestBroker lenient = TestBroker.start(builder -> builder.listener(Listener.tcp(0))
                        .authenticator(authenticator().failuresToNext()))) {
            for (int status : new int[] {204, 401, 404, 500, 503}) {
                service.answer(request -> TestHttpServer.Response.json(status, status == 204 ? "" : allow));
                assertThat(login(broker, "wonderland")).as("%d", status).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
            }
            assertThat(login(lenient, null, null).reason()).isEqualTo(ReasonCode.SUCCESS);
            service.answer(request ->
                    new TestHttpServer.Response(302, "Location: " + service.url("/elsewhere") + "\r\n", new byte[0]));
            assertThat(login(broker, "wonderland")).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
            answer(allow + " ".repeat(70_000));
            assertThat(login(broker, "wonderland")).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
            answer(allow);
            assertThat(login(broker, "wonderland")).isEqualTo(ReasonCode.SUCCESS);
            service.close();
            assertThat(login(broker, "wonderland")).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
            assertThat(login(lenient, null, null).reason()).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @Test
    void anAnswerMustComeInTime() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        service.answer(request -> {
            asked.countDown();
            try {
                go.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return TestHttpServer.Response.json("{\"result\":\"allow\"}");
        });
        try (TestBroker broker = broker(http -> http.deadline(Duration.ofSeconds(3)));
                TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            client.send(connect("alice", utf8("wonderland")));
            assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

            broker.clock().advance(Duration.ofSeconds(3));

            assertThat(client.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
        } finally {
            go.countDown();
        }
    }

    @Test
    void whoWasLetInIsNotRememberedLongerThanThatIsValid() {
        try (TestBroker broker = broker()) {
            long now = broker.clock().epochMillis() / 1000;
            answer("{\"result\":\"allow\",\"ttl\":3600,\"expires\":" + (now + 60) + "}");
            assertThat(login(broker, "a")).isEqualTo(ReasonCode.SUCCESS);
            assertThat(login(broker, "a")).isEqualTo(ReasonCode.SUCCESS);
            assertThat(service.requests()).hasSize(1);
            broker.clock().advance(Duration.ofSeconds(60));
            answer("{\"result\":\"allow\",\"expires\":" + (now + 120) + "}");

            assertThat(login(broker, "a")).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @Test
    void whoWasLetInIsRememberedForAWhile() {
        answer("{\"result\":\"allow\",\"ttl\":60}");
        try (TestBroker broker = broker()) {
            assertThat(login(broker, "a")).isEqualTo(ReasonCode.SUCCESS);
            answer("{\"result\":\"deny\"}");
            assertThat(login(broker, "a")).isEqualTo(ReasonCode.SUCCESS);
            assertThat(login(broker, "b")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            assertThat(login(broker, "b")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            assertThat(service.requests()).hasSize(3);

            broker.clock().advance(Duration.ofSeconds(60));

            assertThat(login(broker, "a")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
        answer("{\"result\":\"allow\"}");
        try (TestBroker broker = broker(http -> http.remember(Duration.ofSeconds(10)))) {
            int before = service.requests().size();
            login(broker, "a");
            login(broker, "a");
            assertThat(service.requests()).hasSize(before + 1);
        }
    }

    @Test
    void aGuessingAddressIsSlowedDown() {
        HttpAuthenticator http = authenticator();
        try (TestBroker broker = broker(unused -> http);
                TestClient sixth = broker.tcpClient(ProtocolVersion.MQTT_5);
                TestClient seventh = broker.tcpClient(ProtocolVersion.MQTT_5)) {
            for (int i = 0; i < 5; i++) {
                assertThat(login(broker, "guess" + i)).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            }
            sixth.send(connect("alice", utf8("wonderland")));
            awaitTrue(() -> http.delayedQuestions() == 1);
            seventh.send(connect("alice", utf8("wonderland")));
            awaitTrue(() -> http.delayedQuestions() == 2);

            assertThat(login(broker, "wonderland")).isEqualTo(ReasonCode.SERVER_BUSY);
            assertThat(service.requests()).hasSize(5);
            broker.clock().advance(Duration.ofSeconds(2));
            assertThat(sixth.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(seventh.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @Test
    void manyGuessesAtOnceAreNoBetterThanOneAfterTheOther() {
        HttpAuthenticator http = authenticator().maxConcurrent(1);
        int guesses = 30;
        try (TestBroker broker = broker(unused -> http)) {
            for (int i = 0; i < guesses; i++) {
                broker.tcpClient(ProtocolVersion.MQTT_5).send(connect("alice", utf8("guess" + i)));
            }
            awaitTrue(() -> broker.events().of(ConnectRefused.class).size() + http.delayedQuestions() == guesses);

            assertThat(service.requests()).hasSize(5);
        }
    }

    /** Without moving time. */
    private static void awaitTrue(BooleanSupplier so) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!so.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void settingsAreChecked() {
        for (String wrong : new String[] {"ftp://host/x", "host", "https:///x"}) {
            assertThatIllegalArgumentException().isThrownBy(() -> HttpAuthenticator.at(URI.create(wrong)));
        }
        HttpAuthenticator http = authenticator();
        assertThatIllegalArgumentException().isThrownBy(() -> http.header("a b", "x"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> http.header("X", "a\r\nb"))
                .withMessage("the name or the value of a header cannot be sent: name=X")
                .withNoCause();
        assertThatIllegalArgumentException().isThrownBy(() -> http.deadline(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> http.deadline(Duration.ofMinutes(2)));
        assertThatIllegalArgumentException().isThrownBy(() -> http.remember(Duration.ofHours(2)));
        assertThatIllegalArgumentException().isThrownBy(() -> http.maxConcurrent(0));
        try (TestBroker broker = broker(unused -> http)) {
            assertThat(broker.broker().name()).isNotEmpty();
            assertThatThrownBy(() -> broker(unused -> http)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(http::failuresToNext).isInstanceOf(IllegalStateException.class);
        }
    }
}
