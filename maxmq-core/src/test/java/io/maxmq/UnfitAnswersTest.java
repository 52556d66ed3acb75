package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.Capabilities;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishRefusedException;
import io.maxmq.spi.Will;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.EnhancedAuthenticationResult;
import io.maxmq.spi.event.BrokerEvent.Failure;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.intercept.ConnectInterceptor;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.DeliveryInterceptor;
import io.maxmq.spi.intercept.PublishInterceptor;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Plug-ins whose answers hold what MQTT cannot send: nobody waits for ever because of them, and nothing is left half done. */
class UnfitAnswersTest {
    private static final String UNFIT = "un\0fit";

    /** As a plug-in gives it that takes its time: on another thread, when the broker waits for it. */
    private static <T> CompletionStage<T> later(T answer) {
        return CompletableFuture.supplyAsync(() -> answer, CompletableFuture.delayedExecutor(1, TimeUnit.MILLISECONDS));
    }

    private static Connect connect(String clientId) {
        Properties properties = Properties.builder()
                .set(PropertyId.REQUEST_RESPONSE_INFORMATION, true)
                .build();
        return new Connect(ProtocolVersion.MQTT_5, false, true, 0, properties, clientId, null, null, null);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void messagesAreDroppedAndTheClientGoesOn(boolean takesTime) {
        PublishInterceptor interceptor = (client, message) -> {
            Decision<Message> unfit =
                    Decision.change(message.toBuilder().contentType(UNFIT).build());
            return takesTime ? Decision.later(later(unfit)) : unfit;
        };
        try (TestBroker broker = TestBroker.start(builder -> builder.interceptor(interceptor))) {
            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
            client.subscribe("a", QoS.AT_MOST_ONCE);

            client.send(TestClient.message("a", "1", QoS.AT_LEAST_ONCE, 1));

            assertThat(client.expect(PubAck.class).reason()).isEqualTo(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
            client.expectNothing();
            assertThat(broker.events().await(PluginFailed.class, each -> true).failure())
                    .isEqualTo(Failure.INVALID_ANSWER);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"content type", "topic"})
    void deliveriesAreDroppedAndTheOthersGoOn(String what) {
        DeliveryInterceptor interceptor = (client, message) -> {
            if (!message.payloadText().equals("bad")) {
                return Decision.proceed();
            }
            Message unfit = what.equals("topic")
                    ? message.toBuilder().topic("a/+").build()
                    : message.toBuilder().contentType(UNFIT).build();
            return Decision.change(unfit);
        };
        try (TestBroker broker = TestBroker.start(builder -> builder.interceptor(interceptor))) {
            TestClient client = broker.lasting("client", true, 10);
            client.subscribe("a", QoS.AT_LEAST_ONCE);
            TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");

            assertThat(publisher.publish("a", "bad", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);
            client.expectNothing();
            client.disconnect();
            broker.awaitDisconnected("client");
            publisher.publish("a", "bad", QoS.AT_LEAST_ONCE);
            publisher.publish("a", "good", QoS.AT_LEAST_ONCE);

            TestClient again = broker.lasting("client", false, 10);
            assertThat(TestClient.text(again.expect(Publish.class))).isEqualTo("good");
            PluginFailed failed = broker.events().await(PluginFailed.class, each -> true);
            assertThat(failed.operation()).isEqualTo("onDelivery");
            assertThat(failed.failure()).isEqualTo(Failure.INVALID_ANSWER);
            assertThat(broker.events().awaitAll(MessageDropped.class, each -> true, 2))
                    .allMatch(each -> each.reason() == DropReason.INTERCEPTED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"content type", "topic"})
    void willsAreDroppedAndTheirSessionsEnd(String what) {
        PublishInterceptor interceptor = (client, message) -> {
            if (!message.topic().equals("will")) {
                return Decision.proceed();
            }
            Message unfit = what.equals("topic")
                    ? message.toBuilder().topic("a/+").build()
                    : message.toBuilder().contentType(UNFIT).build();
            return Decision.change(unfit);
        };
        try (TestBroker broker = TestBroker.start(builder -> builder.interceptor(interceptor))) {
            TestClient subscriber = broker.connected(ProtocolVersion.MQTT_5, "subscriber");
            subscriber.subscribe("#", QoS.AT_MOST_ONCE);
            TestClient client = broker.client(ProtocolVersion.MQTT_5);
            client.connect(new Connect(
                    ProtocolVersion.MQTT_5,
                    false,
                    true,
                    0,
                    Properties.NONE,
                    "client",
                    new io.maxmq.codec.packet.ConnectWill(
                            "will", TestClient.bytes("gone"), QoS.AT_LEAST_ONCE, false, Properties.NONE),
                    null,
                    null));
            client.subscribe("own", QoS.AT_MOST_ONCE);

            client.close();

            PluginFailed failed = broker.events().await(PluginFailed.class, each -> true);
            assertThat(failed.operation()).isEqualTo("onPublish");
            assertThat(failed.failure()).isEqualTo(Failure.INVALID_ANSWER);
            broker.awaitDisconnected("client");
            assertThat(broker.broker().subscriptions().count()).isEqualTo(1);
            assertThat(broker.events().await(MessageDropped.class, each -> true).reason())
                    .isEqualTo(DropReason.INTERCEPTED);
            subscriber.expectNothing();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theApplicationIsToldOfItsOwn(boolean takesTime) {
        PublishInterceptor interceptor = (client, message) -> {
            Decision<Message> unfit =
                    Decision.change(message.toBuilder().contentType(UNFIT).build());
            return takesTime ? Decision.later(later(unfit)) : unfit;
        };
        try (TestBroker broker = TestBroker.start(builder -> builder.interceptor(interceptor))) {
            CompletableFuture<?> result =
                    broker.broker().publish(Message.of("a", "1")).toCompletableFuture();

            assertThatThrownBy(() -> result.get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(PublishRefusedException.class)
                    .hasMessageContaining("CONTENT_TYPE");
            assertThat(broker.events().await(PluginFailed.class, each -> true).failure())
                    .isEqualTo(Failure.INVALID_ANSWER);
        }
    }

    @Test
    void aClientIdThatIsNoneIsRefused() {
        Authenticator authenticator =
                request -> later(AuthenticationResult.allowed().withClientId(UNFIT));
        try (TestBroker broker = TestBroker.start(builder -> builder.authenticator(authenticator))) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);

            client.send(connect("client"));

            assertThat(client.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
            client.expectEnd();
        }
    }

    @Test
    void aUserNameThatCannotBeToldIsNotTold() {
        Authenticator authenticator =
                request -> later(AuthenticationResult.allowed().withUsername(UNFIT));
        Capabilities capabilities = Capabilities.builder()
                .responseInformation("answers/${username}")
                .build();
        try (TestBroker broker =
                TestBroker.start(builder -> builder.authenticator(authenticator).capabilities(capabilities))) {
            ConnAck accepted = broker.client(ProtocolVersion.MQTT_5).connect(connect("client"));

            assertThat(accepted.properties().has(PropertyId.RESPONSE_INFORMATION))
                    .isFalse();
        }
    }

    @Test
    void whatCannotBeDealtWithEndsTheConnection() throws IOException {
        Message unfit = Message.builder("will").contentType(UNFIT).build();
        ConnectInterceptor interceptor =
                request -> Decision.later(later(Decision.change(request.withWill(new Will(unfit, Duration.ZERO)))));
        try (MaxMQ broker = MaxMQ.builder()
                        .name("unfit-will")
                        .allowAnonymous()
                        .interceptor(interceptor)
                        .start();
                TestClient client = new TestClient(
                        ProtocolVersion.MQTT_5, broker.socketFactory().createSocket("in-memory", 1))) {
            client.send(connect("client"));

            client.expectEnd();
        }
        assertThat(RecordedLogs.errorsOf("unfit-will"))
                .singleElement()
                .asString()
                .contains("CONTENT_TYPE");
    }

    @Test
    void areNotTakenWhereThatCanBeTold() {
        byte[] tooLong = new byte[65_536];

        assertThatIllegalArgumentException().isThrownBy(() -> EnhancedAuthenticationResult.continueWith(tooLong));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EnhancedAuthenticationResult.allowed().withData(tooLong));
        assertThatIllegalArgumentException().isThrownBy(() -> AuthenticationResult.redirected(UNFIT, false));
    }
}
