package io.maxmq.core.connection;

import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.ConnectWill;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.session.ApplicationMessages;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Will;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.EnhancedAuthenticationResult;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import io.maxmq.spi.intercept.ConnectRequest;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.limit.RateDecision;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * State machine from CONNECT to CONNACK (MQTT 5.0 §3.1, §3.2): checks the request, authenticates and authorizes the client, moves the
 * connection to the loop of its session, attaches it there, and answers with the granted terms.
 *
 * <p>Each {@link State} has one method. It returns the next state, or null when it waits for an answer or has refused the client; an
 * answer comes back through {@link #advance}.
 *
 * <p>One per connection; forgotten at its end. Runs on the connection's loop. Not thread-safe.
 */
final class Handshake {
    /** States in the order in which a client passes through them. */
    enum State {
        CHECK,
        CONNECT_RATE,
        INTERCEPT,
        AUTHENTICATE,
        MOVE,
        AUTHORIZE_CLIENT_ID,
        CHECK_OWNER,
        CONNECTION_RATE,
        AUTHORIZE_WILL,
        REVIEW_RESUMED,
        LOAD,
        ATTACH,
        REVIEW_ATTACHED,
        ACCEPT
    }

    /** Handles an answer; returns the next state, or null. */
    interface Step {
        @Nullable
        State run();
    }

    private static final long MAX_PAUSED_NANOS = 10_000_000_000L;

    private static final String RATE_EXCEEDED = "connection rate exceeded";

    private final Connection connection;
    private final Connections home;
    private final Connect connect;
    private final ConnectMemory memory;
    private final ConnAcks answers;

    private State state = State.CHECK;
    private long pausedNanos;

    // valid from AUTHENTICATE on
    private @Nullable EnhancedAuthentication authentication;
    private @Nullable Will will;

    /** Valid from AUTHORIZE_CLIENT_ID on. */
    private @Nullable Admission admission;

    Handshake(Connection connection, Connections home, Connect connect) {
        this.connection = connection;
        this.home = home;
        this.connect = connect;
        this.memory = new ConnectMemory(connection, connect);
        this.answers = new ConnAcks(connection.writer());
    }

    void begin() {
        advance(this::check);
    }

    /** Returns the last state that was entered. */
    State state() {
        return state;
    }

    /** Handles an answer, then enters states until one waits or refuses. The only place that checks whether the connection has closed. */
    void advance(Step answer) {
        Step step = answer;
        while (!connection.isClosed()) {
            State next = step.run();
            if (next == null) {
                return;
            }
            state = next;
            step = () -> enter(next);
        }
    }

    private @Nullable State enter(State entered) {
        return switch (entered) {
            case CHECK -> check();
            case CONNECT_RATE -> limited(home.rates().onConnect(client(), loop()), State.INTERCEPT);
            case INTERCEPT -> intercept();
            case AUTHENTICATE -> authenticate();
            case MOVE -> move();
            case AUTHORIZE_CLIENT_ID -> admission().authorizeClientId();
            case CHECK_OWNER -> admission().checkOwner();
            case CONNECTION_RATE -> limited(admission().acquireConnection(), State.AUTHORIZE_WILL);
            case AUTHORIZE_WILL -> admission().authorizeWill();
            case REVIEW_RESUMED -> admission().reviewResumed();
            case LOAD -> admission().load();
            case ATTACH -> admission().attach();
            case REVIEW_ATTACHED -> admission().reviewAttached();
            case ACCEPT -> admission().accept();
        };
    }

    private @Nullable State check() {
        if (!memory.charge()) {
            return end(new ConnectRefusal(ReasonCode.QUOTA_EXCEEDED, "no memory for another client"));
        }
        ConnectRefusal invalid = ClaimedClient.refusal(connect, home.limits().maxClientIdBytes());
        if (invalid != null) {
            return refuse(invalid);
        }
        ClientInfo client =
                ClaimedClient.of(connect, connection.out(), home.tenancy(), home.caps(), loop().epochMillis());
        connection.identified(client);
        String homeless = ClientTenant.problemBefore(home.tenancy(), client);
        if (homeless != null) {
            return refuse(ReasonCode.NOT_AUTHORIZED, homeless);
        }
        if (home.isRevoked(connection.out())) { // since the handshake of TLS
            return refuse(ReasonCode.NOT_AUTHORIZED, CertificateReview.REVOKED);
        }
        if (home.isBanned(client, loop())) {
            return refuse(ReasonCode.BANNED, "");
        }
        if (home.overload().shedsConnections()) {
            return refuse(ReasonCode.SERVER_BUSY, "");
        }
        String method = connect.properties().string(PropertyId.AUTHENTICATION_METHOD);
        if (method != null && !home.access().knows(method)) {
            return refuse(
                    ReasonCode.BAD_AUTHENTICATION_METHOD,
                    "authentication method is not supported: " + Utf8.quote(method));
        }
        authentication =
                method == null ? null : new EnhancedAuthentication(connection, home.access(), home.limits(), method);
        ConnectRefusal unfitWill = WillCheck.problem(connect.will(), home);
        return unfitWill == null ? State.CONNECT_RATE : refuse(unfitWill);
    }

    /** Goes on if the rate limiter allows it, perhaps after a pause. A dropped client is closed without an answer. */
    private @Nullable State limited(RateDecision decision, State next) {
        if (decision instanceof RateDecision.Allow) {
            return next;
        }
        if (decision instanceof RateDecision.Pause pause && pausedNanos + pause.nanos() <= MAX_PAUSED_NANOS) {
            pausedNanos += pause.nanos();
            Runnable again = connection.contained(() -> advance(() -> state));
            loop().schedule(pause.nanos(), again::run);
            return null;
        }
        ConnectRefusal exceeded = new ConnectRefusal(ReasonCode.CONNECTION_RATE_EXCEEDED, RATE_EXCEEDED);
        if (decision instanceof RateDecision.Drop) {
            home.events().refused(connection, client(), exceeded.reason(), exceeded.detail());
            return end(exceeded);
        }
        return refuse(exceeded);
    }

    private @Nullable State intercept() {
        ConnectRequest request = new ConnectRequest(
                client(), rewritten(connect.will()), connect.properties().userProperties());
        home.interceptors()
                .connect(request, connection.caller(), decision -> advance(() -> intercepted(request, decision)));
        return null;
    }

    private @Nullable Will rewritten(@Nullable ConnectWill asked) {
        if (asked == null) {
            return null;
        }
        Will will = ApplicationMessages.will(asked);
        String topic = home.rewriter().published(asked.topic());
        return topic.equals(asked.topic())
                ? will
                : new Will(will.message().toBuilder().topic(topic).build(), will.delay());
    }

    private @Nullable State intercepted(ConnectRequest before, Decision<ConnectRequest> decision) {
        if (decision instanceof Decision.Refuse<ConnectRequest> refusal) {
            return refuse(refusal.reasonCode(), refusal.reason());
        }
        ConnectRequest request = decision instanceof Decision.Change<ConnectRequest> change ? change.value() : before;
        connection.identified(request.client());
        will = request.will().orElse(null);
        return State.AUTHENTICATE;
    }

    private @Nullable State authenticate() {
        Properties asked = connect.properties();
        AuthenticationRequest request =
                new AuthenticationRequest(client(), bytes(connect.password()), asked.userProperties());
        EnhancedAuthentication by = authentication;
        if (by == null) {
            home.access().authenticate(request, connection.caller(), result -> advance(() -> authenticated(result)));
        } else {
            connection.authenticatedBy(by);
            by.begin(request, asked, result -> advance(() -> authenticated(result)));
        }
        return null;
    }

    static byte @Nullable [] bytes(@Nullable ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(buffer.position(), copy);
        return copy;
    }

    private @Nullable State authenticated(EnhancedAuthenticationResult result) {
        if (result instanceof EnhancedAuthenticationResult.Allowed allowed) {
            return allowed(allowed.as(), allowed.data().orElse(null));
        }
        return result instanceof EnhancedAuthenticationResult.Denied denied ? authenticated(denied.denied()) : null;
    }

    private @Nullable State authenticated(AuthenticationResult result) {
        if (result instanceof AuthenticationResult.Allowed allowed) {
            return allowed(allowed, null);
        }
        if (result instanceof AuthenticationResult.Redirected redirected) {
            ReasonCode reason = redirected.permanent() ? ReasonCode.SERVER_MOVED : ReasonCode.USE_ANOTHER_SERVER;
            return refuse(new ConnectRefusal(reason, ""), redirected.serverReference());
        }
        loop().counters().increment(Counter.CONNECTS_DENIED);
        return result instanceof AuthenticationResult.Denied denied
                ? refuse(denied.reasonCode(), denied.reason() == null ? "" : denied.reason())
                : refuse(ReasonCode.NOT_AUTHORIZED, "");
    }

    private @Nullable State allowed(AuthenticationResult.Allowed allowed, byte @Nullable [] data) {
        long untilEpochMillis = ConnectTime.endOf(allowed, connection.out().tls());
        if (untilEpochMillis <= loop().epochMillis()) {
            loop().counters().increment(Counter.CONNECTS_DENIED);
            return refuse(ReasonCode.NOT_AUTHORIZED, "credentials expired");
        }
        loop().counters().increment(Counter.AUTHENTICATIONS_ALLOWED);
        AuthenticatedClient client = new AuthenticatedClient(
                AuthenticatedClient.describe(client(), allowed, home.caps()), allowed.limits(), untilEpochMillis, data);
        String homeless = ClientTenant.problemAfter(home.tenancy(), client(), allowed);
        if (homeless != null) {
            return refuse(ReasonCode.NOT_AUTHORIZED, homeless);
        }
        boolean choseId = !connect.clientId().isEmpty();
        ConnectRefusal refusal = client.refusal(will, choseId, home);
        if (refusal != null) {
            return refuse(refusal);
        }
        connection.identified(client.info());
        admission = new Admission(this, home, client, will);
        return State.MOVE;
    }

    private @Nullable State move() {
        connection.moveTo(admission().here(), () -> advance(() -> State.AUTHORIZE_CLIENT_ID));
        return null;
    }

    // ---- for the admission

    Connection connection() {
        return connection;
    }

    Connect connect() {
        return connect;
    }

    /** Builds the answers to CONNECT. */
    ConnAcks answers() {
        return answers;
    }

    ConnectMemory memory() {
        return memory;
    }

    /** Properties of CONNACK that enhanced authentication adds. */
    void addAuthentication(Properties.Builder granted, byte @Nullable [] data) {
        if (authentication != null) {
            authentication.addTo(granted, data);
        }
    }

    // ---- the end

    @Nullable
    State refuse(ReasonCode reason, String detail) {
        return refuse(new ConnectRefusal(reason, detail));
    }

    @Nullable
    State refuse(ConnectRefusal refusal) {
        return refuse(refusal, null);
    }

    /** Refuses with CONNACK, then closes. */
    @Nullable
    State refuse(ConnectRefusal refusal, @Nullable String server) {
        home.events().refused(connection, connection.client(), refusal.reason(), refusal.detail());
        connection.send(answers.refused(refusal, server));
        return end(refusal);
    }

    @Nullable
    State end(ConnectRefusal refusal) {
        connection.end(Initiator.BROKER, refusal.reason(), refusal.detail());
        return null;
    }

    private Loop loop() {
        return connection.loop();
    }

    private ClientInfo client() {
        return Objects.requireNonNull(connection.client());
    }

    private Admission admission() {
        return Objects.requireNonNull(admission);
    }
}
