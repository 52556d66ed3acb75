package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.config.Overflow;
import io.maxmq.config.SessionLimits;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishRefusedException;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.PublishInterceptor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The application as publisher and subscriber. */
class InProcessTest {
    @AutoClose
    private final TestBroker broker = TestBroker.start(builder -> builder.loops(4));

    private final BlockingQueue<Message> received = new LinkedBlockingQueue<>();

    private Subscription subscribe(String filter, SubscribeOptions options) {
        Subscription subscription = broker.broker().subscribe(filter, options, message -> received.add(message.copy()));
        subscription.active().toCompletableFuture().join();
        return subscription;
    }

    private Message next() throws InterruptedException {
        Message message = received.poll(30, TimeUnit.SECONDS);
        assertThat(message).as("a message within the deadline").isNotNull();
        return message;
    }

    private static Message message(String topic, String payload, QoS qos) {
        return Message.builder(topic)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .qos(qos)
                .build();
    }

    @Test
    void deliversFromAClientAndToAClient() throws InterruptedException {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        subscribe("to/app/#", SubscribeOptions.defaults());
        client.subscribe("to/client", QoS.AT_LEAST_ONCE);

        client.publish("to/app/x", "hello app", QoS.EXACTLY_ONCE);
        PublishResult result = broker.publish(message("to/client", "hello client", QoS.AT_LEAST_ONCE));

        Message message = next();
        assertThat(message.topic()).isEqualTo("to/app/x");
        assertThat(message.payloadText()).isEqualTo("hello app");
        assertThat(message.qos()).isEqualTo(QoS.EXACTLY_ONCE);
        client.expectMessage("to/client", "hello client");
        assertThat(result).isEqualTo(new PublishResult(1, 1, Map.of()));
    }

    @Test
    void keepsAllOfAMessage() throws InterruptedException {
        subscribe("a", SubscribeOptions.defaults());
        Message sent = Message.builder("a")
                .payload("x".getBytes(StandardCharsets.UTF_8))
                .qos(QoS.AT_LEAST_ONCE)
                .contentType("text/plain")
                .responseTopic("reply")
                .messageExpiry(Duration.ofSeconds(60))
                .build();

        broker.publish(sent);

        Message message = next();
        assertThat(message.contentType()).hasValue("text/plain");
        assertThat(message.responseTopic()).hasValue("reply");
        assertThat(message.messageExpiry()).hasValue(Duration.ofSeconds(60));
        assertThat(message.retain()).isFalse();
        assertThat(message.id()).isPresent();
    }

    @Test
    void countsRecipientsOnAllLoops() {
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client-" + i);
            client.subscribe(i < 10 ? "a" : "$share/g" + (i % 2) + "/a", QoS.AT_LEAST_ONCE);
            clients.add(client);
        }
        for (int i = 0; i < 5; i++) {
            TestClient away = broker.client(ProtocolVersion.MQTT_3_1_1);
            away.connect("away-" + i, false);
            away.subscribe("a", QoS.AT_LEAST_ONCE);
            away.disconnect();
        }

        PublishResult atLeastOnce = broker.publish(message("a", "x", QoS.AT_LEAST_ONCE));
        PublishResult atMostOnce = broker.publish(message("a", "y", QoS.AT_MOST_ONCE));
        PublishResult unmatched = broker.publish(message("b", "z", QoS.AT_LEAST_ONCE));
        PublishResult withoutReasons = broker.broker()
                .publish(message("a", "w", QoS.AT_MOST_ONCE))
                .toCompletableFuture()
                .join();

        assertThat(atLeastOnce).isEqualTo(new PublishResult(17, 17, Map.of()));
        assertThat(atMostOnce).isEqualTo(new PublishResult(17, 12, Map.of(DropReason.QOS0_OFFLINE, 5)));
        assertThat(withoutReasons).isEqualTo(new PublishResult(17, 12, Map.of()));
        assertThat(unmatched).isEqualTo(PublishResult.UNMATCHED);
        for (int i = 0; i < 10; i++) {
            clients.get(i).expectMessage("a", "x");
            clients.get(i).expectMessage("a", "y");
        }
    }

    @Test
    void isRefusedWhenNobodyCouldTakeIt() {
        try (TestBroker small = TestBroker.start(builder -> builder.loops(2)
                .sessions(SessionLimits.builder()
                        .maxQueuedMessages(1)
                        .overflow(Overflow.REJECT_PUBLISHER)
                        .build()))) {
            for (int i = 0; i < 4; i++) {
                TestClient away = small.client(ProtocolVersion.MQTT_3_1_1);
                away.connect("away-" + i, false);
                away.subscribe("a", QoS.AT_LEAST_ONCE);
                away.disconnect();
            }
            small.publish(message("a", "fits", QoS.AT_LEAST_ONCE));

            CompletableFuture<PublishResult> refused = small.broker()
                    .publish(message("a", "does not", QoS.AT_LEAST_ONCE))
                    .toCompletableFuture();

            assertThatThrownBy(() -> refused.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(PublishRefusedException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keepsTheOrderOfATopic(boolean inline) throws InterruptedException {
        subscribe("t/#", inline ? SubscribeOptions.defaults().inline() : SubscribeOptions.defaults());

        for (int i = 0; i < 2000; i++) {
            broker.broker().publish(message("t/" + i % 3, "" + i, QoS.AT_LEAST_ONCE));
        }

        int[] last = {-1, -1, -1};
        for (int i = 0; i < 2000; i++) {
            int number = Integer.parseInt(next().payloadText());
            assertThat(number).isGreaterThan(last[number % 3]);
            last[number % 3] = number;
        }
    }

    @Test
    void getsRetainedMessagesUnlessItDoesNotWantThem() throws InterruptedException {
        for (int i = 0; i < 1000; i++) {
            broker.publish(Message.builder("r/" + i)
                    .payload(new byte[] {1})
                    .retain(true)
                    .build());
        }

        subscribe("r/#", SubscribeOptions.defaults().queue(10));

        for (int i = 0; i < 1000; i++) {
            assertThat(next().retain()).isTrue();
        }
        subscribe("r/1", SubscribeOptions.defaults().withoutRetained());
        broker.publish(message("r/1", "live", QoS.AT_MOST_ONCE));
        assertThat(next().payloadText()).isEqualTo("live");
    }

    @Test
    void sharesWithClients() throws InterruptedException {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        client.subscribe("$share/g/a", QoS.AT_LEAST_ONCE);
        subscribe("$share/g/a", SubscribeOptions.defaults());

        for (int i = 0; i < 10; i++) {
            assertThat(broker.publish(message("a", "" + i, QoS.AT_LEAST_ONCE)).matched())
                    .isEqualTo(1);
        }

        for (int i = 0; i < 5; i++) {
            next();
            client.acknowledge(client.expect(io.maxmq.codec.packet.Publish.class));
        }
        client.ping();
        assertThat(received).isEmpty();
    }

    @Test
    void dropsWhatASlowHandlerHasNoRoomFor() throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger handled = new AtomicInteger();
        broker.broker()
                .subscribe("a", SubscribeOptions.defaults().queue(2), message -> {
                    busy.countDown();
                    awaitQuietly(go);
                    handled.incrementAndGet();
                })
                .active()
                .toCompletableFuture()
                .join();
        broker.publish(message("a", "0", QoS.AT_LEAST_ONCE));
        assertThat(busy.await(30, TimeUnit.SECONDS)).isTrue();

        int refused = 0;
        for (int i = 0; i < 5; i++) {
            try {
                broker.broker()
                        .publish(message("a", "x", QoS.AT_LEAST_ONCE))
                        .toCompletableFuture()
                        .join();
            } catch (CompletionException full) {
                assertThat(full).hasCauseInstanceOf(PublishRefusedException.class);
                refused++;
            }
        }

        assertThat(refused).isBetween(3, 4);
        broker.events()
                .awaitAll(MessageDropped.class, event -> event.reason() == DropReason.QUEUE_FULL_MESSAGES, refused);
        go.countDown();
    }

    @Test
    void retainedMessagesThatWaitForASlowHandlerAreNotDropped() throws InterruptedException {
        for (int i = 0; i < 10; i++) {
            broker.publish(
                    Message.builder("r/" + i).payload(new byte[1]).retain(true).build());
        }
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        broker.broker().subscribe("r/+", SubscribeOptions.defaults().queue(1), message -> {
            busy.countDown();
            awaitQuietly(go);
            received.add(message.copy());
        });
        assertThat(busy.await(30, TimeUnit.SECONDS)).isTrue();

        go.countDown();
        for (int i = 0; i < 10; i++) {
            next();
        }
        assertThat(broker.events().of(MessageDropped.class)).isEmpty();
    }

    @Test
    void whatWaitsForAnInterceptorIsBoundedToo() {
        CompletableFuture<Decision<Message>> answer = new CompletableFuture<>();
        PublishInterceptor slow = (publisher, message) -> Decision.later(answer);
        try (TestBroker slowly = TestBroker.start(builder -> builder.interceptor(slow))) {
            Message large = Message.builder("a").payload(new byte[9 << 20]).build();
            CompletableFuture<PublishResult> first =
                    slowly.broker().publish(large).toCompletableFuture();

            assertThatThrownBy(() ->
                            slowly.broker().publish(large).toCompletableFuture().join())
                    .hasCauseInstanceOf(PublishRefusedException.class);

            answer.complete(Decision.proceed());
            first.join();
            assertThat(slowly.publish(large)).isEqualTo(PublishResult.UNMATCHED);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHandlerThatThrowsGetsTheNextMessage(boolean inline) throws InterruptedException {
        SubscribeOptions options = inline ? SubscribeOptions.defaults().inline() : SubscribeOptions.defaults();
        broker.broker()
                .subscribe("a", options, message -> {
                    if (message.payloadText().equals("bad")) {
                        throw new IllegalStateException("bad");
                    }
                    received.add(message.copy());
                })
                .active()
                .toCompletableFuture()
                .join();

        broker.publish(message("a", "bad", QoS.AT_LEAST_ONCE));
        broker.publish(message("a", "good", QoS.AT_LEAST_ONCE));

        assertThat(next().payloadText()).isEqualTo("good");
        broker.events().await(PluginFailed.class);
    }

    @Test
    void endsWhenClosed() throws InterruptedException {
        Subscription subscription = subscribe("a", SubscribeOptions.defaults());
        broker.publish(message("a", "before", QoS.AT_LEAST_ONCE));
        next();

        subscription.close();
        subscription.close();

        assertThat(broker.publish(message("a", "after", QoS.AT_LEAST_ONCE)).queued())
                .isZero();
        assertThat(received).isEmpty();
    }

    @Test
    void refusesWhatCannotBePublished() {
        for (String topic : List.of("", "a/+", "#", "a\u0000b")) {
            assertThatThrownBy(() -> broker.broker().publish(Message.of(topic, "x")))
                    .as(topic)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> broker.broker().subscribe("a/#/b", message -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesFiltersOfMoreLevelsThanThereMayBe() {
        String tooDeep = "a/".repeat(128) + "#";
        SubscribeOptions durable = SubscribeOptions.defaults().durable("deep");

        assertThatThrownBy(() -> broker.broker().subscribe(tooDeep, message -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("levels");
        assertThatThrownBy(() -> broker.broker().subscribe(tooDeep, durable, message -> {}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> broker.broker().publisher("$share/g/" + tooDeep))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keepsTenantsApart() throws InterruptedException {
        Tenant blue = new Tenant("blue");
        subscribe("a", SubscribeOptions.defaults().tenant(blue));

        assertThat(broker.publish(message("a", "default", QoS.AT_LEAST_ONCE)).matched())
                .isZero();
        broker.broker().publish(blue, message("a", "blue", QoS.AT_LEAST_ONCE));

        assertThat(next().payloadText()).isEqualTo("blue");
    }

    @Test
    void nothingIsLeftUnansweredWhenTheBrokerCloses() throws Exception {
        List<CompletableFuture<PublishResult>> results = new ArrayList<>();
        CountDownLatch begun = new CountDownLatch(1000);
        Thread publisher = new Thread(() -> {
            try {
                while (true) {
                    CompletableFuture<PublishResult> result = broker.broker()
                            .publish(message("a", "x", QoS.AT_LEAST_ONCE))
                            .toCompletableFuture();
                    results.add(result);
                    begun.countDown();
                }
            } catch (IllegalStateException closed) {
                // What was asked for before has to be answered.
            }
        });
        publisher.start();
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

        broker.broker().close();
        publisher.join(30_000);

        for (CompletableFuture<PublishResult> result : results) {
            try {
                result.get(30, TimeUnit.SECONDS);
            } catch (ExecutionException refused) {
                assertThat(refused).hasCauseInstanceOf(PublishRefusedException.class);
            }
        }
    }
}
