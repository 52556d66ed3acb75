package io.maxmq.protocol;

import io.maxmq.MaxMQBuilder;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.codec.packet.Unsubscribe;
import io.maxmq.config.MemoryLimits;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import io.maxmq.spi.event.BrokerEvent.ConnectRefused;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.PublishInterceptor;
import io.maxmq.spi.intercept.SubscribeInterceptor;
import io.maxmq.spi.intercept.UnsubscribeInterceptor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What is kept of packets that plug-ins have yet to answer for is bounded by the memory budget. */
class WaitingPacketsTest {
    private static final int CLIENTS = 20;
    private static final MemoryLimits MEMORY = new MemoryLimits(16 << 20, 8 << 20);

    /** The questions that plug-ins were asked, and never answer. */
    private static final AtomicInteger ASKED = new AtomicInteger();

    private static <T> CompletableFuture<T> never() {
        ASKED.incrementAndGet();
        return new CompletableFuture<>();
    }

    enum Waiting {
        PUBLISH_FOR_AN_AUTHORIZER(
                builder -> builder.authorizer((client, action) -> WaitingPacketsTest.<Authorization>never()),
                TestClient.message("a", "x".repeat(900_000), QoS.AT_LEAST_ONCE, 1)),
        PUBLISH(
                builder -> builder.interceptor((PublishInterceptor) (client, message) -> Decision.later(never())),
                TestClient.message("a", "x".repeat(900_000), QoS.AT_LEAST_ONCE, 1)),
        SUBSCRIBE(
                builder -> builder.interceptor((SubscribeInterceptor) (client, request) -> Decision.later(never())),
                new Subscribe(
                        1,
                        Properties.NONE,
                        filters().stream()
                                .map(each -> RequestedSubscription.of(each, QoS.AT_MOST_ONCE))
                                .toList())),
        UNSUBSCRIBE(
                builder -> builder.interceptor((UnsubscribeInterceptor) (client, filter) -> Decision.later(never())),
                new Unsubscribe(1, Properties.NONE, filters()));

        private final UnaryOperator<MaxMQBuilder> plugin;
        private final Packet packet;

        Waiting(UnaryOperator<MaxMQBuilder> plugin, Packet packet) {
            this.plugin = plugin;
            this.packet = packet;
        }

        private static List<String> filters() {
            return IntStream.range(0, 1000).mapToObj(i -> "x".repeat(900) + i).toList();
        }
    }

    private static void awaitTrue(BooleanSupplier so) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!so.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static List<TestClient> connected(TestBroker broker) {
        return IntStream.range(0, CLIENTS)
                .mapToObj(i -> broker.connected(ProtocolVersion.MQTT_5, "client-" + i))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void packetsThatWaitTakeNoMoreThanThereIs(Waiting waiting) {
        ASKED.set(0);
        try (TestBroker broker = TestBroker.start(builder -> waiting.plugin.apply(builder.memory(MEMORY)))) {
            List<TestClient> clients = connected(broker);
            for (int i = 0; i < CLIENTS; i++) {
                int sent = i + 1;
                clients.get(i).send(waiting.packet);
                awaitTrue(() -> ASKED.get() == sent);
            }

            List<ClientDisconnected> ended = broker.events()
                    .awaitAll(ClientDisconnected.class, event -> event.reasonCode() == ReasonCode.QUOTA_EXCEEDED, 1);
            assertThat(ended).hasSizeLessThan(CLIENTS);
        }
    }

    @Test
    void smallPacketsWaitWhateverMemoryThereIs() {
        ASKED.set(0);
        try (TestBroker broker = TestBroker.start(builder -> Waiting.PUBLISH.plugin.apply(builder.memory(MEMORY)))) {
            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "small");
            connected(broker).forEach(each -> each.send(Waiting.PUBLISH.packet));
            broker.events()
                    .awaitAll(ClientDisconnected.class, event -> event.reasonCode() == ReasonCode.QUOTA_EXCEEDED, 1);
            awaitTrue(() -> ASKED.get() == CLIENTS);

            client.send(TestClient.message("a", "x", QoS.AT_LEAST_ONCE, 1));
            awaitTrue(() -> ASKED.get() == CLIENTS + 1);
            assertThat(broker.events().of(ClientDisconnected.class))
                    .noneMatch(event -> event.client().clientId().equals("small"));
            client.close();
            broker.clock()
                    .advance(Duration.ZERO); // the loops have done what they were at: the question has its deadline
            broker.clock().advance(Duration.ofMinutes(1));
            assertThat(broker.events()
                            .await(
                                    ClientDisconnected.class,
                                    event -> event.client().clientId().equals("small"))
                            .by())
                    .isEqualTo(Initiator.NETWORK);
        }
    }

    @Test
    void clientsThatWaitToBeLetInTakeNoMoreThanThereIs() {
        ASKED.set(0);
        Properties texts = Properties.builder()
                .set(PropertyId.CONTENT_TYPE, "x".repeat(50_000))
                .build();
        ConnectWill will = new ConnectWill("a", TestClient.bytes(""), QoS.AT_MOST_ONCE, false, texts);
        try (TestBroker broker = TestBroker.start(builder ->
                builder.memory(MEMORY).authenticator(request -> WaitingPacketsTest.<AuthenticationResult>never()))) {
            for (int i = 1; i <= 100; i++) {
                int sent = i;
                broker.client(ProtocolVersion.MQTT_5)
                        .send(new Connect(
                                ProtocolVersion.MQTT_5, false, true, 0, Properties.NONE, "c" + i, will, null, null));
                awaitTrue(() ->
                        ASKED.get() + broker.events().of(ConnectRefused.class).size() == sent);
            }

            assertThat(ASKED.get()).isBetween(10, 90);
        }
    }
}
