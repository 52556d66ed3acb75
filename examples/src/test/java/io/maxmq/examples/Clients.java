package io.maxmq.examples;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/** What Paho clients of both kinds do in these tests. */
final class Clients {
    private static final String TOPIC = "test/round/trip";
    private static final int DEADLINE_SECONDS = 30;

    private Clients() {}

    /** Sends a text at QoS 2 to itself with MQTT 3.1.1; what came back. */
    static String roundTripV3(int port, String text) throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        org.eclipse.paho.client.mqttv3.MqttClient client = new org.eclipse.paho.client.mqttv3.MqttClient(
                address(port), "v3", new org.eclipse.paho.client.mqttv3.persist.MemoryPersistence());
        MqttConnectOptions options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        client.connect(options);
        client.subscribe(TOPIC, 2, (topic, message) -> received.add(text(message.getPayload())));
        client.publish(TOPIC, text.getBytes(StandardCharsets.UTF_8), 2, false);
        String answer = received.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        client.disconnect();
        client.close();
        return answer;
    }

    /** The same with MQTT 5.0 on a client that is connected. */
    static String roundTripV5(MqttClient client, String text) throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        client.subscribe(
                new MqttSubscription[] {new MqttSubscription(TOPIC, 2)},
                new IMqttMessageListener[] {(topic, message) -> received.add(text(message.getPayload()))});
        client.publish(TOPIC, new MqttMessage(text.getBytes(StandardCharsets.UTF_8), 2, false, null));
        return received.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    /** The same with a client of its own. */
    static String roundTripV5(int port, String text) throws Exception {
        MqttClient client = connectV5(port, new CompletableFuture<>());
        String answer = roundTripV5(client, text);
        client.disconnect();
        client.close();
        return answer;
    }

    /** Connects with MQTT 5.0; {@code disconnected} gets the reason code of the broker's DISCONNECT. */
    static MqttClient connectV5(int port, CompletableFuture<Integer> disconnected) throws MqttException {
        MqttClient client =
                new MqttClient(address(port), "v5", new org.eclipse.paho.mqttv5.client.persist.MemoryPersistence());
        client.setCallback(new OnDisconnect(disconnected));
        client.connect();
        return client;
    }

    /** Logs in with MQTT 5.0; the reason code of CONNACK. */
    static int loginV5(int port, String user, String password) throws MqttException {
        MqttClient client =
                new MqttClient(address(port), user, new org.eclipse.paho.mqttv5.client.persist.MemoryPersistence());
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setUserName(user);
        options.setPassword(password.getBytes(StandardCharsets.UTF_8));
        try {
            client.connect(options);
            client.disconnect();
            return 0;
        } catch (MqttException e) {
            return e.getReasonCode();
        } finally {
            client.close();
        }
    }

    private static String address(int port) {
        return "tcp://127.0.0.1:" + port;
    }

    private static String text(byte[] payload) {
        return new String(payload, StandardCharsets.UTF_8);
    }

    private record OnDisconnect(CompletableFuture<Integer> reasonCode) implements MqttCallback {
        @Override
        public void disconnected(MqttDisconnectResponse response) {
            reasonCode.complete(response.getReturnCode());
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {}

        @Override
        public void messageArrived(String topic, MqttMessage message) {}

        @Override
        public void deliveryComplete(IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {}

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {}
    }
}
