package io.maxmq.core.observe;

import java.util.Map;

/**
 * What each event loop counts one by one; what {@link Metrics} tells of them is in the constants themselves. The first part
 * only grows; the last part ({@link #isLevel()}) goes up and down, and makes sense as the sum over all loops.
 *
 * <p>Constants that share a metric differ by one tag. A name that ends in {@code .bytes} is in bytes, all others are plain
 * numbers; none ends in a word that Prometheus keeps for itself, such as {@code created}, {@code total} or {@code info}.
 */
public enum Counter {
    CONNECTIONS_ACCEPTED("maxmq.connections.accepted", "Connections accepted"),
    CONNECTIONS_CLOSED("maxmq.connections.closed", "Connections closed, whoever closed them"),
    REFUSED_LISTENER_LIMIT(Names.CONNECTIONS_REFUSED, Names.REFUSED, "reason", "listener_limit"),
    REFUSED_RATE_LIMIT(Names.CONNECTIONS_REFUSED, Names.REFUSED, "reason", "rate_limit"),
    REFUSED_BANNED(Names.CONNECTIONS_REFUSED, Names.REFUSED, "reason", "banned"),
    REFUSED_OVERLOAD(Names.CONNECTIONS_REFUSED, Names.REFUSED, "reason", "overload"),
    REFUSED_MEMORY(Names.CONNECTIONS_REFUSED, Names.REFUSED, "reason", "memory"),
    REFUSED_HANDSHAKES(Names.CONNECTIONS_REFUSED, Names.REFUSED, "reason", "tls_handshakes"),
    TLS_HANDSHAKES_DONE(Names.TLS_HANDSHAKES, Names.HANDSHAKES, "result", "done"),
    TLS_HANDSHAKES_FAILED(Names.TLS_HANDSHAKES, Names.HANDSHAKES, "result", "failed"),
    WEB_SOCKETS_OPENED(Names.WEB_SOCKETS, Names.WEB_SOCKETS_TEXT, "result", "done"),
    WEB_SOCKETS_REFUSED(Names.WEB_SOCKETS, Names.WEB_SOCKETS_TEXT, "result", "failed"),
    CONNECTS_ACCEPTED(Names.CONNECTS, Names.CONNECTS_TEXT, "result", "accepted"),
    CONNECTS_REFUSED(Names.CONNECTS, Names.CONNECTS_TEXT, "result", "refused"),
    AUTHENTICATIONS_ALLOWED(Names.AUTHENTICATIONS, Names.AUTHENTICATED, "result", "allowed"),
    CONNECTS_DENIED(Names.AUTHENTICATIONS, Names.AUTHENTICATED, "result", "denied"),
    AUTHORIZATIONS_DENIED("maxmq.authorizations.denied", "Actions of clients that authorization denied"),
    RATE_PAUSED(Names.RATE_LIMIT, Names.RATE_LIMITED, "decision", "pause"),
    RATE_DROPPED(Names.RATE_LIMIT, Names.RATE_LIMITED, "decision", "drop"),
    RATE_DISCONNECTED(Names.RATE_LIMIT, Names.RATE_LIMITED, "decision", "disconnect"),
    TAKEOVERS("maxmq.sessions.takeovers", "Sessions that a new connection took from a running one"),
    SESSIONS_CREATED("maxmq.sessions.started", "Sessions begun"),
    SESSIONS_RESUMED("maxmq.sessions.resumed", "Sessions resumed by their clients"),
    SESSIONS_EXPIRED(Names.SESSIONS_ENDED, Names.ENDED, "reason", "expired"),
    SESSIONS_ENDED_BY_CLEAN_START(Names.SESSIONS_ENDED, Names.ENDED, "reason", "clean_start"),
    SESSIONS_PURGED(Names.SESSIONS_ENDED, Names.ENDED, "reason", "purged"),
    SESSIONS_ENDED_BY_CLOSE(Names.SESSIONS_ENDED, Names.ENDED, "reason", "broker_closed"),
    SESSIONS_REFUSED_BROKER(Names.SESSIONS_REFUSED, Names.SESSIONS_REFUSED_TEXT, "by", "broker"),
    SESSIONS_REFUSED_TENANT(Names.SESSIONS_REFUSED, Names.SESSIONS_REFUSED_TEXT, "by", "tenant"),
    SESSIONS_REFUSED_USER(Names.SESSIONS_REFUSED, Names.SESSIONS_REFUSED_TEXT, "by", "user"),
    SUBSCRIBES("maxmq.subscribes", "Topic filters of SUBSCRIBE packets"),
    UNSUBSCRIBES("maxmq.unsubscribes", "Topic filters of UNSUBSCRIBE packets"),
    BYTES_RECEIVED("maxmq.network.received.bytes", "Bytes read from connections"),
    BYTES_SENT("maxmq.network.sent.bytes", "Bytes written to connections"),
    RECEIVED_QOS_0(Names.RECEIVED, Names.RECEIVED_TEXT, "qos", "0"),
    RECEIVED_QOS_1(Names.RECEIVED, Names.RECEIVED_TEXT, "qos", "1"),
    RECEIVED_QOS_2(Names.RECEIVED, Names.RECEIVED_TEXT, "qos", "2"),
    SENT_QOS_0(Names.SENT, Names.SENT_TEXT, "qos", "0"),
    SENT_QOS_1(Names.SENT, Names.SENT_TEXT, "qos", "1"),
    SENT_QOS_2(Names.SENT, Names.SENT_TEXT, "qos", "2"),
    RESENT("maxmq.messages.resent", "PUBLISH packets sent again after a reconnect"),
    PUBLISHED_IN_PROCESS("maxmq.messages.published.inprocess", "Messages published by the application and extensions"),
    MATCHED(
            "maxmq.messages.matched",
            "Recipients of all messages, whether or not each got it: sent, queued or dropped"),
    UNMATCHED("maxmq.messages.unmatched", "Messages that no subscription matched"),
    WILLS_PUBLISHED("maxmq.wills.published", "Wills published"),
    PROTOCOL_ERRORS("maxmq.protocol.errors", "Connections closed for what they sent"),
    SLOW_CONSUMERS("maxmq.slow.consumers.disconnected", "Clients cut off because they took nothing"),
    READS("maxmq.loop.reads", "Batches of bytes read"),
    READ_PAUSES("maxmq.loop.read.pauses", "Times that reading from a client was paused"),
    LOOP_FAILURES("maxmq.loop.failures", "Tasks of event loops that threw something"),
    FLUSHES("maxmq.loop.flushes", "Writes to connections"),
    HANDOVERS("maxmq.loop.handovers", "Batches handed from one loop to another, each of which wakes it"),
    CONNECTIONS("maxmq.connections", "Open connections", true),
    CLIENTS("maxmq.clients", "Connected clients", true),
    SESSIONS("maxmq.sessions", "Sessions, connected or not", true),
    QUEUED("maxmq.queue.messages", "Messages that wait for a session, or for a shared subscription's members", true),
    QUEUED_BYTES(
            "maxmq.queue.bytes",
            "Bytes of messages that wait, of a message once for each session that it waits for",
            true),
    IN_FLIGHT("maxmq.inflight.messages", "Messages of QoS 1 and 2 sent and not fully acknowledged", true),
    KEPT(
            "maxmq.messages.kept",
            "Messages that sessions hold, queued or in flight, once per loop however many hold one",
            true),
    KEPT_BYTES("maxmq.messages.kept.bytes", "What these take", true),
    DELAYED("maxmq.delayed.messages", "Messages that wait for the end of their delay", true),
    DELAYED_BYTES("maxmq.delayed.bytes", "Bytes of messages that wait for the end of their delay", true),
    NETWORK_BYTES(
            "maxmq.network.held.bytes",
            "Bytes that sockets hold: output that peers have not taken, parts of packets, packets that wait",
            true);

    /** What constants share; an enum cannot name its own static fields. */
    private static final class Names {
        static final String CONNECTIONS_REFUSED = "maxmq.connections.refused";
        static final String REFUSED =
                "Connections closed before more than the beginning of a TLS handshake was read from them";
        static final String TLS_HANDSHAKES = "maxmq.tls.handshakes";
        static final String HANDSHAKES = "TLS handshakes; failed: also those that were not finished";
        static final String WEB_SOCKETS = "maxmq.websocket.handshakes";
        static final String WEB_SOCKETS_TEXT =
                "Requests for a WebSocket; failed: for something else, or from where it is not allowed";
        static final String CONNECTS = "maxmq.connects";
        static final String CONNECTS_TEXT =
                "CONNECT packets answered; refused: also what no CONNECT could be read from in time";
        static final String AUTHENTICATIONS = "maxmq.authentications";
        static final String AUTHENTICATED = "Clients that authentication let in, or did not";
        static final String RATE_LIMIT = "maxmq.ratelimit.decisions";
        static final String RATE_LIMITED = "Decisions of the rate limiter other than to allow";
        static final String SESSIONS_ENDED = "maxmq.sessions.ended";
        static final String ENDED = "Sessions ended";
        static final String SESSIONS_REFUSED = "maxmq.sessions.refused";
        static final String SESSIONS_REFUSED_TEXT =
                "Sessions that were not begun, as the broker, the tenant or the user has as many as it may";
        static final String RECEIVED = "maxmq.messages.received";
        static final String RECEIVED_TEXT = "PUBLISH packets received";
        static final String SENT = "maxmq.messages.sent";
        static final String SENT_TEXT = "PUBLISH packets sent, without resent ones";
    }

    private final String metric;
    private final String description;

    @SuppressWarnings("ImmutableEnumChecker") // Map.of
    private final Map<String, String> tags;

    private final boolean level;

    Counter(String metric, String description) {
        this(metric, description, false);
    }

    Counter(String metric, String description, boolean level) {
        this.metric = metric;
        this.description = description;
        this.tags = Map.of();
        this.level = level;
    }

    Counter(String metric, String description, String tag, String value) {
        this.metric = metric;
        this.description = description;
        this.tags = Map.of(tag, value);
        this.level = false;
    }

    /** The metric's name; counters that share it differ by their tags. */
    public String metric() {
        return metric;
    }

    /** For people. */
    public String description() {
        return description;
    }

    /** What sets it apart from others of its name. */
    public Map<String, String> tags() {
        return tags;
    }

    /** Whether it goes up and down. */
    public boolean isLevel() {
        return level;
    }
}
