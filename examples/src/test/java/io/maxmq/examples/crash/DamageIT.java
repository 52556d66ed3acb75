package io.maxmq.examples.crash;

import io.maxmq.examples.crash.Connection.Greeting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What the standalone broker says and does when its data directory is not as it left it. */
class DamageIT {
    private static final int MESSAGES = 200;
    private static final int PAYLOAD_BYTES = 300;
    private static final int DEADLINE_MILLIS = 60_000;
    private static final int EXIT_USAGE = 2;

    /** How long a client waits for more. */
    private static final int QUIET_MILLIS = 2_000;

    @TempDir
    Path temporary;

    @Test
    void aTornTailOfTheLogIsCutAndSaid() throws Exception {
        fill();
        // The head of a record whose rest is missing: checksum, length, type, and a few bytes.
        ByteBuffer torn = ByteBuffer.allocate(17).order(ByteOrder.LITTLE_ENDIAN);
        torn.putInt(0x12345678).putShort((short) 0x1000).put((byte) 1);
        Files.write(newest(".log"), torn.array(), StandardOpenOption.APPEND);

        try (Broker broker = start()) {
            assertThat(received(broker)).isEqualTo(all());
            assertThat(broker.stderr()).singleElement().asString().contains("torn tail");
        }
    }

    @Test
    void aFlippedByteInTheMiddleOfTheLogRefusesTheStart() throws Exception {
        fill();
        Path log = newest(".log");
        flip(log, Files.size(log) / 2);

        try (Broker broker = start()) {
            assertRefuses(broker, log.getFileName().toString());
        }
    }

    @Test
    void refusesTheStartWithoutTheNewestLogAfterAKill() throws Exception {
        fill();
        Path log = newest(".log");
        Files.delete(log);

        try (Broker broker = start()) {
            assertRefuses(broker, log.getFileName().toString());
        }
    }

    @Test
    void aFlippedByteInATableIsNeverServed() throws Exception {
        fill();
        for (int i = 0; i < 2; i++) {
            try (Broker broker = start()) { // makes tables of the log
                broker.awaitReady();
                broker.kill();
            }
        }
        assertThat(files(".sst")).isNotEmpty();
        for (Path table : files(".sst")) {
            flip(table, Files.size(table) / 3);
        }

        try (Broker broker = start()) {
            int port;
            try {
                port = broker.awaitReady();
            } catch (Broker.DoesNotStartException refused) {
                assertThat(broker.exitCode()).isEqualTo(EXIT_USAGE);
                assertThat(broker.stderr()).last().asString().contains(".sst");
                return;
            }
            assertThat(all()).containsAll(receivedAt(port));
        }
    }

    /** Leaves the queue of a client that is away, and whatever else there is of it. */
    private void fill() throws Exception {
        try (Broker broker = start()) {
            int port = broker.awaitReady();
            try (Connection subscriber = connect(port, "s", false)) {
                subscriber.subscribe(1, "t", 1);
                subscriber.flush();
                assertThat(subscriber.read(DEADLINE_MILLIS).type()).isEqualTo(Packet.SUBACK);
                subscriber.disconnect();
            }
            try (Connection publisher = connect(port, "p", true)) {
                for (String message : all()) {
                    publisher.publish("t", Payload.of(message, PAYLOAD_BYTES), 1, false, false, 1, -1);
                    publisher.flush();
                    assertThat(publisher.read(DEADLINE_MILLIS).type()).isEqualTo(Packet.PUBACK);
                }
                publisher.disconnect();
            }
            broker.kill();
        }
    }

    private static List<String> all() {
        List<String> all = new ArrayList<>();
        for (int i = 1; i <= MESSAGES; i++) {
            all.add("p:" + i);
        }
        return all;
    }

    private List<String> received(Broker broker) throws Exception {
        return receivedAt(broker.awaitReady());
    }

    private static List<String> receivedAt(int port) throws IOException {
        List<String> received = new ArrayList<>();
        try (Connection subscriber = connect(port, "s", false)) {
            for (Packet packet = subscriber.read(DEADLINE_MILLIS);
                    packet != null;
                    packet = received.size() == MESSAGES ? null : subscriber.read(QUIET_MILLIS)) {
                received.add(Payload.messageOf(packet.payload()));
                subscriber.acknowledge(Packet.PUBACK, packet.packetId());
                subscriber.flush();
            }
        }
        return received;
    }

    private static Connection connect(int port, String clientId, boolean clean) throws IOException {
        return Connection.open(port, new Greeting(4, clientId, clean, clean ? 0 : Integer.MAX_VALUE, 0, null));
    }

    private static void assertRefuses(Broker broker, String saying) throws Exception {
        assertThat(broker.exitCode()).isEqualTo(EXIT_USAGE);
        assertThat(broker.stderr())
                .singleElement()
                .asString()
                .startsWith("maxmq: ")
                .contains(saying);
    }

    private Broker start() {
        return new Broker(Map.of(), options());
    }

    private List<String> options() {
        return List.of("--data-dir", temporary.resolve("data").toString());
    }

    private Path newest(String suffix) throws IOException {
        return files(suffix).stream()
                .max(Comparator.comparing(Path::getFileName))
                .orElseThrow();
    }

    private List<Path> files(String suffix) throws IOException {
        try (Stream<Path> paths = Files.walk(temporary.resolve("data"))) {
            return paths.filter(path -> path.toString().endsWith(suffix)).toList();
        }
    }

    private static void flip(Path file, long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            one.put(0, (byte) ~one.get(0));
            channel.write(one.rewind(), offset);
        }
    }
}
