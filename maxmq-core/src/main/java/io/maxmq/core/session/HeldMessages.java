package io.maxmq.core.session;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.FilterSubscription;

/**
 * A look at the messages that a session holds in memory for its client; changes nothing. Runs on the session's event loop.
 * Not thread-safe.
 */
public final class HeldMessages {
    private final OutboundQueue queue;
    private final InFlight inFlight;

    HeldMessages(OutboundQueue queue, InFlight inFlight) {
        this.queue = queue;
        this.inFlight = inFlight;
    }

    /** Sees the messages one after the other. */
    public interface Visitor {
        /**
         * Sees one.
         *
         * @param sequence its place in the session's order; negative at QoS 0
         * @param flags see {@link DeliveryFlags}
         * @return false when that is enough
         */
        boolean visit(long sequence, StoredMessage message, int flags, FilterSubscription subscription);
    }

    /** Shows those that wait, the first first. Costs a comparison for each on the way to the place. */
    public void showQueued(MessageCursor after, Visitor visitor) {
        queue.show(after, visitor);
    }

    /** How many more wait that are in storage only, behind those in memory. */
    public int queuedInStorage() {
        return queue.stored();
    }

    /** Shows those sent and not acknowledged, in sending order. Cost as for those that wait. */
    public void showInFlight(MessageCursor after, Visitor visitor) {
        inFlight.show(after, visitor);
    }

    /** How many more are in flight at QoS 2 as a packet id only: PUBREC has come. */
    public int released() {
        return inFlight.released();
    }

    /** The packet id that a message in flight has. */
    public static int packetId(long sequence) {
        return InFlight.packetId(sequence);
    }
}
