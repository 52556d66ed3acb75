package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.spi.Message;
import io.maxmq.spi.event.BrokerEvent.LoopStalled;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What a flight recording shows of a broker. */
class FlightRecordingTest {
    @TempDir
    private Path directory;

    @Test
    void showsConnectsDisconnectsAndDrops() throws IOException {
        String name;
        Path file = directory.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            for (String event : List.of("Connect", "Disconnect", "Drop")) {
                recording.enable("io.maxmq." + event);
            }
            recording.start();
            try (TestBroker broker = TestBroker.start()) {
                name = broker.broker().name();
                TestClient client = broker.client(ProtocolVersion.MQTT_3_1_1);
                client.connect("client", false);
                client.subscribe("a", QoS.AT_LEAST_ONCE);
                client.disconnect();
                broker.awaitDisconnected("client");
                broker.publish(Message.of("a", "lost"));
            }
            recording.stop();
            recording.dump(file);
        }

        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event ->
                        event.hasField("broker") && event.getString("broker").equals(name))
                .toList();
        assertThat(events)
                .extracting(event -> event.getEventType().getName())
                .containsExactlyInAnyOrder("io.maxmq.Connect", "io.maxmq.Disconnect", "io.maxmq.Drop");
        assertThat(events)
                .allSatisfy(event -> assertThat(event.getString("clientId")).isEqualTo("client"));
        assertThat(events)
                .filteredOn(event -> event.getEventType().getName().equals("io.maxmq.Drop"))
                .allSatisfy(event -> assertThat(event.getString("reason")).isEqualTo("QOS0_OFFLINE"));
    }

    @Test
    void showsALoopThatDoesNotTurn() throws Exception {
        String name;
        Path file = directory.resolve("stall.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("io.maxmq.Stall");
            recording.start();
            try (TestBroker broker = TestBroker.start(
                    builder -> builder.configure(config -> config.stallThreshold(Duration.ofMillis(50))))) {
                name = broker.broker().name();
                CountDownLatch seen = new CountDownLatch(1);
                broker.broker()
                        .subscribe("a", SubscribeOptions.defaults().inline(), message -> {
                            try {
                                seen.await(30, TimeUnit.SECONDS);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        })
                        .active()
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS);
                broker.broker().publish(Message.of("a", "x"));

                LoopStalled stalled = broker.events().await(LoopStalled.class);
                seen.countDown();

                assertThat(stalled.loop()).startsWith("maxmq-" + name);
                assertThat(stalled.stalled()).isGreaterThanOrEqualTo(Duration.ofMillis(50));
            }
            recording.stop();
            recording.dump(file);
        }

        assertThat(RecordingFile.readAllEvents(file))
                .anyMatch(event -> event.getEventType().getName().equals("io.maxmq.Stall")
                        && event.getString("broker").equals(name));
    }
}
