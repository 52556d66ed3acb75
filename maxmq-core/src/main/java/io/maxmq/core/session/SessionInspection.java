package io.maxmq.core.session;

import io.maxmq.core.routing.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * Read-only view of a session: held messages, memory, and a forecast for the next message. Keeps no state.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
public final class SessionInspection {
    private final Session session;
    private final @Nullable Outbound waiting;

    SessionInspection(Session session) {
        this.session = session;
        this.waiting = session.waiting();
    }

    public int queuedMessages() {
        return waiting == null ? 0 : waiting.queued();
    }

    public int inFlightMessages() {
        return waiting == null ? 0 : waiting.inFlight();
    }

    /** Returns the bytes of the queued messages; shared messages count fully. */
    public long queuedBytes() {
        return waiting == null ? 0 : waiting.queuedBytes();
    }

    /** Returns the bytes of the in-flight messages; shared messages count fully. */
    public long inFlightBytes() {
        return waiting == null ? 0 : waiting.inFlightBytes();
    }

    /** Returns the messages in memory; null if the session has no outbound state. */
    public @Nullable HeldMessages messages() {
        return waiting == null ? null : waiting.held();
    }

    /** Returns the oldest queued message; null if none is queued, or if all queued messages are in storage only. */
    public @Nullable StoredMessage oldestQueued() {
        return waiting == null ? null : waiting.oldestQueued();
    }

    /** Returns whether the session has a will: of the current connection, or waiting for its delay. */
    public boolean hasWill() {
        return session.hasWill();
    }

    /** Returns the bytes of the memory budget used by the session; shared messages count fully. */
    public long bytes() {
        long messages = waiting == null ? 0 : waiting.queuedBytesInMemory() + waiting.inFlightBytes();
        return session.chargedBytes() + messages;
    }

    /** Predicts the outcome of {@link Session#deliver} for a small message at that QoS. Ignores permissions. */
    public DeliveryForecast forecast(int qos, boolean queuedWhileAway) {
        PacketSink to = session.sink();
        if (to == null && qos == 0) {
            return DeliveryForecast.OFFLINE_QOS0;
        }
        if (to == null && !queuedWhileAway) {
            return DeliveryForecast.OFFLINE_NOT_QUEUED;
        }
        if (to != null && qos == 0 && !session.home().authorizesReceive()) {
            return to.isWritable() ? DeliveryForecast.SENT : DeliveryForecast.NOT_WRITABLE;
        }
        if (waiting != null) {
            return waiting.forecast(qos, StoredMessage.OVERHEAD_BYTES);
        }
        return to != null && to.isWritable() ? DeliveryForecast.SENT : DeliveryForecast.QUEUED;
    }
}
