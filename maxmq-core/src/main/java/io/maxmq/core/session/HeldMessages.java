package io.maxmq.core.session;

import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.StoredMessage;

/**
 * Read-only view of the messages that a session holds in memory for its client. Runs on the session's event loop. Not
 * thread-safe.
 */
public final class HeldMessages {
    private final OutboundQueue queue;
    private final InFlight inFlight;

    HeldMessages(OutboundQueue queue, InFlight inFlight) {
        this.queue = queue;
        this.inFlight = inFlight;
    }

    /** Callback for the messages, one after the other. */
    public interface Visitor {
        /**
         * Visits one message.
         *
         * @param sequence position in the session's order; negative at QoS 0
         * @param flags see {@link DeliveryFlags}
         * @return false to stop
         */
        boolean visit(long sequence, StoredMessage message, int flags, FilterSubscription subscription);
    }

    /**
     * Visits the queued messages after a position, oldest first. Costs a comparison for each message before the
     * position.
     */
    public void showQueued(MessageCursor after, Visitor visitor) {
        queue.show(after, visitor);
    }

    /** Returns the number of queued messages that are in storage only; they follow the messages in memory. */
    public int queuedInStorage() {
        return queue.stored();
    }

    /**
     * Visits the sent, unacknowledged messages after a position, in sending order. Costs a comparison for each message
     * before the position.
     */
    public void showInFlight(MessageCursor after, Visitor visitor) {
        inFlight.show(after, visitor);
    }

    /** Returns the number of QoS 2 messages that are in flight as a packet id only, after PUBREC. */
    public int released() {
        return inFlight.released();
    }

    /** Returns the packet id of an in-flight message. */
    public static int packetId(long sequence) {
        return InFlight.packetId(sequence);
    }
}
