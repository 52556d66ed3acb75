package io.maxmq.core.connection;

import io.maxmq.codec.PacketType;
import io.maxmq.codec.ProtocolVersion;
import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.packet.ConnAck;
import io.maxmq.codec.packet.Connect;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.access.Access;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.routing.Subscription;
import io.maxmq.core.session.ApplicationMessages;
import io.maxmq.core.session.InProcessNames;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SessionKey;
import io.maxmq.core.session.SessionSetup;
import io.maxmq.core.session.Sessions;
import io.maxmq.core.session.Will;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.AuthenticationRequest;
import io.maxmq.spi.auth.AuthenticationResult;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.auth.ClientLimits;
import io.maxmq.spi.auth.EnhancedAuthenticationResult;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import io.maxmq.spi.intercept.ConnectRequest;
import io.maxmq.spi.intercept.Decision;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateDecision;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * From CONNECT to CONNACK (MQTT 5.0 §3.1, §3.2): checks what the client asks for, has it let in, moves the connection to
 * the loop of its session, attaches it there, and answers with what the broker grants.
 *
 * <p>One per connection; forgotten when it is done. Runs on the connection's loop. Not thread-safe.
 */
final class Handshake {
    /** How long a client may have to wait for its turn. */
    private static final long MAX_PAUSED_NANOS = 10_000_000_000L;

    private static final String RATE_EXCEEDED = "connection rate exceeded";

    /** Where an authorizer has failed it is not known what may be subscribed to: nothing is taken away, nobody let in. */
    private static final ReasonCode UNKNOWN_RIGHTS = ReasonCode.SERVER_UNAVAILABLE;

    private static final String FAILED_AUTHORIZER = "an authorizer has failed";

    private final Connection connection;
    private final Connections home;
    private final Connect connect;
    private final Properties asked;
    private final ConnectMemory memory;
    private ClientLimits limits = ClientLimits.none();
    private int keepAliveSeconds;
    private @Nullable EnhancedAuthentication authentication;
    private byte @Nullable [] authenticationData;
    private long untilEpochMillis = Long.MAX_VALUE;
    private io.maxmq.spi.@Nullable Will will;
    private int willLaterSeconds;
    private long pausedNanos;

    /** Subscriptions of the session that the rules of this epoch do not allow; the epoch is -1 before they have been looked at. */
    private List<TopicFilter> revoked = List.of();

    private int reviewedRules = -1;

    /** The epoch of the rules by which the client id is authorized. */
    private int connectRules;

    Handshake(Connection connection, Connections home, Connect connect) {
        this.connection = connection;
        this.home = home;
        this.connect = connect;
        this.asked = connect.properties();
        this.memory = new ConnectMemory(connection, connect);
    }

    void begin() {
        if (!memory.charge()) {
            connection.end(Initiator.BROKER, ReasonCode.QUOTA_EXCEEDED, "no memory for another client");
            return;
        }
        String clientId = connect.clientId();
        if (clientId.isEmpty()) {
            if (connect.version() == ProtocolVersion.MQTT_3_1) {
                refuse(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "MQTT 3.1 has no empty client id");
                return;
            }
            if (!connect.version().isV5() && !connect.cleanStart()) {
                refuse(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "empty client id without clean session");
                return;
            }
            clientId = "auto-" + UUID.randomUUID();
        }
        if (tooLong(clientId)) {
            refuse(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "client id is longer than " + home.limits().maxClientIdBytes() + " bytes");
            return;
        }
        keepAliveSeconds =
                home.cappedKeepAliveSeconds(connect.keepAliveSeconds(), connect.userName() == null, connect.version());
        ClientInfo client = describe(clientId);
        connection.identified(client);
        String homeless = ClientTenant.problemBefore(home.tenancy(), client);
        if (homeless != null) {
            refuse(ReasonCode.NOT_AUTHORIZED, homeless);
            return;
        }
        if (home.isRevoked(connection.out())) { // since the handshake of TLS
            refuse(ReasonCode.NOT_AUTHORIZED, CertificateReview.REVOKED);
            return;
        }
        if (home.isBanned(client, connection.here().loop())) {
            refuse(ReasonCode.BANNED, "");
            return;
        }
        if (home.overload().shedsConnections()) {
            refuse(ReasonCode.SERVER_BUSY, "");
            return;
        }
        String method = asked.string(PropertyId.AUTHENTICATION_METHOD);
        if (method != null) {
            if (!home.access().knows(method)) {
                refuse(
                        ReasonCode.BAD_AUTHENTICATION_METHOD,
                        "authentication method is not supported: " + Utf8.quote(method));
                return;
            }
            authentication = new EnhancedAuthentication(connection, home, method);
        }
        WillCheck.Problem problem = WillCheck.problem(connect.will(), home);
        if (problem != null) {
            refuse(problem.reason(), problem.detail());
            return;
        }
        whenWithinRate(() -> home.rates().onConnect(client, connection.here().loop()), () -> intercept(client));
    }

    /** Goes on if the rate limiter allows it, perhaps after a while. What it drops is closed without an answer. */
    private void whenWithinRate(Supplier<RateDecision> question, Runnable next) {
        RateDecision decision = question.get();
        if (decision instanceof RateDecision.Allow) {
            next.run();
        } else if (decision instanceof RateDecision.Pause pause && pausedNanos + pause.nanos() <= MAX_PAUSED_NANOS) {
            pausedNanos += pause.nanos();
            Runnable again = connection.contained(() -> {
                if (!connection.isClosed()) {
                    whenWithinRate(question, next);
                }
            });
            connection.here().loop().schedule(pause.nanos(), again::run);
        } else if (decision instanceof RateDecision.Drop) {
            home.events().refused(connection, connection.client(), ReasonCode.CONNECTION_RATE_EXCEEDED, RATE_EXCEEDED);
            connection.end(Initiator.BROKER, ReasonCode.CONNECTION_RATE_EXCEEDED, RATE_EXCEEDED);
        } else {
            refuse(ReasonCode.CONNECTION_RATE_EXCEEDED, RATE_EXCEEDED);
        }
    }

    private void intercept(ClientInfo client) {
        ConnectRequest request = new ConnectRequest(client, rewritten(connect.will()), asked.userProperties());
        home.interceptors().connect(request, connection.caller(), decision -> intercepted(request, decision));
    }

    private io.maxmq.spi.@Nullable Will rewritten(io.maxmq.codec.packet.@Nullable Will asked) {
        if (asked == null) {
            return null;
        }
        io.maxmq.spi.Will will = ApplicationMessages.will(asked);
        String topic = home.rewriter().published(asked.topic());
        return topic.equals(asked.topic())
                ? will
                : new io.maxmq.spi.Will(will.message().toBuilder().topic(topic).build(), will.delay());
    }

    private void intercepted(ConnectRequest before, Decision<ConnectRequest> decision) {
        if (connection.isClosed()) {
            return;
        }
        if (decision instanceof Decision.Refuse<ConnectRequest> refusal) {
            refuse(refusal.reasonCode(), refusal.reason());
            return;
        }
        ConnectRequest request = decision instanceof Decision.Change<ConnectRequest> change ? change.value() : before;
        ClientInfo client = request.client();
        will = request.will().orElse(null);
        keepAliveSeconds = client.keepAliveSeconds();
        connection.identified(client);
        authenticate(new AuthenticationRequest(client, bytes(connect.password()), asked.userProperties()));
    }

    private void authenticate(AuthenticationRequest request) {
        EnhancedAuthentication by = authentication;
        if (by == null) {
            home.access().authenticate(request, connection.caller(), this::authenticated);
        } else {
            connection.authenticatedBy(by);
            by.begin(request, asked, this::enhancedAuthenticated);
        }
    }

    private void enhancedAuthenticated(EnhancedAuthenticationResult result) {
        if (result instanceof EnhancedAuthenticationResult.Allowed allowed) {
            authenticationData = allowed.data().orElse(null);
            authenticated(allowed.as());
        } else if (result instanceof EnhancedAuthenticationResult.Denied denied) {
            authenticated(denied.denied());
        }
    }

    private boolean tooLong(String clientId) {
        int limit = home.limits().maxClientIdBytes();
        return clientId.length() > limit || clientId.getBytes(StandardCharsets.UTF_8).length > limit;
    }

    /** Whether it can be sent: it may be another than CONNECT's, of an interceptor or authenticator. */
    private static boolean isClientId(String clientId) {
        int bytes = Utf8.encodedLength(clientId);
        return bytes > 0 && bytes <= Utf8.MAX_BYTES;
    }

    private ClientInfo describe(String clientId) {
        return ClientInfo.builder(
                        clientId,
                        connect.version(),
                        connection.out().remoteAddress(),
                        connection.out().listener())
                .tls(connection.out().tls())
                .tenant(ClientTenant.before(home.tenancy(), connection.out().tls()))
                .username(connect.userName())
                .cleanStart(connect.cleanStart())
                .keepAliveSeconds(keepAliveSeconds)
                .sessionExpirySeconds(expirySeconds())
                .connectedAtEpochMillis(connection.here().loop().epochMillis())
                .build();
    }

    /** How long the session outlives the connection: MQTT 3 says it with clean session (§3.1.2.4, MQTT 3.1.1). */
    private long expirySeconds() {
        if (connect.version().isV5()) {
            return home.cappedExpirySeconds(asked.longOr(PropertyId.SESSION_EXPIRY_INTERVAL, 0));
        }
        return connect.cleanStart() ? 0 : home.expirySecondsV3();
    }

    static byte @Nullable [] bytes(@Nullable ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(buffer.position(), copy);
        return copy;
    }

    private void authenticated(AuthenticationResult result) {
        if (connection.isClosed()) {
            return;
        }
        if (result instanceof AuthenticationResult.Redirected redirected) {
            redirect(redirected);
            return;
        }
        if (!(result instanceof AuthenticationResult.Allowed allowed)) {
            connection.here().loop().counters().increment(Counter.CONNECTS_DENIED);
            ReasonCode reason = ReasonCode.NOT_AUTHORIZED;
            String detail = "";
            if (result instanceof AuthenticationResult.Denied denied) {
                reason = denied.reasonCode();
                detail = denied.reason() == null ? "" : denied.reason();
            }
            refuse(reason, detail);
            return;
        }
        untilEpochMillis = ConnectTime.endOf(allowed, connection.out().tls());
        if (untilEpochMillis <= connection.here().loop().epochMillis()) {
            connection.here().loop().counters().increment(Counter.CONNECTS_DENIED);
            refuse(ReasonCode.NOT_AUTHORIZED, "credentials expired");
            return;
        }
        connection.here().loop().counters().increment(Counter.AUTHENTICATIONS_ALLOWED);
        ClientInfo before = connection.client();
        assert before != null;
        limits = allowed.limits();
        ClientInfo client = limited(proven(before, allowed));
        String homeless = ClientTenant.problemAfter(home.tenancy(), before, allowed);
        if (homeless != null) {
            refuse(ReasonCode.NOT_AUTHORIZED, homeless);
            return;
        }
        if (!home.admits(client.tenant())) {
            refuse(ReasonCode.QUOTA_EXCEEDED, "too many tenants");
            return;
        }
        if (will != null
                && limits.maximumQos()
                                .orElse(QoS.EXACTLY_ONCE)
                                .compareTo(will.message().qos())
                        < 0) {
            refuse(ReasonCode.QOS_NOT_SUPPORTED, "QoS of the will is above what the client may have");
            return;
        }
        if (!isClientId(client.clientId())) {
            refuse(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "the client id that it is given is none");
            return;
        }
        if (InProcessNames.isReserved(client.clientId())) {
            refuse(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "the client id is one of the application's");
            return;
        }
        if (!connect.clientId().isEmpty() && !home.clientIds().allows(client.clientId(), client.username())) {
            refuse(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "the client id does not belong to the user");
            return;
        }
        connection.identified(client);
        SessionKey key = new SessionKey(client.tenant(), client.clientId());
        connection.moveTo(home.servicesOf(key), () -> authorizeConnect(key, client));
    }

    private void authorizeConnect(SessionKey key, ClientInfo client) {
        if (home.isBanned(client, connection.here().loop())) { // by another name, or since it was looked at first
            refuse(ReasonCode.BANNED, "");
            return;
        }
        if (home.isRevoked(connection.out())) { // while the connection moved, no review of certificates could find it
            refuse(ReasonCode.NOT_AUTHORIZED, CertificateReview.REVOKED);
            return;
        }
        ClientAccess access = home.access().open(client, connection.caller());
        connectRules = home.access().epoch();
        access.connect(decision -> {
            if (connection.isClosed()) {
                return;
            }
            if (decision instanceof Authorization.Allowed) {
                limit(key, client, access);
            } else {
                connection.here().loop().counters().increment(Counter.AUTHORIZATIONS_DENIED);
                refuse(reasonOf(decision), "the client id is not authorized");
            }
        });
    }

    private static ReasonCode reasonOf(Authorization decision) {
        return decision instanceof Authorization.Denied denied ? denied.reasonCode() : ReasonCode.NOT_AUTHORIZED;
    }

    /** Ownership is checked first: a client id of another user takes nothing of that user's rates and places. */
    private void limit(SessionKey key, ClientInfo client, ClientAccess access) {
        if (refusedAsForeign(key, client)) {
            return;
        }
        ConnectionLimiter limiter = home.rates().open(client, connection.here().loop());
        connection.limitedBy(limiter);
        whenWithinRate(
                () -> home.rates()
                        .acquireConnection(limiter, client, connection.here().loop()),
                () -> authorizeWill(key, client, access));
    }

    /** The client with the names that were proven; a claimed user name does not spare it the keep alive of anonymous clients. */
    private ClientInfo proven(ClientInfo before, AuthenticationResult.Allowed allowed) {
        ClientInfo client = Access.authenticated(before, allowed);
        if (before.username().isPresent() && client.username().isEmpty()) {
            keepAliveSeconds = home.cappedKeepAliveSeconds(client.keepAliveSeconds(), true, connect.version());
            return client.toBuilder().keepAliveSeconds(keepAliveSeconds).build();
        }
        return client;
    }

    /** The client as its own limits leave it. */
    private ClientInfo limited(ClientInfo client) {
        if (limits == ClientLimits.none()) {
            return client;
        }
        int longest = (int) limits.maxKeepAlive().orElse(Duration.ZERO).toSeconds();
        if (longest > 0) {
            keepAliveSeconds = keepAliveSeconds == 0 ? longest : Math.min(keepAliveSeconds, longest);
        }
        return client.toBuilder()
                .keepAliveSeconds(keepAliveSeconds)
                .sessionExpirySeconds(cappedExpirySeconds(client.sessionExpirySeconds(), limits))
                .build();
    }

    static long cappedExpirySeconds(long seconds, ClientLimits limits) {
        Duration longest = limits.maxSessionExpiry().orElse(null);
        return longest == null ? seconds : Math.min(seconds, longest.toSeconds());
    }

    private void redirect(AuthenticationResult.Redirected redirected) {
        refuse(
                redirected.permanent() ? ReasonCode.SERVER_MOVED : ReasonCode.USE_ANOTHER_SERVER,
                "",
                Properties.builder().set(PropertyId.SERVER_REFERENCE, redirected.serverReference()));
    }

    private void authorizeWill(SessionKey key, ClientInfo client, ClientAccess access) {
        io.maxmq.spi.Will asked = will;
        if (asked == null) {
            prepare(key, client, access);
            return;
        }
        Message message = asked.message();
        if (home.dollarTopics().isDelayed(message.topic())) {
            DelayedTopic delayed = home.dollarTopics().delayed(message.topic());
            if (delayed == null) {
                refuse(ReasonCode.TOPIC_NAME_INVALID, WillCheck.NOT_DELAYED);
                return;
            }
            message = message.toBuilder().topic(delayed.topic()).build();
            will = new io.maxmq.spi.Will(message, asked.delay());
            willLaterSeconds = delayed.seconds();
        }
        access.will(new Action.Will(message.topic(), message.qos(), message.retain()), decision -> {
            if (connection.isClosed()) {
                return;
            }
            if (decision instanceof Authorization.Allowed) {
                prepare(key, client, access);
            } else {
                connection.here().loop().counters().increment(Counter.AUTHORIZATIONS_DENIED);
                refuse(ReasonCode.NOT_AUTHORIZED, "the will is not authorized");
            }
        });
    }

    /**
     * Another user's session is left alone. What one's own brings along may no longer be allowed: that is looked at before the
     * session is touched and anything is sent.
     */
    private void prepare(SessionKey key, ClientInfo client, ClientAccess access) {
        if (refusedAsForeign(key, client)) { // the owner may have come since it was looked at first
            return;
        }
        Session resumed = connection.here().sessions().resumable(key, client);
        if (resumed == null || home.access().allowsEverything()) {
            attach(key, client, access);
        } else {
            review(access, resumed, () -> attach(key, client, access), () -> refuse(UNKNOWN_RIGHTS, FAILED_AUTHORIZER));
        }
    }

    private boolean refusedAsForeign(SessionKey key, ClientInfo client) {
        Sessions.Connected.Refused refusal = connection.here().sessions().refusal(key, client);
        if (refusal != null) {
            refuse(refusal.reason(), refusal.detail());
        }
        return refusal != null;
    }

    /** Asks until the answer is by the rules that are in force when it comes. */
    private void review(ClientAccess access, Session session, Runnable goOn, Runnable giveUp) {
        int rules = home.access().epoch();
        List<Subscription> asked =
                session.authorizedSubscriptions(home.automatic().exemptFor(access.client()));
        SubscriptionReview.ask(access, asked, new SubscriptionReview.Answer() {
            @Override
            public void reviewed(List<TopicFilter> denied) {
                if (connection.isClosed()) {
                    return;
                }
                if (home.access().epoch() == rules) {
                    revoked = denied;
                    reviewedRules = rules;
                    goOn.run();
                } else {
                    review(access, session, goOn, giveUp);
                }
            }

            @Override
            public void failed() {
                if (!connection.isClosed()) {
                    giveUp.run();
                }
            }
        });
    }

    /** What storage has of the session is needed first. */
    private void attach(SessionKey key, ClientInfo client, ClientAccess access) {
        Sessions sessions = connection.here().sessions();
        sessions.prepare(key, sessions.resumable(key, client) == null, failure -> {
            if (connection.isClosed()) {
                return;
            }
            if (failure == null) {
                attachLoaded(key, client, access);
            } else {
                refuse(ReasonCode.SERVER_UNAVAILABLE, "the session cannot be read from storage");
            }
        });
    }

    private void attachLoaded(SessionKey key, ClientInfo client, ClientAccess access) {
        LoopServices here = connection.here();
        Properties granted = granted(client);
        if (!connection.writer().canSend(new ConnAck(false, ReasonCode.SUCCESS, granted))) {
            refuse(ReasonCode.PACKET_TOO_LARGE, "CONNACK is larger than the client's maximum packet size");
            return;
        }
        Sessions.Connected connected =
                here.sessions().connect(key, home.routes(client.tenant()), setup(client, access), connection);
        if (connected instanceof Sessions.Connected.Refused refused) {
            refuse(refused.reason(), refused.detail());
        } else if (connected instanceof Sessions.Connected.Attached attached) {
            Session session = attached.session();
            if (session.isWritten()) {
                settle(attached, client, access, granted);
                return;
            }
            connection.attaching(session);
            session.afterWritten(failure -> {
                if (connection.isClosed()) {
                    return;
                }
                connection.attaching(null);
                if (failure == null) {
                    settle(attached, client, access, granted);
                } else {
                    session.leaveUnwritten(connection);
                    refuse(ReasonCode.QUOTA_EXCEEDED, "storage refuses the session");
                }
            });
        }
    }

    /** The rules may have changed since the subscriptions were looked at, as storage takes its time. */
    private void settle(
            Sessions.Connected.Attached attached, ClientInfo client, ClientAccess access, Properties granted) {
        Access asked = home.access();
        if (!attached.present() || asked.allowsEverything() || asked.epoch() == reviewedRules) {
            accept(attached, client, access, granted);
            return;
        }
        Session session = attached.session();
        connection.attaching(session);
        review(
                access,
                session,
                () -> {
                    connection.attaching(null);
                    accept(attached, client, access, granted);
                },
                () -> connection.end(Initiator.BROKER, UNKNOWN_RIGHTS, FAILED_AUTHORIZER));
    }

    private void accept(
            Sessions.Connected.Attached attached, ClientInfo client, ClientAccess access, Properties granted) {
        connection.here().loop().counters().increment(Counter.CONNECTS_ACCEPTED);
        Session session = attached.session();
        String ended = attached.present() ? home.revoke(connection, session, revoked) : "";
        ConnAck answer = new ConnAck(attached.present(), ReasonCode.SUCCESS, granted);
        connection.send(ended.isEmpty() ? answer : telling(answer, ended));
        String claimed = client.claimedUsername().orElse("");
        memory.release(claimed.equals(session.owner().name()) ? 0 : claimed.length());
        connection.established(new Established(
                session,
                attached.present(),
                access,
                keepAliveSeconds,
                untilEpochMillis,
                Math.min(
                        asked.intOr(PropertyId.TOPIC_ALIAS_MAXIMUM, 0),
                        home.limits().topicAliasMaximumOutbound()),
                limits));
        if (home.access().epoch() != connectRules) { // changed while this client was not among those that are reviewed
            connection.reviewSubscriptions(questions -> {});
        }
    }

    /** With a reason string, where the client may be sent one and has room for it. */
    private ConnAck telling(ConnAck answer, String what) {
        if (!connect.version().isV5() || !connection.writer().wantsProblemInformation()) {
            return answer;
        }
        ConnAck longer = new ConnAck(
                answer.sessionPresent(),
                answer.reason(),
                answer.properties().toBuilder()
                        .set(PropertyId.REASON_STRING, what)
                        .build());
        return connection.writer().canSend(longer) ? longer : answer;
    }

    private SessionSetup setup(ClientInfo client, ClientAccess access) {
        int window = connect.version().isV5()
                ? asked.intOr(PropertyId.RECEIVE_MAXIMUM, Granted.MAX_RECEIVE_MAXIMUM)
                : Granted.MAX_RECEIVE_MAXIMUM;
        Will kept = will == null ? null : home.will(client, will, willLaterSeconds, connection.here());
        return new SessionSetup(client, access, client.sessionExpirySeconds(), window, kept, limits, connect.bridge());
    }

    private Properties granted(ClientInfo client) {
        if (!connect.version().isV5()) {
            return Properties.NONE;
        }
        Properties.Builder granted = Granted.to(client, connect, limits, home);
        if (authentication != null) {
            authentication.addTo(granted, authenticationData);
        }
        return granted.build();
    }

    /** Refuses with CONNACK, then closes. */
    private void refuse(ReasonCode reason, String detail) {
        refuse(reason, detail, Properties.builder());
    }

    private void refuse(ReasonCode reason, String detail, Properties.Builder toldTo5) {
        home.events().refused(connection, connection.client(), reason, detail);
        ReasonCode told = reason.allowedIn(PacketType.CONNACK) ? reason : ReasonCode.UNSPECIFIED_ERROR;
        String why = connection.writer().reasonString(detail).string(PropertyId.REASON_STRING);
        if (why != null) {
            toldTo5.set(PropertyId.REASON_STRING, why);
        }
        Properties properties = connect.version().isV5() ? toldTo5.build() : Properties.NONE;
        connection.send(new ConnAck(false, told, properties));
        connection.end(Initiator.BROKER, reason, detail);
    }
}
