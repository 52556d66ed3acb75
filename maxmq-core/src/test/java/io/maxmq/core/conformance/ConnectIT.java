package io.maxmq.core.conformance;

import io.maxmq.Spec;
import io.maxmq.TestBroker;
import io.maxmq.codec.ReasonCode;
import io.maxmq.config.Listener;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** CONNECT and CONNACK (§3.1 and §3.2 of both standards), but for wills and sessions. */
class ConnectIT extends Suite {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "C0:",
                "30: <a> 00 'x'",
                "82: 0001 00 <a> 00",
                "E0:",
                "F0: 18 00",
                "20: 00 00 00",
                "00:",
                "'GET / '"
            })
    @Spec(value = "MQTT-3.1.0-1", v3 = "MQTT-3.1.0-1")
    void anythingButConnectEndsTheConnection(String packet) {
        open(5).send(packet).expectEnd();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-3.1.0-2", "MQTT-3.2.0-2"},
            v3 = "MQTT-3.1.0-2")
    void aSecondConnectEndsTheConnection(int level) {
        connected(level, "twice").send(connect(level, "twice")).expectDisconnect(0x82);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10: <HTTP> 05 02 0000 00 <c>", "10: <HTTP> 04 02 0000 <c>", "10: <mqtt> 05 02 0000 00 <c>"})
    @Spec(value = "MQTT-3.1.2-1", v3 = "MQTT-3.1.2-1")
    void anotherProtocolNameIsRefused(String connect) {
        open(4).send(connect).expectRefused(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 6, 9, 255})
    @Spec(value = "MQTT-3.1.2-2", v3 = "MQTT-3.1.2-2")
    void anotherProtocolLevelIsRefused(int level) {
        open(4).send("10: <MQTT> %02X 02 0000 <c>".formatted(level)).expectRefused(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "reserved flag               | 03 0000 {} <c>",
                "will without topic          | 06 0000 {} <c>",
                "will without payload        | 06 0000 {} <c> {} <t>",
                "will QoS without will       | 0A 0000 {} <c>",
                "will QoS 3                  | 1E 0000 {} <c> {} <t> <p>",
                "will RETAIN without will    | 22 0000 {} <c>",
                "user name without flag      | 02 0000 {} <c> <user>",
                "flag without user name      | 82 0000 {} <c>",
                "password without flag       | 82 0000 {} <c> <user> <secret>",
                "flag without password       | C2 0000 {} <c> <user>",
                "no client id                | 02 0000 {}",
                "client id cut off           | 02 0000 {} 0005 'c'",
                "client id not UTF-8         | 02 0000 {} [C0AF]",
                "will topic not UTF-8        | 06 0000 {} <c> {} [C0AF] <p>",
                "user name not UTF-8         | 82 0000 {} <c> [EDA080]",
            })
    @Spec(
            value = {
                "MQTT-3.1.2-3",
                "MQTT-3.1.2-9",
                "MQTT-3.1.2-11",
                "MQTT-3.1.2-12",
                "MQTT-3.1.2-13",
                "MQTT-3.1.2-16",
                "MQTT-3.1.2-17",
                "MQTT-3.1.2-18",
                "MQTT-3.1.2-19",
                "MQTT-3.1.3-3",
                "MQTT-3.1.3-4",
                "MQTT-3.1.3-11",
                "MQTT-3.1.3-12",
                "MQTT-3.1.4-1",
                "MQTT-3.2.2-6",
                "MQTT-3.2.2-7",
                "MQTT-3.2.2-8",
                "MQTT-3.14.0-1"
            },
            v3 = {
                "MQTT-3.1.2-3",
                "MQTT-3.1.2-9",
                "MQTT-3.1.2-11",
                "MQTT-3.1.2-13",
                "MQTT-3.1.2-14",
                "MQTT-3.1.2-15",
                "MQTT-3.1.2-18",
                "MQTT-3.1.2-19",
                "MQTT-3.1.2-20",
                "MQTT-3.1.2-21",
                "MQTT-3.1.3-3",
                "MQTT-3.1.3-4",
                "MQTT-3.1.3-10",
                "MQTT-3.1.3-11",
                "MQTT-3.1.4-1",
                "MQTT-3.2.2-6"
            })
    void aConnectThatDoesNotConformEndsTheConnection(String what, String rest) {
        open(5).send("10: <MQTT> 05 " + rest).expectRefused(0x81);
        // MQTT 3.1.1 has no return code for it, and wants no CONNACK.
        open(4).send("10: <MQTT> 04 " + rest).expectEnd();
    }

    @Test
    @Spec(v3 = "MQTT-3.1.2-22")
    void aPasswordNeedsAUserNameInVersionThree() {
        open(4).send("10: <MQTT> 04 42 0000 <c> <secret>").expectEnd();
        open(5).send("10: <MQTT> 05 42 0000 {} <password-alone> <secret>").expectAccepted();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.1.3-1", v3 = "MQTT-3.1.3-1")
    void thePayloadIsReadInItsOrder(int level) {
        AtomicReference<AuthenticationRequest> seen = new AtomicReference<>();
        try (TestBroker asking =
                TestBroker.closed(builder -> builder.listener(Listener.tcp(0)).authenticator(request -> {
                    seen.set(request);
                    return CompletableFuture.completedFuture(AuthenticationResult.allowed());
                }))) {
            Peer observer = open(level, asking).send(connect(level, "observer"));
            observer.expectAccepted();
            observer.send("82: 0001 {} <will> 00").expect("90: 0001 {} 00");
            Peer peer = open(level, asking)
                    .send("10: <MQTT> 0%d C6 0000 {} <id> {03 <text>} <will> <payload> <user> <secret>"
                            .formatted(level));
            peer.expectAccepted();

            assertThat(seen.get().client().clientId()).isEqualTo("id");
            assertThat(seen.get().client().username()).contains("user");
            assertThat(seen.get().password()).contains("secret".getBytes(StandardCharsets.UTF_8));
            peer.close();
            observer.expect("30: <will> {03 <text>} 'payload'");
        }
    }

    // ---- client ids

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.1.3-2", v3 = "MQTT-3.1.3-2")
    void theClientIdIsWhatASessionGoesBy(int level) {
        Peer peer = resumed(level, "by-id-" + level);
        peer.send("E0:").expectEnd();

        assertThat(open(level)
                        .send(resume(level, "BY-ID-" + level))
                        .expectAccepted()
                        .sessionPresent())
                .isFalse();
        assertThat(open(level)
                        .send(resume(level, "by-id-" + level))
                        .expectAccepted()
                        .sessionPresent())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.1.3-5", v3 = "MQTT-3.1.3-5")
    void digitsAndLettersMakeAClientId(int level) {
        for (String id :
                new String[] {"0", "0123456789abcdefghijklm", "nopqrstuvwxyzABCDEFGHIJ", "KLMNOPQRSTUVWXYZ0000000"}) {
            connected(level, id).expectNothing();
        }
    }

    @Test
    @Spec({"MQTT-3.1.3-6", "MQTT-3.1.3-7", "MQTT-3.2.2-16"})
    void anEmptyClientIdIsReplacedByOneOfItsOwn() {
        String first = open(5).send(resume(5, "")).expectAccepted().text(0x12);
        String second = open(5).send(resume(5, "")).expectAccepted().text(0x12);

        assertThat(first).isNotEmpty();
        assertThat(second).isNotEmpty().isNotEqualTo(first);
        // It is the client's own: its session is found by it.
        ConnAck back = open(5).send(resume(5, first)).expectAccepted();
        assertThat(back.sessionPresent()).isTrue();
        assertThat(back.has(0x12)).isFalse();
    }

    @Test
    @Spec(v3 = "MQTT-3.1.3-6")
    void clientsWithoutClientIdAreApartInVersionThree() {
        Peer one = subscribed(4, "", "nameless", 0);
        Peer two = subscribed(4, "", "nameless", 0);

        two.send("30: <nameless> 'x'").expect("30: <nameless> 'x'");

        one.expect("30: <nameless> 'x'").expectNothing();
    }

    @Test
    @Spec(v3 = {"MQTT-3.1.3-7", "MQTT-3.1.3-8", "MQTT-3.2.2-4", "MQTT-3.2.2-5"})
    void anEmptyClientIdNeedsACleanSessionInVersionThree() {
        open(4).send(resume(4, "")).expectRefused(2);
    }

    @ParameterizedTest
    @CsvSource({"4, 2", "5, 0x85"})
    @Spec(value = "MQTT-3.1.3-8", v3 = "MQTT-3.1.3-9")
    void aClientIdThatIsTooLongIsRefused(int level, String reason) {
        open(level).send(connect(level, "x".repeat(257))).expectRefused(Integer.decode(reason));
    }

    // ---- what is refused, and what is not

    @ParameterizedTest
    @CsvSource({"4, 4", "5, 0x86"})
    @Spec(
            value = {"MQTT-3.1.4-2", "MQTT-3.1.4-6", "MQTT-3.2.2-7"},
            v3 = {"MQTT-3.1.4-5", "MQTT-3.2.2-5"})
    void afterARefusalNothingIsProcessed(int level, String reason) {
        try (TestBroker strict = TestBroker.closed(builder -> builder.listener(Listener.tcp(0))
                .authenticator(request -> CompletableFuture.completedFuture(
                        request.client().username().isPresent()
                                ? AuthenticationResult.allowed()
                                : AuthenticationResult.denied())))) {
            Peer observer = open(level, strict).send("10: <MQTT> 0%d 82 0000 {} <observer> <user>".formatted(level));
            observer.expectAccepted();
            observer.send("82: 0001 {} <refused/#> 00").expect("90: 0001 {} 00");

            open(level, strict)
                    .send(connect(level, "refused") + "30: <refused/t> {} 'x' C0:")
                    .expectRefused(Integer.decode(reason));

            observer.expectNothing();
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 2", "5, 0x85"})
    @Spec(value = "MQTT-3.2.2-6", v3 = "MQTT-3.2.2-4")
    void aRefusalHasNoSessionPresent(int level, String reason) {
        try (TestBroker vouching = brokerWith(builder ->
                builder.authenticator(request -> CompletableFuture.completedFuture(AuthenticationResult.allowed())))) {
            open(level, vouching)
                    .send("10: <MQTT> 0%d 80 0000 {11 00000E10} <owned-%d> <owner>".formatted(level, level))
                    .expectAccepted();

            open(level, vouching)
                    .send("10: <MQTT> 0%d 80 0000 {11 00000E10} <owned-%d> <thief>".formatted(level, level))
                    .expectRefused(Integer.decode(reason));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-3.1.4-5", "MQTT-3.2.0-1", "MQTT-3.2.0-2", "MQTT-3.2.2-1"},
            v3 = {"MQTT-3.1.4-4", "MQTT-3.2.0-1"})
    void connAckComesFirstAndOnce(int level) {
        Peer eager = open(level).send(connect(level, "eager") + "82: 0001 {} <eager> 00 30: <eager> {} 'x' C0:");

        eager.expectAccepted();
        eager.expect("90: 0001 {} 00 30: <eager> {} 'x' D0:");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(value = "MQTT-3.1.4-3", v3 = "MQTT-3.1.4-2")
    void theOlderConnectionOfAClientIdEnds(int level) {
        Peer older = connected(level, "taken");

        Peer newer = connected(level, "taken");

        older.expectDisconnect(0x8E);
        newer.expectNothing();
    }

    // ---- keep alive

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Spec(
            value = {"MQTT-3.1.2-22", "MQTT-3.2.2-22"},
            v3 = "MQTT-3.1.2-24")
    void aSilentConnectionEndsAfterOneAndAHalfKeepAlives(int level) {
        Peer observer = subscribed(level, "keep-alive-observer", "keep-alive/will", 0);
        Peer peer = open(level)
                .send("10: <MQTT> 0%d 06 003C {} <silent-%d> {} <keep-alive/will> <gone>".formatted(level, level));
        assertThat(peer.expectAccepted().has(0x13)).as("server keep alive").isFalse();

        broker.clock().advanceToJustBefore(Duration.ofSeconds(90));
        peer.expectNothing();
        broker.clock().advanceToJustBefore(Duration.ofSeconds(90));
        observer.expectNothing();
        peer.send("30: <keep-alive/any> {} 'is a packet'").expectNothing();
        broker.clock().advance(Duration.ofSeconds(90));

        peer.expectDisconnect(0x8D);
        // As if the network had failed.
        observer.expect("30: <keep-alive/will> {} 'gone'");
    }

    // ---- what the client may ask of CONNACK and of problem information

    @Test
    @Spec("MQTT-3.1.2-28")
    void responseInformationIsNotSentUnasked() {
        assertThat(open(5).send("10: <MQTT> 05 02 0000 {19 00} <asks>")
                        .expectAccepted()
                        .has(0x1A))
                .isFalse();
        assertThat(open(5).send(connect(5, "asks")).expectAccepted().has(0x1A)).isFalse();
    }

    @Test
    @Spec("MQTT-3.1.2-29")
    void withoutProblemInformationAnswersHaveNoReasonString() {
        String refused = "82: 0001 00 <a/#/b> 00 ";
        Peer asking = open(5).send("10: <MQTT> 05 02 0000 {17 01} <asking>");
        asking.expectAccepted();
        assertThat(Script.show(asking.send(refused).body(0x90))).contains("topic filter");

        Peer peer = open(5).send("10: <MQTT> 05 02 0000 {17 00} <unasking>");
        peer.expectAccepted();

        peer.send(refused).expect("90: 0001 00 8F");
        peer.send("A2: 0002 00 <none> 32: <$SYS/x> 0003 00 'x' 62: 0004 50: 0005")
                .expect("B0: 0002 00 11 40: 0003 87 70: 0004 92 62: 0005 92");
    }

    @Test
    @Spec({"MQTT-3.2.2-19", "MQTT-3.1.2-24"})
    void aRefusalHasNoReasonStringThatTheClientHasNoRoomFor() {
        String reason = "because it is so";
        try (TestBroker strict = TestBroker.closed(builder -> builder.listener(Listener.tcp(0))
                .authenticator(request ->
                        CompletableFuture.completedFuture(AuthenticationResult.denied(ReasonCode.BANNED, reason))))) {
            // 2 + 3 + 3 + 16
            open(5, strict)
                    .send("10: <MQTT> 05 02 0000 {27 00000018} <room>")
                    .expect("20: 00 8A {1F <%s>}".formatted(reason))
                    .expectEnd();
            open(5, strict)
                    .send("10: <MQTT> 05 02 0000 {27 00000017} <no-room>")
                    .expect("20: 00 8A 00")
                    .expectEnd();
        }
    }
}
