package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.Listener;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.PublishInterceptor;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What an interceptor gets to see of a PUBLISH. */
class PublishInterceptorTest {
    @Test
    void aMessageThatIsKeptWhileTheAnswerTakesItsTimeWasCopiedOnce() throws InterruptedException {
        BlockingQueue<Message> seen = new LinkedBlockingQueue<>();
        CompletableFuture<Decision<Message>> answer = new CompletableFuture<>();
        PublishInterceptor slow = (client, message) -> {
            seen.add(message);
            return Decision.later(answer);
        };
        try (TestBroker broker =
                TestBroker.start(builder -> builder.listener(Listener.tcp(0)).interceptor(slow))) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect("c", true);
            client.subscribe("a", QoS.AT_MOST_ONCE);

            client.publish("a", "first", QoS.AT_MOST_ONCE);
            Message kept = seen.poll(20, TimeUnit.SECONDS);
            answer.complete(Decision.proceed());

            client.expectMessage("a", "first");
            assertThat(kept).isNotNull();
            client.publish("a", "after", QoS.AT_MOST_ONCE); // into the buffer that has brought the first
            client.expectMessage("a", "after");
            assertThat(kept.payloadText()).isEqualTo("first");
            assertThat(kept.copy()).as("with a payload of its own").isSameAs(kept);
        }
    }

    /** Notes the topics that it is asked about, and renames {@code b}. */
    private static final class Picky implements PublishInterceptor {
        private final List<String> asked = new CopyOnWriteArrayList<>();

        @Override
        public boolean wants(@Nullable ClientInfo publisher, String topic) {
            if (topic.equals("broken")) {
                throw new IllegalStateException("on purpose");
            }
            return topic.equals("b");
        }

        @Override
        public Decision<Message> onPublish(@Nullable ClientInfo publisher, Message message) {
            asked.add(message.topic());
            return Decision.change(message.toBuilder().topic("renamed").build());
        }
    }

    @Test
    void messagesThatNobodyWantsToSeeGoTheirWayUnseen() {
        Picky picky = new Picky();
        try (TestBroker broker =
                TestBroker.start(builder -> builder.listener(Listener.tcp(0)).interceptor(picky))) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect("c", true);
            client.subscribe("#", QoS.AT_MOST_ONCE);

            client.publish("a", "1", QoS.AT_MOST_ONCE);
            client.expectMessage("a", "1");
            client.publish("b", "2", QoS.AT_MOST_ONCE);
            client.expectMessage("renamed", "2");
            // One that fails to say whether it wants a message is asked.
            client.publish("broken", "3", QoS.AT_MOST_ONCE);
            client.expectMessage("renamed", "3");

            assertThat(picky.asked).containsExactly("b", "broken");
        }
    }

    @Test
    void interceptorSeesOnlyMessagesWithTheUserPropertyThatItRequires() {
        List<String> asked = new CopyOnWriteArrayList<>();
        PublishInterceptor tracing = new PublishInterceptor() {
            @Override
            public Optional<String> requiredUserProperty() {
                return Optional.of("traceparent");
            }

            @Override
            public Decision<Message> onPublish(@Nullable ClientInfo publisher, Message message) {
                asked.add(message.payloadText());
                return Decision.proceed();
            }
        };
        try (TestBroker broker =
                TestBroker.start(builder -> builder.listener(Listener.tcp(0)).interceptor(tracing))) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect("c", true);
            client.subscribe("#", QoS.AT_MOST_ONCE);

            client.publish("a", "plain", QoS.AT_MOST_ONCE);
            client.expectMessage("a", "plain");
            publish(client, "unrelated", Properties.builder().userProperty("other", "traceparent"));
            client.expectMessage("a", "unrelated");
            publish(client, "traced", Properties.builder().userProperty("traceparent", "x"));
            client.expectMessage("a", "traced");

            assertThat(asked).containsExactly("traced");
        }
    }

    private static void publish(TestClient client, String payload, Properties.Builder properties) {
        client.send(new Publish(false, QoS.AT_MOST_ONCE, false, "a", 0, properties.build(), TestClient.bytes(payload)));
    }
}
