package io.maxmq.examples.authenticator;

import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;

/** A broker that asks for a password, until Enter is pressed. */
public final class PasswordBroker {
    private PasswordBroker() {}

    public static void main(String[] args) throws Exception {
        Map<String, HashedPassword> users = Map.of("alice", HashedPassword.of("wonderland"));
        try (PasswordAuthenticator passwords = new PasswordAuthenticator(users);
                MaxMQ broker = MaxMQ.builder()
                        .listener(Listener.tcp(0))
                        .authenticator(passwords)
                        .start()) {
            int port = broker.listeners().tcp().port();
            System.out.println("alice with the password wonderland connects to port " + port);
            show(port, "wonderland");
            show(port, "looking-glass");
            System.in.read(); // until Enter is pressed
        }
    }

    private static void show(int port, String password) throws MqttException {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setUserName("alice");
        options.setPassword(password.getBytes(StandardCharsets.UTF_8));
        MqttClient client = new MqttClient("tcp://127.0.0.1:" + port, "example", new MemoryPersistence());
        try {
            client.connect(options);
            System.out.println("alice with the password " + password + " was let in");
            client.disconnect();
        } catch (MqttException e) {
            System.out.println("alice with the password " + password + " was refused: " + e.getMessage());
        } finally {
            client.close();
        }
    }
}
