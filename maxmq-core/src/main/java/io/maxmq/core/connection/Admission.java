package io.maxmq.core.connection;

import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.packet.Properties;
import io.maxmq.codec.packet.PropertyId;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.access.ClientAccess;
import io.maxmq.core.connection.Handshake.State;
import io.maxmq.core.connection.Handshake.Step;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.session.LoopSessions;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SessionKey;
import io.maxmq.core.session.SessionSetup;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Message;
import io.maxmq.spi.Will;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.auth.Authorization;
import io.maxmq.spi.limit.ConnectionLimiter;
import io.maxmq.spi.limit.RateDecision;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * States of a {@link Handshake} on the loop of the session: authorizes an authenticated client, resumes or begins its session, and
 * accepts it. Not thread-safe.
 */
final class Admission {
    /** Rights are unknown when an authorizer fails: no subscription ends, and no client is accepted. */
    private static final ConnectRefusal FAILED_AUTHORIZER =
            new ConnectRefusal(ReasonCode.SERVER_UNAVAILABLE, "an authorizer has failed");

    private final Handshake handshake;
    private final Connection connection;
    private final Connections home;
    private final AuthenticatedClient authenticated;
    private final ClientInfo client;
    private final SessionKey key;
    private final LoopServices here;

    private @Nullable Will will;
    private int willDelaySeconds;

    // valid from CHECK_OWNER on
    private @Nullable ClientAccess access;
    private ConnectionLimiter limiter = ConnectionLimiter.NONE;

    /** Epoch of the rules by which the client id is authorized. */
    private int connectRules;

    /** Subscriptions of the session that the rules of {@link #reviewedRules} do not allow. */
    private List<TopicFilter> revoked = List.of();

    /** Epoch of the rules by which subscriptions were reviewed; -1 before. */
    private int reviewedRules = -1;

    // valid from ATTACH on
    private Properties granted = Properties.NONE;
    private LoopSessions.Connected.@Nullable Attached attached;

    Admission(Handshake handshake, Connections home, AuthenticatedClient authenticated, @Nullable Will will) {
        this.handshake = handshake;
        this.connection = handshake.connection();
        this.home = home;
        this.authenticated = authenticated;
        this.client = authenticated.info();
        this.key = new SessionKey(client.tenant(), client.clientId());
        this.here = home.servicesOf(key);
        this.will = will;
    }

    /** Returns the loop of the session. */
    LoopServices here() {
        return here;
    }

    @Nullable
    State authorizeClientId() {
        if (home.isBanned(client, loop())) { // by another name, or since the first check
            return handshake.refuse(ReasonCode.BANNED, "");
        }
        if (home.isRevoked(connection.out())) { // a review of certificates misses a connection that moves
            return handshake.refuse(ReasonCode.NOT_AUTHORIZED, CertificateReview.REVOKED);
        }
        ClientAccess opened = home.access().open(client, connection.caller());
        access = opened;
        connectRules = home.access().epoch();
        opened.connect(decision -> handshake.advance(() -> {
            if (decision instanceof Authorization.Allowed) {
                return State.CHECK_OWNER;
            }
            loop().counters().increment(Counter.AUTHORIZATIONS_DENIED);
            ReasonCode reason =
                    decision instanceof Authorization.Denied denied ? denied.reasonCode() : ReasonCode.NOT_AUTHORIZED;
            return handshake.refuse(reason, "the client id is not authorized");
        }));
        return null;
    }

    /** Precedes the rates: a client with another user's client id takes nothing of that user's rates and places. */
    @Nullable
    State checkOwner() {
        LoopSessions.Connected.Refused foreign = here.sessions().refusal(key, client);
        if (foreign != null) {
            return handshake.refuse(foreign.reason(), foreign.detail());
        }
        limiter = home.rates().open(client, loop());
        connection.limitedBy(limiter);
        return State.CONNECTION_RATE;
    }

    RateDecision acquireConnection() {
        return home.rates().acquireConnection(limiter, client, loop());
    }

    @Nullable
    State authorizeWill() {
        Will asked = will;
        if (asked == null) {
            return State.REVIEW_RESUMED;
        }
        Message message = asked.message();
        if (home.dollarTopics().isDelayed(message.topic())) {
            DelayedTopic delayed = home.dollarTopics().delayed(message.topic());
            if (delayed == null) {
                return handshake.refuse(ReasonCode.TOPIC_NAME_INVALID, WillCheck.NOT_DELAYED);
            }
            message = message.toBuilder().topic(delayed.topic()).build();
            will = new Will(message, asked.delay());
            willDelaySeconds = delayed.seconds();
        }
        access().will(
                        new Action.Will(message.topic(), message.qos(), message.retain()),
                        decision -> handshake.advance(() -> {
                            if (decision instanceof Authorization.Allowed) {
                                return State.REVIEW_RESUMED;
                            }
                            loop().counters().increment(Counter.AUTHORIZATIONS_DENIED);
                            return handshake.refuse(ReasonCode.NOT_AUTHORIZED, "the will is not authorized");
                        }));
        return null;
    }

    /** Leaves another user's session alone; asks again about the subscriptions of the client's own before the session is touched. */
    @Nullable
    State reviewResumed() {
        LoopSessions sessions = here.sessions();
        LoopSessions.Connected.Refused foreign =
                sessions.refusal(key, client); // the owner may have come since CHECK_OWNER
        if (foreign != null) {
            return handshake.refuse(foreign.reason(), foreign.detail());
        }
        Session resumed = sessions.resumable(key, client);
        if (resumed == null || home.access().allowsEverything()) {
            return State.LOAD;
        }
        return review(resumed, State.LOAD, () -> handshake.refuse(FAILED_AUTHORIZER));
    }

    /** Asks about subscriptions until the answer is by the rules that are in force when it comes. */
    private @Nullable State review(Session session, State next, Step failed) {
        int rules = home.access().epoch();
        SubscriptionReview.ask(
                access(),
                session.authorizedSubscriptions(home.automatic().exemptFor(client)),
                new SubscriptionReview.Answer() {
                    @Override
                    public void reviewed(List<TopicFilter> denied) {
                        handshake.advance(() -> {
                            if (home.access().epoch() != rules) {
                                return handshake.state();
                            }
                            revoked = denied;
                            reviewedRules = rules;
                            return next;
                        });
                    }

                    @Override
                    public void failed() {
                        handshake.advance(failed);
                    }
                });
        return null;
    }

    @Nullable
    State load() {
        LoopSessions sessions = here.sessions();
        sessions.prepare(
                key,
                sessions.resumable(key, client) == null,
                failure -> handshake.advance(() -> failure == null
                        ? State.ATTACH
                        : handshake.refuse(ReasonCode.SERVER_UNAVAILABLE, "the session cannot be read from storage")));
        return null;
    }

    /** Attaches the connection to its session, and waits until storage has confirmed a new one. */
    @Nullable
    State attach() {
        granted = granted();
        if (!connection.writer().canSend(handshake.answers().accepted(false, granted, ""))) {
            return handshake.refuse(
                    ReasonCode.PACKET_TOO_LARGE, "CONNACK is larger than the client's maximum packet size");
        }
        LoopSessions.Connected connected =
                here.sessions().connect(key, home.routes(client.tenant()), setup(), connection.writer());
        if (connected instanceof LoopSessions.Connected.Refused refused) {
            return handshake.refuse(refused.reason(), refused.detail());
        }
        if (!(connected instanceof LoopSessions.Connected.Attached to)) {
            return null;
        }
        attached = to;
        Session session = to.session();
        if (session.isWritten()) {
            return State.REVIEW_ATTACHED;
        }
        connection.attaching(session);
        session.afterWritten(failure -> handshake.advance(() -> {
            if (failure == null) {
                return State.REVIEW_ATTACHED;
            }
            connection.attaching(null);
            session.leaveUnwritten(connection.writer());
            return handshake.refuse(ReasonCode.QUOTA_EXCEEDED, "storage refuses the session");
        }));
        return null;
    }

    private SessionSetup setup() {
        int window = handshake
                .connect()
                .properties()
                .intOr(PropertyId.RECEIVE_MAXIMUM, GrantedProperties.MAX_RECEIVE_MAXIMUM);
        io.maxmq.core.session.SessionWill kept = will == null ? null : home.will(client, will, willDelaySeconds, here);
        return new SessionSetup(
                client,
                access(),
                client.sessionExpirySeconds(),
                window,
                kept,
                authenticated.limits(),
                handshake.connect().bridge());
    }

    private Properties granted() {
        if (!handshake.connect().version().isV5()) {
            return Properties.NONE;
        }
        Properties.Builder properties = GrantedProperties.to(
                client, handshake.connect(), authenticated.limits(), home.limits(), home.capabilities());
        handshake.addAuthentication(properties, authenticated.authenticationData());
        return properties.build();
    }

    /** Asks once more where the rules have changed while storage took its time. */
    @Nullable
    State reviewAttached() {
        LoopSessions.Connected.Attached to = attached();
        if (!to.present() || home.access().allowsEverything() || home.access().epoch() == reviewedRules) {
            return State.ACCEPT;
        }
        connection.attaching(to.session());
        return review(to.session(), State.ACCEPT, () -> handshake.end(FAILED_AUTHORIZER));
    }

    @Nullable
    State accept() {
        connection.attaching(null);
        loop().counters().increment(Counter.CONNECTS_ACCEPTED);
        boolean present = attached().present();
        Session session = attached().session();
        String ended = present ? home.revoke(connection, session, revoked) : "";
        connection.send(handshake.answers().accepted(present, granted, ended));
        String claimed = client.claimedUsername().orElse("");
        handshake.memory().release(claimed.equals(session.owner().name()) ? 0 : claimed.length());
        int aliases = Math.min(
                handshake.connect().properties().intOr(PropertyId.TOPIC_ALIAS_MAXIMUM, 0),
                home.limits().topicAliasMaximumOutbound());
        connection.established(new HandshakeResult(attached(), access(), authenticated, aliases));
        if (home.access().epoch() != connectRules) { // a review meanwhile did not find this client connected
            ClientReview.begin(connection, home, questions -> {});
        }
        return null;
    }

    private Loop loop() {
        return here.loop();
    }

    private ClientAccess access() {
        return Objects.requireNonNull(access);
    }

    private LoopSessions.Connected.Attached attached() {
        return Objects.requireNonNull(attached);
    }
}
