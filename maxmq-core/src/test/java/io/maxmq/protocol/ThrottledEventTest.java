package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.config.Listener;
import io.maxmq.limit.Limit;
import io.maxmq.limit.Limit.Action;
import io.maxmq.limit.Limit.Scope;
import io.maxmq.limit.Limits;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import io.maxmq.spi.event.BrokerEvent.Throttled;
import io.maxmq.spi.event.BrokerEvent.Throttled.What;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateDecision;
import io.maxmq.spi.limit.RateLimiter;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** That listeners are told whom limits hold back, and not each time. */
class ThrottledEventTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final Duration HOUR = Duration.ofHours(1);

    private @Nullable TestBroker running;

    private TestBroker start(RateLimiter... limiters) {
        running = TestBroker.start(builder -> {
            for (RateLimiter each : limiters) {
                builder.rateLimiter(each);
            }
            return builder.listener(Listener.tcp("127.0.0.1", 0));
        });
        return running;
    }

    @AfterEach
    void close() {
        if (running != null) {
            running.close();
        }
    }

    /** All events so far: behind those that were told before this one. */
    private List<Throttled> told(TestBroker broker, TestClient last) {
        last.disconnect();
        broker.events().await(ClientDisconnected.class);
        return broker.events().of(Throttled.class);
    }

    @Test
    void whatIsDroppedIsToldAtFirstAndThenOnceInAWhile() {
        TestBroker broker =
                start(Limits.of(Limit.publishRate(Scope.CLIENT, 1, HOUR).action(Action.DROP)));
        TestClient client = broker.connected(V5, "client");
        for (int i = 0; i < 6; i++) {
            client.publish("a", "" + i, QoS.AT_LEAST_ONCE);
        }
        broker.clock().advance(Duration.ofSeconds(10));
        client.publish("a", "later", QoS.AT_LEAST_ONCE);
        client.publish("a", "at once", QoS.AT_LEAST_ONCE);

        List<Throttled> told = told(broker, client);

        assertThat(told).hasSize(2);
        assertThat(told.get(0).client().orElseThrow().clientId()).isEqualTo("client");
        assertThat(told.get(0).what()).isEqualTo(What.PUBLISH);
        assertThat(told.get(0).decision()).isEqualTo(RateDecision.DROP);
        assertThat(told.get(0).limit()).isEqualTo("publish-rate by client: 1 per 3600000 ms");
        assertThat(told).extracting(Throttled::count).containsExactly(1L, 5L);
    }

    @Test
    void eachLimitAndEachClientIsToldOfByItself() {
        TestBroker broker = start(Limits.of(
                Limit.publishRate(Scope.CLIENT, 1, HOUR).action(Action.DROP),
                Limit.byteRate(Scope.BROKER, 1, 1000).action(Action.DISCONNECT)));
        for (String id : List.of("first", "second")) {
            TestClient client = broker.connected(V5, id);
            client.publish("a", "", QoS.AT_LEAST_ONCE);
            client.publish("a", "", QoS.AT_LEAST_ONCE);
            client.send(TestClient.message("a", "x".repeat(1000), QoS.AT_MOST_ONCE, 0));
            client.expectDisconnect(ReasonCode.MESSAGE_RATE_TOO_HIGH);
        }

        List<Throttled> told = broker.events().awaitAll(Throttled.class, event -> true, 4);

        assertThat(told)
                .extracting(event -> event.client().orElseThrow().clientId() + " " + event.limit() + " "
                        + event.decision().equals(RateDecision.DISCONNECT))
                .containsExactly(
                        "first publish-rate by client: 1 per 3600000 ms false",
                        "first byte-rate by broker: 1 per second, 1000 at once true",
                        "second publish-rate by client: 1 per 3600000 ms false",
                        "second byte-rate by broker: 1 per second, 1000 at once true");
    }

    @Test
    void aPauseIsToldWithItsLength() {
        TestBroker broker = start(Limits.of(Limit.publishRate(Scope.USER, 100, HOUR)), new Nameless());
        TestClient client = broker.connected(V5, "paused");

        client.send(TestClient.message("a", "x", QoS.AT_LEAST_ONCE, 1));
        client.expect(PubAck.class);

        Throttled told = broker.events().await(Throttled.class);
        assertThat(told.decision()).isEqualTo(RateDecision.pause(5_000_000));
        assertThat(told.limit()).as("who gives its limits no names").isEqualTo("nameless");
    }

    @Test
    void socketsAndConnectsAreToldByAddress() {
        TestBroker broker = start(Limits.of(Limit.connectionRate(Scope.ADDRESS, 2, HOUR)), new Nameless());
        TestClient first = broker.tcpClient(V5);
        first.connect("first", true);
        TestClient refused = broker.tcpClient(V5);
        refused.send(Connect.of(V5, "refused", true, 0));
        refused.expectEnd();
        for (int i = 0; i < 5; i++) {
            broker.tcpClient(V5).expectEnd();
        }

        List<Throttled> told = told(broker, first);

        assertThat(told).hasSize(2);
        assertThat(told).allSatisfy(event -> {
            assertThat(event.what()).isEqualTo(What.CONNECTION);
            assertThat(event.remoteAddress().toString()).contains("127.0.0.1");
            assertThat(event.listener()).isEqualTo("tcp-0");
        });
        assertThat(told.get(0).client().orElseThrow().clientId()).isEqualTo("refused");
        assertThat(told.get(0).limit()).isEqualTo("nameless");
        assertThat(told.get(1).client()).isEmpty();
        assertThat(told.get(1).limit()).isEqualTo("connection-rate by address: 2 per 3600000 ms");
    }

    /** Names no limit. */
    private static final class Nameless implements RateLimiter {
        @Override
        public String name() {
            return "nameless";
        }

        @Override
        public RateDecision onConnect(ClientInfo client, long nowNanos) {
            return client.clientId().equals("refused") ? RateDecision.DROP : RateDecision.ALLOW;
        }

        @Override
        public ConnectionLimiter open(ClientInfo client, long nowNanos) {
            RateDecision decision =
                    client.clientId().equals("paused") ? RateDecision.pause(5_000_000) : RateDecision.ALLOW;
            return (count, bytes, now) -> decision;
        }
    }
}
