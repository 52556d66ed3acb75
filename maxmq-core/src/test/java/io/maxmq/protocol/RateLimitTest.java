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
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.SubAck;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.config.Listener;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.event.BrokerEvent.ConnectRefused;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateDecision;
import io.maxmq.spi.limit.RateLimiter;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What each decision of a rate limiter does to a connection and to a PUBLISH. */
class RateLimitTest {
    /** Decides as the test says. */
    private static final class Told implements RateLimiter {
        private volatile RateDecision accept = RateDecision.ALLOW;
        private volatile RateDecision connect = RateDecision.ALLOW;
        private volatile RateDecision connection = RateDecision.ALLOW;
        private volatile RateDecision publish = RateDecision.ALLOW;
        private volatile RateDecision subscribe = RateDecision.ALLOW;
        private volatile boolean broken;
        private final AtomicInteger open = new AtomicInteger();
        private final Semaphore questions = new Semaphore(0);

        void awaitQuestion() {
            try {
                assertThat(questions.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public RateDecision onAccept(SocketAddress remoteAddress, String listener, long nowNanos) {
            return asked(accept);
        }

        @Override
        public RateDecision onConnect(ClientInfo client, long nowNanos) {
            return asked(connect);
        }

        /** Only a pause is a question that comes again. */
        private RateDecision asked(RateDecision decision) {
            if (decision instanceof RateDecision.Pause) {
                questions.release();
            }
            return orThrow(decision);
        }

        private RateDecision orThrow(RateDecision decision) {
            if (broken) {
                throw new IllegalStateException("broken");
            }
            return decision;
        }

        @Override
        public ConnectionLimiter open(ClientInfo client, long nowNanos) {
            open.incrementAndGet();
            return new ConnectionLimiter() {
                @Override
                public RateDecision acquireConnection(long nowNanos) {
                    return asked(connection);
                }

                @Override
                public RateDecision acquirePublish(int count, long bytes, long nowNanos) {
                    return client.clientId().equals("observer") ? RateDecision.ALLOW : orThrow(publish);
                }

                @Override
                public RateDecision acquireSubscribe(int filters, long nowNanos) {
                    return orThrow(subscribe);
                }

                @Override
                public void close() {
                    open.decrementAndGet();
                }
            };
        }
    }

    private final Told limiter = new Told();

    @AutoClose
    private final TestBroker broker =
            TestBroker.start(builder -> builder.rateLimiter(limiter).listener(Listener.tcp("127.0.0.1", 0)));

    /** The limiter has been asked, and the broker's one loop has done what the answer was; the bystander is connected already. */
    private void awaitQuestion(TestClient bystander) {
        limiter.awaitQuestion();
        bystander.ping();
    }

    private TestClient observer() {
        TestClient observer = broker.connected(ProtocolVersion.MQTT_5, "observer");
        observer.subscribe("#", QoS.EXACTLY_ONCE);
        return observer;
    }

    @Test
    void aSocketThatMayNotComeIsClosed() {
        limiter.accept = RateDecision.DROP;

        broker.tcpClient(ProtocolVersion.MQTT_5).expectEnd();

        limiter.accept = RateDecision.ALLOW;
        broker.tcpClient(ProtocolVersion.MQTT_5).connect("client", true);
    }

    @Test
    void aSocketThatIsToComeLaterWaitsUntilItMay() {
        TestClient bystander = broker.connected(ProtocolVersion.MQTT_5, "bystander");
        limiter.accept = RateDecision.pause(Duration.ofSeconds(5).toNanos());
        TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
        client.send(Connect.of(ProtocolVersion.MQTT_5, "client", true, 0));
        awaitQuestion(bystander);

        broker.clock().advance(Duration.ofSeconds(5));
        awaitQuestion(bystander); // once more
        limiter.accept = RateDecision.ALLOW;
        broker.clock().advance(Duration.ofSeconds(5));

        assertThat(client.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void whoWaitsWhenTheListenerClosesIsClosed() throws Exception {
        TestClient bystander = broker.connected(ProtocolVersion.MQTT_5, "bystander");
        limiter.accept = RateDecision.pause(Duration.ofSeconds(5).toNanos());
        TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
        awaitQuestion(bystander);

        broker.broker().listeners().remove("tcp-0").toCompletableFuture().get(30, TimeUnit.SECONDS);

        client.expectEnd();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aConnectThatIsToComeLaterWaitsUntilItMay(ProtocolVersion version) {
        TestClient bystander = broker.connected(ProtocolVersion.MQTT_5, "bystander");
        for (boolean authenticated : new boolean[] {false, true}) {
            RateDecision pause = RateDecision.pause(Duration.ofSeconds(4).toNanos());
            limiter.connect = authenticated ? RateDecision.ALLOW : pause;
            limiter.connection = authenticated ? pause : RateDecision.ALLOW;
            TestClient client = broker.client(version);
            limiter.questions.drainPermits();
            client.send(Connect.of(version, "client", true, 0));
            awaitQuestion(bystander);

            broker.clock().advance(Duration.ofSeconds(4));
            awaitQuestion(bystander); // once more
            limiter.connect = RateDecision.ALLOW;
            limiter.connection = RateDecision.ALLOW;
            broker.clock().advance(Duration.ofSeconds(4));

            assertThat(client.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SUCCESS);
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aConnectThatWaitsTooLongIsToldTheRate(ProtocolVersion version) {
        TestClient bystander = broker.connected(ProtocolVersion.MQTT_5, "bystander");
        limiter.connection = RateDecision.pause(Duration.ofSeconds(4).toNanos());
        TestClient client = broker.client(version);
        client.send(Connect.of(version, "client", true, 0));
        awaitQuestion(bystander);

        broker.clock().advance(Duration.ofSeconds(4));
        broker.clock().advance(Duration.ofSeconds(4));

        assertThat(client.expect(ConnAck.class).reason())
                .isEqualTo(version.isV5() ? ReasonCode.CONNECTION_RATE_EXCEEDED : ReasonCode.SERVER_UNAVAILABLE);
        client.expectEnd();
        assertThat(limiter.open).hasValue(1); // the bystander's
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aConnectThatIsDroppedGetsNoAnswer(ProtocolVersion version) {
        for (boolean authenticated : new boolean[] {false, true}) {
            limiter.connect = authenticated ? RateDecision.ALLOW : RateDecision.DROP;
            limiter.connection = RateDecision.DROP;
            TestClient client = broker.client(version);

            client.send(Connect.of(version, "client", true, 0));

            client.expectEnd();
        }
        broker.events()
                .awaitAll(ConnectRefused.class, event -> event.reasonCode() == ReasonCode.CONNECTION_RATE_EXCEEDED, 2);
        assertThat(limiter.open).hasValue(0);
    }

    @Test
    void aConnectThatMayNotComeIsToldTheRate() {
        limiter.connect = RateDecision.DISCONNECT;
        TestClient five = broker.client(ProtocolVersion.MQTT_5);
        TestClient three = broker.client(ProtocolVersion.MQTT_3_1_1);

        five.send(Connect.of(ProtocolVersion.MQTT_5, "five", true, 0));
        three.send(Connect.of(ProtocolVersion.MQTT_3_1_1, "three", true, 0));

        assertThat(five.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.CONNECTION_RATE_EXCEEDED);
        five.expectEnd();
        assertThat(three.expect(ConnAck.class).reason()).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
        three.expectEnd();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void pauseTakesTheMessageAndReadsNoFurther(ProtocolVersion version) {
        TestClient observer = observer();
        TestClient client = broker.connected(version, "client");
        limiter.publish = RateDecision.pause(Duration.ofSeconds(10).toNanos());

        client.send(
                TestClient.message("a", "1", QoS.AT_LEAST_ONCE, 1), TestClient.message("a", "2", QoS.AT_LEAST_ONCE, 2));

        client.expect(PubAck.class);
        observer.expectMessage("a", "1");
        observer.expectNothing();
        limiter.publish = RateDecision.ALLOW;
        broker.clock().advance(Duration.ofSeconds(10));
        client.expect(PubAck.class);
        observer.expectMessage("a", "2");
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void dropDropsAndAcknowledges(ProtocolVersion version) {
        TestClient observer = observer();
        TestClient client = broker.connected(version, "client");
        limiter.publish = RateDecision.DROP;

        client.send(
                TestClient.message("a", "0", QoS.AT_MOST_ONCE, 0),
                TestClient.message("a", "1", QoS.AT_LEAST_ONCE, 1),
                TestClient.message("a", "2", QoS.EXACTLY_ONCE, 2));

        ReasonCode told = version.isV5() ? ReasonCode.QUOTA_EXCEEDED : ReasonCode.SUCCESS;
        assertThat(client.expect(PubAck.class).reason()).isEqualTo(told);
        assertThat(client.expect(PubRec.class).reason()).isEqualTo(told);
        if (!version.isV5()) {
            client.send(PubRel.of(2));
            client.expect(PubComp.class);
        }
        observer.expectNothing();
        broker.events().awaitAll(MessageDropped.class, event -> event.reason() == DropReason.RATE_LIMIT, 3);
        client.ping();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void disconnectDisconnects(ProtocolVersion version) {
        TestClient observer = observer();
        for (QoS qos : QoS.values()) {
            limiter.publish = RateDecision.DISCONNECT;
            TestClient client = broker.connected(version, "client");

            client.send(TestClient.message("a", "x", qos, qos.code()));

            client.expectDisconnect(ReasonCode.MESSAGE_RATE_TOO_HIGH);
        }
        observer.expectNothing();
    }

    @Test
    void aSubscribeBeyondTheRateIsAnsweredWithQuotaExceeded() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        limiter.subscribe = RateDecision.DROP;

        SubAck answer = client.send(new Subscribe(
                        1,
                        Properties.NONE,
                        List.of(
                                RequestedSubscription.of("a", QoS.AT_MOST_ONCE),
                                RequestedSubscription.of("b", QoS.AT_MOST_ONCE))))
                .expect(SubAck.class);

        assertThat(answer.reasons()).containsExactly(ReasonCode.QUOTA_EXCEEDED, ReasonCode.QUOTA_EXCEEDED);
        broker.publish(io.maxmq.spi.Message.of("a", "x"));
        client.expectNothing();
    }

    @Test
    void aLimiterThatThrowsLetsConnectedClientsOnAndNewOnesNotIn() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        limiter.broken = true;

        assertThat(client.publish("a", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        TestClient other = broker.client(ProtocolVersion.MQTT_5);
        other.send(Connect.of(ProtocolVersion.MQTT_5, "other", true, 0));
        other.expectEnd();
        broker.tcpClient(ProtocolVersion.MQTT_5).expectEnd();
        broker.events().await(PluginFailed.class);
    }

    @Test
    void aConnectionsLimiterIsClosedWithIt() {
        TestClient one = broker.connected(ProtocolVersion.MQTT_5, "one");
        broker.connected(ProtocolVersion.MQTT_5, "two");
        assertThat(limiter.open).hasValue(2);

        one.close();
        broker.awaitDisconnected("one");
        broker.connected(ProtocolVersion.MQTT_5, "two");
        broker.awaitDisconnected("two");

        assertThat(limiter.open).hasValue(1);
    }
}
