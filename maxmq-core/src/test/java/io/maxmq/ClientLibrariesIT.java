package io.maxmq;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.maxmq.config.Listener;
import io.maxmq.config.SessionLimits;
import io.maxmq.config.TopicRewrite;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Other people's clients: Eclipse Paho for MQTT 3 and 5, and the HiveMQ client. */
class ClientLibrariesIT {
    private static final int DEADLINE_SECONDS = 60;

    @AutoClose
    private final MaxMQ broker = MaxMQ.builder()
            .name("clients")
            .loops(2)
            .listener(Listener.tcp("127.0.0.1", 0))
            .allowAnonymous()
            .topicRewrite(TopicRewrite.of("old/#", "new/{#}"))
            // Publishers may be faster than the subscriber for as long as they like.
            .sessions(SessionLimits.builder().maxQueuedMessages(10_000).build())
            .start();

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    private String uri() {
        return "tcp://127.0.0.1:" + broker.listeners().tcp().port();
    }

    private String next() throws InterruptedException {
        String message = received.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        assertThat(message).as("a message within the deadline").isNotNull();
        return message;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    // ---- Paho, MQTT 3.1 and 3.1.1

    private MqttClient paho3(String clientId, int version, boolean inMemory, boolean clean) throws Exception {
        MqttClient client = new MqttClient(uri(), clientId, new MemoryPersistence());
        client.setTimeToWait(DEADLINE_SECONDS * 1000L);
        client.setCallback(new MqttCallback() {
            @Override
            public void connectionLost(Throwable cause) {}

            @Override
            public void messageArrived(String topic, MqttMessage message) {
                received.add(
                        topic + " " + message.getQos() + " " + message.isRetained() + " " + text(message.getPayload()));
            }

            @Override
            public void deliveryComplete(IMqttDeliveryToken token) {}
        });
        MqttConnectOptions options = new MqttConnectOptions();
        options.setMqttVersion(version);
        options.setCleanSession(clean);
        // Paho counts a publish as done on another thread than the one that it lets go on.
        options.setMaxInflight(1000);
        if (inMemory) {
            options.setSocketFactory(broker.socketFactory());
        }
        client.connect(options);
        return client;
    }

    private static void end(MqttClient client) throws Exception {
        client.disconnect();
        client.close();
    }

    @ParameterizedTest
    @CsvSource({"3, false", "4, false", "3, true", "4, true"})
    void pahoForMqttThreeExchangesMessagesAtEachQos(int version, boolean inMemory) throws Exception {
        MqttClient client = paho3("paho3", version, inMemory, true);
        client.subscribe("a/#", 2);

        for (int qos = 0; qos < 3; qos++) {
            client.publish("a/" + qos, bytes("m" + qos), qos, false);
            assertThat(next()).isEqualTo("a/" + qos + " " + qos + " false m" + qos);
        }
        client.unsubscribe("a/#");
        client.publish("a/x", bytes("unheard"), 1, false);
        assertThat(received).isEmpty();
        end(client);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pahoForMqttThreeResumesItsSession(boolean inMemory) throws Exception {
        MqttClient client = paho3("durable", 4, inMemory, false);
        client.subscribe("a", 1);
        client.disconnect();
        client.close();
        MqttClient publisher = paho3("publisher", 4, inMemory, true);
        for (int i = 0; i < 50; i++) {
            publisher.publish("a", bytes("" + i), 2, false);
        }
        end(publisher);

        MqttClient back = paho3("durable", 4, inMemory, false);

        for (int i = 0; i < 50; i++) {
            assertThat(next()).isEqualTo("a 1 false " + i);
        }
        end(back);
    }

    @Test
    void pahoForMqttThreeGetsWillAndRetained() throws Exception {
        MqttClient watcher = paho3("watcher", 4, false, true);
        watcher.publish("state", bytes("on"), 1, true);
        watcher.subscribe("state", 1);
        assertThat(next()).isEqualTo("state 1 true on");
        watcher.subscribe("will", 1);

        MqttClient mortal = new MqttClient(uri(), "mortal", new MemoryPersistence());
        MqttConnectOptions options = new MqttConnectOptions();
        options.setWill("will", bytes("dead"), 1, false);
        mortal.connect(options);
        mortal.disconnectForcibly(0, 1, false);
        mortal.close(true);

        assertThat(next()).isEqualTo("will 1 false dead");
        end(watcher);
    }

    // ---- Paho, MQTT 5.0

    private org.eclipse.paho.mqttv5.client.MqttClient paho5(String clientId, MqttConnectionOptions options)
            throws Exception {
        var client = new org.eclipse.paho.mqttv5.client.MqttClient(
                uri(), clientId, new org.eclipse.paho.mqttv5.client.persist.MemoryPersistence());
        client.setTimeToWait(DEADLINE_SECONDS * 1000L);
        client.setCallback(new org.eclipse.paho.mqttv5.client.MqttCallback() {
            @Override
            public void disconnected(org.eclipse.paho.mqttv5.client.MqttDisconnectResponse response) {}

            @Override
            public void mqttErrorOccurred(org.eclipse.paho.mqttv5.common.MqttException exception) {}

            @Override
            public void messageArrived(String topic, org.eclipse.paho.mqttv5.common.MqttMessage message) {
                MqttProperties properties = message.getProperties();
                received.add(topic + " " + message.getQos() + " " + text(message.getPayload()) + " "
                        + properties.getContentType() + " " + properties.getResponseTopic());
            }

            @Override
            public void deliveryComplete(org.eclipse.paho.mqttv5.client.IMqttToken token) {}

            @Override
            public void connectComplete(boolean reconnect, String serverUri) {}

            @Override
            public void authPacketArrived(int reasonCode, MqttProperties properties) {}
        });
        client.connect(options);
        return client;
    }

    @Test
    void pahoForMqttFiveExchangesMessagesAtEachQosWithProperties() throws Exception {
        var client = paho5("paho5", new MqttConnectionOptions());
        client.subscribe("a/#", 2);

        for (int qos = 0; qos < 3; qos++) {
            MqttProperties properties = new MqttProperties();
            properties.setContentType("text/plain");
            properties.setResponseTopic("reply/" + qos);
            var message = new org.eclipse.paho.mqttv5.common.MqttMessage(bytes("m" + qos), qos, false, properties);
            client.publish("a/" + qos, message);
            assertThat(next()).isEqualTo("a/" + qos + " " + qos + " m" + qos + " text/plain reply/" + qos);
        }
        client.disconnect();
        client.close();
    }

    @Test
    void pahoForMqttFiveResumesItsSession() throws Exception {
        MqttConnectionOptions durable = new MqttConnectionOptions();
        durable.setCleanStart(false);
        durable.setSessionExpiryInterval(3600L);
        var client = paho5("durable5", durable);
        client.subscribe("a", 2);
        client.disconnect();
        client.close();
        var publisher = paho5("publisher5", new MqttConnectionOptions());
        for (int i = 0; i < 50; i++) {
            publisher.publish("a", bytes("" + i), 2, false);
        }
        publisher.disconnect();
        publisher.close();

        var back = paho5("durable5", durable);

        for (int i = 0; i < 50; i++) {
            assertThat(next()).isEqualTo("a 2 " + i + " null null");
        }
        back.disconnect();
        back.close();
    }

    // ---- what MaxMQ has beyond the standard, with clients that know nothing of it

    @Test
    void pahoPublishesForLaterByATopic() throws Exception {
        MqttClient client = paho3("later", 4, false, true);
        client.subscribe("t", 1);
        long before = System.nanoTime();

        client.publish("$delayed/1/t", bytes("late"), 1, false);
        client.publish("t", bytes("now"), 1, false);

        assertThat(next()).isEqualTo("t 1 false now");
        assertThat(next()).isEqualTo("t 1 false late");
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(1));
        end(client);
    }

    @Test
    void pahoSubscribesExclusivelyByAFilter() throws Exception {
        MqttClient first = paho3("first", 4, false, true);
        MqttClient second = paho3("second", 4, false, true);

        assertThat(first.subscribeWithResponse("$exclusive/t", 1).getGrantedQos())
                .containsExactly(1);
        assertThatThrownBy(() -> second.subscribe("$exclusive/t", 1)).isInstanceOf(MqttException.class);
        first.unsubscribe("$exclusive/t");
        second.subscribe("$exclusive/t", 1);
        second.publish("t", bytes("m"), 1, false);

        assertThat(next()).isEqualTo("t 1 false m");
        end(first);
        end(second);
    }

    @Test
    void topicsAreRewrittenForHiveMq() throws Exception {
        Mqtt5BlockingClient client = hive5("rewritten");
        client.connectWith().cleanStart(true).send();
        try (Mqtt5BlockingClient.Mqtt5Publishes publishes = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.subscribeWith()
                    .topicFilter("new/#")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();

            client.publishWith()
                    .topic("old/a")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(bytes("m"))
                    .send();

            Mqtt5Publish publish =
                    publishes.receive(DEADLINE_SECONDS, TimeUnit.SECONDS).orElseThrow();
            assertThat(publish.getTopic()).hasToString("new/a");
        }
        client.disconnect();
    }

    // ---- HiveMQ

    private Mqtt5BlockingClient hive5(String clientId) {
        return Mqtt5Client.builder()
                .identifier(clientId)
                .serverHost("127.0.0.1")
                .serverPort(broker.listeners().tcp().port())
                .buildBlocking();
    }

    @Test
    void hiveMqForMqttFiveExchangesMessagesAtEachQos() throws Exception {
        Mqtt5BlockingClient client = hive5("hive5");
        client.connectWith().cleanStart(true).keepAlive(30).send();
        try (Mqtt5BlockingClient.Mqtt5Publishes publishes = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.subscribeWith().topicFilter("a/#").qos(MqttQos.EXACTLY_ONCE).send();

            for (MqttQos qos : MqttQos.values()) {
                client.publishWith()
                        .topic("a/" + qos.getCode())
                        .qos(qos)
                        .payload(bytes("m"))
                        .contentType("text/plain")
                        .send();
                Mqtt5Publish publish =
                        publishes.receive(DEADLINE_SECONDS, TimeUnit.SECONDS).orElseThrow();
                assertThat(publish.getTopic()).hasToString("a/" + qos.getCode());
                assertThat(publish.getQos()).isEqualTo(qos);
                assertThat(publish.getContentType()).isPresent();
            }
        }
        client.disconnect();
    }

    @Test
    void hiveMqForMqttFiveReceivesThroughTopicAliases() throws Exception {
        Mqtt5BlockingClient client = hive5("hive-aliases");
        client.connectWith()
                .restrictions()
                .topicAliasMaximum(3)
                .applyRestrictions()
                .send();
        try (Mqtt5BlockingClient.Mqtt5Publishes publishes = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.subscribeWith()
                    .topicFilter("topic/#")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .send();

            for (int i = 0; i < 60; i++) {
                client.publishWith()
                        .topic("topic/" + i % 3)
                        .qos(MqttQos.values()[i % 3])
                        .payload(bytes("" + i))
                        .send();
                Mqtt5Publish publish =
                        publishes.receive(DEADLINE_SECONDS, TimeUnit.SECONDS).orElseThrow();
                assertThat(publish.getTopic()).hasToString("topic/" + i % 3);
                assertThat(text(publish.getPayloadAsBytes())).isEqualTo("" + i);
            }
        }
        client.disconnect();
    }

    @Test
    void hiveMqForMqttFivePublishesAsFastAsItMayWithItsReceiveMaximum() throws Exception {
        int count = 2000;
        Mqtt5BlockingClient subscriber = hive5("hive-subscriber");
        subscriber
                .connectWith()
                .restrictions()
                .receiveMaximum(7)
                .applyRestrictions()
                .send();
        CompletableFuture<Integer> all = new CompletableFuture<>();
        int[] next = {0};
        subscriber
                .toAsync()
                .subscribeWith()
                .topicFilter("fast")
                .qos(MqttQos.EXACTLY_ONCE)
                .callback(publish -> {
                    int number = Integer.parseInt(text(publish.getPayloadAsBytes()));
                    if (number != next[0]++) {
                        all.completeExceptionally(new AssertionError("got " + number + " for " + (next[0] - 1)));
                    } else if (next[0] == count) {
                        all.complete(count);
                    }
                })
                .send()
                .get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        Mqtt5BlockingClient publisher = hive5("hive-publisher");
        publisher.connect();

        CompletableFuture<?>[] sent = IntStream.range(0, count)
                .mapToObj(i -> publisher
                        .toAsync()
                        .publishWith()
                        .topic("fast")
                        .qos(MqttQos.EXACTLY_ONCE)
                        .payload(bytes("" + i))
                        .send())
                .toArray(CompletableFuture[]::new);

        CompletableFuture.allOf(sent).get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        assertThat(all.get(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo(count);
        publisher.disconnect();
        subscriber.disconnect();
    }

    @Test
    void hiveMqForMqttThreeExchangesMessages() throws Exception {
        Mqtt3BlockingClient client = Mqtt3Client.builder()
                .identifier("hive3")
                .serverHost("127.0.0.1")
                .serverPort(broker.listeners().tcp().port())
                .buildBlocking();
        client.connect();
        try (Mqtt3BlockingClient.Mqtt3Publishes publishes = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.subscribeWith().topicFilter("+/b").qos(MqttQos.AT_LEAST_ONCE).send();

            client.publishWith()
                    .topic("a/b")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .payload(bytes("m"))
                    .send();

            assertThat(publishes
                            .receive(DEADLINE_SECONDS, TimeUnit.SECONDS)
                            .orElseThrow()
                            .getQos())
                    .isEqualTo(MqttQos.AT_LEAST_ONCE);
        }
        client.disconnect();
    }
}
