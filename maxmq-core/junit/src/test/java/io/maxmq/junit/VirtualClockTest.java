package io.maxmq.junit;

import io.maxmq.MaxMQ;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.Message;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A broker whose time stands still until the test moves it. */
@MaxMQTest(virtualClock = true)
class VirtualClockTest {
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    @Test
    void endsASilentClient(TestClients clients, VirtualClock clock) {
        TestClient silent = clients.connect(ClientOptions.of("silent").keepAlive(Duration.ofSeconds(60)));

        clock.advanceToJustBefore(Duration.ofSeconds(90));
        silent.ping();
        clock.advance(Duration.ofSeconds(90));

        assertThat(silent.awaitEnd(DEADLINE)).isEqualTo(ReasonCode.KEEP_ALIVE_TIMEOUT);
    }

    @Test
    void waitsWithAWill(MaxMQ broker, TestClients clients, VirtualClock clock, RoutedMessages messages)
            throws Exception {
        TestClient mortal = clients.connect(ClientOptions.of("mortal")
                .sessionExpiry(Duration.ofHours(1))
                .will(Message.of("wills", "gone"))
                .willDelay(Duration.ofMinutes(5)));
        mortal.drop();
        awaitDisconnected(broker, "mortal");

        clock.advanceToJustBefore(Duration.ofMinutes(5));
        assertThat(messages.received("wills")).isEmpty();
        clock.advance(Duration.ofMillis(1));

        assertThat(messages.received("wills")).hasSize(1);
    }

    @Test
    void expiresASession(MaxMQ broker, TestClients clients, VirtualClock clock) {
        ClientOptions options = ClientOptions.of("expiring").cleanStart(false).sessionExpiry(Duration.ofDays(1));
        clients.connect(options).disconnect();
        clock.advanceToJustBefore(Duration.ofDays(1));
        TestClient inTime = clients.connect(options);
        assertThat(inTime.sessionPresent()).isTrue();
        inTime.disconnect();

        clock.advance(Duration.ofDays(1));

        assertThat(broker.sessions().count()).isZero();
        assertThat(clients.connect(options).sessionPresent()).isFalse();
    }

    @Test
    void expiresAMessage(TestClients clients, TestClient publisher, VirtualClock clock) {
        ClientOptions options = ClientOptions.of("away").cleanStart(false).sessionExpiry(Duration.ofDays(1));
        TestClient away = clients.connect(options);
        away.subscribe("m/#");
        away.disconnect();
        publisher.publish(expiring("m/short", 10));
        publisher.publish(expiring("m/long", 1000));

        clock.advance(Duration.ofSeconds(10));

        TestClient back = clients.connect(options);
        ReceivedMessage delivery = back.receive();
        assertThat(delivery.topic()).isEqualTo("m/long");
        assertThat(delivery.message().messageExpiry()).contains(Duration.ofSeconds(990));
        back.expectNothing();
    }

    @Test
    void doesNotGoBack() {
        VirtualClock clock = new VirtualClock();
        assertThatThrownBy(() -> clock.advance(Duration.ofMillis(-1))).hasMessageContaining("duration=PT-0.001S");
        assertThatThrownBy(() -> clock.advanceToJustBefore(Duration.ZERO)).hasMessageContaining("duration=PT0S");
        assertThat(clock.nanoTime()).isZero();
    }

    private static Message expiring(String topic, int seconds) {
        return Message.builder(topic)
                .qos(QoS.AT_LEAST_ONCE)
                .messageExpiry(Duration.ofSeconds(seconds))
                .build();
    }

    private static void awaitDisconnected(MaxMQ broker, String clientId) throws Exception {
        Deadline deadline = Deadline.in(DEADLINE);
        while (broker.clients()
                .find(clientId)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .isPresent()) {
            assertThat(deadline.leftMillis()).as("left until the deadline").isPositive();
            Thread.sleep(5);
        }
    }
}
