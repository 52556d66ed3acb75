package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.config.Listener;
import io.maxmq.spi.Message;
import io.maxmq.spi.intercept.PublishInterceptor;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What an interceptor gets to see of a PUBLISH. */
class PublishInterceptorTest {
    @Test
    void aMessageThatIsKeptWhileTheAnswerTakesItsTimeWasCopiedOnce() throws InterruptedException {
        BlockingQueue<Message> seen = new LinkedBlockingQueue<>();
        CompletableFuture<PublishInterceptor.Decision> answer = new CompletableFuture<>();
        PublishInterceptor slow = (client, message) -> {
            seen.add(message);
            return PublishInterceptor.Decision.later(answer);
        };
        try (TestBroker broker =
                TestBroker.start(builder -> builder.listener(Listener.tcp(0)).interceptor(slow))) {
            TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
            client.connect("c", true);
            client.subscribe("a", QoS.AT_MOST_ONCE);

            client.publish("a", "first", QoS.AT_MOST_ONCE);
            Message kept = seen.poll(20, TimeUnit.SECONDS);
            answer.complete(PublishInterceptor.Decision.proceed());

            client.expectMessage("a", "first");
            assertThat(kept).isNotNull();
            client.publish("a", "after", QoS.AT_MOST_ONCE); // into the buffer that has brought the first
            client.expectMessage("a", "after");
            assertThat(kept.payloadText()).isEqualTo("first");
            assertThat(kept.copy()).as("with a payload of its own").isSameAs(kept);
        }
    }
}
