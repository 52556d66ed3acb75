package io.maxmq;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import io.maxmq.TestAuthority.Issued;
import io.maxmq.config.Listener;
import io.maxmq.config.SessionLimits;
import io.maxmq.config.Tls;
import io.maxmq.config.Tls.ClientCertificates;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Other people's clients over TLS with certificates of their own. */
class TlsClientsIT {
    private static final int DEADLINE_SECONDS = 60;

    @TempDir
    private Path directory;

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private TestAuthority authority;
    private Issued device;
    private MaxMQ broker;

    @BeforeEach
    void start() {
        authority = new TestAuthority(directory, "authority");
        device = authority.issue("device");
        Issued server = authority.issue("broker");
        Tls tls = Tls.pem(server.certificateFile(), server.keyFile())
                .withClientCertificates(ClientCertificates.REQUIRED, authority.file())
                .withWatchedFiles(false);
        broker = MaxMQ.builder()
                .name("tls-clients")
                .loops(2)
                .allowAnonymous()
                .listener(Listener.tls(0, tls).withName("tls"))
                .listener(Listener.secureWebSocket(0, tls).withName("wss"))
                // A publisher may be faster than the subscriber for as long as it likes.
                .sessions(SessionLimits.builder().maxQueuedMessages(100_000).build())
                .start();
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private int port(String listener) {
        return broker.listeners().named(listener).port();
    }

    private String next() throws InterruptedException {
        String message = received.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        assertThat(message).as("a message within the deadline").isNotNull();
        return message;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void paho3() throws Exception {
        for (String uri : List.of("ssl://127.0.0.1:" + port("tls"), "wss://127.0.0.1:" + port("wss") + "/mqtt")) {
            try (MqttClient client = new MqttClient(uri, "paho3", new MemoryPersistence())) {
                MqttConnectOptions options = new MqttConnectOptions();
                options.setSocketFactory(authority.client(device).getSocketFactory());
                client.setTimeToWait(DEADLINE_SECONDS * 1000L);
                client.connect(options);
                client.subscribe(
                        "t/#",
                        1,
                        (topic, message) -> received.add(new String(message.getPayload(), StandardCharsets.UTF_8)));
                client.publish("t/a", bytes("x".repeat(50_000)), 1, false);
                assertThat(next()).hasSize(50_000);
                client.disconnect();
            }
        }
    }

    @Test
    void paho5() throws Exception {
        for (String uri : List.of("ssl://127.0.0.1:" + port("tls"), "wss://127.0.0.1:" + port("wss") + "/mqtt")) {
            org.eclipse.paho.mqttv5.client.MqttClient client = new org.eclipse.paho.mqttv5.client.MqttClient(
                    uri, "paho5", new org.eclipse.paho.mqttv5.client.persist.MemoryPersistence());
            try {
                MqttConnectionOptions options = new MqttConnectionOptions();
                options.setSocketFactory(authority.client(device).getSocketFactory());
                client.setTimeToWait(DEADLINE_SECONDS * 1000L);
                client.connect(options);
                client.publish("t/a", bytes("x"), 2, false);
                client.disconnect();
            } finally {
                client.close();
            }
        }
    }

    private MqttClientSslConfig hiveSsl() {
        return MqttClientSslConfig.builder()
                .keyManagerFactory(authority.keyManagers(device))
                .trustManagerFactory(authority.trustManagers())
                .build();
    }

    @Test
    void hiveMq() throws Exception {
        Mqtt5BlockingClient client = Mqtt5Client.builder()
                .identifier("hive")
                .serverHost("127.0.0.1")
                .serverPort(port("tls"))
                .sslConfig(hiveSsl())
                .buildBlocking();
        client.connect();
        client.toAsync()
                .subscribeWith()
                .topicFilter("t/#")
                .qos(MqttQos.EXACTLY_ONCE)
                .callback(publish -> received.add(new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8)))
                .send()
                .get(DEADLINE_SECONDS, TimeUnit.SECONDS);

        client.publishWith()
                .topic("t/b")
                .qos(MqttQos.EXACTLY_ONCE)
                .payload(bytes("y"))
                .send();

        assertThat(next()).isEqualTo("y");
        client.disconnect();
    }

    /** Nothing that was acknowledged is lost, nothing comes twice, and nobody is disconnected. */
    @Test
    void certificatesAreReplacedUnderLoad() throws Exception {
        Set<String> got = ConcurrentHashMap.newKeySet();
        CompletableFuture<Void> lost = new CompletableFuture<>();
        Mqtt5AsyncClient subscriber = client("subscriber", lost);
        int messages = 3_000;
        CompletableFuture<Void> all = new CompletableFuture<>();
        subscriber
                .subscribeWith()
                .topicFilter("load/#")
                .qos(MqttQos.AT_LEAST_ONCE)
                .callback(publish -> {
                    received.add("");
                    got.add(new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8));
                    if (got.size() == messages) {
                        all.complete(null);
                    }
                })
                .send()
                .get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        Mqtt5AsyncClient publisher = client("publisher", lost);
        Set<String> sent = new HashSet<>();
        List<CompletableFuture<?>> acknowledged = new ArrayList<>();

        for (int i = 0; i < messages; i++) {
            sent.add("m" + i);
            acknowledged.add(publisher
                    .publishWith()
                    .topic("load/" + i % 10)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(bytes("m" + i))
                    .send());
            if (i % 500 == 250) {
                authority.issue("broker");
                broker.listeners().reloadTls("tls").toCompletableFuture().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
                client("new-" + i, lost).disconnect().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            }
        }
        for (CompletableFuture<?> each : acknowledged) {
            each.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        }
        all.get(DEADLINE_SECONDS, TimeUnit.SECONDS);

        assertThat(got).isEqualTo(sent);
        assertThat(received).hasSize(messages);
        assertThat(lost).isNotDone();
        subscriber.disconnect().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        publisher.disconnect().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    private Mqtt5AsyncClient client(String clientId, CompletableFuture<Void> lost) throws Exception {
        Mqtt5AsyncClient client = Mqtt5Client.builder()
                .identifier(clientId)
                .serverHost("127.0.0.1")
                .serverPort(port("tls"))
                .sslConfig(hiveSsl())
                .addDisconnectedListener(context -> {
                    if (context.getSource() != com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource.USER) {
                        lost.completeExceptionally(context.getCause());
                    }
                })
                .buildAsync();
        client.connect().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        return client;
    }
}
