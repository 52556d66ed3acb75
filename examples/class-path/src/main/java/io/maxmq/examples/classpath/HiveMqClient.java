package io.maxmq.examples.classpath;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** The HiveMQ client, MQTT 5.0. */
final class HiveMqClient {
    private HiveMqClient() {}

    static String roundTrip(int port) throws InterruptedException {
        Mqtt5BlockingClient client = Mqtt5Client.builder()
                .identifier("hivemq")
                .serverHost("127.0.0.1")
                .serverPort(port)
                .buildBlocking();
        client.connect();
        try (Mqtt5BlockingClient.Mqtt5Publishes received = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.subscribeWith().topicFilter("a/#").qos(MqttQos.EXACTLY_ONCE).send();
            client.publishWith()
                    .topic("a/b")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .payload("there and back".getBytes(StandardCharsets.UTF_8))
                    .send();
            return received.receive(30, TimeUnit.SECONDS)
                    .map(Mqtt5Publish::getPayloadAsBytes)
                    .map(payload -> new String(payload, StandardCharsets.UTF_8))
                    .orElse("nothing");
        } finally {
            client.disconnect();
        }
    }
}
