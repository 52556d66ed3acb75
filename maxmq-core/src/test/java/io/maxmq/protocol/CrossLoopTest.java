package io.maxmq.protocol;

import io.maxmq.SubscribeOptions;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.Overflow;
import io.maxmq.config.SessionLimits;
import io.maxmq.core.session.SessionKey;
import io.maxmq.spi.Tenant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Publisher and subscriber on different loops, where an acknowledgement waits for the other loop's answer. */
class CrossLoopTest {
    @AutoClose
    private final TestBroker broker = TestBroker.start(builder -> builder.loops(2)
            .sessions(SessionLimits.builder()
                    .maxQueuedMessages(150)
                    .maxInFlight(100)
                    .overflow(Overflow.REJECT_PUBLISHER)
                    .build()));

    /** A client id whose session lives on this loop. */
    private static String idOn(int loop, String name) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> name + "-" + i)
                .filter(id -> new SessionKey(Tenant.DEFAULT, id).loopIndex(2) == loop)
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aWaitingQosTwoMessageCountsOnceTowardsTheReceiveMaximum(ProtocolVersion version) {
        TestClient subscriber = broker.connected(version, idOn(0, "subscriber"));
        subscriber.subscribe("a", QoS.AT_LEAST_ONCE);
        TestClient publisher = broker.connected(version, idOn(1, "publisher"));

        publisher.send(IntStream.rangeClosed(1, 100)
                .mapToObj(id -> TestClient.message("a", "" + id, QoS.EXACTLY_ONCE, id))
                .toArray(Publish[]::new));

        for (int id = 1; id <= 100; id++) {
            assertThat(publisher.expect(PubRec.class).packetId()).isEqualTo(id);
            subscriber.expectMessage("a", "" + id);
        }
    }

    @Test
    void versionThreeHasNoReceiveMaximumForQosOne() {
        TestClient subscriber = broker.connected(ProtocolVersion.MQTT_3_1_1, idOn(0, "subscriber"));
        subscriber.subscribe("a", QoS.AT_MOST_ONCE);
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_3_1_1, idOn(1, "publisher"));

        publisher.send(IntStream.rangeClosed(1, 500)
                .mapToObj(id -> TestClient.message("a", "" + id, QoS.AT_LEAST_ONCE, id))
                .toArray(Publish[]::new));

        for (int id = 1; id <= 500; id++) {
            assertThat(publisher.expect(PubAck.class).packetId()).isEqualTo(id);
        }
    }

    @Test
    void theOtherLoopsRefusalReachesThePublisher() {
        TestClient away = broker.client(ProtocolVersion.MQTT_3_1_1);
        away.connect(idOn(0, "away"), false);
        away.subscribe("a", QoS.AT_LEAST_ONCE);
        away.disconnect();
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, idOn(1, "publisher"));

        for (int i = 0; i < 150; i++) {
            assertThat(publisher.publish("a", "" + i, QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);
        }

        assertThat(publisher.publish("a", "too much", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }

    @Test
    void anAcknowledgementThatIsDueAfterATakeoverIsSentOnNoOtherConnection() throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        // The first subscription of the application is on loop 0; inline, it holds that loop up.
        broker.broker()
                .subscribe("a", SubscribeOptions.defaults().inline(), message -> {
                    busy.countDown();
                    await(go);
                })
                .active()
                .toCompletableFuture()
                .join();
        // Pipes are opened on the loops in turn: the second and the fourth are on loop 1.
        broker.client(ProtocolVersion.MQTT_5);
        TestClient first = broker.client(ProtocolVersion.MQTT_5);
        broker.client(ProtocolVersion.MQTT_5);
        TestClient second = broker.client(ProtocolVersion.MQTT_5);
        Connect connect = new Connect(
                ProtocolVersion.MQTT_5,
                false,
                false,
                0,
                Properties.builder().set(PropertyId.SESSION_EXPIRY_INTERVAL, 60).build(),
                idOn(1, "publisher"),
                null,
                null,
                null);
        first.connect(connect);
        first.send(TestClient.message("a", "waits", QoS.AT_LEAST_ONCE, 5));
        assertThat(busy.await(30, TimeUnit.SECONDS)).isTrue();

        assertThat(second.connect(connect).sessionPresent()).isTrue();
        second.ping();
        go.countDown();
        second.send(TestClient.message("a", "next", QoS.AT_LEAST_ONCE, 6));

        assertThat(second.expect(PubAck.class).packetId()).isEqualTo(6);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
