package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.RetainHandling;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Disconnect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.packet.PubAck;
import io.maxmq.codec.packet.RequestedSubscription;
import io.maxmq.codec.packet.Subscribe;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.intercept.PublishInterceptor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Texts that become Reason Strings (MQTT 5.0 §3.14.2.2.3 and its like), whatever a client or a plug-in has put in them. */
class ReasonStringTest {
    /** Longer than a string of MQTT may be, and with what none may hold. */
    private static final String UNFIT = "not \0 and not \ud800" + " at all".repeat(10_000);

    private static final PublishInterceptor REFUSING =
            (client, message) -> Decision.refuse(ReasonCode.NOT_AUTHORIZED, UNFIT);
    private static final Authenticator AUTHENTICATOR = request -> CompletableFuture.completedFuture(
            request.client().clientId().equals("stranger")
                    ? AuthenticationResult.denied(ReasonCode.NOT_AUTHORIZED, UNFIT)
                    : AuthenticationResult.allowed());

    @AutoClose
    private final TestBroker broker =
            TestBroker.start(builder -> builder.authenticator(AUTHENTICATOR).interceptor(REFUSING));

    private static void assertFit(Properties properties) {
        String text = properties.string(PropertyId.REASON_STRING);
        assertThat(text).startsWith("not ? and not ? at all").hasSizeLessThan(2_000);
        assertThat(Utf8.encodedLength(text)).isPositive();
    }

    @Test
    void ofAFilterAsLongAsItMayBeEndsTheConnectionAllTheSame() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");
        String longest = "$share/g/" + "f".repeat(Utf8.MAX_BYTES - 9);

        client.send(new Subscribe(
                1,
                Properties.NONE,
                List.of(new RequestedSubscription(
                        longest, QoS.AT_MOST_ONCE, true, false, RetainHandling.SEND_AT_SUBSCRIBE))));

        client.expectDisconnect(ReasonCode.PROTOCOL_ERROR);
        broker.awaitDisconnected("client");
    }

    @Test
    void ofAnAdministratorAreMadeFit() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        broker.broker().clients().disconnect(Tenant.DEFAULT, "client", ReasonCode.ADMINISTRATIVE_ACTION, UNFIT);

        Disconnect told = client.expect(Disconnect.class);
        assertThat(told.reason()).isEqualTo(ReasonCode.ADMINISTRATIVE_ACTION);
        assertFit(told.properties());
        client.expectEnd();
        broker.awaitDisconnected("client");
    }

    @Test
    void ofAnAuthenticatorAreMadeFit() {
        TestClient client = broker.client(ProtocolVersion.MQTT_5);

        client.send(Connect.of(ProtocolVersion.MQTT_5, "stranger", true, 0));

        ConnAck refused = client.expect(ConnAck.class);
        assertThat(refused.reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertFit(refused.properties());
    }

    @Test
    void ofAnInterceptorAreMadeFit() {
        TestClient client = broker.connected(ProtocolVersion.MQTT_5, "client");

        client.send(TestClient.message("closed", "", QoS.AT_LEAST_ONCE, 1));

        assertThat(client.expect(PubAck.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        client.ping();
    }
}
