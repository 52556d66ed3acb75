package io.maxmq.junit.readme;

import io.maxmq.MaxMQ;
import io.maxmq.codec.PacketType;
import io.maxmq.codec.QoS;
import io.maxmq.junit.AckFault;
import io.maxmq.junit.ClientOptions;
import io.maxmq.junit.Faults;
import io.maxmq.junit.MaxMQTest;
import io.maxmq.junit.RoutedMessages;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.maxmq.junit.VirtualClock;
import io.maxmq.spi.Message;
import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

@MaxMQTest(virtualClock = true, faults = true)
class DoorbellTest {

    @Test
    void rings(MaxMQ broker, TestClient button, RoutedMessages messages) {
        broker.subscribe("door/button", pressed -> broker.publish(Message.of("door/bell", "ding")))
                .active()
                .toCompletableFuture()
                .join();

        button.publish("door/button", "pressed", QoS.AT_LEAST_ONCE);

        assertEquals("ding", messages.awaitMessage("door/bell").payloadText());
        assertEquals(2, messages.received("door/#").size());
    }

    @Test
    void saysWhenTheButtonIsGone(TestClients clients, VirtualClock clock, RoutedMessages messages) {
        clients.connect(ClientOptions.of("button")
                .keepAlive(Duration.ofSeconds(60))
                .will(Message.of("door/alarm", "button is gone")));

        clock.advance(Duration.ofSeconds(90)); // one and a half times the keep alive, without a sleep

        messages.awaitMessage("door/alarm");
    }

    @Test
    void ringsAgainWhenTheAcknowledgementIsLost(TestClients clients, TestClient button, Faults faults) {
        ClientOptions options = ClientOptions.of("bell").cleanStart(false).sessionExpiry(Duration.ofHours(1));
        TestClient bell = clients.connect(options);
        bell.subscribe("door/button", QoS.AT_LEAST_ONCE);
        AckFault lost = faults.from("bell").lose(PacketType.PUBACK);
        button.publish("door/button", "pressed", QoS.AT_LEAST_ONCE);
        bell.receive();
        lost.awaitCount(1);
        lost.close();
        faults.drop("bell");

        assertTrue(clients.connect(options).receive().dup());
    }
}
