package io.maxmq.protocol;

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
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.Listener;
import io.maxmq.spi.Message;
import io.maxmq.spi.MessageId;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.event.BrokerEvent.PluginFailed;
import io.maxmq.spi.intercept.Delivery;
import io.maxmq.spi.intercept.DeliveryObserver;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of messages, as observers see it. */
class DeliveryObserverTest {
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    private final List<String> payloads = new CopyOnWriteArrayList<>();
    private final List<MessageId> ids = new CopyOnWriteArrayList<>();

    private final DeliveryObserver observer = new DeliveryObserver() {
        private void note(String what, Delivery delivery) {
            seen.add(what + " " + delivery.qos().code() + " " + delivery.packetId()
                    + (delivery.again() ? " again" : ""));
            deliveries.add(delivery);
            payloads.add(new String(delivery.message().payloadBytes(), StandardCharsets.UTF_8));
            ids.add(delivery.message().id().orElseThrow());
        }

        @Override
        public void onQueued(Delivery delivery) {
            note("queued", delivery);
        }

        @Override
        public void onSent(Delivery delivery) {
            note("sent", delivery);
        }

        @Override
        public void onAcknowledged(Delivery delivery) {
            note("acknowledged", delivery);
        }

        @Override
        public void onRefused(Delivery delivery, ReasonCode reasonCode) {
            note("refused " + reasonCode, delivery);
        }
    };

    @AutoClose
    private final TestBroker broker =
            TestBroker.start(builder -> builder.listener(Listener.tcp(0)).interceptor(observer));

    private TestClient subscriber(boolean cleanStart) {
        TestClient client = broker.tcpClient(ProtocolVersion.MQTT_5);
        client.connect(new Connect(
                ProtocolVersion.MQTT_5,
                false,
                cleanStart,
                0,
                Properties.builder()
                        .set(PropertyId.SESSION_EXPIRY_INTERVAL, 3600L)
                        .build(),
                "c",
                null,
                null,
                null));
        return client;
    }

    private void publish(QoS qos) {
        broker.publish(Message.builder("a").payload("xyz").qos(qos).build());
    }

    @Test
    void whatIsSentAndAcknowledgedIsSeenInOrder() {
        TestClient client = subscriber(true);
        client.subscribe("a", QoS.EXACTLY_ONCE);

        publish(QoS.AT_MOST_ONCE);
        publish(QoS.AT_LEAST_ONCE);
        publish(QoS.EXACTLY_ONCE);
        client.expect(Publish.class);
        int first = client.expect(Publish.class).packetId();
        int second = client.expect(Publish.class).packetId();
        client.send(
                new PubAck(first, ReasonCode.SUCCESS, Properties.NONE),
                new PubRec(second, ReasonCode.SUCCESS, Properties.NONE));
        client.expect(PubRel.class);

        assertThat(seen)
                .containsExactly(
                        "sent 0 0",
                        "sent 1 " + first,
                        "sent 2 " + second,
                        "acknowledged 1 " + first,
                        "acknowledged 2 " + second);
        assertThat(deliveries).allSatisfy(each -> {
            assertThat(each.tenant()).isEqualTo(Tenant.DEFAULT);
            assertThat(each.clientId()).isEqualTo("c");
            assertThat(each.topic()).isEqualTo("a");
            assertThat(each.payloadBytes()).isEqualTo(3);
            assertThat(each.client().orElseThrow().clientId()).isEqualTo("c");
        });
        assertThat(payloads).containsOnly("xyz");
        assertThat(ids.get(3)).isEqualTo(ids.get(1));
        assertThat(ids.get(4)).isEqualTo(ids.get(2));
        assertThat(ids.subList(0, 3)).doesNotHaveDuplicates();
    }

    @Test
    void aRefusalOfTheClientIsToldWithItsReason() {
        TestClient client = subscriber(true);
        client.subscribe("a", QoS.EXACTLY_ONCE);
        publish(QoS.AT_LEAST_ONCE);
        publish(QoS.EXACTLY_ONCE);
        int first = client.expect(Publish.class).packetId();
        int second = client.expect(Publish.class).packetId();

        client.send(
                new PubAck(first, ReasonCode.QUOTA_EXCEEDED, Properties.NONE),
                new PubRec(second, ReasonCode.NOT_AUTHORIZED, Properties.NONE));
        client.ping();

        assertThat(seen.subList(2, 4))
                .containsExactly("refused QUOTA_EXCEEDED 1 " + first, "refused NOT_AUTHORIZED 2 " + second);
    }

    @Test
    void whatWaitsIsQueuedThenSentAndAfterAReconnectSentAgain() {
        TestClient client = subscriber(true);
        client.subscribe("a", QoS.AT_LEAST_ONCE);
        client.disconnect();
        broker.awaitDisconnected("c");
        publish(QoS.AT_LEAST_ONCE);

        TestClient again = subscriber(false);
        int packetId = again.expect(Publish.class).packetId();
        TestClient third = subscriber(false); // takes over
        assertThat(third.expect(Publish.class).dup()).isTrue();

        assertThat(seen).containsExactly("queued 1 0", "sent 1 " + packetId, "sent 1 " + packetId + " again");
    }

    @Test
    void oneThatThrowsChangesNothingAndIsNamed() {
        DeliveryObserver bad = new DeliveryObserver() {
            @Override
            public void onSent(Delivery delivery) {
                throw new IllegalStateException("bad");
            }

            @Override
            public String name() {
                return "bad";
            }
        };
        try (TestBroker other =
                TestBroker.start(builder -> builder.listener(Listener.tcp(0)).interceptor(bad))) {
            TestClient client = other.tcpClient(ProtocolVersion.MQTT_5);
            client.connect("c", true);
            client.subscribe("a", QoS.AT_LEAST_ONCE);

            other.publish(
                    Message.builder("a").payload("x").qos(QoS.AT_LEAST_ONCE).build());

            client.expectMessage("a", "x");
            PluginFailed failed = other.events().await(PluginFailed.class);
            assertThat(failed.plugin()).isEqualTo("bad");
            assertThat(failed.operation()).isEqualTo("onSent");
        }
    }
}
