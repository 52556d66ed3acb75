package io.maxmq.examples.doorbell;

import io.maxmq.MaxMQ;
import io.maxmq.codec.QoS;
import io.maxmq.junit.MaxMQTest;
import io.maxmq.junit.RoutedMessages;
import io.maxmq.junit.TestClient;
import io.maxmq.spi.Message;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

@MaxMQTest
class DoorbellTest {
    @Test
    void rings(MaxMQ broker, TestClient button, RoutedMessages messages) {
        broker.subscribe("door/button", pressed -> broker.publish(Message.of("door/bell", "ding")))
                .active()
                .toCompletableFuture()
                .join();

        button.publish("door/button", "pressed", QoS.AT_LEAST_ONCE);

        assertEquals("ding", messages.awaitMessage("door/bell").payloadText());
    }
}
