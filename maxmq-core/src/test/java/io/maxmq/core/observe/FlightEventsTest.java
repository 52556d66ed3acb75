package io.maxmq.core.observe;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.event.BrokerEvent;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
    void recordingContainsTheEnabledKinds(@TempDir Path directory) throws Exception {
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
        RecordedEvent connect = ofKind(events, "io.maxmq.Connect");
        assertThat(connect.getString("broker")).isEqualTo("during");
        assertThat(connect.getString("tenant")).isEqualTo(Tenant.DEFAULT.name());
        assertThat(connect.getString("clientId")).isEqualTo("c");
        assertThat(connect.getString("remoteAddress"))
                .isEqualTo(client.remoteAddress().toString());
        assertThat(connect.getString("listener")).isEqualTo("tcp");
        assertThat(connect.getString("protocolVersion")).isEqualTo("MQTT_5");
        assertThat(connect.getBoolean("sessionPresent")).isTrue();
        assertThat(connect.getEventType().getCategoryNames()).containsExactly("MaxMQ");
        assertThat(connect.getStackTrace()).isNull();
        RecordedEvent drop = ofKind(events, "io.maxmq.Drop");
        assertThat(drop.getString("broker")).isEqualTo("during");
        assertThat(drop.getString("clientId")).isEqualTo("c");
        assertThat(drop.getString("topic")).isEqualTo("t");
        assertThat(drop.getString("reason")).isEqualTo("MEMORY");
        assertThat(drop.getLong("count")).isEqualTo(2);
        assertThat(drop.getLong("bytes")).isEqualTo(30);
        RecordedEvent stall = ofKind(events, "io.maxmq.Stall");
        assertThat(stall.getString("loop")).isEqualTo("loop");
        assertThat(stall.getDuration("stalledNanos")).isEqualTo(Duration.ofMillis(1));
    }

    private static RecordedEvent ofKind(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void wantsAKindOnlyWhileARecordingWantsIt() {
        try (Recording recording = new Recording()) {
            recording.enable("io.maxmq.Connect");
            recording.disable("io.maxmq.Drop");
            recording.start();

            assertThat(FlightEvents.wants(BrokerEvent.ClientConnected.class)).isTrue();
            assertThat(FlightEvents.wants(BrokerEvent.MessageDropped.class)).isFalse();
            assertThat(FlightEvents.wantsDropped()).isFalse();
            assertThat(FlightEvents.wants(BrokerEvent.BrokerStarted.class)).isFalse();
        }
        assertThat(FlightEvents.wants(BrokerEvent.ClientConnected.class)).isFalse();
    }

    @Test
    void recordHasNoEffectWithoutARecording() {
        emitAll("outside");
    }

    private void emitAll(String broker) {
        FlightEvents.record(broker, new BrokerEvent.ClientConnected(1, client, true));
        FlightEvents.record(
                broker, new BrokerEvent.ClientDisconnected(1, client, Initiator.CLIENT, ReasonCode.SUCCESS, ""));
        FlightEvents.record(
                broker,
                new BrokerEvent.MessageDropped(
                        1, Tenant.DEFAULT, "c", "t", DropReason.MEMORY, 2, 30, Optional.empty(), Optional.empty()));
        FlightEvents.record(broker, new BrokerEvent.LoopStalled(1, "loop", Duration.ofMillis(1)));
        FlightEvents.record(broker, new BrokerEvent.BrokerStarted(1, broker));
    }
}
