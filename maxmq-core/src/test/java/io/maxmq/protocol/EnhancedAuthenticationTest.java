package io.maxmq.protocol;

import io.maxmq.MaxMQ;
import io.maxmq.Spec;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Auth;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.PingReq;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.AuthenticationStep;
import io.maxmq.spi.auth.EnhancedAuthenticationResult;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Enhanced authentication: AUTH before CONNACK, and again later (MQTT 5.0 §4.12). */
class EnhancedAuthenticationTest {
    private static final String METHOD = "TEST";

    /** Asks for the secret of whom the first data name; says thank you. What it does with a step can be replaced. */
    private static final class Riddle implements EnhancedAuthenticator {
        final AtomicInteger begun = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();
        final boolean blocks;
        volatile Function<String, CompletionStage<EnhancedAuthenticationResult>> answers = Riddle::answer;

        Riddle(boolean blocks) {
            this.blocks = blocks;
        }

        static CompletionStage<EnhancedAuthenticationResult> answer(String data) {
            if (data.startsWith("i am ")) {
                return completedFuture(
                        EnhancedAuthenticationResult.continueWith(bytes("secret of " + data.substring(5))));
            }
            if (data.startsWith("secret ")) {
                return completedFuture(EnhancedAuthenticationResult.allowed(
                                AuthenticationResult.allowed().withUsername(data.substring(7)))
                        .withData(bytes("thank you")));
            }
            return completedFuture(EnhancedAuthenticationResult.denied(ReasonCode.NOT_AUTHORIZED, "wrong"));
        }

        @Override
        public String method() {
            return METHOD;
        }

        @Override
        public boolean mayBlock() {
            return blocks;
        }

        @Override
        public Exchange begin(AuthenticationRequest request, boolean again) {
            begun.incrementAndGet();
            return new Exchange() {
                @Override
                public CompletionStage<EnhancedAuthenticationResult> next(AuthenticationStep step) {
                    return answers.apply(step.data()
                            .map(data -> new String(data, StandardCharsets.UTF_8))
                            .orElse(""));
                }

                @Override
                public void close() {
                    closed.incrementAndGet();
                }
            };
        }
    }

    private final Riddle riddle = new Riddle(false);

    private TestBroker broker() {
        return broker(riddle);
    }

    private static TestBroker broker(Riddle riddle) {
        return TestBroker.closed(builder -> builder.enhancedAuthenticator(riddle));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Properties with(String method, String data) {
        return Properties.builder()
                .set(PropertyId.AUTHENTICATION_METHOD, method)
                .set(PropertyId.AUTHENTICATION_DATA, ByteBuffer.wrap(bytes(data)))
                .build();
    }

    private static Connect connect(String clientId, Properties properties) {
        return new Connect(ProtocolVersion.MQTT_5, false, true, 0, properties, clientId, null, null, null);
    }

    private static Connect iAm(String user) {
        return connect("client-" + user, with(METHOD, "i am " + user));
    }

    private static Auth proceed(String data) {
        return new Auth(ReasonCode.CONTINUE_AUTHENTICATION, with(METHOD, data));
    }

    private static Auth again(String data) {
        return new Auth(ReasonCode.RE_AUTHENTICATE, with(METHOD, data));
    }

    private static String dataOf(Properties properties) {
        ByteBuffer data = properties.binary(PropertyId.AUTHENTICATION_DATA);
        return data == null ? "" : StandardCharsets.UTF_8.decode(data).toString();
    }

    private static TestClient connected(TestBroker broker, String user) {
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        client.send(iAm(user)).expect(Auth.class);
        assertThat(client.send(proceed("secret " + user)).expect(ConnAck.class).reason())
                .isEqualTo(ReasonCode.SUCCESS);
        return client;
    }

    private static void expectRefusal(TestClient client, ReasonCode reason) {
        assertThat(client.expect(ConnAck.class).reason()).isEqualTo(reason);
        client.expectEnd();
    }

    // ---- CONNECT

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Spec({"MQTT-4.12.0-2", "MQTT-4.12.0-5"})
    void dataGoBackAndForthUntilConnAck(boolean blocks) {
        Riddle asked = new Riddle(blocks);
        try (TestBroker broker = broker(asked)) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);

            Auth challenge = client.send(iAm("alice")).expect(Auth.class);
            ConnAck answer = client.send(proceed("secret alice")).expect(ConnAck.class);

            assertThat(challenge.reason()).isEqualTo(ReasonCode.CONTINUE_AUTHENTICATION);
            assertThat(challenge.properties()).isEqualTo(with(METHOD, "secret of alice"));
            assertThat(answer.reason()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(answer.properties().string(PropertyId.AUTHENTICATION_METHOD))
                    .isEqualTo(METHOD);
            assertThat(dataOf(answer.properties())).isEqualTo("thank you");
            assertThat(broker.events().await(ClientConnected.class).client().username())
                    .contains("alice");
            client.subscribe("a", QoS.AT_LEAST_ONCE);
            client.publish("a", "x", QoS.AT_MOST_ONCE);
            client.expectMessage("a", "x");
        }
        assertThat(asked.closed).hasValue(1);
    }

    @Test
    void itTakesPlaceBeforeTheMoveToTheSessionsLoop() {
        try (TestBroker broker = TestBroker.closed(builder -> builder.loops(3).enhancedAuthenticator(riddle))) {
            for (int i = 0; i < 12; i++) {
                TestClient client = connected(broker, "user" + i);
                client.ping();
                client.send(again("secret user" + i));
                assertThat(client.expect(Auth.class).reason()).isEqualTo(ReasonCode.SUCCESS);
            }
        }
        assertThat(riddle.closed).hasValue(24);
    }

    @Test
    @Spec("MQTT-4.12.0-4")
    void aWrongAnswerIsRefused() {
        try (TestBroker broker = broker()) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);
            client.send(iAm("mallory")).expect(Auth.class);

            ConnAck refusal = client.send(proceed("no idea")).expect(ConnAck.class);

            assertThat(refusal.reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(refusal.properties().string(PropertyId.REASON_STRING)).isEqualTo("wrong");
            client.expectEnd();
        }
        assertThat(riddle.closed).hasValue(1);
    }

    @Test
    @Spec("MQTT-4.12.0-1")
    void anotherMethodIsRefused() {
        try (TestBroker broker = broker()) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);

            client.send(connect("client", with("OTHER", "x")));

            expectRefusal(client, ReasonCode.BAD_AUTHENTICATION_METHOD);
        }
    }

    @Test
    void withoutAMethodTheOtherAuthenticatorsDecide() {
        try (TestBroker broker = broker()) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);

            client.send(connect("client", Properties.NONE));

            assertThat(client.expect(ConnAck.class).reason().isError()).isTrue();
            client.expectEnd();
        }
        assertThat(riddle.begun).hasValue(0);
    }

    static List<Packet> notForNow() {
        return List.of(
                PingReq.INSTANCE,
                new Subscribe(1, Properties.NONE, List.of(RequestedSubscription.of("a", QoS.AT_MOST_ONCE))),
                TestClient.message("a", "x", QoS.AT_MOST_ONCE, 0),
                TestClient.message("a", "x", QoS.AT_LEAST_ONCE, 1),
                PubAck.of(1),
                iAm("alice"),
                again("secret alice"),
                new Auth(ReasonCode.CONTINUE_AUTHENTICATION, with("OTHER", "secret alice")));
    }

    @ParameterizedTest
    @MethodSource("notForNow")
    @Spec("MQTT-4.12.0-3")
    void onlyAuthContinuesIt(Packet packet) {
        try (TestBroker broker = broker()) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);
            client.send(iAm("alice")).expect(Auth.class);

            client.send(packet);

            expectRefusal(client, ReasonCode.PROTOCOL_ERROR);
        }
        assertThat(riddle.closed).hasValue(1);
    }

    @Test
    void aClientMaySayGoodbyeInstead() {
        try (TestBroker broker = broker()) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);
            client.send(iAm("alice")).expect(Auth.class);

            client.send(Disconnect.of(ReasonCode.SUCCESS));

            client.expectEnd();
        }
        assertThat(riddle.closed).hasValue(1);
    }

    @Test
    void authIsNoFirstPacket() {
        try (TestBroker broker = broker()) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);

            client.send(proceed("secret alice"));

            client.expectEnd();
        }
    }

    @Test
    @Spec({"MQTT-4.12.0-6", "MQTT-4.12.0-7"})
    void whoHasNamedNoMethodSendsNoAuth() {
        try (TestBroker broker = TestBroker.start(builder -> builder.enhancedAuthenticator(riddle))) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);
            assertThat(client.connect("client", true).properties().has(PropertyId.AUTHENTICATION_METHOD))
                    .isFalse();

            client.send(again("secret alice"));

            client.expectDisconnect(ReasonCode.PROTOCOL_ERROR);
        }
    }

    // ---- failures

    @ParameterizedTest
    @EnumSource(
            value = Failure.class,
            names = {"THREW", "NULL", "TIMEOUT"})
    void anAuthenticatorThatFailsDenies(Failure failure) {
        riddle.answers = data -> switch (failure) {
            case THREW -> throw new IllegalStateException("broken");
            case NULL -> completedFuture(null);
            default -> new CompletableFuture<>();
        };
        try (TestBroker broker = broker()) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);
            client.send(iAm("alice"));
            if (failure == Failure.TIMEOUT) {
                // Another connection is served behind the first.
                TestClient other = broker.client(ProtocolVersion.MQTT_5);
                other.send(connect("other", with("OTHER", "x")));
                expectRefusal(other, ReasonCode.BAD_AUTHENTICATION_METHOD);
                broker.clock().advance(Duration.ofSeconds(5));
            }

            expectRefusal(client, ReasonCode.SERVER_UNAVAILABLE);
            PluginFailed event = broker.events().await(PluginFailed.class);
            assertThat(event.plugin()).isEqualTo(METHOD);
            assertThat(event.failure()).isEqualTo(failure);
        }
        assertThat(riddle.closed).hasValue(1);
    }

    @Test
    void aClientThatDoesNotAnswerIsRefused() {
        try (TestBroker broker = broker()) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);
            client.send(iAm("alice")).expect(Auth.class);
            broker.clock().advanceToJustBefore(Duration.ofSeconds(10));
            // Answers do not move the deadline.
            client.send(proceed("i am alice")).expect(Auth.class);

            broker.clock().advance(Duration.ofMillis(10));

            expectRefusal(client, ReasonCode.NOT_AUTHORIZED);
        }
        assertThat(riddle.closed).hasValue(1);
    }

    @Test
    void aClientThatLeavesEndsItsExchange() throws Exception {
        CompletableFuture<EnhancedAuthenticationResult> answer = new CompletableFuture<>();
        try (TestBroker broker = broker()) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);
            riddle.answers = data -> answer;
            client.send(iAm("alice"));
            client.close();
            // The one loop has noticed once it has served another.
            riddle.answers = Riddle::answer;
            connected(broker, "bob").ping();

            answer.complete(EnhancedAuthenticationResult.allowed());

            connected(broker, "carol").ping();
            assertThat(broker.events().await(ClientConnected.class).client().username())
                    .contains("bob");
        }
        assertThat(riddle.closed).hasValue(3);
    }

    @Test
    void whatTheClientDoesNotTakeIsNotSent() {
        riddle.answers = data -> completedFuture(EnhancedAuthenticationResult.continueWith(new byte[100]));
        try (TestBroker broker = broker()) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);

            client.send(connect(
                    "client",
                    with(METHOD, "i am alice").toBuilder()
                            .set(PropertyId.MAXIMUM_PACKET_SIZE, 50)
                            .build()));

            expectRefusal(client, ReasonCode.PACKET_TOO_LARGE);
        }
    }

    // ---- again

    @Test
    @Spec("MQTT-4.12.0-5")
    void packetsGoOnWhileAClientAuthenticatesItselfAgain() {
        try (TestBroker broker = broker()) {
            TestClient client = connected(broker, "alice");
            client.subscribe("a", QoS.AT_LEAST_ONCE);
            CompletableFuture<EnhancedAuthenticationResult> answer = new CompletableFuture<>();
            riddle.answers = data -> answer;

            client.send(again("i am alice"));
            client.publish("a", "while it is asked", QoS.AT_MOST_ONCE);
            client.expectMessage("a", "while it is asked");
            riddle.answers = Riddle::answer;
            answer.complete(EnhancedAuthenticationResult.continueWith(bytes("go on")));
            Auth challenge = client.expect(Auth.class);
            client.publish("a", "while it is awaited", QoS.AT_MOST_ONCE);
            client.expectMessage("a", "while it is awaited");
            Auth done = client.send(proceed("secret alice")).expect(Auth.class);

            assertThat(challenge.reason()).isEqualTo(ReasonCode.CONTINUE_AUTHENTICATION);
            assertThat(challenge.properties()).isEqualTo(with(METHOD, "go on"));
            assertThat(done.reason()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(done.properties()).isEqualTo(with(METHOD, "thank you"));
            client.send(again("secret alice"));
            assertThat(client.expect(Auth.class).reason()).isEqualTo(ReasonCode.SUCCESS);
            broker.clock().advance(Duration.ofSeconds(60));
            client.ping();
        }
        assertThat(riddle.closed).hasValue(3);
    }

    @Test
    @Spec("MQTT-4.12.1-2")
    void whoFailsIsDisconnected() {
        try (TestBroker broker = broker()) {
            TestClient client = connected(broker, "alice");

            client.send(again("no idea"));

            client.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    void whoTurnsOutToBeAnotherIsDisconnected() {
        try (TestBroker broker = broker()) {
            TestClient client = connected(broker, "alice");

            client.send(again("secret bob"));

            client.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
        }
    }

    @Test
    void whoTakesTooLongIsDisconnected() {
        try (TestBroker broker = broker()) {
            TestClient client = connected(broker, "alice");
            client.send(again("i am alice")).expect(Auth.class);

            broker.clock().advance(Duration.ofSeconds(10));

            client.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
        }
        assertThat(riddle.closed).hasValue(2);
    }

    @Test
    @Spec("MQTT-4.12.1-1")
    void theMethodStaysTheSame() {
        try (TestBroker broker = broker()) {
            TestClient client = connected(broker, "alice");

            client.send(new Auth(ReasonCode.RE_AUTHENTICATE, with("OTHER", "secret alice")));

            client.expectDisconnect(ReasonCode.PROTOCOL_ERROR);
        }
    }

    @Test
    void oneAfterTheOther() {
        try (TestBroker broker = broker()) {
            TestClient client = connected(broker, "alice");
            client.send(again("i am alice")).expect(Auth.class);

            client.send(again("i am alice"));

            client.expectDisconnect(ReasonCode.PROTOCOL_ERROR);
        }
    }

    @Test
    void continuingWhatWasNotBegunIsAProtocolError() {
        try (TestBroker broker = broker()) {
            TestClient client = connected(broker, "alice");

            client.send(proceed("secret alice"));

            client.expectDisconnect(ReasonCode.PROTOCOL_ERROR);
        }
    }

    // ---- settings

    @Test
    void aMethodIsThereOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MaxMQ.builder().enhancedAuthenticator(riddle).enhancedAuthenticator(new Riddle(true)))
                .withMessageContaining("method=TEST");
    }
}
