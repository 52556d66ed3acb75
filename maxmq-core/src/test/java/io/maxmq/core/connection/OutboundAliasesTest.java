package io.maxmq.core.connection;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.core.routing.Topic;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OutboundAliasesTest {
    private final OneLoop broker = new OneLoop();
    private final Connection connection = broker.open(new RecordedSink(ProtocolVersion.MQTT_5));
    private final OutboundAliases aliases = new OutboundAliases(connection, 2);

    private int onLoop(IntSupplier work) {
        int[] result = new int[1];
        broker.manual.run(() -> result[0] = work.getAsInt());
        return result[0];
    }

    private int toSet(String topic) {
        return onLoop(() -> aliases.toSet(Topic.of(topic)));
    }

    private int known(String topic) {
        return onLoop(() -> aliases.known(Topic.of(topic)));
    }

    private int setForSecondTime(String topic) {
        assertThat(toSet(topic)).as("first time").isEqualTo(OutboundAliases.NONE);
        return toSet(topic);
    }

    @Test
    void setsAnAliasWhenATopicComesAgain() {
        assertThat(setForSecondTime("sensor/a")).isEqualTo(1);
        assertThat(known("sensor/a")).isEqualTo(1);
        assertThat(known("sensor/b")).isEqualTo(OutboundAliases.NONE);
        assertThat(setForSecondTime("sensor/b")).isEqualTo(2);
    }

    @Test
    void setsNoAliasForAShortOrALongTopic() {
        assertThat(setForSecondTime("abc")).isEqualTo(OutboundAliases.NONE);
        assertThat(setForSecondTime("a".repeat(1025))).isEqualTo(OutboundAliases.NONE);
        assertThat(setForSecondTime("a".repeat(1024))).isEqualTo(1);
    }

    @Test
    void replacesTheTopicThatHasNotComeSinceItsTurn() {
        setForSecondTime("sensor/a");
        setForSecondTime("sensor/b");
        known("sensor/a");

        assertThat(setForSecondTime("sensor/c")).as("a has come").isEqualTo(OutboundAliases.NONE);
        assertThat(toSet("sensor/c")).as("b has not").isEqualTo(2);
        assertThat(known("sensor/a")).isEqualTo(1);
        assertThat(known("sensor/b")).isEqualTo(OutboundAliases.NONE);
        assertThat(known("sensor/c")).isEqualTo(2);
    }

    @Test
    void returnsTheMemoryOfItsTopicsWhenTheConnectionCloses() {
        long before = broker.manual.chargedBytes();
        setForSecondTime("sensor/a");
        assertThat(broker.manual.chargedBytes()).isGreaterThan(before);

        broker.manual.run(connection::onClosed);
        assertThat(broker.manual.chargedBytes()).isZero();
    }
}
