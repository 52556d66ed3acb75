package io.maxmq.spi.event;

import io.maxmq.codec.QoS;
import io.maxmq.codec.ReasonCode;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.Message;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.admin.Ban;
import io.maxmq.spi.auth.Action;
import io.maxmq.spi.limit.RateDecision;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * Something that happened in the broker. Immutable. New kinds and new components may come with a minor version: ignore
 * what you don't know, and read events by their accessors. Created only when a listener wants the kind.
 *
 * @since 0.1.0
 */
@Stable
public sealed interface BrokerEvent {

    /** When it happened, in milliseconds since 1970. */
    long atEpochMillis();

    /**
     * Who ended a connection.
     *
     * @since 0.1.0
     */
    @Stable
    enum Initiator {
        /** The client sent DISCONNECT. */
        CLIENT,
        /** The broker closed it: protocol error, keep alive, takeover, limits, shutdown. */
        BROKER,
        /** The embedder or an extension asked for it. */
        ADMINISTRATOR,
        /** The connection broke, or was closed without DISCONNECT. */
        NETWORK
    }

    /**
     * Why a session ended.
     *
     * @since 0.1.0
     */
    @Stable
    enum SessionEnd {
        /** Its expiry interval passed, or was zero when the connection ended. */
        EXPIRED,
        /**
         * The client came back with a clean start, or proved the user name that the maker of the session had only claimed, and so
         * began another one.
         */
        CLEAN_START,
        /** The embedder or an extension asked for it. */
        PURGED,
        /** The broker closed, and nothing keeps sessions. */
        BROKER_CLOSED
    }

    /**
     * How a plug-in failed.
     *
     * @since 0.1.0
     */
    @Stable
    enum Failure {
        /** It threw, or its stage completed exceptionally. */
        THREW,
        /** It gave null. */
        NULL,
        /** It did not answer within its deadline. */
        TIMEOUT,
        /** The worker pool was full, so it was not asked. */
        REJECTED,
        /** Its answer is not allowed here. */
        INVALID_ANSWER,
        /** Its queue of events was full, so it lost some. */
        OVERFLOW
    }

    /**
     * The broker accepts connections.
     *
     * @param broker the broker's name
     * @since 0.1.0
     */
    @Stable
    record BrokerStarted(long atEpochMillis, String broker) implements BrokerEvent {}

    /**
     * The heap is exhausted, so the broker closes itself: an error that may interrupt any code leaves no state to go on with. What
     * storage has is complete; start another broker, best in a JVM with more heap.
     *
     * @param broker the broker's name
     * @param cause what an event loop has met
     * @since 0.1.0
     */
    @Stable
    record BrokerFailed(long atEpochMillis, String broker, Throwable cause) implements BrokerEvent {}

    /**
     * The broker is being closed: it accepts nothing new.
     *
     * @param broker the broker's name
     * @since 0.1.0
     */
    @Stable
    record BrokerStopping(long atEpochMillis, String broker) implements BrokerEvent {}

    /**
     * The broker is closed: connections, sessions, loops and storage are given back. The last event of a broker; close waits for
     * listeners to have taken it, within its deadline.
     *
     * @param broker the broker's name
     * @since 0.1.0
     */
    @Stable
    record BrokerStopped(long atEpochMillis, String broker) implements BrokerEvent {}

    /**
     * A listener accepts connections.
     *
     * @param listener its name
     * @param address what it is bound to
     * @since 0.1.0
     */
    @Stable
    record ListenerOpened(long atEpochMillis, String listener, SocketAddress address) implements BrokerEvent {}

    /**
     * A listener no longer accepts connections.
     *
     * @param listener its name
     * @since 0.1.0
     */
    @Stable
    record ListenerClosed(long atEpochMillis, String listener) implements BrokerEvent {}

    /**
     * A listener could not be opened.
     *
     * @param listener its name
     * @param why names the address and what the system says
     * @since 0.1.0
     */
    @Stable
    record ListenerFailed(long atEpochMillis, String listener, String why) implements BrokerEvent {}

    /**
     * A listener accepts nobody for now; its connections stay.
     *
     * @param listener its name
     * @since 0.1.0
     */
    @Stable
    record ListenerPaused(long atEpochMillis, String listener) implements BrokerEvent {}

    /**
     * A listener that was paused accepts again.
     *
     * @param listener its name
     * @since 0.1.0
     */
    @Stable
    record ListenerResumed(long atEpochMillis, String listener) implements BrokerEvent {}

    /**
     * A connection was accepted, and no MQTT has been read from it. {@link ClientConnected} or {@link ConnectRefused} follows. A
     * connection by a trusted proxy is told when that has said whom it speaks for, or when it ends without.
     *
     * @param remoteAddress the client's; the proxy's if that does not say another
     *
     * @since 0.1.0
     */
    @Stable
    record ConnectionOpened(long atEpochMillis, SocketAddress remoteAddress, String listener) implements BrokerEvent {}

    /**
     * A connection is being ended for what it has sent: not MQTT, not allowed there, or beyond a limit.
     *
     * @param client empty before CONNECT was read
     * @param reasonCode what CONNACK or DISCONNECT says, or would
     * @param detail for people
     * @param packet the first bytes of the packet, at most 64; a CONNECT's may hold a password. Empty when it is not known where the
     *     packet began
     * @since 0.1.0
     */
    @Stable
    record ProtocolError(
            long atEpochMillis,
            SocketAddress remoteAddress,
            String listener,
            Optional<ClientInfo> client,
            ReasonCode reasonCode,
            String detail,
            ByteBuffer packet)
            implements BrokerEvent {

        /** Keeps a read-only view. */
        public ProtocolError {
            packet = packet.asReadOnlyBuffer();
        }

        /** Read-only, of its own position. */
        @Override
        public ByteBuffer packet() {
            return packet.duplicate();
        }
    }

    /**
     * A TLS listener has read its key, certificates and revocation lists again: they count for handshakes from now on.
     *
     * @param listener its name
     * @since 0.1.0
     */
    @Stable
    record TlsReloaded(long atEpochMillis, String listener) implements BrokerEvent {}

    /**
     * A TLS listener was to read its files again, and cannot use what is in them: what it had stays in force.
     *
     * @param listener its name
     * @param detail for people: what is wrong, and with which file
     * @since 0.1.0
     */
    @Stable
    record TlsReloadFailed(long atEpochMillis, String listener, String detail) implements BrokerEvent {}

    /**
     * A client has not got through the TLS handshake: it did not speak TLS, the two did not agree, one did not accept the other's
     * certificate, or it was not done in time.
     *
     * @param listener its name
     * @param detail for people
     * @since 0.1.0
     */
    @Stable
    record TlsHandshakeFailed(long atEpochMillis, SocketAddress remoteAddress, String listener, String detail)
            implements BrokerEvent {}

    /**
     * A client has asked a WebSocket listener for something else, or its page comes from where that is not allowed. It was told so
     * and is being closed.
     *
     * @param listener its name
     * @param detail for people
     * @since 0.1.0
     */
    @Stable
    record WebSocketRefused(long atEpochMillis, SocketAddress remoteAddress, String listener, String detail)
            implements BrokerEvent {}

    /**
     * CONNACK with success was sent.
     *
     * @param sessionPresent whether an earlier session was resumed
     * @since 0.1.0
     */
    @Stable
    record ClientConnected(long atEpochMillis, ClientInfo client, boolean sessionPresent) implements BrokerEvent {}

    /**
     * A connection that had been accepted by CONNACK is gone.
     *
     * @param by who ended it
     * @param reasonCode what DISCONNECT said or would have said
     * @param detail for people; empty when there is nothing to add
     * @since 0.1.0
     */
    @Stable
    record ClientDisconnected(long atEpochMillis, ClientInfo client, Initiator by, ReasonCode reasonCode, String detail)
            implements BrokerEvent {}

    /**
     * A connection ended before CONNACK with success: it was refused, came to nothing in time, or its client gave up.
     *
     * @param clientId empty when no CONNECT was read
     * @param reasonCode what CONNACK said or would have said
     * @param detail for people; empty when there is nothing to add
     * @param client as CONNECT describes it, true or not; empty when no CONNECT was read
     * @since 0.1.0
     */
    @Stable
    record ConnectRefused(
            long atEpochMillis,
            SocketAddress remoteAddress,
            String listener,
            Tenant tenant,
            String clientId,
            ReasonCode reasonCode,
            String detail,
            Optional<ClientInfo> client)
            implements BrokerEvent {}

    /**
     * It was decided whether a client may connect, or one that is connected may stay: by an authenticator, or because there was none
     * that has decided. {@link ClientConnected} or {@link ConnectRefused} follows a CONNECT, which may be refused for other reasons.
     *
     * @param client as CONNECT and, where it is let in, the authenticator describe it
     * @param isAnonymous whether it was let in without that an authenticator has said so
     * @param reasonCode {@code SUCCESS}, or what CONNACK says, or would
     * @since 0.1.0
     */
    @Stable
    record AuthenticationDecided(long atEpochMillis, ClientInfo client, boolean isAnonymous, ReasonCode reasonCode)
            implements BrokerEvent {}

    /**
     * Authorizers were asked what a client may do. What the broker remembers of earlier answers it does not ask, nor tell, again; where
     * there is no authorizer it tells nothing. An explanation asks them too.
     *
     * @param action what the client wanted to do
     * @param isAllowed whether it may
     * @param authorizer who has decided; empty when nobody has, or one has failed
     * @since 0.1.0
     */
    @Stable
    record AuthorizationDecided(
            long atEpochMillis, ClientInfo client, Action action, boolean isAllowed, String authorizer)
            implements BrokerEvent {}

    /**
     * A rate limiter holds somebody back. Told when that begins and, as long as it goes on, again every ten seconds at most: for each limit
     * and client, and before that is authenticated for each address (IPv6: /64). The metric {@code maxmq.ratelimit.decisions} counts
     * all.
     *
     * @param remoteAddress whom
     * @param client empty where nothing has been read yet; of a CONNECT that nobody has authenticated it is what that says
     * @param what is limited
     * @param decision what becomes of it: a pause, with its length, drop or disconnect
     * @param limit which limit it is, as its limiter calls it ({@link RateDecision#limit}); the limiter's name where it does not say
     * @param count such decisions since the one that was told before, 1 or more
     * @since 0.1.0
     */
    @Stable
    record Throttled(
            long atEpochMillis,
            SocketAddress remoteAddress,
            String listener,
            Optional<ClientInfo> client,
            What what,
            RateDecision decision,
            String limit,
            long count)
            implements BrokerEvent {

        /**
         * What is limited.
         *
         * @since 0.1.0
         */
        @Stable
        public enum What {
            /** A new connection. */
            CONNECTION,
            /** PUBLISH packets, by number or by bytes. */
            PUBLISH,
            /** The filters of SUBSCRIBE packets. */
            SUBSCRIBE
        }
    }

    /**
     * A session began.
     *
     * @since 0.1.0
     */
    @Stable
    record SessionCreated(long atEpochMillis, Tenant tenant, String clientId) implements BrokerEvent {}

    /**
     * A client came back to its session.
     *
     * @param queuedMessages how many waited for it
     * @since 0.1.0
     */
    @Stable
    record SessionResumed(long atEpochMillis, Tenant tenant, String clientId, int queuedMessages)
            implements BrokerEvent {}

    /**
     * A client has gone and its session stays, until {@link SessionResumed} or {@link SessionExpired}.
     *
     * @param expirySeconds how long it stays, 1..4294967295; the greatest is for ever (MQTT 5.0 §3.1.2.11.2)
     * @param queuedMessages how many wait for the client
     * @since 0.1.0
     */
    @Stable
    record SessionSuspended(long atEpochMillis, Tenant tenant, String clientId, long expirySeconds, int queuedMessages)
            implements BrokerEvent {}

    /**
     * A new connection took the session from a running one (MQTT 5.0 §3.1.4).
     *
     * @param client the new connection
     * @param previousAddress of the connection that lost it
     * @since 0.1.0
     */
    @Stable
    record SessionTakenOver(long atEpochMillis, ClientInfo client, SocketAddress previousAddress)
            implements BrokerEvent {}

    /**
     * A session ended, with all that it held.
     *
     * @param droppedMessages how many messages went with it
     * @since 0.1.0
     */
    @Stable
    record SessionExpired(long atEpochMillis, Tenant tenant, String clientId, SessionEnd why, int droppedMessages)
            implements BrokerEvent {}

    /**
     * A client's will was published (MQTT 5.0 §3.1.2.5): its connection ended without a goodbye, and the delay has passed.
     *
     * @param client the connection that ended
     * @param topic of the will, as interceptors have left it
     * @since 0.1.0
     */
    @Stable
    record WillPublished(long atEpochMillis, ClientInfo client, String topic) implements BrokerEvent {}

    /**
     * A message was retained (MQTT 5.0 §3.3.1.3), perhaps instead of another. Not told of {@code $SYS/}.
     *
     * @param topic empty when longer than 1024 bytes
     * @param payloadBytes how long the payload is
     * @param qos as published
     * @since 0.1.0
     */
    @Stable
    record RetainedSet(long atEpochMillis, Tenant tenant, String topic, int payloadBytes, QoS qos)
            implements BrokerEvent {}

    /**
     * A retained message is gone: cleared by an empty one, removed by the embedder, or expired (§3.3.2.3.3); what has expired is
     * told when the broker notices, which may be some ten seconds later. Not told of {@code $SYS/}.
     *
     * @param topic empty when longer than 1024 bytes
     * @param expired whether it has expired
     * @since 0.1.0
     */
    @Stable
    record RetainedCleared(long atEpochMillis, Tenant tenant, String topic, boolean expired) implements BrokerEvent {}

    /**
     * A subscription was made or replaced.
     *
     * @param topicFilter with {@code $share/NAME/} when shared
     * @param qos as granted
     * @since 0.1.0
     */
    @Stable
    record Subscribed(long atEpochMillis, ClientInfo client, String topicFilter, QoS qos) implements BrokerEvent {}

    /**
     * A subscription was removed by UNSUBSCRIBE or by the broker.
     *
     * @param topicFilter with {@code $share/NAME/} when shared
     * @param client of that id; empty when it is not connected
     * @since 0.1.0
     */
    @Stable
    record Unsubscribed(
            long atEpochMillis, Tenant tenant, String clientId, String topicFilter, Optional<ClientInfo> client)
            implements BrokerEvent {}

    /**
     * Nobody has subscribed to what was published; {@code maxmq.messages.unmatched} counts the same. Not told of {@code $SYS/}.
     * One event per message: where that is the rule rather than the exception, want it for as long as you look for something.
     *
     * @param clientId who published it; empty for the embedder, and for a will
     * @param topic empty when longer than 1024 bytes
     * @param client who published it, while connected; present only for who {@linkplain BrokerListener#wantsMessages wants messages}
     * @param message no view; present only for who wants messages, and as long as not too many wait for it
     * @since 0.1.0
     */
    @Stable
    record MessageUnmatched(
            long atEpochMillis,
            Tenant tenant,
            String clientId,
            String topic,
            Optional<ClientInfo> client,
            Optional<Message> message)
            implements BrokerEvent {}

    /**
     * Messages were lost on purpose. May stand for several: equal drops of one loop iteration are one event.
     *
     * @param clientId whose session lost them, or who published them where {@code reason} is about publishing; empty for the
     *     embedder
     * @param topic of the first of them; empty when unknown, or longer than 1024 bytes
     * @param count how many messages
     * @param bytes of their payloads
     * @param client of that id, while connected; present only for who {@linkplain BrokerListener#wantsMessages wants messages}
     * @param message no view; present only for who wants messages, where there is one that is still known, and as long as not too many
     *     wait for it
     * @since 0.1.0
     */
    @Stable
    record MessageDropped(
            long atEpochMillis,
            Tenant tenant,
            String clientId,
            String topic,
            DropReason reason,
            long count,
            long bytes,
            Optional<ClientInfo> client,
            Optional<Message> message)
            implements BrokerEvent {}

    /**
     * A client does not take what is sent to it.
     *
     * @param pendingBytes not yet taken by its connection
     * @param withoutProgress how long not one byte moved
     * @param disconnected whether it was cut off now
     * @since 0.1.0
     */
    @Stable
    record SlowConsumer(
            long atEpochMillis, ClientInfo client, long pendingBytes, Duration withoutProgress, boolean disconnected)
            implements BrokerEvent {}

    /**
     * Memory has run short, or does so no longer. Looked at as often as event loops are (the stall threshold), and told once
     * until it has changed for good: short with less than a quarter of the budget free, no longer so with three eighths.
     *
     * @param isShort whether new connections are refused, and soon messages
     * @param usedBytes of the memory budget, what event loops hold in reserve included
     * @param capacityBytes what could be used
     * @since 0.1.0
     */
    @Stable
    record MemoryPressureChanged(long atEpochMillis, boolean isShort, long usedBytes, long capacityBytes)
            implements BrokerEvent {}

    /**
     * The storage refuses new durable data for lack of space on the disk or by its quota, or takes it again. Clients still resume
     * sessions, receive what is stored and acknowledge it. Looked at as often as event loops are (the stall threshold).
     *
     * @param isShort whether new durable data is refused
     * @param diskBytes of all files of the storage; -1 when the storage does not know
     * @since 0.1.0
     */
    @Stable
    record StorageSpaceChanged(long atEpochMillis, boolean isShort, long diskBytes) implements BrokerEvent {}

    /**
     * Somebody may no longer connect.
     *
     * @since 0.1.0
     */
    @Stable
    record BanAdded(long atEpochMillis, Ban ban) implements BrokerEvent {}

    /**
     * The broker sheds more or less work than before: new connections from level 1 on, what clients publish at QoS 0 from 2 on, new
     * subscriptions at 3.
     *
     * @param before 0..3
     * @param level 0..3
     * @since 0.1.0
     */
    @Stable
    record OverloadChanged(long atEpochMillis, int before, int level) implements BrokerEvent {}

    /**
     * An event loop has not turned for longer than the configured threshold.
     *
     * @param loop the thread's name
     * @param stalled so far
     * @since 0.1.0
     */
    @Stable
    record LoopStalled(long atEpochMillis, String loop, Duration stalled) implements BrokerEvent {}

    /**
     * Code that the embedder gave the broker threw, gave null, answered too late or could not be run. Equal failures
     * of one plug-in are at most one event per second.
     *
     * @param plugin its name
     * @param operation what it was asked, {@code authenticate} for example
     * @param count how many failures since the last such event
     * @since 0.1.0
     */
    @Stable
    record PluginFailed(
            long atEpochMillis, String plugin, String operation, Failure failure, Optional<Throwable> cause, long count)
            implements BrokerEvent {}
}
