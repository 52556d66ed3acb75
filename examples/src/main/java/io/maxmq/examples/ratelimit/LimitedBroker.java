package io.maxmq.examples.ratelimit;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;

/** A broker that takes 10 messages at once and 20 per second from each client, until Enter is pressed. */
public final class LimitedBroker {
    private LimitedBroker() {}

    public static void main(String[] args) throws Exception {
        try (MaxMQ broker = MaxMQ.builder()
                .listener(Listener.tcp(0))
                .allowAnonymous()
                .rateLimiter(new TokenBucketLimiter(10, 20))
                .start()) {
            int port = broker.listeners().tcp().port();
            System.out.println("20 messages per second and client on port " + port);
            show(port, 20);
            System.in.read(); // until Enter is pressed
        }
    }

    private static void show(int port, int messages) throws MqttException {
        MqttClient client = new MqttClient("tcp://127.0.0.1:" + port, "example", new MemoryPersistence());
        client.connect();
        long beganNanos = System.nanoTime();
        for (int i = 0; i < messages; i++) {
            client.publish("a", new byte[1], 1, false);
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
        System.out.println(messages + " messages of one client took " + millis + " ms");
        client.disconnect();
        client.close();
    }
}
