package io.maxmq.core.connection;

import io.maxmq.codec.ReasonCode;
import io.maxmq.codec.Utf8;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.codec.wire.DecodeLimits;
import io.maxmq.config.BrokerConfig;
import io.maxmq.config.Capabilities;
import io.maxmq.config.ClientIdRule;
import io.maxmq.config.ConnectionLimits;
import io.maxmq.config.Tenancy;
import io.maxmq.core.access.Access;
import io.maxmq.core.intercept.Interceptors;
import io.maxmq.core.limit.BanList;
import io.maxmq.core.limit.Overload;
import io.maxmq.core.loop.AnyThread;
import io.maxmq.core.loop.Loop;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.Loggers;
import io.maxmq.core.routing.MessageIds;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.session.ApplicationMessages;
import io.maxmq.core.session.Session;
import io.maxmq.core.session.SessionKey;
import io.maxmq.core.tls.Revocations;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.TlsSession;
import io.maxmq.spi.Will;
import io.maxmq.spi.event.BrokerEvent.Initiator;
import io.maxmq.spi.limit.RateDecision;
import io.maxmq.spi.limit.RateLimiter;
import io.netty.buffer.ByteBufAllocator;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections and holds what all of a broker's share. Immutable after {@link #addLoop}; thread-safe, but methods
 * that take a loop run on it.
 */
public final class Connections {
    /** Of a list in a reason string; the one that goes beyond is its last. */
    private static final int MAX_TOLD_CHARACTERS = 200;

    private static final Counter[] SENT = {Counter.SENT_QOS_0, Counter.SENT_QOS_1, Counter.SENT_QOS_2};
    private static final Counter[] RECEIVED = {Counter.RECEIVED_QOS_0, Counter.RECEIVED_QOS_1, Counter.RECEIVED_QOS_2};

    /** Parts of the broker that decide about clients. */
    public record Deciders(
            Access access,
            Interceptors interceptors,
            List<RateLimiter> rateLimiters,
            BanList bans,
            Overload overload) {}

    /**
     * Tenants of the broker.
     *
     * @param routes of a tenant
     * @param admission returns whether there is room for a tenant
     */
    public record Tenants(Function<Tenant, Routes> routes, Predicate<Tenant> admission) {}

    private final BrokerConfig config;
    private final Deciders deciders;
    private final Tenants tenants;
    private final IntervalCaps caps;
    private final ConnectionEvents events;
    private final RateDecisions rates;
    private final DecodeLimits decodeLimits;
    private final DollarTopics dollarTopics;
    private final TopicRewriter rewriter;
    private final AutomaticSubscriptions automatic;
    private final SubscriptionRules subscriptionRules;
    private final List<LoopServices> loops = new ArrayList<>();
    private final List<SubscriptionReauthorization> reviews = new ArrayList<>();

    /** By the name of the listener. */
    private final Map<String, Revocations> revocations = new ConcurrentHashMap<>();

    public Connections(BrokerConfig config, Deciders deciders, Tenants tenants, Events events, Loggers loggers) {
        this.config = config;
        this.deciders = deciders;
        this.tenants = tenants;
        this.caps = new IntervalCaps(config);
        this.events = new ConnectionEvents(events, loggers.of("connection"));
        this.rates = new RateDecisions(deciders.rateLimiters(), events);
        this.dollarTopics = new DollarTopics(config);
        this.subscriptionRules = new SubscriptionRules(config);
        ConnectionLimits limits = config.connections();
        this.automatic = new AutomaticSubscriptions(config.automaticSubscriptions());
        this.rewriter = TopicRewriter.of(config.topicRewrites(), limits.maxTopicLevels());
        this.decodeLimits = new DecodeLimits(
                limits.maxPacketBytesBeforeConnect(),
                limits.maxPacketBytes(),
                limits.maxUserProperties(),
                limits.maxUserPropertyBytes(),
                config.sessions().maxSubscriptions(),
                limits.longClientIdsInV31() ? limits.maxClientIdBytes() : 23);
    }

    /** Adds the next loop; all are added before the first connection comes. */
    public void addLoop(SessionLoop at, MessageIds ids, ByteBufAllocator allocator) {
        LoopServices services = new LoopServices(at, new PublishFrames(at.loop(), allocator), new RoutedMessage(ids));
        loops.add(services);
        reviews.add(new SubscriptionReauthorization(this, services));
        rates.addLoop(at.loop());
    }

    /** A connection on {@code loop} for what a transport has accepted. */
    public ByteSource open(ByteSink sink, Loop loop) {
        assert loop.inLoop();
        Connection connection = new Connection(this, sink, loops.get(loop.index()));
        connection.open();
        return connection;
    }

    /** Counts why a socket is refused without asking plug-ins: its address is banned, or there is too much to do. Null when it is not. */
    public @Nullable Counter refusalOf(SocketAddress remote, Loop loop) {
        if (deciders.bans().of(remote, loop.epochMillis()) != null) {
            return Counter.REFUSED_BANNED;
        }
        return overload().shedsConnections() ? Counter.REFUSED_OVERLOAD : null;
    }

    ClientIdRule clientIds() {
        return config.clientIds();
    }

    Overload overload() {
        return deciders.overload();
    }

    /** Whether the client, its user or its address is banned. */
    boolean isBanned(ClientInfo client, Loop loop) {
        return deciders.bans().of(client, loop.epochMillis()) != null;
    }

    /** Ends the connections on this loop of those who are in the list; how many. */
    public int endOf(BanList banned, Loop loop) {
        assert loop.inLoop();
        int ended = 0;
        for (Connection connection : List.copyOf(loops.get(loop.index()).open())) {
            ClientInfo client = connection.client();
            if (!connection.isClosed() && client != null && banned.of(client, 0) != null) {
                connection.end(Initiator.ADMINISTRATOR, ReasonCode.ADMINISTRATIVE_ACTION, "");
                ended++;
            }
        }
        return ended;
    }

    /** Whether a socket may stay: the rate limiter's say, before anything is read from it. */
    public RateDecision admits(SocketAddress remote, String listener, Loop loop) {
        assert loop.inLoop();
        return rates.onAccept(remote, listener, loop);
    }

    /** A client has not got through the TLS handshake. */
    public void handshakeFailed(SocketAddress remote, String listener, String detail, Loop loop) {
        events.handshakeFailed(remote, listener, detail, loop);
    }

    /** A client has asked for something else than a WebSocket that is here. */
    public void webSocketRefused(SocketAddress remote, String listener, String detail, Loop loop) {
        events.webSocketRefused(remote, listener, detail, loop);
    }

    /** Says goodbye on all connections of this loop. */
    public void shutDown(Loop loop) {
        assert loop.inLoop();
        for (Connection connection : List.copyOf(loops.get(loop.index()).open())) {
            connection.shutDown();
        }
    }

    /**
     * The rules have changed: asks again about the subscriptions of who is connected on this loop. Who is not, is asked
     * about with the next CONNECT.
     */
    public void reviewSubscriptions(Loop loop) {
        assert loop.inLoop();
        // Half of what may wait for workers is for whatever else there is.
        reviews.get(loop.index()).begin(config.workerQueue() / 2 / loops.size());
    }

    /**
     * Ends subscriptions that are no longer allowed.
     *
     * @return what to tell the client, for people; empty when nothing has ended
     */
    String revoke(Connection connection, Session session, List<TopicFilter> filters) {
        StringBuilder ended = new StringBuilder();
        for (TopicFilter filter : filters) {
            if (session.subscribing().revoke(filter)) {
                connection.loop().counters().increment(Counter.AUTHORIZATIONS_DENIED);
                events.unsubscribed(connection, filter.toString());
                if (ended.length() < MAX_TOLD_CHARACTERS) {
                    ended.append(ended.isEmpty() ? "subscriptions no longer allowed: " : ", ")
                            .append(Utf8.quote(filter.toString()));
                }
            }
        }
        return ended.toString();
    }

    /** Whether MQTT 5.0 clients are told by DISCONNECT that they have lost a subscription. */
    boolean disconnectsRevoked() {
        return config.disconnectRevoked();
    }

    /** Ends the connections of one listener on this loop. */
    public void endOf(String listener, Loop loop) {
        assert loop.inLoop();
        for (Connection connection : List.copyOf(loops.get(loop.index()).open())) {
            if (connection.out().listener().equals(listener)) {
                connection.end(Initiator.ADMINISTRATOR, ReasonCode.ADMINISTRATIVE_ACTION, "the listener is removed");
            }
        }
    }

    /** Clients of this listener with a certificate that these lists revoke are refused from now on. */
    @AnyThread
    public void revoke(String listener, Revocations lists) {
        if (lists.isEmpty()) {
            revocations.remove(listener);
        } else {
            revocations.put(listener, lists);
        }
    }

    /** Ends the connections of one listener on this loop whose certificate is revoked; completes when all have been looked at. */
    public CompletableFuture<Void> endRevoked(String listener, Loop loop) {
        assert loop.inLoop();
        return new CertificateReview(this, loops.get(loop.index()), listener).begin();
    }

    /** Whether the lists of now revoke the client's certificate. */
    boolean isRevoked(ByteSink client) {
        TlsSession tls = client.tls();
        Revocations lists = tls == null ? null : revocations.get(client.listener());
        return tls != null && lists != null && lists.revokes(tls.peerCertificates());
    }

    /** Closes what is left on this loop, whether or not the client has taken its goodbye. */
    public void cutOff(Loop loop) {
        assert loop.inLoop();
        for (Connection connection : List.copyOf(loops.get(loop.index()).open())) {
            connection.out().abort();
        }
    }

    // ---- for connections

    ConnectionLimits limits() {
        return config.connections();
    }

    Capabilities capabilities() {
        return config.capabilities();
    }

    DecodeLimits decodeLimits() {
        return decodeLimits;
    }

    DollarTopics dollarTopics() {
        return dollarTopics;
    }

    AutomaticSubscriptions automatic() {
        return automatic;
    }

    TopicRewriter rewriter() {
        return rewriter;
    }

    Access access() {
        return deciders.access();
    }

    /** What rate limiters say. */
    RateDecisions rates() {
        return rates;
    }

    Interceptors interceptors() {
        return deciders.interceptors();
    }

    ConnectionEvents events() {
        return events;
    }

    Routes routes(Tenant tenant) {
        return tenants.routes().apply(tenant);
    }

    /** How clients are told apart by tenant. */
    public Tenancy tenancy() {
        return config.tenancy();
    }

    /** Whether there is room for this tenant's clients. */
    boolean admits(Tenant tenant) {
        return tenants.admission().test(tenant);
    }

    SubscriptionRules subscriptionRules() {
        return subscriptionRules;
    }

    /** The loop on which this client's session lives. */
    LoopServices servicesOf(SessionKey key) {
        return loops.get(key.loopIndex(loops.size()));
    }

    static Counter sentAt(int qos) {
        return SENT[qos];
    }

    static Counter receivedAt(int qos) {
        return RECEIVED[qos];
    }

    IntervalCaps caps() {
        return caps;
    }

    /** The will as the session keeps it. */
    io.maxmq.core.session.SessionWill will(ClientInfo client, Will will, int laterSeconds, LoopServices here) {
        return ApplicationMessages.will(
                client,
                will,
                laterSeconds,
                routes(client.tenant()).topics(),
                here.loop().index(),
                here.inTransit());
    }
}
