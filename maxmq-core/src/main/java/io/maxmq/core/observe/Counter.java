package io.maxmq.core.observe;

import java.util.Map;

/**
 * The counters of each event loop, with the description of their metric for {@link Metrics}. The first part only grows;
 * the last part ({@link #isLevel()}) goes up and down, and is meaningful only as the sum over all loops.
 *
 * <p>Constants that share a metric differ in one tag. A name that ends in {@code .bytes} is in bytes, all others are
 * plain numbers. No name ends in a word reserved by Prometheus, such as {@code created}, {@code total} or {@code info}.
 */
public enum Counter {
    CONNECTIONS_ACCEPTED("maxmq.connections.accepted", "Connections accepted"),
    CONNECTIONS_CLOSED("maxmq.connections.closed", "Connections closed, by client or broker"),
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
    AUTHORIZATIONS_DENIED("maxmq.authorizations.denied", "Client actions denied by authorization"),
    RATE_PAUSED(Names.RATE_LIMIT, Names.RATE_LIMITED, "decision", "pause"),
    RATE_DROPPED(Names.RATE_LIMIT, Names.RATE_LIMITED, "decision", "drop"),
    RATE_DISCONNECTED(Names.RATE_LIMIT, Names.RATE_LIMITED, "decision", "disconnect"),
    TAKEOVERS("maxmq.sessions.takeovers", "Sessions taken over by a new connection of the same client"),
    SESSIONS_CREATED("maxmq.sessions.started", "Sessions created"),
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
    MATCHED("maxmq.messages.matched", "Recipients of all messages, including those for which the message was dropped"),
    UNMATCHED("maxmq.messages.unmatched", "Messages without a matching subscription"),
    WILLS_PUBLISHED("maxmq.wills.published", "Wills published"),
    PROTOCOL_ERRORS("maxmq.protocol.errors", "Connections closed because of a protocol error"),
    SLOW_CONSUMERS("maxmq.slow.consumers.disconnected", "Clients disconnected because they read no data"),
    READS("maxmq.loop.reads", "Batches of bytes read"),
    READ_PAUSES("maxmq.loop.read.pauses", "Pauses of reading from a client"),
    LOOP_FAILURES("maxmq.loop.failures", "Event loop tasks that threw an exception"),
    FLUSHES("maxmq.loop.flushes", "Writes to connections"),
    HANDOVERS("maxmq.loop.handovers", "Batches handed over from one loop to another; each wakes the target loop"),
    CONNECTIONS("maxmq.connections", "Open connections", true),
    CLIENTS("maxmq.clients", "Connected clients", true),
    SESSIONS("maxmq.sessions", "Sessions, connected or not", true),
    QUEUED("maxmq.queue.messages", "Messages waiting in the queues of sessions and shared subscriptions", true),
    QUEUED_BYTES("maxmq.queue.bytes", "Size of the waiting messages; a message counts once per queue", true),
    IN_FLIGHT("maxmq.inflight.messages", "QoS 1 and 2 messages sent and not fully acknowledged", true),
    KEPT("maxmq.messages.kept", "Messages queued or in flight; a message counts once per loop", true),
    KEPT_BYTES("maxmq.messages.kept.bytes", "Memory of the messages queued or in flight", true),
    DELAYED("maxmq.delayed.messages", "Delayed messages not yet due", true),
    DELAYED_BYTES("maxmq.delayed.bytes", "Memory of the delayed messages not yet due", true),
    NETWORK_BYTES(
            "maxmq.network.held.bytes",
            "Memory held by connections: unsent output, partial packets, waiting packets",
            true);

    /** Shared names and texts; an enum constant cannot refer to static fields of its enum. */
    private static final class Names {
        static final String CONNECTIONS_REFUSED = "maxmq.connections.refused";
        static final String REFUSED = "Connections refused on accept or at the start of their TLS handshake";
        static final String TLS_HANDSHAKES = "maxmq.tls.handshakes";
        static final String HANDSHAKES = "TLS handshakes; failed includes unfinished ones";
        static final String WEB_SOCKETS = "maxmq.websocket.handshakes";
        static final String WEB_SOCKETS_TEXT =
                "WebSocket handshakes; failed: other requests, and origins that are not allowed";
        static final String CONNECTS = "maxmq.connects";
        static final String CONNECTS_TEXT =
                "CONNECT packets answered; refused includes connections without a valid CONNECT before the deadline";
        static final String AUTHENTICATIONS = "maxmq.authentications";
        static final String AUTHENTICATED = "Authentications of clients";
        static final String RATE_LIMIT = "maxmq.ratelimit.decisions";
        static final String RATE_LIMITED = "Rate limiter decisions other than allow";
        static final String SESSIONS_ENDED = "maxmq.sessions.ended";
        static final String ENDED = "Sessions ended";
        static final String SESSIONS_REFUSED = "maxmq.sessions.refused";
        static final String SESSIONS_REFUSED_TEXT =
                "Sessions refused because the session limit of the broker, the tenant or the user was reached";
        static final String RECEIVED = "maxmq.messages.received";
        static final String RECEIVED_TEXT = "PUBLISH packets received";
        static final String SENT = "maxmq.messages.sent";
        static final String SENT_TEXT = "PUBLISH packets sent, excluding resent ones";
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

    /** Name of the metric; counters with the same name differ in their tags. */
    public String metric() {
        return metric;
    }

    /** Description of the metric, for people. */
    public String description() {
        return description;
    }

    /** Tags that distinguish counters of the same name. */
    public Map<String, String> tags() {
        return tags;
    }

    /** True for a counter that goes up and down. */
    public boolean isLevel() {
        return level;
    }
}
