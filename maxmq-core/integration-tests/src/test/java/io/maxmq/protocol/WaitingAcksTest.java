package io.maxmq.protocol;

import io.maxmq.RecordedMetrics;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.PubComp;
import io.maxmq.codec.packet.PubRec;
import io.maxmq.codec.packet.PubRel;
import io.maxmq.codec.packet.Publish;
import io.maxmq.core.persistence.GatedStore;
import io.maxmq.core.persistence.Tables;
import io.maxmq.memory.MemoryStorage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What an MQTT 3 client, which knows no receive maximum, has in flight while the broker cannot acknowledge it. */
class WaitingAcksTest {
    /** Acknowledgements that may wait, and the one by which there are too many. */
    private static final int READ = 1025;

    private final RecordedMetrics metrics = new RecordedMetrics();
    private final GatedStore store = new GatedStore(MemoryStorage.create().store());

    @AutoClose
    private final TestBroker broker =
            TestBroker.start(builder -> builder.storage(store).metrics(metrics));

    private final TestClient bystander = broker.connected(ProtocolVersion.MQTT_5, "bystander");

    @Test
    void packetsBehindTooManyUnwrittenPublishesAreReadLater() {
        TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);
        client.connect("client", false);
        store.hold(Tables.INBOUND);

        client.send(IntStream.rangeClosed(1, 2000)
                .mapToObj(id -> TestClient.message("a", "", QoS.EXACTLY_ONCE, id))
                .toArray(Publish[]::new));
        awaitReceived(READ);

        store.letGo();
        for (int id = 1; id <= 2000; id++) {
            assertThat(client.expect(PubRec.class).packetId()).isEqualTo(id);
        }
        store.hold(Tables.INBOUND);
        client.send(IntStream.rangeClosed(1, 2000).mapToObj(PubRel::of).toArray(PubRel[]::new));
        bystander.ping();
        store.letGo();
        for (int id = 1; id <= 2000; id++) {
            assertThat(client.expect(PubComp.class).packetId()).isEqualTo(id);
        }
        client.ping();
    }

    private void awaitReceived(int messages) {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (metrics.sum("maxmq.messages.received{qos=2}") < messages && System.nanoTime() < deadline) {
            bystander.ping();
        }
        bystander.ping();
        assertThat(metrics.sum("maxmq.messages.received{qos=2}")).isEqualTo(messages);
    }
}
