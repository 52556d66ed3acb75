package io.maxmq.core.session;

import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the messages that a session holds when its client goes or when it ends: those of shared subscriptions go
 * to other members (MQTT 5.0 §4.8.2), the others stay or are forgotten. Runs on the session's event loop.
 */
final class Departure {
    private final LoopSessions home;
    private final Routes routes;
    private final @Nullable DurableQueue durable;

    /** @param durable null when the session is not */
    Departure(LoopSessions home, Routes routes, @Nullable DurableQueue durable) {
        this.home = home;
        this.routes = routes;
        this.durable = durable;
    }

    /**
     * The client has gone and its session stays: what it has not taken of shared subscriptions goes to other members, or
     * waits for them. QoS 2 that was sent stays [MQTT-4.8.2-4]; so does all of a group that has no other member.
     *
     * @param sentBefore those of the queue before this sequence may have been sent, by a broker before this one
     */
    void ofClient(InFlight inFlight, OutboundQueue queue, long sentBefore) {
        InFlight.Left left = (sequence, message, subscription) -> {
            if (subscription.group() != null) {
                passOn(sequence, message, subscription.group());
            }
        };
        inFlight.leave(
                (sequence, flags, subscription) -> DeliveryFlags.qos(flags) == 1 && hasOthers(subscription), left);
        queue.leave(
                (sequence, flags, subscription) -> !mayBeHeld(sequence, flags, sentBefore) && hasOthers(subscription),
                left);
    }

    /** Whether the client may have it already, by an earlier connection: then it is nobody else's. */
    private static boolean mayBeHeld(long sequence, int flags, long sentBefore) {
        return DeliveryFlags.qos(flags) == 2 && sequence < sentBefore;
    }

    private static boolean hasOthers(FilterSubscription subscription) {
        SharedGroup group = subscription.group();
        return group != null && group.size() > 1;
    }

    /** @return false when the group has no member */
    private boolean passOn(long sequence, StoredMessage held, SharedGroup group) {
        StoredMessage message = home.memory().holdOriginal(held);
        if (durable != null && sequence >= 0 && group.size() > 0) {
            durable.passing().begin(sequence, message, group);
            return true;
        }
        boolean passed = home.router().passOn(home.again(message), routes, group);
        home.memory().release(message);
        return passed;
    }

    /**
     * The session has ended: everything is forgotten.
     *
     * @param passOn whether other members of shared subscriptions get what this one has not taken
     * @param sentBefore see {@link #ofClient}
     * @return how many messages nobody gets
     */
    int ofSession(InFlight inFlight, OutboundQueue queue, boolean passOn, long sentBefore) {
        int held = queue.size() + inFlight.outstanding();
        Leftovers leftovers = new Leftovers(passOn, sentBefore);
        // QoS 2 that was sent is nobody else's [MQTT-4.8.2-5].
        leftovers.highestQosToPassOn = 1;
        inFlight.clear(leftovers);
        leftovers.highestQosToPassOn = 2;
        queue.clear(leftovers);
        return held - leftovers.passedOn;
    }

    private final class Leftovers implements InFlight.Released {
        private final boolean passOn;
        private final long sentBefore;
        private int highestQosToPassOn;
        private int passedOn;

        Leftovers(boolean passOn, long sentBefore) {
            this.passOn = passOn;
            this.sentBefore = sentBefore;
        }

        @Override
        public void onReleased(long sequence, StoredMessage message, int flags, FilterSubscription subscription) {
            SharedGroup group = subscription.group();
            boolean stays = DeliveryFlags.qos(flags) > highestQosToPassOn || mayBeHeld(sequence, flags, sentBefore);
            if (!passOn || group == null || stays) {
                home.memory().release(message);
            } else if (Departure.this.passOn(sequence, message, group)) {
                passedOn++;
            }
        }
    }
}
