package io.maxmq.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Each example as somebody would run it: a process of its own, and Paho as its client. */
class ProgramsIT {
    private static final String JAR =
            Path.of("target", "maxmq-examples.jar").toAbsolutePath().toString();
    private static final int BAD_USER_NAME_OR_PASSWORD = 0x86;
    private static final int NOT_AUTHORIZED = 0x87;
    private static final int PAYLOAD_FORMAT_INVALID = 0x99;

    private static ChildProcess start(String program) {
        return ChildProcess.start(TestedJdk.OF_THE_BUILD, "-cp", JAR, "io.maxmq.examples." + program);
    }

    private static int port(ChildProcess program) throws InterruptedException {
        String line = program.nextLine();
        Matcher matcher = Pattern.compile("port (\\d+)$").matcher(line);
        assertThat(matcher.find()).as(line).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    private static void assertEndsWithEnter(ChildProcess program) throws IOException, InterruptedException {
        program.enter();
        assertThat(program.exitCode()).isZero();
        assertThat(program.stdout()).isEmpty();
        assertThat(program.stderr()).isEmpty();
    }

    @Test
    void thePasswordBrokerLetsInWhoKnowsThePassword() throws Exception {
        try (ChildProcess program = start("authenticator.PasswordBroker")) {
            int port = port(program);
            assertThat(program.nextLine()).isEqualTo("alice with the password wonderland was let in");
            assertThat(program.nextLine()).startsWith("alice with the password looking-glass was refused: ");

            connectAs(port, "alice", "wonderland");

            assertThatThrownBy(() -> connectAs(port, "alice", "Wonderland")).satisfies(this::isBadUserNameOrPassword);
            assertThatThrownBy(() -> connectAs(port, "bob", "wonderland")).satisfies(this::isBadUserNameOrPassword);
            assertThatThrownBy(() -> Clients.connectV5(port, new CompletableFuture<>()))
                    .satisfies(this::isBadUserNameOrPassword);
            assertEndsWithEnter(program);
        }
    }

    private void isBadUserNameOrPassword(Throwable refused) {
        assertThat(refused)
                .isInstanceOfSatisfying(
                        MqttException.class, e -> assertThat(e.getReasonCode()).isEqualTo(BAD_USER_NAME_OR_PASSWORD));
    }

    private static void connectAs(int port, String user, String password) throws MqttException {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setUserName(user);
        options.setPassword(password.getBytes(StandardCharsets.UTF_8));
        MqttClient client = new MqttClient("tcp://127.0.0.1:" + port, user, new MemoryPersistence());
        try {
            client.connect(options);
            client.disconnect();
        } finally {
            client.close();
        }
    }

    @Test
    void theLimitedBrokerSlowsDownWhoPublishesTooFast() throws Exception {
        try (ChildProcess program = start("ratelimit.LimitedBroker")) {
            int port = port(program);
            assertThat(program.nextLine()).matches("20 messages of one client took \\d+ ms");
            MqttClient client = Clients.connectV5(port, new CompletableFuture<>());
            long begun = System.nanoTime();
            for (int i = 0; i < 31; i++) {
                client.publish("a", new byte[1], 1, false);
            }

            // 10 at once, and the next 20 that had to come before the last was read take 50 ms each.
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(950));
            client.disconnect();
            client.close();
            assertEndsWithEnter(program);
        }
    }

    @Test
    void theSensorBrokerChangesAndVetoes() throws Exception {
        try (ChildProcess program = start("interceptor.SensorBroker")) {
            MqttClient client = Clients.connectV5(port(program), new CompletableFuture<>());
            assertThat(program.nextLine()).isEqualTo("the reading 21.5 was accepted");
            assertThat(program.nextLine()).startsWith("the reading warm was rejected: ");
            BlockingQueue<MqttMessage> received = new LinkedBlockingQueue<>();
            IMqttToken granted = client.subscribe(
                    new MqttSubscription[] {new MqttSubscription("sensors/+", 2), new MqttSubscription("a", 0)},
                    new IMqttMessageListener[] {(topic, message) -> received.add(message), (topic, message) -> {}});

            assertThat(granted.getReasonCodes()).containsExactly(1, 0);
            assertThat(client.subscribe("#", 0).getReasonCodes()).containsExactly(NOT_AUTHORIZED);

            IMqttToken refused = publish(client, "sensors/one", "warm");
            assertThat(refused.getReasonCodes()).containsExactly(PAYLOAD_FORMAT_INVALID);

            client.publish("sensors/one", "21.5".getBytes(StandardCharsets.UTF_8), 1, false);

            MqttMessage reading = received.poll(30, TimeUnit.SECONDS);
            assertThat(reading.getPayload()).asString().isEqualTo("21.5");
            assertThat(reading.getProperties().getUserProperties()).containsExactly(new UserProperty("sender", "v5"));
            client.disconnect();
            client.close();
            assertEndsWithEnter(program);
        }
    }

    @Test
    void theRulesBrokerRaisesAlarmsAndVetoes() throws Exception {
        try (ChildProcess program = start("rules.RulesBroker")) {
            MqttClient client = Clients.connectV5(port(program), new CompletableFuture<>());
            assertThat(program.nextLine()).startsWith("the reading {").contains("\"celsius\":41");
            BlockingQueue<String> alarms = new LinkedBlockingQueue<>();
            client.subscribe(new MqttSubscription[] {new MqttSubscription("alarms/#", 1)}, new IMqttMessageListener[] {
                (topic, message) -> alarms.add(topic + " " + new String(message.getPayload(), StandardCharsets.UTF_8))
            });

            IMqttToken refused = publish(client, "sensors/one", "warm");
            assertThat(refused.getReasonCodes()).containsExactly(PAYLOAD_FORMAT_INVALID);
            client.publish("sensors/one", "{\"t\": 12}".getBytes(StandardCharsets.UTF_8), 1, false);
            client.publish("sensors/one", "{\"t\": 100}".getBytes(StandardCharsets.UTF_8), 1, false);

            assertThat(alarms.poll(30, TimeUnit.SECONDS))
                    .startsWith("alarms/")
                    .endsWith("\"celsius\":100,\"fahrenheit\":212.0}");
            client.disconnect();
            client.close();
            assertEndsWithEnter(program);
        }
    }

    /** Paho's blocking client does not tell what the broker answered. */
    private static IMqttToken publish(MqttClient like, String topic, String payload) throws MqttException {
        MqttAsyncClient client = new MqttAsyncClient(like.getServerURI(), "doubtful", new MemoryPersistence());
        client.connect().waitForCompletion();
        IMqttToken token = client.publish(topic, payload.getBytes(StandardCharsets.UTF_8), 1, false);
        token.waitForCompletion();
        client.disconnect().waitForCompletion();
        client.close();
        return token;
    }

    @Test
    void theInProcessClientLosesNothing() throws Exception {
        try (ChildProcess program = start("inprocess.InProcess")) {
            assertThat(program.exitCode()).as("%s", program.stderr()).isZero();

            List<String> said = program.stdout();
            assertThat(said)
                    .containsExactlyInAnyOrder(
                            "ordered tea, kept for 1",
                            "worker: tea, done",
                            "ordered cake, kept for 1",
                            "worker: cake, not done",
                            "ordered milk, kept for 1",
                            "next worker: cake, done",
                            "next worker: milk, done",
                            "sum of the readings: 60");
            // The two threads' lines may pass each other, but no thread's own do.
            assertThat(said).containsSubsequence("worker: tea, done", "worker: cake, not done");
            assertThat(said)
                    .containsSubsequence(
                            "ordered milk, kept for 1", "next worker: cake, done", "next worker: milk, done");
            assertThat(program.stderr()).isEmpty();
        }
    }
}
