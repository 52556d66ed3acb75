package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.config.Listener;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateDecision;
import io.maxmq.spi.limit.RateLimiter;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of several rate limiters' answers. What an answer does is RateLimitTest's. */
class RateLimiterChainTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final RateDecision FOR_FIVE_SECONDS =
            RateDecision.pause(Duration.ofSeconds(5).toNanos());
    private static final RateDecision FOR_TEN_SECONDS =
            RateDecision.pause(Duration.ofSeconds(10).toNanos());

    /** Decides as the test says. */
    private static final class Told implements RateLimiter, Extension {
        private final String name;
        private volatile RateDecision accept = RateDecision.ALLOW;
        private volatile RateDecision connect = RateDecision.ALLOW;
        private volatile RateDecision connection = RateDecision.ALLOW;
        private volatile RateDecision publish = RateDecision.ALLOW;
        private volatile RateDecision subscribe = RateDecision.ALLOW;
        private volatile boolean broken;
        private volatile boolean started;
        private final AtomicInteger open = new AtomicInteger();
        private final AtomicInteger connections = new AtomicInteger();
        private final Semaphore paused = new Semaphore(0);

        Told(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        private RateDecision orThrow(RateDecision decision) {
            if (broken) {
                throw new IllegalStateException("broken");
            }
            return decision;
        }

        @Override
        public CompletionStage<Void> start(BrokerContext context) {
            started = true;
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public RateDecision onAccept(SocketAddress remoteAddress, String listener, long nowNanos) {
            return orThrow(accept);
        }

        @Override
        public RateDecision onConnect(ClientInfo client, long nowNanos) {
            return orThrow(connect);
        }

        @Override
        public ConnectionLimiter open(ClientInfo client, long nowNanos) {
            open.incrementAndGet();
            return new ConnectionLimiter() {
                @Override
                public RateDecision acquireConnection(long nowNanos) {
                    connections.incrementAndGet();
                    if (connection instanceof RateDecision.Pause) {
                        paused.release();
                    }
                    return orThrow(connection);
                }

                @Override
                public RateDecision acquirePublish(int count, long bytes, long nowNanos) {
                    return orThrow(publish);
                }

                @Override
                public RateDecision acquireSubscribe(int filters, long nowNanos) {
                    return orThrow(subscribe);
                }

                @Override
                public void close() {
                    open.decrementAndGet();
                    orThrow(RateDecision.ALLOW);
                }
            };
        }
    }

    private final Told first = new Told("first");
    private final Told second = new Told("second");
    private final List<Told> both = List.of(first, second);

    @AutoClose
    private final TestBroker broker = TestBroker.start(builder -> builder.rateLimiter(first)
            .rateLimiter(RateLimiter.NONE)
            .rateLimiter(second)
            .listener(Listener.tcp("127.0.0.1", 0)));

    @Test
    void theStricterAnswerIsTheOneThatCostsMore() {
        List<RateDecision> byCost = List.of(
                RateDecision.ALLOW, FOR_FIVE_SECONDS, FOR_TEN_SECONDS, RateDecision.DROP, RateDecision.DISCONNECT);

        for (int i = 0; i < byCost.size(); i++) {
            for (int j = 0; j < byCost.size(); j++) {
                assertThat(byCost.get(i).stricter(byCost.get(j))).isSameAs(byCost.get(Math.max(i, j)));
            }
        }
    }

    @Test
    void theStrictestAnswerCountsWhoeverGivesIt() {
        TestClient client = broker.connected(V5, "client");
        int sent = 0;
        for (Told strict : both) {
            Told mild = strict == first ? second : first;
            mild.publish = FOR_FIVE_SECONDS;
            strict.publish = RateDecision.DROP;
            assertThat(client.publish("a", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            broker.events().awaitAll(MessageDropped.class, event -> event.reason() == DropReason.RATE_LIMIT, ++sent);
            mild.publish = RateDecision.DROP;
            strict.publish = RateDecision.DISCONNECT;
            client.send(TestClient.message("a", "x", QoS.AT_MOST_ONCE, 0));
            client.expectDisconnect(ReasonCode.MESSAGE_RATE_TOO_HIGH);

            client = broker.connected(V5, "client");
        }
    }

    @Test
    void theLongestPauseCounts() {
        TestClient observer = broker.connected(V5, "observer");
        observer.subscribe("a", QoS.AT_MOST_ONCE);
        for (Told longer : both) {
            (longer == first ? second : first).publish = FOR_FIVE_SECONDS;
            longer.publish = FOR_TEN_SECONDS;
            TestClient client = broker.connected(V5, "client");
            client.send(
                    TestClient.message("a", "1", QoS.AT_LEAST_ONCE, 1),
                    TestClient.message("a", "2", QoS.AT_LEAST_ONCE, 2));
            assertThat(client.expect(PubAck.class).packetId()).isEqualTo(1);
            both.forEach(each -> each.publish = RateDecision.ALLOW);

            broker.clock().advance(Duration.ofSeconds(5));
            observer.expectMessage("a", "1");
            observer.expectNothing();
            broker.clock().advance(Duration.ofSeconds(5));

            assertThat(client.expect(PubAck.class).packetId()).isEqualTo(2);
            observer.expectMessage("a", "2");
            client.disconnect();
            broker.awaitDisconnected("client");
        }
    }

    @Test
    void anyOfThemKeepsSocketsAndConnectsAndSubscriptionsAway() {
        TestClient bystander = broker.connected(V5, "bystander");
        for (Told refusing : both) {
            refusing.accept = RateDecision.DROP;
            broker.tcpClient(V5).expectEnd();
            refusing.accept = RateDecision.ALLOW;

            refusing.connect = RateDecision.DISCONNECT;
            expectRefusal();
            refusing.connect = RateDecision.ALLOW;

            refusing.connection = RateDecision.DISCONNECT;
            expectRefusal();
            refusing.connection = RateDecision.ALLOW;

            refusing.subscribe = RateDecision.DROP;
            TestClient client = broker.connected(V5, "client");
            SubAck answer = client.send(
                            new Subscribe(1, Properties.NONE, List.of(RequestedSubscription.of("a", QoS.AT_MOST_ONCE))))
                    .expect(SubAck.class);
            assertThat(answer.reasons()).containsExactly(ReasonCode.QUOTA_EXCEEDED);
            refusing.subscribe = RateDecision.ALLOW;
            client.disconnect();
        }
        bystander.ping();
        assertThat(first.open).hasValue(1);
        assertThat(second.open).hasValue(1);
    }

    private void expectRefusal() {
        TestClient refused = broker.client(V5);
        refused.send(Connect.of(V5, "refused", true, 0));
        assertThat(refused.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.CONNECTION_RATE_EXCEEDED);
        refused.expectEnd();
    }

    /** It would count the connection once more each time. */
    @Test
    void whoHasLetAConnectionInIsNotAskedAgainAfterAnothersPause() throws Exception {
        TestClient bystander = broker.connected(V5, "bystander");
        second.connection = FOR_FIVE_SECONDS;
        TestClient client = broker.client(V5);
        client.send(Connect.of(V5, "client", true, 0));
        assertThat(second.paused.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        bystander.ping();
        second.connection = RateDecision.ALLOW;

        broker.clock().advance(Duration.ofSeconds(5));

        assertThat(client.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(first.connections).hasValue(2);
        assertThat(second.connections).hasValue(3);
    }

    @Test
    void oneThatThrowsIsNamedAndTheOtherStillCounts() {
        TestClient client = broker.connected(V5, "client");
        for (Told failing : both) {
            Told other = failing == first ? second : first;
            failing.broken = true;
            other.publish = RateDecision.DROP;
            assertThat(client.publish("a", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            other.publish = RateDecision.ALLOW;
            assertThat(client.publish("a", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
            client.subscribe("b", QoS.AT_MOST_ONCE);
            broker.tcpClient(V5).expectEnd();
            TestClient refused = broker.client(V5);
            refused.send(Connect.of(V5, "refused", true, 0));
            refused.expectEnd();
            failing.broken = false;

            for (String operation : List.of("acquirePublish", "acquireSubscribe", "onAccept", "onConnect")) {
                broker.events()
                        .await(
                                PluginFailed.class,
                                event -> event.plugin().equals(failing.name())
                                        && event.operation().equals(operation));
            }
        }
    }

    @Test
    void oneThatFailsToCloseDoesNotKeepTheOthersOpen() {
        TestClient bystander = broker.connected(V5, "bystander");
        TestClient client = broker.connected(V5, "client");
        first.broken = true;

        client.disconnect();
        bystander.ping();

        assertThat(second.open).hasValue(1);
        broker.events().await(PluginFailed.class, event -> event.operation().equals("close"));
    }

    @Test
    void thoseThatAreExtensionsAreStarted() {
        assertThat(both).allMatch(each -> each.started);
    }
}
