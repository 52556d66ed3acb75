package io.maxmq.core.hostile;

import io.maxmq.MaxMQ;
import io.maxmq.MaxMQBuilder;
import io.maxmq.SubscribeOptions;
import io.maxmq.Subscription;
import io.maxmq.config.Listener;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishOptions;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.Registration;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerListener;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.intercept.ConnectInterceptor;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.DeliveryInterceptor;
import io.maxmq.spi.intercept.PublishInterceptor;
import io.maxmq.spi.intercept.SubscribeInterceptor;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateDecision;
import io.maxmq.spi.limit.RateLimiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The embedder's code throws, gives null, never answers or blocks: who asked it is told no, it is named and counted, and a
 * witness that has nothing to do with it is served as ever.
 */
@Timeout(120)
class PluginIsolationIT {
    private static final Duration PLUGIN_DEADLINE = Duration.ofMillis(500);

    private final Readings readings = new Readings();
    private final Failures failures = new Failures();
    private final CountDownLatch unblock = new CountDownLatch(1);
    private final List<RawClient> clients = new ArrayList<>();
    private MaxMQ broker;
    private RawClient publisher;
    private RawClient subscriber;
    private int messages;

    /** Who has failed in what. */
    private static final class Failures implements BrokerListener {
        private final Set<String> seen = ConcurrentHashMap.newKeySet();

        @Override
        public void onEvent(BrokerEvent event) {
            BrokerEvent.PluginFailed failed = (BrokerEvent.PluginFailed) event;
            seen.add(failed.plugin() + " " + failed.operation() + " " + failed.failure());
        }

        @Override
        public boolean wants(Class<? extends BrokerEvent> kind) {
            return kind == BrokerEvent.PluginFailed.class;
        }

        void await(String what) throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (seen.stream().noneMatch(each -> each.matches(what))) {
                assertThat(System.nanoTime()).as("%s among %s", what, seen).isLessThan(deadline);
                Thread.sleep(10);
            }
        }
    }

    private void start(UnaryOperator<MaxMQBuilder> settings) {
        broker = settings.apply(MaxMQ.builder()
                        .name("plugins")
                        .listener(Listener.tcp(0))
                        .allowAnonymous()
                        .loops(2)
                        .metrics(readings)
                        .eventListener(failures)
                        .configure(
                                config -> config.pluginDeadline(PLUGIN_DEADLINE).workers(4)))
                .start();
        publisher = RawClient.connected(4, broker, "witness-publisher");
        subscriber = RawClient.connected(5, broker, "witness-subscriber");
        subscriber.send(Wire.subscribe(5, 1, 1, "witness/+")).expect(Wire.SUBACK);
        witness();
    }

    @AfterEach
    void stop() {
        unblock.countDown();
        try {
            witness();
            assertThat(readings.sum("maxmq.plugins.failures")).isPositive();
        } finally {
            publisher.close();
            subscriber.close();
            clients.forEach(RawClient::close);
            broker.close();
        }
    }

    private void witness() {
        int id = ++messages;
        publisher.send(Wire.publish(4, 1, id, "witness/" + id, new byte[8]));
        RawClient.Frame message = subscriber.expect(Wire.PUBLISH);
        assertThat(message.topic()).isEqualTo("witness/" + id);
        subscriber.send(Wire.ack(Wire.PUBACK, message.publishId()));
        assertThat(publisher.expect(Wire.PUBACK).packetId()).isEqualTo(id);
    }

    private void block() {
        try {
            unblock.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private RawClient client(String clientId) {
        RawClient client = RawClient.open(5, broker);
        clients.add(client);
        return client.send(Wire.connect(5, clientId));
    }

    private RawClient connected(String clientId) {
        return client(clientId).expectAccepted();
    }

    private int publishQos1(RawClient client, String topic) {
        client.send(Wire.publish(5, 1, 7, topic, NOTHING));
        byte[] body = client.expect(Wire.PUBACK).body();
        return body.length > 2 ? body[2] & 0xFF : 0;
    }

    private static final byte[] NOTHING = {};

    // ---- authentication

    /** Each in its own way; and far more at once than there are workers. */
    @ParameterizedTest
    @ValueSource(strings = {"throw", "error", "null", "never", "block"})
    void aBrokenAuthenticatorDeniesItsOwnClients(String how) throws Exception {
        start(builder -> builder.authenticator(new Authenticator() {
            @Override
            public CompletionStage<AuthenticationResult> authenticate(AuthenticationRequest request) {
                if (request.client().clientId().startsWith("bad")) {
                    return misbehave(how);
                }
                return CompletableFuture.completedFuture(AuthenticationResult.allowed());
            }

            @Override
            public boolean mayBlock() {
                return how.equals("block");
            }

            @Override
            public String name() {
                return "broken";
            }
        }));
        List<RawClient> bad = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            bad.add(client("bad-" + i));
            witness();
        }

        for (RawClient each : bad) {
            assertThat(each.expect(Wire.CONNACK).u8(1)).isIn(0x87, 0x88, 0x89);
            assertThat(each.read()).isNull();
            witness();
        }
        failures.await("broken authenticate (THREW|NULL|TIMEOUT|REJECTED)");
        unblock.countDown();
        awaitConnect();
    }

    /** Once nothing blocks any more somebody else is let in. */
    private void awaitConnect() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (client("good").expect(Wire.CONNACK).u8(1) != 0) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    private <T> CompletionStage<T> misbehave(String how) {
        switch (how) {
            case "throw" -> throw new IllegalStateException("broken");
            case "error" -> throw new StackOverflowError("broken");
            case "null" -> {
                return null;
            }
            case "block" -> {
                block();
                return new CompletableFuture<>();
            }
            default -> {
                return new CompletableFuture<>();
            }
        }
    }

    // ---- authorization

    @ParameterizedTest
    @ValueSource(strings = {"throw", "error", "null", "never", "block"})
    void aBrokenAuthorizerDeniesWhatItIsAsked(String how) throws Exception {
        start(builder -> builder.authorizer(new Authorizer() {
            @Override
            public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
                if (client.clientId().startsWith("bad")) {
                    return misbehave(how);
                }
                return CompletableFuture.completedFuture(Authorization.allowed());
            }

            @Override
            public boolean mayBlock() {
                return false;
            }

            @Override
            public String name() {
                return "broken";
            }
        }));
        if (how.equals("block")) {
            // Against its contract, on the loop: the loop stalls, and goes on.
            Thread later = new Thread(() -> {
                try {
                    Thread.sleep(300);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                unblock.countDown();
            });
            later.start();
        }
        RawClient bad = connected("bad");

        assertThat(publishQos1(bad, "bad/1")).isEqualTo(0x87);
        bad.send(Wire.subscribe(5, 9, 1, "bad/#"));
        assertThat(bad.expect(Wire.SUBACK).u8(3)).isGreaterThanOrEqualTo(0x80);
        bad.ping();
        failures.await("broken authorize.* (THREW|NULL|TIMEOUT)");
    }

    // ---- interceptors

    @Test
    void brokenInterceptorsRejectWhatTheySee() throws Exception {
        ConnectInterceptor connect = request -> {
            if (request.client().clientId().equals("bad-connect")) {
                throw new IllegalStateException("broken");
            }
            return Decision.proceed();
        };
        PublishInterceptor publish = (client, message) -> {
            if (message.topic().startsWith("never")) {
                return Decision.later(new CompletableFuture<>());
            }
            if (message.topic().startsWith("bad")) {
                throw new AssertionError("broken");
            }
            return Decision.proceed();
        };
        SubscribeInterceptor subscribe = (client, request) -> {
            if (client.clientId().startsWith("bad")) {
                return null;
            }
            return Decision.proceed();
        };
        DeliveryInterceptor delivery = (client, message) -> {
            if (message.topic().startsWith("delivery")) {
                throw new IllegalStateException("broken");
            }
            return Decision.proceed();
        };
        start(builder -> builder.interceptor(connect)
                .interceptor(publish)
                .interceptor(subscribe)
                .interceptor(delivery));

        RawClient refused = client("bad-connect");
        assertThat(refused.expect(Wire.CONNACK).u8(1)).isEqualTo(0x83);
        RawClient bad = connected("bad");
        assertThat(publishQos1(bad, "bad/1")).isEqualTo(0x83);
        assertThat(publishQos1(bad, "never/1")).as("after the deadline").isEqualTo(0x83);
        bad.send(Wire.subscribe(5, 9, 1, "bad/#"));
        assertThat(bad.expect(Wire.SUBACK).u8(3)).isEqualTo(0x83);
        RawClient good = connected("good");
        good.send(Wire.subscribe(5, 9, 1, "delivery/#", "good/#")).expect(Wire.SUBACK);
        publishQos1(bad, "delivery/1");
        publishQos1(bad, "good/1");
        assertThat(good.expect(Wire.PUBLISH).topic()).isEqualTo("good/1");
        witness();
        for (String operation : List.of("onConnect", "onPublish", "onSubscribe", "onDelivery")) {
            failures.await(".* " + operation + " .*");
        }
        assertThat(readings.value("maxmq.messages.dropped{intercepted}")).isEqualTo(3);
    }

    // ---- limits

    @Test
    void aBrokenRateLimiterHoldsUpNobody() throws Exception {
        start(builder -> builder.rateLimiter(new RateLimiter() {
            @Override
            public RateDecision onConnect(ClientInfo client, long nowNanos) {
                if (client.clientId().startsWith("bad")) {
                    throw new IllegalStateException("broken");
                }
                return RateDecision.ALLOW;
            }

            @Override
            public ConnectionLimiter open(ClientInfo client, long openedNanos) {
                return (count, bytes, nowNanos) -> {
                    if (client.clientId().equals("odd")) {
                        throw new IllegalStateException("broken");
                    }
                    return RateDecision.ALLOW;
                };
            }

            @Override
            public String name() {
                return "broken";
            }
        }));

        assertThat(client("bad").read()).as("closed without an answer").isNull();
        RawClient odd = connected("odd");
        assertThat(publishQos1(odd, "odd")).isIn(0x00, 0x10);
        failures.await("broken onConnect THREW");
        failures.await("broken acquirePublish THREW");
    }

    // ---- observers

    @Test
    void listenersThatThrowOrBlockLoseTheirOwnEventsOnly() throws Exception {
        BrokerListener throwing = new BrokerListener() {
            @Override
            public void onEvent(BrokerEvent event) {
                throw new IllegalStateException("broken");
            }

            @Override
            public String name() {
                return "throwing";
            }
        };
        BrokerListener blocking = new BrokerListener() {
            @Override
            public void onEvent(BrokerEvent event) {
                block();
            }

            @Override
            public String name() {
                return "blocking";
            }
        };
        start(builder -> builder.eventListener(throwing).eventListener(blocking));

        // Each is an event: more of them than may wait for a listener.
        RawClient noisy = connected("noisy");
        for (int i = 0; i < 5000; i++) {
            noisy.send(Wire.subscribe(5, 1 + i, 0, "noise/" + i % 10));
            noisy.expect(Wire.SUBACK);
        }

        witness();
        failures.await("throwing onEvent THREW");
        failures.await("blocking onEvent OVERFLOW");
        assertThat(readings.value("maxmq.events.lost")).isPositive();
    }

    @Test
    void aMetricsSinkThatThrowsLacksItsMetrics() {
        start(builder -> builder.metrics(new io.maxmq.spi.event.MetricsSink() {
            @Override
            public Registration counter(String name, String description, Map<String, String> tags, LongSupplier value) {
                if (name.startsWith("maxmq.network")) {
                    throw new IllegalStateException("broken");
                }
                return readings.counter(name, description, tags, value);
            }

            @Override
            public Registration gauge(String name, String description, Map<String, String> tags, LongSupplier value) {
                throw new StackOverflowError("broken");
            }
        }));
        broker.subscribe("count/a/failure", SubscribeOptions.defaults().inline(), message -> {
            throw new IllegalStateException("for the check that follows each of these tests");
        });

        assertThat(publishQos1(connected("good"), "count/a/failure")).isIn(0x00, 0x10);
        assertThat(readings.all())
                .doesNotContainKey("maxmq.network.received.bytes")
                .containsKey("maxmq.messages.matched");
    }

    // ---- handlers and extensions

    @Test
    void handlersThatThrowOrBlockMissTheirOwnMessagesOnly() throws Exception {
        start(builder -> builder);
        CountDownLatch served = new CountDownLatch(100);
        List<Subscription> subscriptions = List.of(
                broker.subscribe("app/#", message -> {
                    throw new StackOverflowError("broken");
                }),
                broker.subscribe("app/#", SubscribeOptions.defaults().inline(), message -> {
                    throw new IllegalStateException("broken");
                }),
                broker.subscribe("app/#", SubscribeOptions.defaults().queue(10), message -> block()),
                broker.subscribe("app/#", message -> served.countDown()));
        // They live on different loops: one being in force says nothing of the others.
        for (Subscription each : subscriptions) {
            each.active().toCompletableFuture().get(30, TimeUnit.SECONDS);
        }

        List<CompletableFuture<PublishResult>> published = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            published.add(broker.publish(
                            Message.of("app/" + i, "x"),
                            PublishOptions.defaults().detailed())
                    .toCompletableFuture());
            if (i % 10 == 0) {
                witness();
            }
        }

        int full = 0;
        for (CompletableFuture<PublishResult> each : published) {
            // Complete when every recipient has answered, on whichever loop: only then are all drops counted.
            PublishResult result = each.get(30, TimeUnit.SECONDS);
            assertThat(result.matched()).isEqualTo(4);
            full += result.dropped().getOrDefault(DropReason.QUEUE_FULL_MESSAGES, 0);
        }
        assertThat(served.await(30, TimeUnit.SECONDS)).isTrue();
        failures.await(".* onMessage THREW");
        assertThat(full).isEqualTo(90);
        assertThat(readings.value("maxmq.messages.dropped{queue_full_messages}"))
                .isEqualTo(90);
    }

    @Test
    void anExtensionThatThrowsWhereverItCanIsContained() throws Exception {
        CountDownLatch fired = new CountDownLatch(1);
        start(builder -> builder.extension(new Extension() {
            @Override
            public CompletionStage<Void> start(BrokerContext context) {
                context.onPublish("hooked/#", publication -> {
                    throw new AssertionError("broken");
                });
                context.timers().after(Duration.ofMillis(20), () -> {
                    fired.countDown();
                    throw new IllegalStateException("broken");
                });
                context.workers().execute(() -> {
                    throw new IllegalStateException("broken");
                });
                context.workers().execute(PluginIsolationIT.this::block);
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public CompletionStage<Void> stop() {
                throw new IllegalStateException("broken");
            }
        }));
        RawClient client = connected("client");
        client.send(Wire.subscribe(5, 9, 0, "hooked/#")).expect(Wire.SUBACK);

        client.send(Wire.publish(5, 1, 7, "hooked/1", NOTHING));

        assertThat(List.of(client.read().type(), client.read().type()))
                .containsExactlyInAnyOrder(Wire.PUBLISH, Wire.PUBACK);
        assertThat(fired.await(30, TimeUnit.SECONDS)).isTrue();
        failures.await(".* onPublish THREW");
    }
}
