package io.maxmq.core.conformance;

import io.maxmq.Spec;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wills (§3.1.2.5 to §3.1.2.7, §3.1.3.2 and §3.14.4). */
class WillIT extends Suite {
    private static final int RETAIN = 0x20;
    private static final int QOS_1 = 0x08;
    private static final int CLEAN = 0x02;

    /** With an empty payload of properties, and at level 5 a session of an hour. */
    private static String withWill(int level, String clientId, int flags, String willProperties, String topic) {
        return "10: <MQTT> 0%d %02X 0000 {11 00000E10} <%s> {%s} <%s> <dead>"
                .formatted(level, 0x04 | flags, clientId, willProperties, topic);
    }

    private Peer mortal(int level, String clientId, int flags, String willProperties, String topic) {
        Peer peer = open(level).send(withWill(level, clientId, flags, willProperties, topic));
        peer.expectAccepted();
        return peer;
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-3.1.2-7", "MQTT-3.1.2-8", "MQTT-3.1.2-14"},
            v3 = {"MQTT-3.1.2-8", "MQTT-3.1.2-16"})
    void isPublishedNotRetainedWhenTheConnectionIsLost(int level) {
        Peer observer = subscribed(level, "observer", "lost/t", 2);
        Peer mortal = mortal(level, "lost-" + level, CLEAN | QOS_1, "", "lost/t");
        observer.expectNothing();

        mortal.close();

        observer.expect("32: <lost/t> 0001 {} 'dead'");
        subscribed(level, "late", "lost/t", 0).expectNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.1.2-15", v3 = "MQTT-3.1.2-17")
    void isRetainedWhenItSaysSo(int level) {
        Peer observer = subscribed(level, "observer", "kept/%d".formatted(level), 0);

        mortal(level, "kept-" + level, CLEAN | RETAIN, "", "kept/" + level).close();

        observer.expect("30: <kept/%d> {} 'dead'".formatted(level));
        subscribed(level, "late", "kept/" + level, 0).expect("31: <kept/%d> {} 'dead'".formatted(level));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-3.1.2-8", "MQTT-3.1.2-10", "MQTT-3.14.4-3"},
            v3 = {"MQTT-3.1.2-8", "MQTT-3.1.2-10", "MQTT-3.14.4-3"})
    void isDeletedByANormalDisconnect(int level) {
        String id = "normal-" + level;
        Peer observer = subscribed(level, "observer", "normal/t", 0);

        Peer mortal = mortal(level, id, 0, "", "normal/t");
        awaitEnd(id, () -> mortal.send("E0:").expectEnd());

        observer.expectNothing();
        // Nor is it left in the session.
        lose(resumed(level, id), id);
        observer.expectNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = "MQTT-3.1.2-10",
            v3 = {"MQTT-3.1.2-10", "MQTT-3.1.2-12"})
    void isPublishedOnce(int level) {
        String id = "once-" + level;
        Peer observer = subscribed(level, "observer", "once/t", 0);
        lose(mortal(level, id, 0, "", "once/t"), id);
        observer.expect("30: <once/t> {} 'dead'");

        // The same session, and no will.
        lose(resumed(level, id), id);

        observer.expectNothing();
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void isPublishedAfterADisconnectWithWill() {
        Peer observer = subscribed(5, "observer", "with/t", 0);

        mortal(5, "with", CLEAN, "", "with/t").send("E0: 04").expectEnd();

        observer.expect("30: <with/t> {} 'dead'");
    }

    @Test
    @Spec("MQTT-3.1.2-8")
    void waitsForItsDelayOrTheEndOfTheSession() {
        Peer observer = subscribed(5, "observer", "delayed/t", 0);
        lose(mortal(5, "delayed", 0, "18 0000000A", "delayed/t"), "delayed");
        broker.clock().advanceToJustBefore(Duration.ofSeconds(10));
        observer.expectNothing();
        broker.clock().advance(Duration.ZERO);
        observer.expect("30: <delayed/t> {} 'dead'");

        lose(mortal(5, "delayed", 0, "18 00001C20", "delayed/t"), "delayed");
        broker.clock().advanceToJustBefore(Duration.ofSeconds(3600));
        observer.expectNothing();
        broker.clock().advance(Duration.ZERO);
        observer.expect("30: <delayed/t> {} 'dead'");
    }

    @Test
    @Spec({"MQTT-3.1.2-8", "MQTT-3.1.3-9"})
    void isForgottenWhenTheClientIsBackWithinTheDelay() {
        Peer observer = subscribed(5, "observer", "back/t", 0);
        lose(mortal(5, "back", 0, "18 0000000A", "back/t"), "back");
        broker.clock().advanceToJustBefore(Duration.ofSeconds(10));

        resumed(5, "back").expectNothing();
        broker.clock().advance(Duration.ofSeconds(30));

        observer.expectNothing();
    }

    @Test
    @Spec("MQTT-3.1.3-10")
    void keepsItsUserPropertiesInOrder() {
        String properties = "26 <b> <1> 26 <a> <2> 26 <b> <0> 26 <c> <>";
        Peer observer = subscribed(5, "observer", "user/t", 0);

        mortal(5, "user", CLEAN, properties, "user/t").close();

        observer.expect("30: <user/t> {%s} 'dead'".formatted(properties));
    }
}
