package io.maxmq.protocol;

import io.maxmq.TestBroker;
import io.maxmq.TestClient;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Auth;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.EnhancedAuthenticationResult;
import io.maxmq.spi.auth.EnhancedAuthenticator;
import io.maxmq.spi.event.BrokerEvent.ClientDisconnected;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** How long a connection may last, by what its authenticator has said. */
class ConnectTimeTest {
    private volatile @Nullable Instant until;

    private AuthenticationResult.Allowed allowed() {
        Instant time = until;
        return time == null
                ? AuthenticationResult.allowed()
                : AuthenticationResult.allowed().withValidUntil(time);
    }

    private final class Again implements EnhancedAuthenticator {
        @Override
        public String method() {
            return "AGAIN";
        }

        @Override
        public Exchange begin(AuthenticationRequest request, boolean again) {
            return step -> CompletableFuture.completedFuture(EnhancedAuthenticationResult.allowed(allowed()));
        }
    }

    private TestBroker broker() {
        return TestBroker.closed(
                builder -> builder.authenticator(request -> CompletableFuture.completedFuture(allowed()))
                        .enhancedAuthenticator(new Again()));
    }

    /** With a user, so that its keep alive, none, is not capped. */
    private static Connect connect(ProtocolVersion version, Properties properties) {
        return new Connect(version, false, true, 0, properties, "client", null, "user", null);
    }

    private static Instant in(TestBroker broker, Duration time) {
        return Instant.ofEpochMilli(broker.clock().epochMillis()).plus(time);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aConnectionEndsWhenItsProofDoes(ProtocolVersion version) {
        try (TestBroker broker = broker()) {
            until = in(broker, Duration.ofMinutes(150));
            TestClient client = broker.connected(connect(version, Properties.NONE));

            broker.clock().advance(Duration.ofMinutes(149));
            client.ping();
            broker.clock().advance(Duration.ofMinutes(1));

            if (version.isV5()) {
                client.expectDisconnect(ReasonCode.MAXIMUM_CONNECT_TIME);
            } else {
                client.expectEnd();
            }
            assertThat(broker.events().await(ClientDisconnected.class).reasonCode())
                    .isEqualTo(ReasonCode.MAXIMUM_CONNECT_TIME);
        }
    }

    @Test
    void aProofThatHasEndedIsNone() {
        try (TestBroker broker = broker()) {
            until = in(broker, Duration.ZERO);
            assertRefused(broker);
            until = Instant.MIN;
            assertRefused(broker);
        }
    }

    private static void assertRefused(TestBroker broker) {
        TestClient client = broker.client(ProtocolVersion.MQTT_5);
        assertThat(client.send(connect(ProtocolVersion.MQTT_5, Properties.NONE))
                        .expect(ConnAck.class)
                        .reason())
                .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        client.expectEnd();
    }

    @Test
    void aProofMayLastForEver() {
        try (TestBroker broker = broker()) {
            until = Instant.MAX;
            TestClient client = broker.connected(connect(ProtocolVersion.MQTT_5, Properties.NONE));

            broker.clock().advance(Duration.ofDays(1));

            client.ping();
        }
    }

    @Test
    void whoAuthenticatesItselfAgainHasAnotherTime() {
        Properties method = Properties.builder()
                .set(PropertyId.AUTHENTICATION_METHOD, "AGAIN")
                .build();
        try (TestBroker broker = broker()) {
            TestClient client = broker.client(ProtocolVersion.MQTT_5);
            until = in(broker, Duration.ofMinutes(1));
            client.connect(connect(ProtocolVersion.MQTT_5, method));
            broker.clock().advance(Duration.ofSeconds(50));
            until = in(broker, Duration.ofMinutes(1));
            client.send(new Auth(ReasonCode.RE_AUTHENTICATE, method)).expect(Auth.class);
            broker.clock().advance(Duration.ofSeconds(50));
            client.ping();
            until = null;
            client.send(new Auth(ReasonCode.RE_AUTHENTICATE, method)).expect(Auth.class);
            broker.clock().advance(Duration.ofDays(1));
            client.ping();
            until = in(broker, Duration.ofSeconds(1));
            client.send(new Auth(ReasonCode.RE_AUTHENTICATE, method)).expect(Auth.class);

            broker.clock().advance(Duration.ofSeconds(1));

            client.expectDisconnect(ReasonCode.MAXIMUM_CONNECT_TIME);
        }
    }
}
