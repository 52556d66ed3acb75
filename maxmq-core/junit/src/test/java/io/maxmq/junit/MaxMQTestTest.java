package io.maxmq.junit;

import io.maxmq.MaxMQ;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.spi.Message;
import io.maxmq.spi.PayloadFormat;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a test gets, and the test client. */
@MaxMQTest
class MaxMQTestTest {

    @Test
    void givesWhatAParameterAsksFor(
            MaxMQ broker,
            @MaxMQPort int port,
            TestClient one,
            TestClient other,
            TestClients clients,
            RoutedMessages messages) {
        assertThat(broker.isRunning()).isTrue();
        assertThat(broker.name()).startsWith("MaxMQTestTest.givesWhatAParameterAsksFor-");
        assertThat(port).isEqualTo(broker.listeners().tcp().port());
        assertThat(one.clientId()).isNotEqualTo(other.clientId());
        assertThat(clients.connect("third").clientId()).isEqualTo("third");
        assertThat(messages.received("#")).isEmpty();
    }

    @Test
    void connectsAClientAsItsAnnotationSays(
            MaxMQ broker,
            @MaxMQClient(value = "old", version = ProtocolVersion.MQTT_3_1_1, cleanStart = false, keepAliveSeconds = 7)
                    TestClient old,
            @MaxMQClient(sessionExpirySeconds = 60) TestClient lasting)
            throws Exception {
        var info = broker.clients()
                .find("old")
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .orElseThrow()
                .client();
        assertThat(info.protocolVersion()).isEqualTo(ProtocolVersion.MQTT_3_1_1);
        assertThat(info.cleanStart()).isFalse();
        assertThat(info.keepAliveSeconds()).isEqualTo(7);
        assertThat(old.sessionPresent()).isFalse();
        assertThat(broker.sessions()
                        .find(lasting.clientId())
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS)
                        .orElseThrow()
                        .expirySeconds())
                .isEqualTo(60);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void carriesMessagesOfEachQos(ProtocolVersion version, TestClients clients, RoutedMessages messages) {
        TestClient publisher = clients.connect(ClientOptions.of("publisher").version(version));
        TestClient subscriber = clients.connect(ClientOptions.of("subscriber").version(version));
        subscriber.subscribe("q/+");

        for (QoS qos : QoS.values()) {
            publisher.publish("q/" + qos.code(), "text " + qos, qos);
            ReceivedMessage delivery = subscriber.receive();
            assertThat(delivery.topic()).isEqualTo("q/" + qos.code());
            assertThat(delivery.text()).isEqualTo("text " + qos);
            assertThat(delivery.message().qos()).isEqualTo(qos);
            assertThat(delivery.dup()).isFalse();
        }
        subscriber.expectNothing();
        assertThat(messages.received("q/#")).hasSize(3);

        subscriber.unsubscribe("q/+");
        publisher.publish("q/1", "unheard", QoS.AT_LEAST_ONCE);
        subscriber.expectNothing();
    }

    @Test
    void carriesTheProperties(TestClient publisher, TestClient subscriber) {
        Message message = Message.builder("p")
                .payload("text")
                .qos(QoS.AT_LEAST_ONCE)
                .payloadFormatIndicator(PayloadFormat.UTF_8)
                .contentType("text/plain")
                .responseTopic("answers")
                .correlationData(new byte[] {1, 2})
                .messageExpiry(Duration.ofSeconds(90))
                .userProperty("a", "1")
                .userProperty("a", "2")
                .build();
        subscriber.subscribe("p");
        publisher.publish(message);

        assertThat(subscriber.receive().message()).isEqualTo(message);
    }

    @Test
    void resumesASession(TestClients clients, TestClient publisher) {
        ClientOptions options = ClientOptions.of("resuming").cleanStart(false).sessionExpiry(Duration.ofMinutes(1));
        TestClient first = clients.connect(options);
        assertThat(first.sessionPresent()).isFalse();
        first.subscribe("r");
        first.disconnect();
        publisher.publish("r", "queued", QoS.AT_LEAST_ONCE);

        TestClient second = clients.connect(options);
        assertThat(second.sessionPresent()).isTrue();
        assertThat(second.receive().text()).isEqualTo("queued");
    }

    @Test
    void breaksDownWithItsWill(TestClients clients, RoutedMessages messages) {
        clients.connect(ClientOptions.of("mortal").will(Message.of("wills", "gone")))
                .drop();

        assertThat(messages.awaitMessage("wills").payloadText()).isEqualTo("gone");
    }

    @Test
    void saysWhatWentWrong(MaxMQ broker, TestClients clients, TestClient client) throws Exception {
        TestClient subscriber = clients.connect("subscriber");
        subscriber.subscribe("s");

        assertThatThrownBy(() -> subscriber.receive(Duration.ofMillis(1)))
                .isInstanceOf(AssertionError.class)
                .hasMessage("subscriber has not received a message within 1 ms");

        client.publish("s", "surprise", QoS.AT_LEAST_ONCE);
        assertThatThrownBy(subscriber::expectNothing)
                .isInstanceOf(AssertionError.class)
                .hasMessage("no message was expected for subscriber; 1 came:\n  1. s, QoS 1, 8 bytes: \"surprise\"");

        assertThatThrownBy(() -> subscriber.subscribe("a/#/b"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("the broker refused subscriber to subscribe to a/#/b: TOPIC_FILTER_INVALID");

        broker.clients().disconnect("subscriber").toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThatThrownBy(subscriber::ping)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("ended with ADMINISTRATIVE_ACTION");

        assertThatThrownBy(() -> clients.connect(ClientOptions.of("v3")
                        .version(ProtocolVersion.MQTT_3_1_1)
                        .sessionExpiry(Duration.ofSeconds(1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("clientId=v3");
    }

    @Nested
    class Inside {
        @Test
        void hasTheSettingsOfTheClassAround(MaxMQ broker, TestClient client) {
            assertThat(broker.isRunning()).isTrue();
            client.ping();
        }
    }

    @Nested
    @MaxMQTest(virtualClock = true)
    class InsideWithItsOwn {
        @Test
        void hasItsOwnSettings(VirtualClock clock) {
            long before = clock.epochMillis();
            clock.advance(Duration.ofSeconds(1));
            assertThat(clock.epochMillis()).isEqualTo(before + 1040);
        }
    }
}
