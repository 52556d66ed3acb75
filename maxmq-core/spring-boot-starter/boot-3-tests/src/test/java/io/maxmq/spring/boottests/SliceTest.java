package io.maxmq.spring.boottests;

import io.maxmq.MaxMQ;
import io.maxmq.codec.QoS;
import io.maxmq.junit.MaxMQClient;
import io.maxmq.junit.MaxMQPort;
import io.maxmq.junit.RoutedMessages;
import io.maxmq.junit.TestClient;
import io.maxmq.junit.TestClients;
import io.maxmq.spring.test.SpringMaxMQTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

@SpringMaxMQTest(
        classes = {BootApplication.class, Greetings.class},
        properties = {"maxmq.allow-anonymous=true", "maxmq.listeners.mqtt.port=1"})
class SliceTest {
    @Autowired
    private Environment environment;

    @Test
    void clientsTalkToTheApplication(TestClient client, RoutedMessages messages) {
        client.publish("greetings/ask", "test", QoS.AT_LEAST_ONCE);

        assertThat(messages.awaitMessage("greetings/answer").payloadText()).isEqualTo("Hello, test");
        assertThat(messages.received("#")).hasSize(2);
    }

    @Test
    void messagesOfAnotherTestAreForgotten(@MaxMQClient("other") TestClient client, RoutedMessages messages) {
        client.publish("other", "test", QoS.AT_LEAST_ONCE);

        assertThat(messages.received("#")).hasSize(1);
    }

    @Test
    void portIsFree(MaxMQ broker, @MaxMQPort int port, TestClients clients) {
        assertThat(port)
                .isEqualTo(environment.getProperty("local.maxmq.port", Integer.class))
                .isNotEqualTo(1);
        assertThat(broker.listeners().tcp().port()).isEqualTo(port);
        clients.connect();
    }
}
