package io.maxmq.spring.boottests;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/** A connected client of another library. */
final class MqttClient implements AutoCloseable {
    private static final long TIMEOUT_SECONDS = 30;

    private final org.eclipse.paho.mqttv5.client.MqttClient client;
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> disconnected = new CompletableFuture<>();

    private MqttClient(String uri) throws MqttException {
        client = new org.eclipse.paho.mqttv5.client.MqttClient(uri, "client", new MemoryPersistence());
        client.setCallback(new Callback());
    }

    static MqttClient connect(String uri) throws MqttException {
        return connect(uri, new MqttConnectionOptions());
    }

    static MqttClient connect(String uri, MqttConnectionOptions options) throws MqttException {
        MqttClient connected = new MqttClient(uri);
        connected.client.connect(options);
        return connected;
    }

    MqttClient subscribe(String filter) throws MqttException {
        client.subscribe(filter, 1);
        return this;
    }

    void publish(String topic, String payload, boolean retained) throws MqttException {
        client.publish(topic, payload.getBytes(StandardCharsets.UTF_8), 1, retained);
    }

    String receive() throws InterruptedException {
        return messages.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    /** The reason code of the broker's DISCONNECT. */
    int awaitDisconnect() throws Exception {
        return disconnected.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws MqttException {
        if (client.isConnected()) {
            client.disconnect();
        }
        client.close();
    }

    private final class Callback implements MqttCallback {
        @Override
        public void messageArrived(String topic, MqttMessage message) {
            messages.add(new String(message.getPayload(), StandardCharsets.UTF_8));
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            disconnected.complete(response.getReturnCode());
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
