package io.maxmq.core.session;

import io.maxmq.core.routing.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * What a session holds for its client, and would do with one more message: for who looks at it. Nothing here changes anything.
 *
 * <p>A view that keeps nothing. Runs on the session's event loop. Not thread-safe.
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

    /** Bytes of the messages that are queued, each counted fully. */
    public long queuedBytes() {
        return waiting == null ? 0 : waiting.queuedBytes();
    }

    /** The same of those in flight. */
    public long inFlightBytes() {
        return waiting == null ? 0 : waiting.inFlightBytes();
    }

    /** The messages that are in memory; null while there is none. */
    public @Nullable HeldMessages messages() {
        return waiting == null ? null : waiting.held();
    }

    /** The message that has waited longest; null when none waits, or what waits is in storage only. */
    public @Nullable StoredMessage oldestQueued() {
        return waiting == null ? null : waiting.oldestQueued();
    }

    /** Whether a will is published when the connection breaks, or waits for its delay. */
    public boolean hasWill() {
        return session.hasWill();
    }

    /** What the session holds of the memory budget, its messages counted fully. */
    public long bytes() {
        long messages = waiting == null ? 0 : waiting.queuedBytesInMemory() + waiting.inFlightBytes();
        return session.chargedBytes() + messages;
    }

    /** What {@link Session#deliver} would do with a small message at that QoS. Permission is not looked at. */
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
