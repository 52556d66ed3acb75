package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.config.Listener;
import io.maxmq.limit.Limit;
import io.maxmq.limit.Limit.Action;
import io.maxmq.limit.Limit.Scope;
import io.maxmq.limit.Limits;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.event.BrokerEvent.MessageDropped;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The ready-made limits in a broker: each kind with each action. What an action means in full is RateLimitTest's. */
class LimitsOfClientsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static TestBroker broker(Limit... limits) {
        return TestBroker.start(
                builder -> builder.rateLimiter(Limits.of(limits)).listener(Listener.tcp("127.0.0.1", 0)));
    }

    private static TestClient observer(TestBroker broker) {
        TestClient observer = broker.connected(ProtocolVersion.MQTT_5, "observer");
        observer.subscribe("#", QoS.AT_LEAST_ONCE);
        return observer;
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void tooManyPublishPacketsAreDropped(ProtocolVersion version) {
        try (TestBroker broker =
                broker(Limit.publishRate(Scope.CLIENT, 2, MINUTE).action(Action.DROP))) {
            TestClient observer = observer(broker);
            TestClient client = broker.connected(version, "client");

            for (int i = 1; i <= 3; i++) {
                client.publish("a", "" + i, QoS.AT_LEAST_ONCE);
            }

            observer.expectMessage("a", "1");
            observer.expectMessage("a", "2");
            observer.expectNothing();
            broker.events().await(MessageDropped.class, event -> event.reason() == DropReason.RATE_LIMIT);
            broker.clock().advance(MINUTE.multipliedBy(2));
            client.publish("a", "4", QoS.AT_LEAST_ONCE);
            observer.expectMessage("a", "4");
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void tooManyPublishPacketsAreReadLater(ProtocolVersion version) {
        try (TestBroker broker = broker(Limit.publishRate(Scope.CLIENT, 2, MINUTE))) {
            TestClient client = broker.connected(version, "client");

            client.send(
                    TestClient.message("a", "1", QoS.AT_LEAST_ONCE, 1),
                    TestClient.message("a", "2", QoS.AT_LEAST_ONCE, 2),
                    TestClient.message("a", "3", QoS.AT_LEAST_ONCE, 3), // beyond, passes and pauses
                    TestClient.message("a", "4", QoS.AT_LEAST_ONCE, 4));

            for (int i = 1; i <= 3; i++) {
                assertThat(client.expect(PubAck.class).packetId()).isEqualTo(i);
            }
            broker.connected(version, "other").ping();
            broker.clock().advance(Duration.ofSeconds(30)); // what one of two takes of a minute
            assertThat(client.expect(PubAck.class).packetId()).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void tooManyBytesEndTheConnection(ProtocolVersion version) {
        try (TestBroker broker =
                broker(Limit.byteRate(Scope.ADDRESS, 1000, 2000).action(Action.DISCONNECT))) {
            TestClient client = broker.tcpClient(version);
            client.connect("client", true);
            TestClient elsewhere = broker.connected(version, "elsewhere"); // has no address

            client.publish("a", "x".repeat(1500), QoS.AT_LEAST_ONCE);
            client.send(TestClient.message("a", "x".repeat(600), QoS.AT_LEAST_ONCE, 2));

            client.expectDisconnect(ReasonCode.MESSAGE_RATE_TOO_HIGH);
            elsewhere.publish("a", "x".repeat(5000), QoS.AT_LEAST_ONCE);
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void tooManyConnectionsOfOneAddressAreClosed(ProtocolVersion version) {
        try (TestBroker broker = broker(Limit.connectionRate(Scope.ADDRESS, 1, MINUTE))) {
            TestClient first = broker.tcpClient(version);
            first.connect("first", true);

            broker.tcpClient(version).expectEnd();

            first.ping();
            broker.connected(version, "elsewhere").ping();
            broker.clock().advance(MINUTE.multipliedBy(2));
            broker.tcpClient(version).connect("later", true);
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void tooManyConnectionsAtATimeAreRefused(ProtocolVersion version) {
        try (TestBroker broker = broker(Limit.connections(Scope.BROKER, 2))) {
            TestClient one = broker.connected(version, "one");
            TestClient two = broker.connected(version, "two");
            TestClient three = broker.client(version);

            three.send(Connect.of(version, "three", true, 0));

            assertThat(three.expect(ConnAck.class).reason().isError()).isTrue();
            three.expectEnd();
            one.ping();
            broker.connected(version, "two").ping(); // takes its own session over
            two.expectDisconnect(ReasonCode.SESSION_TAKEN_OVER);
            one.disconnect();
            broker.awaitDisconnected("one");
            broker.connected(version, "three").ping();
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void tooManyConnectionsOfOneClientAreRefused(ProtocolVersion version) {
        try (TestBroker broker =
                broker(Limit.connectionRate(Scope.CLIENT, 1, MINUTE).action(Action.DISCONNECT))) {
            TestClient first = broker.connected(version, "client");
            TestClient second = broker.client(version);

            second.send(Connect.of(version, "client", true, 0));

            assertThat(second.expect(ConnAck.class).reason())
                    .isEqualTo(version.isV5() ? ReasonCode.CONNECTION_RATE_EXCEEDED : ReasonCode.SERVER_UNAVAILABLE);
            first.ping(); // is not taken over
            broker.connected(version, "other").ping();
        }
    }
}
