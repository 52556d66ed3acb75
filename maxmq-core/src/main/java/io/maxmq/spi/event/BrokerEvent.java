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
     * The initiator of the end of a connection.
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
     * The reason for the end of a session.
     *
     * @since 0.1.0
     */
    @Stable
    enum SessionEnd {
        /** Its expiry interval passed, or was zero when the connection ended. */
        EXPIRED,
        /**
         * The client reconnected with a clean start, or authenticated with the user name that the session's creator had
         * only claimed; either begins a new session.
         */
        CLEAN_START,
        /** The embedder or an extension asked for it. */
        PURGED,
        /** The broker closed without storage for sessions. */
        BROKER_CLOSED
    }

    /**
     * The kind of a plug-in's failure.
     *
     * @since 0.1.0
     */
    @Stable
    enum Failure {
        /** It threw, or its stage completed exceptionally. */
        THREW,
        /** It returned null. */
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
     * The heap is exhausted and the broker closes itself: the error may have interrupted any code, so its state in
     * memory is unreliable. Storage is consistent; start another broker, preferably in a JVM with more heap.
     *
     * @param broker the broker's name
     * @param cause the error of an event loop
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
     * The broker is closed: connections, sessions, loops and storage are released. The last event of a broker; close
     * waits until listeners have received it, within its deadline.
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
     * @param why the address and the error of the operating system
     * @since 0.1.0
     */
    @Stable
    record ListenerFailed(long atEpochMillis, String listener, String why) implements BrokerEvent {}

    /**
     * A listener was paused: it accepts no connections; existing ones stay.
     *
     * @param listener its name
     * @since 0.1.0
     */
    @Stable
    record ListenerPaused(long atEpochMillis, String listener) implements BrokerEvent {}

    /**
     * A paused listener accepts connections again.
     *
     * @param listener its name
     * @since 0.1.0
     */
    @Stable
    record ListenerResumed(long atEpochMillis, String listener) implements BrokerEvent {}

    /**
     * A connection was accepted, and no MQTT has been read from it. {@link ClientConnected} or {@link ConnectRefused}
     * follows. For a connection of a trusted proxy the event is emitted after its PROXY header, or when the connection
     * ends without one.
     *
     * @param remoteAddress the client's; the proxy's without another address in the header
     * @since 0.1.0
     */
    @Stable
    record ConnectionOpened(long atEpochMillis, SocketAddress remoteAddress, String listener) implements BrokerEvent {}

    /**
     * The broker closes a connection because of its input: not MQTT, not allowed in that state, or beyond a limit.
     *
     * @param client empty before CONNECT was read
     * @param reasonCode the reason code that CONNACK or DISCONNECT has or would have
     * @param detail for people
     * @param packet the first bytes of the packet, at most 64; a CONNECT's may hold a password. Empty when it is not
     *     known where the packet began
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
     * A TLS listener has reloaded its key, certificates and revocation lists; they hold for new handshakes.
     *
     * @param listener its name
     * @since 0.1.0
     */
    @Stable
    record TlsReloaded(long atEpochMillis, String listener) implements BrokerEvent {}

    /**
     * A TLS listener could not reload its files; the former content stays in force.
     *
     * @param listener its name
     * @param detail for people: the error and its file
     * @since 0.1.0
     */
    @Stable
    record TlsReloadFailed(long atEpochMillis, String listener, String detail) implements BrokerEvent {}

    /**
     * A TLS handshake failed: the client did not use TLS, no common parameters, a rejected certificate, or a timeout.
     *
     * @param listener its name
     * @param detail for people
     * @since 0.1.0
     */
    @Stable
    record TlsHandshakeFailed(long atEpochMillis, SocketAddress remoteAddress, String listener, String detail)
            implements BrokerEvent {}

    /**
     * A client sent a WebSocket listener another request, or one from an origin that is not allowed. The listener
     * answers with an HTTP error and closes the connection.
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
     * A connection that CONNACK had accepted was closed.
     *
     * @param by the initiator
     * @param reasonCode the reason code that DISCONNECT had or would have had
     * @param detail for people; may be empty
     * @since 0.1.0
     */
    @Stable
    record ClientDisconnected(long atEpochMillis, ClientInfo client, Initiator by, ReasonCode reasonCode, String detail)
            implements BrokerEvent {}

    /**
     * A connection ended before CONNACK with success: it was refused, it timed out, or the client closed it.
     *
     * @param clientId empty when no CONNECT was read
     * @param reasonCode the reason code that CONNACK had or would have had
     * @param detail for people; may be empty
     * @param client as CONNECT describes it, unverified; empty when no CONNECT was read
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
     * The authentication of a connecting client, or the re-authentication of a connected one, was decided: by an
     * authenticator, or by default without a decision of one. {@link ClientConnected} or {@link ConnectRefused} follows
     * a CONNECT, which may be refused for other reasons.
     *
     * @param client as described by CONNECT and, once allowed, by the authenticator
     * @param isAnonymous whether it was allowed without a decision of an authenticator
     * @param reasonCode {@code SUCCESS}, or the reason code that CONNACK has or would have
     * @since 0.1.0
     */
    @Stable
    record AuthenticationDecided(long atEpochMillis, ClientInfo client, boolean isAnonymous, ReasonCode reasonCode)
            implements BrokerEvent {}

    /**
     * Authorizers decided about an action of a client. Remembered decisions emit no event, nor does a broker without
     * authorizers. An explanation emits events too.
     *
     * @param action the requested action
     * @param isAllowed whether it is allowed
     * @param authorizer the name of the authorizer that decided; empty without a decision, and after a failure
     * @since 0.1.0
     */
    @Stable
    record AuthorizationDecided(
            long atEpochMillis, ClientInfo client, Action action, boolean isAllowed, String authorizer)
            implements BrokerEvent {}

    /**
     * A rate limiter throttles a client or an address. Emitted when that begins and, while it lasts, at most every ten
     * seconds: per limit and client, and before authentication per limit and address (IPv6: /64). The metric {@code
     * maxmq.ratelimit.decisions} counts all.
     *
     * @param remoteAddress of the throttled connection
     * @param client empty before CONNECT is read; before authentication as CONNECT describes it
     * @param what the limited operation
     * @param decision the limiter's decision: a pause with its length, drop or disconnect
     * @param limit the name of the limit ({@link RateDecision#limit}); the limiter's name without one
     * @param count such decisions since the previous event, 1 or more
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
         * The limited operation.
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
     * A client resumed its session.
     *
     * @param queuedMessages the number of messages that waited for it
     * @since 0.1.0
     */
    @Stable
    record SessionResumed(long atEpochMillis, Tenant tenant, String clientId, int queuedMessages)
            implements BrokerEvent {}

    /**
     * A client disconnected and its session stays, until {@link SessionResumed} or {@link SessionExpired}.
     *
     * @param expirySeconds the time until it expires, 1..4294967295; the greatest means never (MQTT 5.0 §3.1.2.11.2)
     * @param queuedMessages the number of messages that wait for the client
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
     * A session ended and was deleted.
     *
     * @param droppedMessages the number of messages that it held
     * @since 0.1.0
     */
    @Stable
    record SessionExpired(long atEpochMillis, Tenant tenant, String clientId, SessionEnd why, int droppedMessages)
            implements BrokerEvent {}

    /**
     * A client's will was published (MQTT 5.0 §3.1.2.5): its connection ended without DISCONNECT, and the delay has
     * passed.
     *
     * @param client the connection that ended
     * @param topic of the will, as interceptors have left it
     * @since 0.1.0
     */
    @Stable
    record WillPublished(long atEpochMillis, ClientInfo client, String topic) implements BrokerEvent {}

    /**
     * A message was retained (MQTT 5.0 §3.3.1.3), perhaps instead of another. Not emitted for {@code $SYS/}.
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
     * A retained message was removed: cleared by an empty one, removed by the application, or expired (§3.3.2.3.3). The
     * event of an expired message may be some ten seconds late. Not emitted for {@code $SYS/}.
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
     * A published message has no matching subscription; {@code maxmq.messages.unmatched} counts the same. Not emitted
     * for {@code $SYS/}. One event per message: where many messages are unmatched, listen for it only while you
     * investigate.
     *
     * @param clientId of the publisher; empty for the application, and for a will
     * @param topic empty when longer than 1024 bytes
     * @param client the publisher, while connected; present only for listeners that {@linkplain
     *     BrokerListener#wantsMessages want messages}
     * @param message no view; present only for listeners that want messages, while the waiting messages are within the
     *     bound
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
     * The broker dropped messages on purpose. Equal drops of one loop iteration are one event.
     *
     * @param clientId of the session that lost them, or of the publisher when {@code reason} is about publishing; empty
     *     for the application
     * @param topic of the first of them; empty when unknown, or longer than 1024 bytes
     * @param count the number of messages
     * @param bytes of their payloads
     * @param client of that id, while connected; present only for listeners that {@linkplain
     *     BrokerListener#wantsMessages want messages}
     * @param message no view; present only for listeners that want messages, when the message is still known, and while
     *     the waiting messages are within the bound
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
     * A client does not read its messages.
     *
     * @param pendingBytes not yet accepted by its connection
     * @param withoutProgress the time without a written byte
     * @param disconnected whether the broker disconnected it now
     * @since 0.1.0
     */
    @Stable
    record SlowConsumer(
            long atEpochMillis, ClientInfo client, long pendingBytes, Duration withoutProgress, boolean disconnected)
            implements BrokerEvent {}

    /**
     * The memory budget became short, or recovered. Checked at the interval of the stall threshold, and emitted once
     * per change: short below a quarter of the budget free, recovered from three eighths on.
     *
     * @param isShort whether new connections are refused, and soon messages
     * @param usedBytes of the memory budget, including the reserves of event loops
     * @param capacityBytes the memory budget
     * @since 0.1.0
     */
    @Stable
    record MemoryPressureChanged(long atEpochMillis, boolean isShort, long usedBytes, long capacityBytes)
            implements BrokerEvent {}

    /**
     * The storage refuses new durable data for lack of space on the disk or by its quota, or takes it again. Clients
     * still resume sessions, receive stored messages and acknowledge them. Checked at the interval of the stall
     * threshold.
     *
     * @param isShort whether new durable data is refused
     * @param diskBytes of all files of the storage; -1 when the storage does not know
     * @since 0.1.0
     */
    @Stable
    record StorageSpaceChanged(long atEpochMillis, boolean isShort, long diskBytes) implements BrokerEvent {}

    /**
     * A ban was added.
     *
     * @since 0.1.0
     */
    @Stable
    record BanAdded(long atEpochMillis, Ban ban) implements BrokerEvent {}

    /**
     * The broker sheds more or less work than before: new connections from level 1 on, publications at QoS 0 from 2 on,
     * new subscriptions at 3.
     *
     * @param before 0..3
     * @param level 0..3
     * @since 0.1.0
     */
    @Stable
    record OverloadChanged(long atEpochMillis, int before, int level) implements BrokerEvent {}

    /**
     * An event loop was blocked for longer than the configured threshold.
     *
     * @param loop the thread's name
     * @param stalled so far
     * @since 0.1.0
     */
    @Stable
    record LoopStalled(long atEpochMillis, String loop, Duration stalled) implements BrokerEvent {}

    /**
     * A plug-in threw an exception, returned null, missed its deadline or could not be called. Equal failures of one
     * plug-in are at most one event per second.
     *
     * @param plugin its name
     * @param operation the called operation, {@code authenticate} for example
     * @param count the number of failures since the last such event
     * @since 0.1.0
     */
    @Stable
    record PluginFailed(
            long atEpochMillis, String plugin, String operation, Failure failure, Optional<Throwable> cause, long count)
            implements BrokerEvent {}
}
