package io.maxmq.core.observe;

import java.util.Map;

/**
 * What each event loop counts. The first part only grows; the last part ({@link #isLevel()}) goes up and down, and makes
 * sense as the sum over all loops.
 */
public enum Counter {
    /** Sockets accepted. */
    CONNECTIONS_ACCEPTED("maxmq.connections.accepted", "Sockets accepted", Map.of(), false),
    /** Sockets closed, whoever closed them. */
    CONNECTIONS_CLOSED("maxmq.connections.closed", "Sockets closed, whoever closed them", Map.of(), false),
    /** CONNECT packets answered with success, result accepted. */
    CONNECTS_ACCEPTED("maxmq.connects", "CONNECT packets answered with success", Map.of("result", "accepted"), false),
    /** CONNECT packets answered with an error, and connections that never sent one, result refused. */
    CONNECTS_REFUSED(
            "maxmq.connects",
            "CONNECT packets answered with an error, and connections that never sent one",
            Map.of("result", "refused"),
            false),
    /** Clients that authentication denied. */
    CONNECTS_DENIED("maxmq.authentications.denied", "Clients that authentication denied", Map.of(), false),
    /** Actions that authorization denied. */
    AUTHORIZATIONS_DENIED("maxmq.authorizations.denied", "Actions that authorization denied", Map.of(), false),
    /** Sessions that a new connection took from a running one. */
    TAKEOVERS("maxmq.sessions.takeovers", "Sessions that a new connection took from a running one", Map.of(), false),
    /** Sessions begun. */
    SESSIONS_CREATED("maxmq.sessions.created", "Sessions begun", Map.of(), false),
    /** Sessions resumed by their clients. */
    SESSIONS_RESUMED("maxmq.sessions.resumed", "Sessions resumed by their clients", Map.of(), false),
    /** Sessions ended. */
    SESSIONS_ENDED("maxmq.sessions.ended", "Sessions ended", Map.of(), false),
    /** Topic filters of SUBSCRIBE packets. */
    SUBSCRIBES("maxmq.subscribes", "Topic filters of SUBSCRIBE packets", Map.of(), false),
    /** Topic filters of UNSUBSCRIBE packets. */
    UNSUBSCRIBES("maxmq.unsubscribes", "Topic filters of UNSUBSCRIBE packets", Map.of(), false),
    /** Bytes read from connections. */
    BYTES_RECEIVED("maxmq.bytes.received", "Bytes read from connections", Map.of(), false),
    /** Bytes written to connections. */
    BYTES_SENT("maxmq.bytes.sent", "Bytes written to connections", Map.of(), false),
    /** Packets read from connections, but PUBLISH. */
    PACKETS_RECEIVED("maxmq.packets.received", "Packets read from connections, but PUBLISH", Map.of(), false),
    /** Packets written to connections, but PUBLISH. */
    PACKETS_SENT("maxmq.packets.sent", "Packets written to connections, but PUBLISH", Map.of(), false),
    /** PUBLISH packets received, without resent ones, qos 0. */
    RECEIVED_QOS_0(
            "maxmq.messages.received", "PUBLISH packets received, without resent ones", Map.of("qos", "0"), false),
    /** PUBLISH packets received, without resent ones, qos 1. */
    RECEIVED_QOS_1(
            "maxmq.messages.received", "PUBLISH packets received, without resent ones", Map.of("qos", "1"), false),
    /** PUBLISH packets received, without resent ones, qos 2. */
    RECEIVED_QOS_2(
            "maxmq.messages.received", "PUBLISH packets received, without resent ones", Map.of("qos", "2"), false),
    /** PUBLISH packets sent, without resent ones, qos 0. */
    SENT_QOS_0("maxmq.messages.sent", "PUBLISH packets sent, without resent ones", Map.of("qos", "0"), false),
    /** PUBLISH packets sent, without resent ones, qos 1. */
    SENT_QOS_1("maxmq.messages.sent", "PUBLISH packets sent, without resent ones", Map.of("qos", "1"), false),
    /** PUBLISH packets sent, without resent ones, qos 2. */
    SENT_QOS_2("maxmq.messages.sent", "PUBLISH packets sent, without resent ones", Map.of("qos", "2"), false),
    /** PUBLISH packets sent again after a reconnect. */
    RESENT("maxmq.messages.resent", "PUBLISH packets sent again after a reconnect", Map.of(), false),
    /** Messages published by the embedder and extensions. */
    PUBLISHED_IN_PROCESS(
            "maxmq.messages.published.inprocess", "Messages published by the embedder and extensions", Map.of(), false),
    /** Recipients of all messages, whether or not each got it: sent, queued or dropped. */
    MATCHED(
            "maxmq.messages.matched",
            "Recipients of all messages, whether or not each got it: sent, queued or dropped",
            Map.of(),
            false),
    /** Messages that no subscription matched. */
    UNMATCHED("maxmq.messages.unmatched", "Messages that no subscription matched", Map.of(), false),
    /** Wills published. */
    WILLS_PUBLISHED("maxmq.wills.published", "Wills published", Map.of(), false),
    /** Connections closed for what they sent. */
    PROTOCOL_ERRORS("maxmq.protocol.errors", "Connections closed for what they sent", Map.of(), false),
    /** Clients cut off because they took nothing. */
    SLOW_CONSUMERS("maxmq.slow.consumers.disconnected", "Clients cut off because they took nothing", Map.of(), false),
    /** Batches of bytes read. */
    READS("maxmq.loop.reads", "Batches of bytes read", Map.of(), false),
    /** Times that reading from a client was paused. */
    READ_PAUSES("maxmq.loop.read.pauses", "Times that reading from a client was paused", Map.of(), false),
    /** Tasks of event loops that threw something. */
    LOOP_FAILURES("maxmq.loop.failures", "Tasks of event loops that threw something", Map.of(), false),
    /** Writes to sockets. */
    FLUSHES("maxmq.loop.flushes", "Writes to sockets", Map.of(), false),
    /** Times that one loop woke another. */
    WAKEUPS("maxmq.loop.wakeups", "Times that one loop woke another", Map.of(), false),
    /** Batches handed from one loop to another. */
    HANDOVERS("maxmq.loop.handovers", "Batches handed from one loop to another", Map.of(), false),
    /** Open connections. */
    CONNECTIONS("maxmq.connections", "Open connections", Map.of(), true),
    /** Connected clients. */
    CLIENTS("maxmq.clients", "Connected clients", Map.of(), true),
    /** Sessions, connected or not. */
    SESSIONS("maxmq.sessions", "Sessions, connected or not", Map.of(), true),
    /** Messages that sessions hold, queued or in flight; each once per loop. */
    KEPT("maxmq.messages.kept", "Messages that sessions hold, queued or in flight; each once per loop", Map.of(), true),
    /** What these take, in bytes. */
    KEPT_BYTES("maxmq.messages.kept.bytes", "What the messages that sessions hold take", Map.of(), true);

    private final String metric;
    private final String description;

    @SuppressWarnings("ImmutableEnumChecker") // Map.of
    private final Map<String, String> tags;

    private final boolean level;

    Counter(String metric, String description, Map<String, String> tags, boolean level) {
        this.metric = metric;
        this.description = description;
        this.tags = tags;
        this.level = level;
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
