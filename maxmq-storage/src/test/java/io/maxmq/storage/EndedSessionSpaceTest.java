package io.maxmq.storage;

import io.maxmq.ManualClock;
import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.SessionExpired;
import io.maxmq.spi.storage.Durability;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Sessions that end leave no space taken: a client that fills its queue and vanishes, again and again, cannot fill the disk. */
class EndedSessionSpaceTest {
    private static final int ROUNDS = 20;
    private static final int MESSAGES = 8;
    private static final int BODY_BYTES = 500_000;

    /** Room for some rounds, and for RocksDB's files with 8 MiB of memory; all rounds together take 80 MB. */
    private static final long MOST_BYTES = 40_000_000;

    private static final Duration DEADLINE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void directoryStaysSmallWhileSessionsFillTheirQueuesAndExpire() throws IOException {
        ManualClock clock = new ManualClock();
        RocksDbStorage storage = RocksDbStorage.at(directory.resolve("data"))
                .durability(Durability.NONE)
                .memory(8L << 20)
                .reserve(0);
        long most = 0;
        try (TestBroker broker =
                TestBroker.start(builder -> builder.storage(storage).clock(clock))) {
            byte[] body = new byte[BODY_BYTES];
            new Random(1).nextBytes(body);
            Message message =
                    Message.builder("t").payload(body).qos(QoS.AT_LEAST_ONCE).build();
            for (int round = 0; round < ROUNDS; round++) {
                String id = "client-" + round;
                connectSubscribeAndVanish(broker, id);
                for (int i = 0; i < MESSAGES; i++) {
                    broker.publish(message);
                }
                most = Math.max(most, bytes());
                clock.advance(Duration.ofSeconds(2));
                broker.events()
                        .await(SessionExpired.class, event -> event.clientId().equals(id));
            }
            long deadline = System.nanoTime() + DEADLINE.toNanos();
            while (bytes() > MOST_BYTES / 2) {
                assertThat(System.nanoTime()).as("bytes left: %d", bytes()).isLessThan(deadline);
                Thread.onSpinWait();
            }
        }
        assertThat(most).isLessThan(MOST_BYTES);
    }

    private static void connectSubscribeAndVanish(TestBroker broker, String id) {
        Properties properties =
                Properties.builder().set(PropertyId.SESSION_EXPIRY_INTERVAL, 1).build();
        TestClient client =
                broker.connected(new Connect(ProtocolVersion.MQTT_5, false, true, 0, properties, id, null, null, null));
        client.subscribe("t", QoS.AT_LEAST_ONCE);
        client.close();
        broker.awaitDisconnected(id);
    }

    private long bytes() throws IOException {
        long sum = 0;
        for (Path each : List.of(directory.resolve("data"), directory.resolve("data/db"))) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(each)) {
                for (Path file : files) {
                    sum += sizeOf(file);
                }
            }
        }
        return sum;
    }

    private static long sizeOf(Path file) throws IOException {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (NoSuchFileException e) {
            return 0; // deleted meanwhile
        }
    }
}
