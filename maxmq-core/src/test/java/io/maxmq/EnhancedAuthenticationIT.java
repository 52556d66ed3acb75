package io.maxmq;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientConfig;
import com.hivemq.client.mqtt.mqtt5.auth.Mqtt5EnhancedAuthMechanism;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5Auth;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5AuthBuilder;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5EnhancedAuthBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import io.maxmq.config.Listener;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.EnhancedAuthenticationResult;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Enhanced authentication with somebody else's client (MQTT 5.0 §4.12). */
class EnhancedAuthenticationIT {
    private static final int DEADLINE_SECONDS = 60;

    @AutoClose
    private final MaxMQ broker = MaxMQ.builder()
            .name("enhanced")
            .loops(2)
            .listener(Listener.tcp("127.0.0.1", 0))
            .enhancedAuthenticator(new Questions())
            .start();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void hiveMqAuthenticatesItselfAndAgain() throws Exception {
        HiveMechanism mechanism = new HiveMechanism();
        Mqtt5BlockingClient client = Mqtt5Client.builder()
                .identifier("hive-auth")
                .serverHost("127.0.0.1")
                .serverPort(broker.listeners().tcp().port())
                .buildBlocking();

        client.connectWith().enhancedAuth(mechanism).send();
        client.toAsync().reauth().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        try (Mqtt5BlockingClient.Mqtt5Publishes publishes = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.subscribeWith().topicFilter("a").send();
            client.publishWith().topic("a").payload(bytes("m")).send();
            assertThat(publishes.receive(DEADLINE_SECONDS, TimeUnit.SECONDS)).isPresent();
        }
        client.disconnect();

        assertThat(mechanism.seen)
                .containsExactly("continue: question", "done: well done", "continue: question", "again: well done");
    }

    /** Asks a question and wants an answer, by the client's library. */
    private static final class Questions implements EnhancedAuthenticator {
        @Override
        public String method() {
            return "QUESTION";
        }

        @Override
        public Exchange begin(AuthenticationRequest request, boolean again) {
            return step -> CompletableFuture.completedFuture(
                    switch (text(step.data().orElse(new byte[0]))) {
                        case "begin" -> EnhancedAuthenticationResult.continueWith(bytes("question"));
                        case "answer" -> EnhancedAuthenticationResult.allowed().withData(bytes("well done"));
                        default -> EnhancedAuthenticationResult.denied();
                    });
        }
    }

    private static final class HiveMechanism implements Mqtt5EnhancedAuthMechanism {
        final List<String> seen = new CopyOnWriteArrayList<>();

        private static String dataOf(Optional<ByteBuffer> data) {
            return data.map(each -> StandardCharsets.UTF_8.decode(each).toString())
                    .orElse("");
        }

        @Override
        public MqttUtf8String getMethod() {
            return MqttUtf8String.of("QUESTION");
        }

        @Override
        public int getTimeout() {
            return DEADLINE_SECONDS;
        }

        @Override
        public CompletableFuture<Void> onAuth(
                Mqtt5ClientConfig config, Mqtt5Connect connect, Mqtt5EnhancedAuthBuilder auth) {
            auth.data(bytes("begin"));
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> onReAuth(Mqtt5ClientConfig config, Mqtt5AuthBuilder auth) {
            auth.data(bytes("begin"));
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Boolean> onContinue(
                Mqtt5ClientConfig config, Mqtt5Auth received, Mqtt5AuthBuilder auth) {
            seen.add("continue: " + dataOf(received.getData()));
            auth.data(bytes("answer"));
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletableFuture<Boolean> onAuthSuccess(Mqtt5ClientConfig config, Mqtt5ConnAck connAck) {
            seen.add("done: " + dataOf(connAck.getEnhancedAuth().orElseThrow().getData()));
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletableFuture<Boolean> onReAuthSuccess(Mqtt5ClientConfig config, Mqtt5Auth auth) {
            seen.add("again: " + dataOf(auth.getData()));
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public void onAuthRejected(Mqtt5ClientConfig config, Mqtt5ConnAck connAck) {}

        @Override
        public void onReAuthRejected(Mqtt5ClientConfig config, Mqtt5Disconnect disconnect) {}

        @Override
        public void onAuthError(Mqtt5ClientConfig config, Throwable cause) {}

        @Override
        public void onReAuthError(Mqtt5ClientConfig config, Throwable cause) {}
    }
}
