package io.maxmq.examples.classpath;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** Paho's client of MQTT 3.1.1. */
final class PahoV3Client {
    private PahoV3Client() {}

    static String roundTrip(int port) throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        MqttClient client = new MqttClient("tcp://127.0.0.1:" + port, "paho3", new MemoryPersistence());
        client.connect();
        client.subscribe(
                "a/#", 1, (topic, message) -> received.add(new String(message.getPayload(), StandardCharsets.UTF_8)));
        client.publish("a/b", "there and back".getBytes(StandardCharsets.UTF_8), 1, false);
        String answer = received.poll(30, TimeUnit.SECONDS);
        client.disconnect();
        client.close();
        return answer == null ? "nothing" : answer;
    }
}
