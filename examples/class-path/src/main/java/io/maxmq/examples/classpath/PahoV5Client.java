package io.maxmq.examples.classpath;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttSubscription;

/** Paho's client of MQTT 5.0. */
final class PahoV5Client {
    private PahoV5Client() {}

    static String roundTrip(int port) throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        MqttClient client = new MqttClient("tcp://127.0.0.1:" + port, "paho5", new MemoryPersistence());
        client.connect();
        client.subscribe(new MqttSubscription[] {new MqttSubscription("a/#", 1)}, new IMqttMessageListener[] {
            (topic, message) -> received.add(new String(message.getPayload(), StandardCharsets.UTF_8))
        });
        client.publish("a/b", "there and back".getBytes(StandardCharsets.UTF_8), 1, false);
        String answer = received.poll(30, TimeUnit.SECONDS);
        client.disconnect();
        client.close();
        return answer == null ? "nothing" : answer;
    }
}
