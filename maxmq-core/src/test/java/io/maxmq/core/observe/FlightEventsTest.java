package io.maxmq.core.observe;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class FlightEventsTest {

    private final ClientInfo client = ClientInfo.builder(
                    "c", ProtocolVersion.MQTT_5, InetSocketAddress.createUnresolved("h", 1), "tcp")
            .build();

    @Test
    void aRecordingHoldsThemUnlessItSaysNo(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("r.jfr");
        try (Recording recording = new Recording()) {
            recording.disable("io.maxmq.Disconnect");
            recording.start();
            emitAll("during");
            recording.stop();
            recording.dump(file);
        }

        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("io.maxmq."))
                .toList();
        assertThat(events)
                .extracting(event -> event.getEventType().getName())
                .containsExactlyInAnyOrder("io.maxmq.Connect", "io.maxmq.Drop", "io.maxmq.Stall");
        RecordedEvent drop = events.stream()
                .filter(event -> event.getEventType().getName().equals("io.maxmq.Drop"))
                .findFirst()
                .orElseThrow();
        assertThat(drop.getString("broker")).isEqualTo("during");
        assertThat(drop.getString("reason")).isEqualTo("MEMORY");
        assertThat(drop.getLong("count")).isEqualTo(2);
        assertThat(drop.getLong("bytes")).isEqualTo(30);
    }

    @Test
    void withoutARecordingNothingHappens() {
        emitAll("outside");
    }

    private void emitAll(String broker) {
        FlightEvents.connect(broker, client, true);
        FlightEvents.disconnect(broker, client, Initiator.CLIENT, ReasonCode.SUCCESS);
        FlightEvents.drop(broker, "c", "t", DropReason.MEMORY, 2, 30);
        FlightEvents.stall(broker, "loop", 1_000_000);
    }
}
