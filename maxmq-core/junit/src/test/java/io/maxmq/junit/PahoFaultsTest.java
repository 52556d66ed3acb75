package io.maxmq.junit;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.QoS;
import io.maxmq.spi.Message;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Another client library through the proxy: Paho, MQTT 3.1.1. */
@MaxMQTest(faults = true)
class PahoFaultsTest {
    private static final long DEADLINE_MILLIS = 30_000;

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> lost = new LinkedBlockingQueue<>();
    private MqttAsyncClient paho;

    @BeforeEach
    void connect(@MaxMQPort int port) throws MqttException {
        paho = new MqttAsyncClient("tcp://127.0.0.1:" + port, "paho", new MemoryPersistence());
        paho.setCallback(new Callback());
        connectAgain();
    }

    @AfterEach
    void close() throws MqttException {
        if (paho.isConnected()) {
            paho.disconnect().waitForCompletion(DEADLINE_MILLIS);
        }
        paho.close();
    }

    private void connectAgain() throws MqttException {
        MqttConnectOptions options = new MqttConnectOptions();
        options.setCleanSession(false);
        paho.connect(options).waitForCompletion(DEADLINE_MILLIS);
    }

    @Test
    void publishesAgainWhatWasNotAcknowledged(Faults faults, RoutedMessages messages) throws Exception {
        AckFault ack = faults.to("paho").lose(PacketType.PUBACK);
        IMqttDeliveryToken token = paho.publish("p", bytes("twice"), 1, false);
        ack.awaitCount(1);
        ack.close();
        faults.drop("paho");
        assertThat(lost.poll(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)).isNotNull();
        assertThat(token.isComplete()).isFalse();

        connectAgain();
        messages.awaitMessage("p");
        messages.awaitMessage("p");

        assertThat(messages.received("p")).extracting(Message::payloadText).containsExactly("twice", "twice");
    }

    @Test
    void publishesExactlyOnceWhicheverAcknowledgementIsLost(Faults faults, RoutedMessages messages) throws Exception {
        for (PacketType step : new PacketType[] {PacketType.PUBREC, PacketType.PUBCOMP}) {
            AckFault ack = faults.to("paho").lose(step);
            paho.publish("p/" + step, bytes("once"), 2, false);
            ack.awaitCount(1);
            ack.close();
            faults.drop("paho");
            assertThat(lost.poll(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)).isNotNull();
            connectAgain();
            // Once this went through, what Paho has sent again before it has too.
            paho.publish("p/after/" + step, bytes("marker"), 2, false).waitForCompletion(DEADLINE_MILLIS);

            assertThat(messages.received("p/" + step)).hasSize(1);
        }
    }

    @Test
    void getsAgainWhatItsLostAcknowledgementWasFor(Faults faults, TestClient publisher) throws Exception {
        paho.subscribe("s", 1).waitForCompletion(DEADLINE_MILLIS);
        AckFault ack = faults.from("paho").lose(PacketType.PUBACK);
        publisher.publish("s", "again", QoS.AT_LEAST_ONCE);
        assertThat(received.poll(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("again");
        ack.awaitCount(1);
        ack.close();
        faults.drop("paho");
        assertThat(lost.poll(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)).isNotNull();

        connectAgain();

        assertThat(received.poll(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("again");
    }

    @Test
    void getsAfterAStallWhatHasWaited(Faults faults, TestClient publisher) throws Exception {
        paho.subscribe("s", 1).waitForCompletion(DEADLINE_MILLIS);
        try (Stall stall = faults.stall("paho")) {
            publisher.publish("s", "1", QoS.AT_LEAST_ONCE);
            publisher.publish("s", "2", QoS.AT_LEAST_ONCE);
            assertThat(received.poll(50, TimeUnit.MILLISECONDS)).isNull();
        }

        assertThat(received.poll(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("1");
        assertThat(received.poll(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("2");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private final class Callback implements MqttCallback {
        @Override
        public void connectionLost(Throwable cause) {
            lost.add(String.valueOf(cause));
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            received.add(new String(message.getPayload(), StandardCharsets.UTF_8));
        }

        @Override
        public void deliveryComplete(IMqttDeliveryToken token) {}
    }
}
