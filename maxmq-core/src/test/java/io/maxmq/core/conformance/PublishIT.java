package io.maxmq.core.conformance;

import io.maxmq.Spec;
import io.maxmq.TestBroker;
import io.maxmq.spi.Message;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** PUBLISH: topics, properties, aliases, expiry (§3.3 and §4.7); RETAIN is in {@link RetainIT}. */
class PublishIT extends Suite {
    // ---- topics

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.3.1-4", v3 = "MQTT-3.3.1-4")
    void bothQosBitsEndTheConnection(int level) {
        connected(level, "qos-3").send("36: <a> 0001 {} 'x'").expectDisconnect(0x81);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.3.2-1", v3 = "MQTT-3.3.2-1")
    void theTopicComesFirstAndIsAString(int level) {
        subscribed(level, "first", "first", 2)
                .send("32: <first> 0102 {} 'x'")
                .expect("32: <first> 0001 {} 'x' 40: 0102");
        connected(level, "cut").send("30: 0005 'a'").expectDisconnect(0x81);
        connected(level, "cut").send("30:").expectDisconnect(0x81);
        connected(level, "ill").send("30: [FF] {} 'x'").expectDisconnect(0x81);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-3.3.2-2", "MQTT-4.7.0-1"},
            v3 = {"MQTT-3.3.2-2", "MQTT-4.7.1-1"})
    void aTopicWithWildcardsEndsTheConnection(int level) {
        for (String topic : new String[] {"#", "+", "a/#", "a/+/b", "a+", "a#b"}) {
            connected(level, "wild").send("30: <%s> {} 'x'".formatted(topic)).expectDisconnect(0x90);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-4.7.3-1", v3 = "MQTT-4.7.3-1")
    void anEmptyTopicOrFilterIsRefused(int level) {
        connected(level, "empty").send("30: <> {} 'x'").expectDisconnect(0x82);
        connected(level, "empty").send("82: 0001 {} <> 00").expect("90: 0001 {} " + (level == 5 ? "8F" : "80"));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-4.7.3-3", v3 = "MQTT-4.7.3-3")
    void topicsHave65535BytesAndNoMore(int level) {
        String longest = "t".repeat(65_535);
        subscribed(level, "longest", longest, 0)
                .send("30: <%s> {} 'x'".formatted(longest))
                .expect("30: <%s> {} 'x'".formatted(longest));

        // The wire has no room for more; the application has.
        for (String longer : new String[] {longest + "t", "é".repeat(32_768)}) {
            assertThatThrownBy(() -> broker.publish(Message.of(longer, "x")))
                    .rootCause()
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.3.2-3", v3 = "MQTT-3.3.2-3")
    void onlyTopicsThatMatchAreForwarded(int level) {
        Peer subscriber = subscribed(level, "matching", "m/+/c", 0);
        subscriber.send("82: 0002 {} <m/x/#> 00").expect("90: 0002 {} 00");
        Peer publisher = connected(level, "publisher");

        for (String topic :
                new String[] {"m/b/c", "m//c", "m/b", "m/b/c/d", "M/b/c", "m/x", "m/x/y/z", "m/xx", "/m/b/c"}) {
            publisher.send("30: <%s> {} 't'".formatted(topic));
        }
        publisher.expectNothing();

        for (String topic : new String[] {"m/b/c", "m//c", "m/x", "m/x/y/z"}) {
            subscriber.expect("30: <%s> {} 't'".formatted(topic));
        }
        subscriber.expectNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-4.7.2-1", v3 = "MQTT-4.7.2-1")
    void wildcardsInFrontDoNotMatchADollar(int level) {
        try (TestBroker fresh = brokerWith(builder -> builder)) {
            fresh.publish(Message.builder("$app/dollar")
                    .payload(new byte[] {'r'})
                    .retain(true)
                    .build());
            Peer subscriber = open(level, fresh).send(connect(level, "dollar"));
            subscriber.expectAccepted();
            subscriber
                    .send("82: 0001 {} <#> 00 <+/#> 00 <+/dollar> 00")
                    .expect("90: 0001 {} 00 00 00")
                    .expectNothing();
            subscriber.send("82: 0002 {} <$app/+> 00").expect("90: 0002 {} 00 31: <$app/dollar> {} 'r'");

            fresh.publish(Message.of("$app/dollar", "x"));
            subscriber
                    .expect("30: <$app/dollar> {} 'x'")
                    .send("A2: 0003 {} <$app/+>")
                    .expect("B0: 0003 {} (00)");
            fresh.publish(Message.of("$app/dollar", "y"));

            subscriber.expectNothing();
        }
    }

    // ---- properties

    @Test
    @Spec({"MQTT-3.3.2-4", "MQTT-3.3.2-15", "MQTT-3.3.2-16", "MQTT-3.3.2-17", "MQTT-3.3.2-18", "MQTT-3.3.2-20"})
    void propertiesAreForwardedAsTheyAre() {
        String properties = "{01 01 03 <text/plain> 08 <reply/to> 09 [00FF01]"
                + " 26 <b> <1> 26 <a> <2> 26 <b> <0> 26 <> <> 26 <a> <2>}";
        Peer peer = subscribed(5, "properties", "properties", 1);

        peer.send("30: <properties> %s 'x'".formatted(properties))
                .expect("30: <properties> %s 'x'".formatted(properties));
        peer.send("30: <properties> {01 00} 'x'").expect("30: <properties> {01 00} 'x'");
        // Kept for later, they are the same.
        peer.send("33: <properties> 0001 %s 'x'".formatted(properties))
                .expect("32: <properties> 0001 %s 'x' 40: 0001".formatted(properties));
        subscribed(5, "later", "properties", 0).expect("31: <properties> %s 'x'".formatted(properties));
    }

    @ParameterizedTest
    @CsvSource({"{08 [C0AF]}, 0x81", "{08 <a/#>}, 0x82", "{08 <+>}, 0x82", "{03 [EDA080]}, 0x81", "{03 ['a' 00]}, 0x81"
    })
    @Spec({"MQTT-3.3.2-13", "MQTT-3.3.2-14", "MQTT-3.3.2-19"})
    void responseTopicAndContentTypeAreChecked(String properties, String reason) {
        connected(5, "checked").send("30: <a> %s 'x'".formatted(properties)).expectDisconnect(Integer.decode(reason));
    }

    @Test
    @Spec("MQTT-3.3.4-6")
    void aClientSendsNoSubscriptionIdentifier() {
        connected(5, "identifier").send("30: <a> {0B 01} 'x'").expectDisconnect(0x82);
    }

    @Test
    @Spec({"MQTT-3.3.2-5", "MQTT-3.3.2-6"})
    void theExpiryIntervalRunsWhileAMessageWaits() {
        resumed(5, "waiting")
                .send("82: 0001 00 <expiry> 01")
                .expect("90: 0001 00 01")
                .send("E0:")
                .expectEnd();
        connected(5, "publisher")
                .send("32: <expiry> 0001 {02 0000001E} 'gone' 32: <expiry> 0002 {02 00000064} 'left'")
                .expect("40: 0001 40: 0002");

        broker.clock().advance(Duration.ofSeconds(40));

        resumed(5, "waiting").expect("32: <expiry> 0001 {02 0000003C} 'left'").expectNothing();
    }

    // ---- topic aliases of the client

    @Test
    @Spec("MQTT-3.3.2-12")
    void allAliasesUpToTheMaximumAreAccepted() {
        Peer peer = open(5).send(connect(5, "aliases"));
        int maximum = peer.expectAccepted().number(0x22, 0);
        assertThat(maximum).isPositive();
        peer.send("82: 0001 00 <alias/#> 00").expect("90: 0001 00 00");

        for (int alias = 1; alias <= maximum; alias++) {
            peer.send("30: <alias/%d> {23 %04X} 'x'".formatted(alias, alias))
                    .expect("30: <alias/%d> 00 'x'".formatted(alias));
        }
        for (int alias = maximum; alias >= 1; alias--) {
            peer.send("30: <> {23 %04X} 'y'".formatted(alias)).expect("30: <alias/%d> 00 'y'".formatted(alias));
        }
    }

    @Test
    @Spec({"MQTT-3.2.2-17", "MQTT-3.3.2-8", "MQTT-3.3.2-9"})
    void noOtherAliasIs() {
        Peer peer = open(5).send(connect(5, "alias"));
        int maximum = peer.expectAccepted().number(0x22, 0);

        peer.send("30: <a> {23 %04X} 'x'".formatted(maximum + 1)).expectDisconnect(0x94);
        connected(5, "alias").send("30: <a> {23 0000} 'x'").expectDisconnect(0x94);
    }

    @Test
    @Spec("MQTT-3.3.2-7")
    void anAliasEndsWithItsConnection() {
        Peer peer = resumed(5, "mapping").send("30: <a> {23 0001} 'x'").expectNothing();
        peer.send("E0:").expectEnd();

        resumed(5, "mapping").send("30: <> {23 0001} 'x'").expectDisconnect(0x82);
    }

    // ---- the client's maximum packet size

    @Test
    @Spec({"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
    void whatIsTooLargeForAClientIsNotSent() {
        Peer peer = open(5).send("10: <MQTT> 05 02 0000 {27 00000020 21 0001} <small>");
        // CONNACK too is no larger than the 32 bytes.
        assertThat(peer.body(0x20)).hasSizeLessThanOrEqualTo(30).startsWith(0, 0);
        peer.send("82: 0001 00 <s> 02").expect("90: 0001 00 02");
        Peer publisher = connected(5, "publisher");

        // 2 + 3 + 2 + 1 + 24 are 32.
        String fits = "'123456789012345678901234'";
        publisher.send("32: <s> 0001 00 '1234567890123456789012345' 32: <s> 0002 00 %s".formatted(fits));
        publisher.expect("40: 0001 40: 0002");
        // What is too large takes no place in the window of one.
        peer.expect("32: <s> 0001 00 " + fits).expectNothing();
        publisher.send("34: <s> 0003 00 '1234567890123456789012345' 34: <s> 0004 00 %s".formatted(fits));
        publisher.expect("50: 0003 50: 0004");
        peer.send("40: 0001").expect("34: <s> 0002 00 " + fits);
    }

    @Test
    @Spec("MQTT-3.2.2-15")
    void whatIsTooLargeForTheBrokerEndsTheConnection() {
        Peer peer = open(5).send(connect(5, "large"));
        int maximum = peer.expectAccepted().number(0x27, 0);
        assertThat(maximum).isEqualTo(1 << 20);

        peer.send("30 81 80 40").expectDisconnect(0x95);
    }
}
