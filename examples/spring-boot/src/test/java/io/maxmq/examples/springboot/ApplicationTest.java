package io.maxmq.examples.springboot;

import io.maxmq.MaxMQ;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The application as Spring Boot runs it, with a client over TCP. */
class ApplicationTest {
    private static final int SERVER_SHUTTING_DOWN = 0x8B;

    @Test
    void theBrokerLivesAsLongAsTheContext() throws Exception {
        ConfigurableApplicationContext context =
                SpringApplication.run(Application.class, "--maxmq.listeners.mqtt.port=0", "--logging.level.root=warn");
        MaxMQ broker = context.getBean(MaxMQ.class);
        int port = broker.listeners().tcp().port();
        Inbox inbox = new Inbox();
        MqttClient client = new MqttClient("tcp://127.0.0.1:" + port, "client", new MemoryPersistence());
        client.setCallback(inbox);
        client.connect();
        client.subscribe("greetings/answer", 1);
        assertThat(threads()).isNotEmpty();

        client.publish("greetings/ask", "Spring".getBytes(StandardCharsets.UTF_8), 1, false);
        assertThat(inbox.messages.poll(30, TimeUnit.SECONDS)).isEqualTo("Hello, Spring");

        context.close();

        assertThat(inbox.goodbye.get(30, TimeUnit.SECONDS)).isEqualTo(SERVER_SHUTTING_DOWN);
        client.close();
        assertThat(broker.isRunning()).isFalse();
        assertThatThrownBy(() -> connect(port)).isInstanceOf(ConnectException.class);
        assertThat(threads()).isEmpty();
    }

    private static void connect(int port) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            assertThat(socket.isConnected()).isTrue();
        }
    }

    /** The broker's; each gets a moment to end. */
    private static List<String> threads() throws InterruptedException {
        List<Thread> found = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("maxmq-spring-"))
                .toList();
        for (Thread thread : found) {
            thread.join(500);
        }
        return found.stream().filter(Thread::isAlive).map(Thread::getName).toList();
    }

    private static final class Inbox implements MqttCallback {
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final CompletableFuture<Integer> goodbye = new CompletableFuture<>();

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            messages.add(new String(message.getPayload(), StandardCharsets.UTF_8));
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            goodbye.complete(response.getReturnCode());
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {}

        @Override
        public void deliveryComplete(IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {}

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {}
    }
}
