package io.maxmq.examples.thermostat;

import java.nio.charset.StandardCharsets;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/**
 * Switches a heating by the temperature, both over MQTT 5.0. Its session outlives a connection, so that no temperature is lost
 * while it connects again.
 */
public final class Thermostat implements AutoCloseable {
    private static final String CLIENT_ID = "thermostat";
    private static final String TEMPERATURE = "home/temperature";
    private static final String HEATING = "home/heating";
    private static final String STATE = "home/thermostat";
    private static final long DEADLINE_MILLIS = 10_000;

    private final double targetCelsius;
    private final MqttAsyncClient client;

    /** One that is not connected yet. */
    public Thermostat(String serverUri, double targetCelsius) throws MqttException {
        this.targetCelsius = targetCelsius;
        this.client = new MqttAsyncClient(serverUri, CLIENT_ID, new MemoryPersistence());
        client.setCallback(new Callback());
    }

    /** Connects; returns when it is at work. */
    public void start() throws MqttException {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setCleanStart(false);
        options.setSessionExpiryInterval(3600L);
        options.setAutomaticReconnect(true);
        options.setWill(STATE, retained("offline"));
        client.connect(options).waitForCompletion(DEADLINE_MILLIS);
        client.subscribe(TEMPERATURE, 1).waitForCompletion(DEADLINE_MILLIS);
    }

    private void onTemperature(double celsius) throws MqttException {
        client.publish(HEATING, retained(celsius < targetCelsius ? "on" : "off"));
    }

    private static MqttMessage retained(String text) {
        return new MqttMessage(text.getBytes(StandardCharsets.UTF_8), 1, true, null);
    }

    @Override
    public void close() throws MqttException {
        client.disconnectForcibly(0, 1000, false);
        client.close();
    }

    /** Runs on the client's thread, which must not wait here. */
    private final class Callback implements MqttCallback {
        @Override
        public void connectComplete(boolean reconnect, String serverUri) {
            try {
                client.publish(STATE, retained("online"));
            } catch (MqttException e) {
                // Gone again: there will be another time.
            }
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) throws MqttException {
            onTemperature(Double.parseDouble(new String(message.getPayload(), StandardCharsets.UTF_8)));
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {}

        @Override
        public void mqttErrorOccurred(MqttException exception) {}

        @Override
        public void deliveryComplete(IMqttToken token) {}

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {}
    }
}
