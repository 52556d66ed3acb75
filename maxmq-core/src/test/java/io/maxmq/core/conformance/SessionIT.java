package io.maxmq.core.conformance;

import io.maxmq.MaxMQBuilder;
import io.maxmq.Spec;
import io.maxmq.config.SessionLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Clean Start, Session Present, and how long a session lasts (§3.1.2.4, §3.1.2.11.2 and §4.1). */
class SessionIT extends Suite {
    @Override
    MaxMQBuilder settings(MaxMQBuilder builder) {
        return builder.sessions(SessionLimits.builder()
                .defaultExpiryV3(Duration.ofSeconds(3600))
                .build());
    }

    /** Subscribed at QoS 1, gone, and with two messages waiting. */
    private void leave(int level, String id, String topic) {
        Peer away =
                resumed(level, id).send("82: 0001 {} <%s> 01".formatted(topic)).expect("90: 0001 {} 01");
        away.send("E0:").expectEnd();
        connected(level, "publisher")
                .send("32: <%s> 0001 {} 'one' 34: <%s> 0002 {} 'two'".formatted(topic, topic))
                .expect("40: 0001 50: 0002")
                .send("62: 0002")
                .expect("70: 0002");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-3.1.2-5", "MQTT-3.1.2-23", "MQTT-3.1.4-4", "MQTT-3.2.2-3", "MQTT-4.5.0-1"},
            v3 = {"MQTT-3.1.2-4", "MQTT-3.1.2-5", "MQTT-3.1.4-3", "MQTT-3.2.2-2", "MQTT-4.1.0-1", "MQTT-4.5.0-1"})
    void goesOnWithItsSubscriptionsAndMessages(int level) {
        String topic = "resumed/" + level;
        leave(level, "resumed-" + level, topic);
        broker.clock().advanceToJustBefore(Duration.ofSeconds(3600));

        Peer back = open(level).send(resume(level, "resumed-" + level));

        assertThat(back.expectAccepted().sessionPresent()).isTrue();
        back.expect("32: <%s> 0001 {} 'one' 32: <%s> 0002 {} 'two'".formatted(topic, topic));
        back.send("30: <%s> {} 'live'".formatted(topic)).expect("30: <%s> {} 'live'".formatted(topic));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-3.1.2-4", "MQTT-3.1.4-4", "MQTT-3.2.2-2"},
            v3 = {"MQTT-3.1.2-6", "MQTT-3.1.4-3", "MQTT-3.2.2-1"})
    void endsWithACleanStart(int level) {
        String topic = "clean/" + level;
        leave(level, "clean-" + level, topic);

        Peer back = open(level).send(connect(level, "clean-" + level));

        assertThat(back.expectAccepted().sessionPresent()).isFalse();
        back.send("32: <%s> 0007 {} 'x'".formatted(topic)).expect("40: 0007 (10)");
        back.expectNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-3.1.2-6", "MQTT-3.2.2-3"},
            v3 = {"MQTT-3.1.2-4", "MQTT-3.2.2-3"})
    void isCreatedWhenThereIsNone(int level) {
        Peer first = open(level).send(resume(level, "created-" + level));
        assertThat(first.expectAccepted().sessionPresent()).isFalse();
        first.send("E0:").expectEnd();

        assertThat(open(level)
                        .send(resume(level, "created-" + level))
                        .expectAccepted()
                        .sessionPresent())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(v3 = "MQTT-3.1.2-6")
    void ofZeroExpiryEndsWithItsConnection(int level) {
        String id = "zero-" + level;
        lose(connected(level, id), id);

        assertThat(open(level).send(resume(level, id)).expectAccepted().sessionPresent())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec("MQTT-4.1.0-2")
    void endsWhenItsExpiryHasPassed(int level) {
        String id = "expired-" + level;
        lose(resumed(level, id), id);

        broker.clock().advance(Duration.ofSeconds(3600));

        assertThat(open(level).send(resume(level, id)).expectAccepted().sessionPresent())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = "MQTT-4.1.0-1",
            v3 = {"MQTT-4.1.0-1", "MQTT-4.1.0-2"})
    void lastsAsLongAsItsConnection(int level) {
        String topic = "connected/" + level;
        Peer peer = resumed(level, "connected-" + level)
                .send("82: 0001 {} <%s> 01".formatted(topic))
                .expect("90: 0001 {} 01");

        for (int i = 0; i < 3; i++) {
            broker.clock().advance(Duration.ofSeconds(3000));
            peer.expectNothing();
        }

        peer.send("30: <%s> {} 'still'".formatted(topic)).expect("30: <%s> {} 'still'".formatted(topic));
        peer.send("E0:").expectEnd();
        assertThat(open(level)
                        .send(resume(level, "connected-" + level))
                        .expectAccepted()
                        .sessionPresent())
                .isTrue();
    }

    @Test
    @Spec(v3 = "MQTT-3.1.2-7")
    void leavesRetainedMessagesBehind() {
        Peer publisher =
                connected(4, "retaining").send("33: <outlives> 0001 'kept'").expect("40: 0001");
        awaitEnd("retaining", () -> publisher.send("E0:").expectEnd());

        subscribed(4, "reader", "outlives", 0).expect("31: <outlives> 'kept'");
    }
}
