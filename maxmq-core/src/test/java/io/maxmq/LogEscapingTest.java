package io.maxmq;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LogEscapingTest {
    @Test
    void escapesClientIdsAndUserNamesInLogs() {
        try (RecordedLogs.Watch log = RecordedLogs.watch("escapes");
                TestBroker broker = TestBroker.start(builder -> builder.name("escapes"));
                TestClient client = broker.client(ProtocolVersion.MQTT_5)) {
            client.send(new Connect(
                            ProtocolVersion.MQTT_5,
                            false,
                            true,
                            0,
                            Properties.NONE,
                            "a\n2026 ERROR forged",
                            null,
                            "\u001b[2J\u202Enimda",
                            null))
                    .expect(ConnAck.class);

            assertThat(log.lines())
                    .filteredOn(line -> line.contains("connected: "))
                    .singleElement()
                    .asString()
                    .contains("clientId=a\\n2026 ERROR forged", "claimedUsername=\\u001b[2J\\u202enimda")
                    .doesNotContain("\n", "\u001b", "\u202E");
        }
    }
}
