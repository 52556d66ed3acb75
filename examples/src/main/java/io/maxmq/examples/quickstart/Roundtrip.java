package io.maxmq.examples.quickstart;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;

/**
 * Starts a broker, sends a message through it with the Paho client over TCP, and leaves the broker running until the
 * process is stopped (Ctrl-C). The port is 1883 or the first argument.
 */
public final class Roundtrip {
    private static final String TOPIC = "demo/greeting";
    private static final int QOS = 1;

    private Roundtrip() {}

    public static void main(String[] args) throws Exception {
        int port = args.length == 0 ? 1883 : Integer.parseInt(args[0]);
        MaxMQ broker =
                MaxMQ.builder().listener(Listener.tcp(port)).allowAnonymous().start();
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "stop"));

        String address = "tcp://127.0.0.1:" + broker.listeners().tcp().port();
        System.out.println("The broker listens on " + address);
        try {
            sendAndReceive(address);
        } catch (MqttException | IllegalStateException e) {
            broker.close();
            throw e;
        }
        System.out.println("The broker stays up for your own clients. Ctrl-C stops it.");
    }

    private static void sendAndReceive(String address) throws MqttException, InterruptedException {
        BlockingQueue<MqttMessage> received = new LinkedBlockingQueue<>();
        MqttClient client = new MqttClient(address, "roundtrip", new MemoryPersistence());
        client.connect();
        System.out.println("Paho is connected as client " + client.getClientId() + " with MQTT 5.0");
        client.subscribe(
                new MqttSubscription[] {new MqttSubscription(TOPIC, QOS)},
                new IMqttMessageListener[] {(topic, message) -> received.add(message)});
        client.publish(TOPIC, new MqttMessage("Hello, MQTT".getBytes(StandardCharsets.UTF_8), QOS, false, null));
        System.out.println("Paho has published to " + TOPIC + " at QoS " + QOS);
        MqttMessage message = received.poll(10, TimeUnit.SECONDS);
        if (message == null) {
            throw new IllegalStateException("the message did not come back within 10 s");
        }
        System.out.println("Paho has received: " + new String(message.getPayload(), StandardCharsets.UTF_8));
        client.disconnect();
        client.close();
    }
}
