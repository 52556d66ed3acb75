package io.maxmq.auth;

import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.exceptions.MqttClientStateException;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientConfig;
import com.hivemq.client.mqtt.mqtt5.auth.Mqtt5EnhancedAuthMechanism;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5Auth;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5AuthBuilder;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5EnhancedAuthBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import io.maxmq.MaxMQ;
import io.maxmq.config.Listener;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** SCRAM with somebody else's client. */
class ScramIT {
    private static final int DEADLINE_SECONDS = 60;

    @TempDir
    Path directory;

    @Test
    void hiveMqAuthenticatesItselfAndAgain() throws Exception {
        Path file = directory.resolve("passwd");
        PasswordFile.setPassword(file, "alice", bytes("wonderland"), PasswordHasher.scramSha256());
        try (MaxMQ broker = MaxMQ.builder()
                .name("scram")
                .listener(Listener.tcp("127.0.0.1", 0))
                .enhancedAuthenticator(ScramAuthenticator.at(file))
                .start()) {
            Mqtt5BlockingClient client = client(broker);
            client.connectWith().enhancedAuth(new Scram("alice", "wonderland")).send();
            client.toAsync().reauth().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            client.disconnect();

            assertThatExceptionOfType(Mqtt5ConnAckException.class)
                    .isThrownBy(() -> client(broker)
                            .connectWith()
                            .enhancedAuth(new Scram("alice", "looking glass"))
                            .send())
                    .matches(e -> e.getMqttMessage().getReasonCode() == Mqtt5ConnAckReasonCode.NOT_AUTHORIZED);
        }
    }

    private static Mqtt5BlockingClient client(MaxMQ broker) {
        return Mqtt5Client.builder()
                .identifier("hive-scram")
                .serverHost("127.0.0.1")
                .serverPort(broker.listeners().tcp().port())
                .buildBlocking();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Goes on only when the broker has proven itself. */
    private static final class Scram implements Mqtt5EnhancedAuthMechanism {
        private final String user;
        private final String password;
        private volatile @Nullable ScramClient scram;

        Scram(String user, String password) {
            this.user = user;
            this.password = password;
        }

        private byte[] begin() {
            ScramClient begun = new ScramClient(user, password);
            scram = begun;
            return bytes(begun.first());
        }

        private ScramClient begun() {
            ScramClient begun = scram;
            if (begun == null) {
                throw new MqttClientStateException("nothing has begun");
            }
            return begun;
        }

        private boolean isProven(Optional<ByteBuffer> data) {
            return begun().expected().equals(text(data));
        }

        private static String text(Optional<ByteBuffer> data) {
            return data.map(each -> StandardCharsets.UTF_8.decode(each).toString())
                    .orElse("");
        }

        @Override
        public MqttUtf8String getMethod() {
            return MqttUtf8String.of("SCRAM-SHA-256");
        }

        @Override
        public int getTimeout() {
            return DEADLINE_SECONDS;
        }

        @Override
        public CompletableFuture<Void> onAuth(
                Mqtt5ClientConfig config, Mqtt5Connect connect, Mqtt5EnhancedAuthBuilder auth) {
            auth.data(begin());
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Void> onReAuth(Mqtt5ClientConfig config, Mqtt5AuthBuilder auth) {
            auth.data(begin());
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Boolean> onContinue(
                Mqtt5ClientConfig config, Mqtt5Auth received, Mqtt5AuthBuilder auth) {
            auth.data(bytes(begun().last(text(received.getData()))));
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletableFuture<Boolean> onAuthSuccess(Mqtt5ClientConfig config, Mqtt5ConnAck connAck) {
            return CompletableFuture.completedFuture(
                    isProven(connAck.getEnhancedAuth().orElseThrow().getData()));
        }

        @Override
        public CompletableFuture<Boolean> onReAuthSuccess(Mqtt5ClientConfig config, Mqtt5Auth auth) {
            return CompletableFuture.completedFuture(isProven(auth.getData()));
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
