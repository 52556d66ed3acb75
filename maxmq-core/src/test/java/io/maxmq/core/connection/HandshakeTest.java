package io.maxmq.core.connection;

import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Properties;
import io.maxmq.core.connection.Handshake.State;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authenticator;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.Authorizer;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import io.maxmq.spi.intercept.ConnectInterceptor;
import io.maxmq.spi.intercept.ConnectRequest;
import io.maxmq.spi.intercept.Decision;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HandshakeTest {
    private static final ProtocolVersion V = ProtocolVersion.MQTT_3_1_1;

    private final CompletableFuture<Decision<ConnectRequest>> intercepted = new CompletableFuture<>();
    private final CompletableFuture<AuthenticationResult> authenticated = new CompletableFuture<>();
    private final CompletableFuture<Authorization> clientIdAuthorized = new CompletableFuture<>();
    private final CompletableFuture<Authorization> willAuthorized = new CompletableFuture<>();

    private final OneLoop broker = new OneLoop(
            new ConnectInterceptor() {
                @Override
                public Decision.OfRequest<ConnectRequest> onConnect(ConnectRequest request) {
                    return Decision.later(intercepted);
                }
            },
            new Authenticator() {
                @Override
                public CompletionStage<AuthenticationResult> authenticate(AuthenticationRequest request) {
                    return authenticated;
                }
            },
            new Authorizer() {
                @Override
                public CompletionStage<Authorization> authorize(ClientInfo client, Action action) {
                    return action instanceof Action.Will ? willAuthorized : clientIdAuthorized;
                }

                @Override
                public boolean authorizesConnect() {
                    return true;
                }
            });
    private final RecordedSink sink = new RecordedSink(V);
    private Connection connection;
    private Handshake handshake;

    @BeforeEach
    void begin() {
        ConnectWill will = new ConnectWill("will", ByteBuffer.allocate(0), QoS.AT_MOST_ONCE, false, Properties.NONE);
        Connect connect = new Connect(V, false, true, 60, Properties.NONE, "client", will, null, null);
        connection = broker.open(sink);
        connection.writer().fit(connect);
        broker.manual.run(() -> {
            connection.hold(InputGate.CONNECT);
            handshake = new Handshake(connection, broker.connections, connect);
            handshake.begin();
        });
    }

    private <T> void answer(CompletableFuture<T> question, T with) {
        question.complete(with);
        broker.manual.runPosted();
    }

    private void passUpTo(State state) {
        for (Runnable each : List.<Runnable>of(
                () -> answer(intercepted, Decision.proceed()),
                () -> answer(authenticated, AuthenticationResult.allowed()),
                () -> answer(clientIdAuthorized, Authorization.allowed()),
                () -> answer(willAuthorized, Authorization.allowed()))) {
            if (handshake.state() == state) {
                return;
            }
            each.run();
        }
        assertThat(handshake.state()).isEqualTo(state);
    }

    private void assertRefused(State in) throws Exception {
        assertThat(handshake.state()).isEqualTo(in);
        assertThat(sink.packets())
                .singleElement()
                .isInstanceOfSatisfying(
                        ConnAck.class,
                        answer -> assertThat(answer.reason().isError()).isTrue());
        assertThat(sink.closed).isTrue();
        assertThat(connection.session()).isNull();
    }

    @Test
    void waitsInEachStateForItsAnswer() throws Exception {
        assertThat(handshake.state()).isEqualTo(State.INTERCEPT);
        answer(intercepted, Decision.proceed());
        assertThat(handshake.state()).isEqualTo(State.AUTHENTICATE);
        answer(authenticated, AuthenticationResult.allowed());
        assertThat(handshake.state()).isEqualTo(State.AUTHORIZE_CLIENT_ID);
        answer(clientIdAuthorized, Authorization.allowed());
        assertThat(handshake.state()).isEqualTo(State.AUTHORIZE_WILL);
        assertThat(sink.packets()).isEmpty();
        answer(willAuthorized, Authorization.allowed());

        assertThat(handshake.state()).isEqualTo(State.ACCEPT);
        assertThat(sink.packets()).containsExactly(new ConnAck(false, ReasonCode.SUCCESS, Properties.NONE));
        assertThat(connection.session()).isNotNull();
        assertThat(connection.isHeld()).isFalse();
    }

    @Test
    void refusesAnInterceptedClient() throws Exception {
        answer(intercepted, Decision.refuse(ReasonCode.NOT_AUTHORIZED));

        assertRefused(State.INTERCEPT);
    }

    @Test
    void refusesAClientThatIsNotAuthenticated() throws Exception {
        passUpTo(State.AUTHENTICATE);
        answer(authenticated, AuthenticationResult.denied());

        assertRefused(State.AUTHENTICATE);
    }

    @Test
    void refusesAClientIdWithoutRight() throws Exception {
        passUpTo(State.AUTHORIZE_CLIENT_ID);
        answer(clientIdAuthorized, Authorization.denied());

        assertRefused(State.AUTHORIZE_CLIENT_ID);
    }

    @Test
    void refusesAWillWithoutRight() throws Exception {
        passUpTo(State.AUTHORIZE_WILL);
        answer(willAuthorized, Authorization.denied());

        assertRefused(State.AUTHORIZE_WILL);
    }

    @Test
    void ignoresAnAnswerAfterTheEndInEveryState() throws Exception {
        for (State each :
                List.of(State.INTERCEPT, State.AUTHENTICATE, State.AUTHORIZE_CLIENT_ID, State.AUTHORIZE_WILL)) {
            HandshakeTest other = new HandshakeTest();
            other.begin();
            other.passUpTo(each);
            other.broker.manual.run(
                    () -> other.connection.end(Initiator.NETWORK, ReasonCode.UNSPECIFIED_ERROR, "lost"));
            other.intercepted.complete(Decision.proceed());
            other.authenticated.complete(AuthenticationResult.allowed());
            other.clientIdAuthorized.complete(Authorization.allowed());
            other.willAuthorized.complete(Authorization.allowed());
            other.broker.manual.runPosted();

            assertThat(other.handshake.state()).isEqualTo(each);
            assertThat(other.sink.packets()).isEmpty();
            assertThat(other.connection.session()).isNull();
        }
    }

    @Test
    void refusesARedirectedClient() throws Exception {
        passUpTo(State.AUTHENTICATE);
        answer(authenticated, AuthenticationResult.redirected("other.example", false));

        assertRefused(State.AUTHENTICATE);
    }
}
