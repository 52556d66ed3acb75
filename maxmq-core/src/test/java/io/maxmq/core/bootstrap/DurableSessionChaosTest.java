package io.maxmq.core.bootstrap;

import io.maxmq.ManualClock;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.Packet;
import io.maxmq.codec.packet.PingReq;
import io.maxmq.codec.packet.PingResp;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.config.BrokerConfig;
import io.maxmq.config.Listener;
import io.maxmq.core.transport.NetworkPreparation;
import io.maxmq.spi.event.MetricsSink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A publisher, a durable subscriber that comes and goes in the middle of everything, and storage that is late and refuses
 * some: what was acknowledged arrives, at QoS 2 once, in order.
 */
class DurableSessionChaosTest {
    private static final int ROUNDS = 60;

    private final HeldJournal journal = new HeldJournal();
    private final Broker broker = new Broker(
            BrokerConfig.builder()
                    .name("chaos")
                    .loops(2)
                    .listener(Listener.tcp(0))
                    .allowAnonymous(true)
                    .build(),
            new Plugins(
                    new ManualClock(),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    MetricsSink.NONE,
                    List.of(),
                    null),
            new NetworkPreparation("chaos", 2),
            null,
            journal::storageOf);

    private final Set<String> acknowledged = new HashSet<>();
    private int published;

    private TestClient connect(ProtocolVersion version, String clientId, boolean clean) throws IOException {
        InetSocketAddress address =
                (InetSocketAddress) broker.listeners().all().get(0).address();
        TestClient client = new TestClient(version, new Socket(address.getAddress(), address.getPort()));
        client.connect(clientId, clean);
        return client;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsAcknowledgedArrives(long seed) throws IOException {
        Random random = new Random(seed);
        broker.start();
        Receiver receiver = new Receiver();
        journal.writeAtRandom(new Random(seed), 10);
        try (TestClient publisher = connect(ProtocolVersion.MQTT_5, "p", true)) {
            TestClient first = connect(ProtocolVersion.MQTT_3_1_1, "s", false);
            first.subscribe("t", QoS.EXACTLY_ONCE);
            first.close();
            for (int round = 0; round < ROUNDS; round++) {
                TestClient subscriber = connect(ProtocolVersion.MQTT_3_1_1, "s", false);
                publish(publisher, random, random.nextInt(12));
                receiver.receive(subscriber, random, 1 + random.nextInt(30));
                publish(publisher, random, random.nextInt(3));
                subscriber.close();
                publish(publisher, random, random.nextInt(random.nextInt(20) == 0 ? 400 : 4));
            }
            journal.writeAtRandom(new Random(seed), 0);
            try (TestClient subscriber = connect(ProtocolVersion.MQTT_3_1_1, "s", false)) {
                for (int pings = 0; journal.messages("s") > 0; pings++) {
                    assertThat(pings).as("round trips for what is left").isLessThan(10_000);
                    receiver.receive(subscriber, random, 1);
                }
            }
        } finally {
            broker.close();
        }
        assertThat(receiver.messages).containsAll(acknowledged);
        assertThat(receiver.messages).isSorted();
        assertThat(acknowledged).hasSizeGreaterThan(published / 2);
    }

    /** Publishes, and waits for the acknowledgements, which may refuse. */
    private void publish(TestClient publisher, Random random, int count) {
        for (int i = 0; i < count; i++) {
            String payload = String.format("m%06d", published++);
            QoS qos = random.nextBoolean() ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE;
            if (!publisher.publish("t", payload, qos).isError()) {
                acknowledged.add(payload);
            }
        }
    }

    /** A client as the specification wants it: QoS 2 is taken once per packet id. */
    private static final class Receiver {
        private final List<String> messages = new ArrayList<>();
        private final Set<Integer> unreleased = new HashSet<>();
        private String lastQos1 = "";

        /** Takes packets until a ping is answered, a few times; leaves out some of the answers. */
        void receive(TestClient client, Random random, int count) {
            boolean lazy = false;
            client.send(PingReq.INSTANCE);
            for (int left = count; left > 0; ) {
                Packet packet = client.next();
                if (packet instanceof PingResp) {
                    left--;
                    if (left > 0) {
                        client.send(PingReq.INSTANCE);
                    }
                    continue;
                }
                lazy |= count > 1 && random.nextInt(30) == 0;
                if (packet instanceof Publish publish) {
                    take(publish, client, lazy);
                } else if (packet instanceof PubRel rel) {
                    unreleased.remove(rel.packetId());
                    if (!lazy) {
                        client.send(PubComp.of(rel.packetId()));
                    }
                }
            }
        }

        private void take(Publish publish, TestClient client, boolean lazy) {
            String payload = TestClient.text(publish);
            if (publish.qos() == QoS.AT_LEAST_ONCE) {
                if (payload.compareTo(lastQos1) > 0) {
                    lastQos1 = payload;
                    messages.add(payload);
                }
                if (!lazy) {
                    client.send(PubAck.of(publish.packetId()));
                }
                return;
            }
            if (unreleased.add(publish.packetId())) {
                messages.add(payload);
            }
            if (!lazy) {
                client.send(PubRec.of(publish.packetId()));
            }
        }
    }
}
