package io.maxmq.storage;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Publish;
import io.maxmq.spi.event.BrokerEvent.StorageSpaceChanged;
import io.maxmq.spi.storage.Durability;
import io.maxmq.storage.rocksdb.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

/** A disk, or a quota, that the queue of one session has filled: its client comes, drains it, and the broker takes messages again. */
class FullDiskTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final int MOST_MESSAGES = 100_000;
    private static final int BODY_BYTES = 250_000;

    @TempDir
    Path directory;

    @Test
    void healsByItselfWhenQueueHasReachedTheQuota() throws Exception {
        Path data = directory.resolve("data");
        try (TestBroker broker = start(RocksDbStorage.at(data).maxDisk(16 << 20))) {
            int queued = fill(broker);
            drain(broker, queued);
            awaitTaken(broker);
            broker.events().await(StorageSpaceChanged.class, event -> !event.isShort());
        }
    }

    /** On a file system of its own, which other files fill to the last byte, and the broker starts on that. */
    @Test
    void startsAndHealsOnFullDisk() throws Exception {
        SmallDisk.with(directory, 40, mount -> {
            Path data = mount.resolve("data");
            Path filler = mount.resolve("filler");
            int queued;
            try (TestBroker broker = start(RocksDbStorage.at(data).reserve(12 << 20))) {
                long deadline = System.nanoTime() + DEADLINE.toNanos();
                while (!Files.exists(data.resolve("RESERVE"))) {
                    assertThat(System.nanoTime()).isLessThan(deadline);
                    TimeUnit.MILLISECONDS.sleep(20);
                }
                queued = fill(broker);
                SmallDisk.fill(filler);
                assertThat(publish(broker, 1)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            }
            try (TestBroker broker = start(RocksDbStorage.at(data).reserve(12 << 20))) {
                drain(broker, queued);
                Files.delete(filler);
                awaitTaken(broker);
            }
        });
    }

    private static TestBroker start(RocksDbStorage storage) {
        return TestBroker.start(
                builder -> builder.storage(storage.durability(Durability.OS).memory(8 << 20)));
    }

    private static ReasonCode publish(TestBroker broker, int number) {
        byte[] body = new byte[BODY_BYTES];
        new Random(number).nextBytes(body);
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (' ' + (body[i] & 0x3f)); // text
        }
        TestClient publisher = broker.connected(ProtocolVersion.MQTT_5, "publisher");
        ReasonCode answer = publisher.publish("t", new String(body, US_ASCII), QoS.AT_LEAST_ONCE);
        publisher.disconnect();
        broker.awaitDisconnected("publisher");
        return answer;
    }

    /** Fills the queue of a client that is away until the storage is short of space; tells how many messages it takes. */
    private static int fill(TestBroker broker) {
        TestClient client = broker.lasting("s", true, 10);
        client.subscribe("t", QoS.AT_LEAST_ONCE);
        client.disconnect();
        broker.awaitDisconnected("s");
        int queued = 0;
        for (int i = 0; broker.events().of(StorageSpaceChanged.class).isEmpty(); i++) {
            assertThat(i).as("messages published").isLessThan(MOST_MESSAGES);
            queued += publish(broker, i) == ReasonCode.SUCCESS ? 1 : 0;
        }
        return queued;
    }

    private static void drain(TestBroker broker, int messages) {
        TestClient client = broker.lasting("s", false, 10);
        for (int i = 0; i < messages; i++) {
            client.acknowledge(client.expect(Publish.class));
        }
        client.disconnect();
        broker.awaitDisconnected("s");
    }

    private static void awaitTaken(TestBroker broker) throws Exception {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (publish(broker, 7) != ReasonCode.SUCCESS) {
            assertThat(System.nanoTime()).as("messages are taken again").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }
}
