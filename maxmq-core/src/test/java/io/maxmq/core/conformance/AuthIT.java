package io.maxmq.core.conformance;

import io.maxmq.MaxMQBuilder;
import io.maxmq.Spec;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.EnhancedAuthenticationResult;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** AUTH and enhanced authentication (MQTT 5.0 §3.15 and §4.12). */
class AuthIT extends Suite {
    private static final String HELLO = "F0: 18 {15 <riddle> 16 ['hello']}";
    private static final String RIGHT = "F0: 18 {15 <riddle> 16 ['right']}";

    /** A method called riddle: each hello is asked back, what is right is let in, all else is not. */
    @Override
    MaxMQBuilder settings(MaxMQBuilder builder) {
        return builder.enhancedAuthenticator(new EnhancedAuthenticator() {
            @Override
            public String method() {
                return "riddle";
            }

            @Override
            public Exchange begin(AuthenticationRequest request, boolean again) {
                return step -> CompletableFuture.completedFuture(
                        switch (new String(step.data().orElse(new byte[0]), StandardCharsets.UTF_8)) {
                            case "hello" ->
                                EnhancedAuthenticationResult.continueWith("what".getBytes(StandardCharsets.UTF_8));
                            case "right" -> EnhancedAuthenticationResult.allowed();
                            default -> EnhancedAuthenticationResult.denied(ReasonCode.NOT_AUTHORIZED, "wrong");
                        });
            }
        });
    }

    private static String connectWith(String clientId, String data) {
        return "10: <MQTT> 05 02 0000 {17 00 15 <riddle> 16 ['%s']} <%s>".formatted(data, clientId);
    }

    /** Has said hello, and is asked. */
    private Peer asked(String clientId) {
        return open(5).send(connectWith(clientId, "hello")).expect("F0: 18 {15 <riddle> 16 ['what']}");
    }

    private Peer authenticated(String clientId) {
        Peer peer = open(5).send(connectWith(clientId, "right"));
        peer.expectAccepted();
        return peer;
    }

    /** Before CONNACK there is no DISCONNECT: a refusing CONNACK or nothing, and then the end. */
    private static void expectRefusedOrEnd(Peer peer) {
        byte[] packet = peer.next();
        if (packet != null) {
            assertThat(packet[0]).as(Script.show(packet)).isEqualTo((byte) 0x20);
            assertThat(packet[3] & 0xFF).as(Script.show(packet)).isGreaterThanOrEqualTo(0x80);
            peer.expectEnd();
        }
    }

    @Test
    @Spec("MQTT-4.12.0-1")
    void aMethodThatIsNotSupportedIsRefused() {
        open(5).send("10: <MQTT> 05 02 0000 {15 <no-such-method>} <unsupported>")
                .expectRefused(0x8C);
    }

    @Test
    @Spec({"MQTT-3.2.0-1", "MQTT-4.12.0-2", "MQTT-4.12.0-3", "MQTT-4.12.0-5"})
    void theExchangeGoesOnUntilConnAckWithTheMethodOfConnect() {
        Peer peer = asked("goes-on");
        for (int i = 0; i < 3; i++) {
            peer.send(HELLO).expect("F0: 18 {15 <riddle> 16 ['what']}");
        }

        ConnAck answer = peer.send(RIGHT).expectAccepted();

        assertThat(answer.text(0x15)).isEqualTo("riddle");
        peer.expectNothing();
    }

    @ParameterizedTest
    @ValueSource(strings = {"F0: 19 {15 <riddle> 16 ['right']}", "F0: 00 {15 <riddle> 16 ['right']}", "F0:"})
    @Spec({"MQTT-4.12.0-3", "MQTT-3.14.0-1"})
    void theClientGoesOnWith18(String auth) {
        expectRefusedOrEnd(asked("other-code").send(auth));
    }

    @ParameterizedTest
    @ValueSource(strings = {"F0: 18 {15 <other> 16 ['right']}", "F0: 18 {16 ['right']}"})
    @Spec({"MQTT-4.12.0-5", "MQTT-3.14.0-1"})
    void theClientGoesOnWithItsMethod(String auth) {
        expectRefusedOrEnd(asked("other-method").send(auth));
    }

    @ParameterizedTest
    @ValueSource(strings = {"C0:", "30: <a> 00 'x'", "82: 0001 00 <a> 00"})
    @Spec({"MQTT-3.1.2-30", "MQTT-3.14.0-1"})
    void theClientSendsNothingElseMeanwhile(String packet) {
        expectRefusedOrEnd(asked("meanwhile").send(packet));
    }

    @Test
    @Spec("MQTT-4.12.0-4")
    void theBrokerCanRefuseAtAnyPoint() {
        open(5).send(connectWith("refused", "wrong")).expectRefused(0x87);
        asked("refused").send("F0: 18 {15 <riddle> 16 ['wrong']}").expectRefused(0x87);
    }

    @Test
    @Spec("MQTT-4.12.0-6")
    void withoutAMethodThereIsNoAuth() {
        Peer peer = open(5).send(connect(5, "plain"));

        // CONNACK is the first packet that comes.
        assertThat(peer.expectAccepted().has(0x15)).isFalse();
        peer.expectNothing();
    }

    @Test
    @Spec("MQTT-4.12.0-7")
    void aClientWithoutAMethodSendsNoAuth() {
        connected(5, "without").send("F0: 19 {15 <riddle>}").expectDisconnect(0x82);
        connected(5, "without").send("F0: 18 {15 <riddle> 16 [01]}").expectDisconnect(0x82);
    }

    @Test
    @Spec({"MQTT-4.12.0-5", "MQTT-4.12.1-1", "MQTT-3.15.2-1"})
    void aClientAuthenticatesItselfAgainByItsMethod() {
        authenticated("again")
                .send("F0: 19 {15 <riddle> 16 ['hello']}")
                .expect("F0: 18 {15 <riddle> 16 ['what']}")
                // Its other packets are served meanwhile.
                .expectNothing()
                .send(RIGHT)
                .expect("F0: 00 {15 <riddle>}")
                .expectNothing();

        Peer other = authenticated("again-other").send("F0: 19 {15 <other> 16 ['hello']}");
        assertThat(other.body(0xE0)[0] & 0xFF).isIn(0x82, 0x8C);
        other.expectEnd();
    }

    @Test
    @Spec("MQTT-4.12.1-2")
    void failingToDoSoEndsTheConnection() {
        authenticated("fails").send("F0: 19 {15 <riddle> 16 ['wrong']}").expectDisconnect(0x87);
        authenticated("fails")
                .send("F0: 19 {15 <riddle> 16 ['hello']}")
                .expect("F0: 18 {15 <riddle> 16 ['what']}")
                .send("F0: 18 {15 <riddle> 16 ['wrong']}")
                .expectDisconnect(0x87);
    }

    @Test
    @Spec("MQTT-3.15.1-1")
    void wrongFlagsOfAuthEndTheConnection() {
        for (String first : new String[] {"F1", "F2", "F4", "F8"}) {
            authenticated("flags").send(first + ": 19 {15 <riddle>}").expectDisconnect(0x81);
        }
    }

    @Test
    @Spec("MQTT-3.15.2-1")
    void aReasonThatAuthDoesNotHaveIsRefused() {
        for (String reason : new String[] {"01", "17", "80", "FF"}) {
            Peer peer = authenticated("reason").send("F0: %s {15 <riddle>}".formatted(reason));

            assertThat(peer.body(0xE0)[0] & 0xFF).isIn(0x81, 0x82);
            peer.expectEnd();
        }
    }
}
