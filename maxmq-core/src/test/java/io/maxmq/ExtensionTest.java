package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.spi.Message;
import io.maxmq.spi.PublishResult;
import io.maxmq.spi.Registration;
import io.maxmq.spi.event.BrokerEvent.ClientConnected;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.extension.ExtensionInUseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What an extension lives through and what it gets. */
class ExtensionTest {
    private final List<String> log = new ArrayList<>();
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    private String nextSeen() throws InterruptedException {
        String next = seen.poll(30, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    private Extension logging(String name) {
        return new Extension() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public CompletionStage<Void> start(BrokerContext context) {
                log.add("start " + name);
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public CompletionStage<Void> stop() {
                log.add("stop " + name);
                return CompletableFuture.completedFuture(null);
            }
        };
    }

    private static Extension starting(java.util.function.Consumer<BrokerContext> start) {
        return context -> {
            start.accept(context);
            return CompletableFuture.completedFuture(null);
        };
    }

    @Test
    void startsInOrderAndStopsInReverse() {
        try (TestBroker broker =
                TestBroker.start(builder -> builder.extension(logging("one")).extension(logging("two")))) {
            assertThat(log).containsExactly("start one", "start two");
            broker.broker().close();
        }

        assertThat(log).containsExactly("start one", "start two", "stop two", "stop one");
    }

    @Test
    void aFailingStartFailsTheBrokersAndStopsTheOthers() {
        assertThatThrownBy(() -> TestBroker.start(builder -> builder.extension(logging("one"))
                        .extension(new Extension() {
                            @Override
                            public String name() {
                                return "broken";
                            }

                            @Override
                            public CompletionStage<Void> start(BrokerContext context) throws Exception {
                                throw new Exception("no licence");
                            }
                        })
                        .extension(logging("three"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("broken")
                .hasMessageContaining("no licence");

        assertThat(log).containsExactly("start one", "stop one");
    }

    @Test
    void whatServesAnotherBrokerIsLeftToIt() {
        Extension shared = new Extension() {
            private boolean serves;

            @Override
            public CompletionStage<Void> start(BrokerContext context) {
                if (serves) {
                    throw new ExtensionInUseException("serves another");
                }
                serves = true;
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public CompletionStage<Void> stop() {
                log.add("stop shared");
                return CompletableFuture.completedFuture(null);
            }
        };
        try (TestBroker broker = TestBroker.start(builder -> builder.extension(shared))) {
            assertThatThrownBy(() -> TestBroker.start(
                            builder -> builder.extension(logging("one")).extension(shared)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("serves another");
            assertThat(log).containsExactly("start one", "stop one");
            broker.broker().close();
        }

        assertThat(log).containsExactly("start one", "stop one", "stop shared");
    }

    @Test
    void aStopThatLacksAClassKeepsNobodyFromStopping() {
        try (TestBroker broker =
                TestBroker.start(builder -> builder.extension(logging("one")).extension(new Extension() {
                    @Override
                    public CompletionStage<Void> start(BrokerContext context) {
                        return CompletableFuture.completedFuture(null);
                    }

                    @Override
                    public CompletionStage<Void> stop() {
                        throw new NoClassDefFoundError("gone");
                    }
                }))) {
            broker.broker().close();
        }

        assertThat(log).containsExactly("start one", "stop one");
    }

    @Test
    void aFailingStopKeepsNobodyFromStopping() {
        try (TestBroker broker =
                TestBroker.start(builder -> builder.extension(logging("one")).extension(new Extension() {
                    @Override
                    public CompletionStage<Void> start(BrokerContext context) {
                        return CompletableFuture.completedFuture(null);
                    }

                    @Override
                    public CompletionStage<Void> stop() {
                        throw new IllegalStateException("stuck");
                    }
                }))) {
            broker.broker().close();
        }

        assertThat(log).containsExactly("start one", "stop one");
    }

    @Test
    void aHookSeesWhatIsPublishedByWhomAndItsId() throws InterruptedException {
        try (TestBroker broker = TestBroker.start(builder -> builder.loops(2)
                .extension(starting(context -> context.onPublish(
                        "a/#",
                        publication ->
                                seen.add(publication
                                                .publisher()
                                                .map(client -> client.clientId())
                                                .orElse("application") + " "
                                        + publication.message().topic() + " "
                                        + publication.message().payloadText() + " "
                                        + publication.message().id().isPresent())))))) {
            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

            client.publish("a/b", "x", QoS.AT_LEAST_ONCE);
            client.publish("other", "x", QoS.AT_LEAST_ONCE);
            broker.publish(Message.of("a", "y"));

            assertThat(nextSeen()).isEqualTo("client a/b x true");
            assertThat(nextSeen()).isEqualTo("application a y true");
            assertThat(seen).isEmpty();
        }
    }

    @Test
    void aHookIsNoSubscriber() {
        try (TestBroker broker = TestBroker.start(
                builder -> builder.extension(starting(context -> context.onPublish("#", publication -> {}))))) {
            assertThat(broker.publish(Message.of("a", "x"))).isEqualTo(PublishResult.UNMATCHED);
        }
    }

    @Test
    void aHookForMoreLevelsThanThereMayBeIsRefused() {
        assertThatThrownBy(() -> TestBroker.start(builder -> builder.extension(
                        starting(context -> context.onPublish("a/".repeat(128) + "#", publication -> {})))))
                .hasStackTraceContaining("has 129 levels, allowed are 128");
    }

    @Test
    void aThrowingHookKeepsNoMessageBack() {
        try (TestBroker broker = TestBroker.start(builder ->
                builder.extension(starting(context -> context.onPublish("#", publication -> {
                    throw new IllegalStateException("broken");
                }))))) {
            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
            client.subscribe("a", QoS.AT_LEAST_ONCE);

            client.send(TestClient.message("a", "x", QoS.AT_MOST_ONCE, 0));

            client.expectMessage("a", "x");
            assertThat(broker.events().await(PluginFailed.class).operation()).isEqualTo("onPublish");
        }
    }

    @Test
    void aClosedHookSeesNoMore() throws InterruptedException {
        AtomicReference<Registration> hook = new AtomicReference<>();
        try (TestBroker broker =
                TestBroker.start(builder -> builder.extension(starting(context -> hook.set(context.onPublish(
                        "#", publication -> seen.add(publication.message().payloadText()))))))) {
            broker.publish(Message.of("a", "seen"));
            hook.get().close();
            broker.publish(Message.of("a", "unseen"));

            assertThat(nextSeen()).isEqualTo("seen");
            assertThat(seen).isEmpty();
        }
    }

    @Test
    void timersFollowTheBrokersClock() throws InterruptedException {
        try (TestBroker broker = TestBroker.start(builder -> builder.extension(starting(context -> {
            context.timers().after(Duration.ofSeconds(10), () -> seen.add("once"));
            context.timers().every(Duration.ofSeconds(25), () -> seen.add("again"));
        })))) {
            broker.publish(Message.of("a", "the loop has armed the timers"));

            broker.clock().advanceToJustBefore(Duration.ofSeconds(10));
            broker.publish(Message.of("a", "nothing yet"));
            assertThat(seen).isEmpty();
            broker.clock().advance(Duration.ofSeconds(1));
            assertThat(nextSeen()).isEqualTo("once");
            broker.clock().advance(Duration.ofSeconds(20));
            assertThat(nextSeen()).isEqualTo("again");
        }
    }

    @Test
    void publishesListensAndWorksInTheBackground() throws InterruptedException {
        AtomicReference<BrokerContext> contextOf = new AtomicReference<>();
        try (TestBroker broker = TestBroker.start(builder -> builder.extension(starting(contextOf::set)))) {
            BrokerContext context = contextOf.get();
            context.addListener(event -> {
                if (event instanceof ClientConnected connected) {
                    seen.add("connected " + connected.client().clientId());
                }
            });

            TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
            client.subscribe("a", QoS.AT_LEAST_ONCE);
            context.publish(Message.of("a", "from the extension"));
            context.workers()
                    .execute(
                            () -> seen.add("worked on " + Thread.currentThread().getName()));

            client.expectMessage("a", "from the extension");
            assertThat(List.of(nextSeen(), nextSeen()))
                    .anyMatch(each -> each.equals("connected client"))
                    .anyMatch(each -> each.startsWith("worked on maxmq-" + context.brokerName()));
        }
    }
}
