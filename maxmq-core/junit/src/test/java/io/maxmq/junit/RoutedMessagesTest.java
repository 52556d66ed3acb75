package io.maxmq.junit;

import io.maxmq.MaxMQ;
import io.maxmq.codec.QoS;
import io.maxmq.spi.Message;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What the broker has routed, as a test asks for it. */
@MaxMQTest
class RoutedMessagesTest {

    @Test
    void keepsTheOrderOfClientsAndApplication(MaxMQ broker, TestClient client, RoutedMessages messages)
            throws Exception {
        client.publish("o/1", "a", QoS.AT_LEAST_ONCE);
        broker.publish(Message.of("o/2", "b")).toCompletableFuture().get(10, TimeUnit.SECONDS);
        client.publish("o/1", "c", QoS.EXACTLY_ONCE);

        assertThat(messages.received("#")).extracting(Message::payloadText).containsExactly("a", "b", "c");
        assertThat(messages.received("o/1")).extracting(Message::payloadText).containsExactly("a", "c");
        assertThat(messages.received("o/1"))
                .extracting(Message::qos)
                .containsExactly(QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE);
    }

    @Test
    void givesEachMessageOnce(TestClient client, RoutedMessages messages) {
        client.publish("e/1", "first", QoS.AT_LEAST_ONCE);
        client.publish("e/2", "second", QoS.AT_LEAST_ONCE);
        client.publish("e/1", "third"); // QoS 0: not there yet

        assertThat(messages.awaitMessage("e/2").payloadText()).isEqualTo("second");
        assertThat(messages.awaitMessage("e/+").payloadText()).isEqualTo("first");
        assertThat(messages.awaitMessage("#").payloadText()).isEqualTo("third");
        assertThat(messages.received("#")).hasSize(3);
    }

    @Test
    void saysWhatCameInstead(TestClient client, RoutedMessages messages) {
        assertThatThrownBy(() -> messages.awaitMessage("w", Duration.ofMillis(1)))
                .isInstanceOf(AssertionError.class)
                .hasMessage("no message for w within 1 ms; none came");

        client.publish(Message.builder("other")
                .payload("text")
                .qos(QoS.AT_LEAST_ONCE)
                .retain(true)
                .build());
        client.publish(Message.builder("w")
                .payload(new byte[] {0, (byte) 0xFF})
                .qos(QoS.EXACTLY_ONCE)
                .build());
        messages.awaitMessage("w");

        assertThatThrownBy(() -> messages.awaitMessage("w", Duration.ofMillis(1)))
                .isInstanceOf(AssertionError.class)
                .hasMessage("""
                        no message for w within 1 ms, 1 of its messages had been awaited before; 2 came:
                          1. other, QoS 1, retained, 4 bytes: "text"
                          2. w, QoS 2, 2 bytes: 0x00ff""");
    }

    @Test
    void listsTheLastOnly(MaxMQ broker, RoutedMessages messages) throws Exception {
        for (int i = 1; i <= 25; i++) {
            broker.publish(Message.of("many", Integer.toString(i)))
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        }

        assertThatThrownBy(() -> messages.awaitMessage("none", Duration.ofMillis(1)))
                .hasMessageContaining("25 came, the last 20:\n  6. many, QoS 0, 1 bytes: \"6\"\n")
                .hasMessageEndingWith("\n  25. many, QoS 0, 2 bytes: \"25\"");
    }

    @Test
    void changesNothingForThePublisher(MaxMQ broker) throws Exception {
        assertThat(broker.publish(Message.builder("n").qos(QoS.AT_LEAST_ONCE).build())
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS)
                        .matched())
                .isZero();
    }

    @Test
    void refusesFiltersThatItCannotAnswer(RoutedMessages messages) {
        assertThatThrownBy(() -> messages.received("a/#/b")).hasMessageContaining("has '#' before its end");
        assertThatThrownBy(() -> messages.received("$SYS/#")).hasMessageContaining("filter=$SYS/#");
        assertThatThrownBy(() -> messages.awaitMessage("$share/g/a")).hasMessageContaining("filter=$share/g/a");
    }

    @Test
    void refusesToAnswerWhenItHasLostSome(MaxMQ broker, RoutedMessages messages) throws Exception {
        Message big = Message.of("big", new byte[1 << 20]);
        for (int i = 0; i < 65; i++) {
            broker.publish(big).toCompletableFuture().get(10, TimeUnit.SECONDS);
        }

        assertThatThrownBy(() -> messages.received("#"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("more was routed than is recorded");
        assertThatThrownBy(() -> messages.awaitMessage("none")).hasMessageContaining("more was routed");
    }
}
