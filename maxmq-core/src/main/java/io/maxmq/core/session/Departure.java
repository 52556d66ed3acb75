package io.maxmq.core.session;

import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the messages that a session holds when its client goes or when it ends: those of shared subscriptions go
 * to other members (MQTT 5.0 §4.8.2), the others stay or are forgotten. Runs on the session's event loop.
 */
final class Departure {
    private final Sessions home;
    private final Routes routes;
    private final @Nullable DurableQueue durable;

    /** @param durable null when the session is not */
    Departure(Sessions home, Routes routes, @Nullable DurableQueue durable) {
        this.home = home;
        this.routes = routes;
        this.durable = durable;
    }

    /**
     * The client has gone and its session stays: what it has not taken of shared subscriptions goes to other members, or
     * waits for them. QoS 2 that was sent stays [MQTT-4.8.2-4]; so does all of a group that has no other member.
     */
    void ofClient(InFlight inFlight, OutboundQueue queue) {
        InFlight.Left left = (sequence, message, subscription) -> {
            if (subscription.group() != null) {
                passOn(sequence, message, subscription.group());
            }
        };
        inFlight.leave((flags, subscription) -> DeliveryFlags.qos(flags) == 1 && hasOthers(subscription), left);
        queue.leave((flags, subscription) -> hasOthers(subscription), left);
    }

    private static boolean hasOthers(Subscription subscription) {
        SharedGroup group = subscription.group();
        return group != null && group.size() > 1;
    }

    /** @return false when the group has no member */
    private boolean passOn(long sequence, StoredMessage message, SharedGroup group) {
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
     * @return how many messages nobody gets
     */
    int ofSession(InFlight inFlight, OutboundQueue queue, boolean passOn) {
        int held = queue.size() + inFlight.outstanding();
        Leftovers leftovers = new Leftovers(passOn);
        // QoS 2 that was sent is nobody else's [MQTT-4.8.2-5].
        leftovers.highestQosToPassOn = 1;
        inFlight.clear(leftovers);
        leftovers.highestQosToPassOn = 2;
        queue.clear(leftovers);
        return held - leftovers.passedOn;
    }

    private final class Leftovers implements InFlight.Released {
        private final boolean passOn;
        private int highestQosToPassOn;
        private int passedOn;

        Leftovers(boolean passOn) {
            this.passOn = passOn;
        }

        @Override
        public void onReleased(long sequence, StoredMessage message, int flags, Subscription subscription) {
            SharedGroup group = subscription.group();
            if (!passOn || group == null || DeliveryFlags.qos(flags) > highestQosToPassOn) {
                home.memory().release(message);
            } else if (Departure.this.passOn(sequence, message, group)) {
                passedOn++;
            }
        }
    }
}
