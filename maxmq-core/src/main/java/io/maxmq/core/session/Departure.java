package io.maxmq.core.session;

import io.maxmq.core.routing.InTransit;
import io.maxmq.core.routing.Outcome;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Subscription;

/**
 * What becomes of the messages that a session holds when its client goes or when it ends: those of shared subscriptions go
 * to other members (MQTT 5.0 §4.8.2), the others stay or are forgotten. Runs on the session's event loop.
 */
final class Departure {
    private final Sessions home;
    private final Routes routes;

    Departure(Sessions home, Routes routes) {
        this.home = home;
        this.routes = routes;
    }

    /**
     * The client has gone and its session stays: what it has not taken of shared subscriptions goes to other members, or
     * waits for them. QoS 2 that was sent stays [MQTT-4.8.2-4]; so does all of a group that has no other member.
     *
     * @param done told of each message that has left, once another session or queue has it
     */
    void ofClient(InFlight inFlight, OutboundQueue queue, Done done) {
        InFlight.Left left = (sequence, message, subscription) -> passOn(sequence, message, subscription, done);
        inFlight.leave((flags, subscription) -> DeliveryFlags.qos(flags) == 1 && hasOthers(subscription), left);
        queue.leave((flags, subscription) -> hasOthers(subscription), left);
    }

    private static boolean hasOthers(Subscription subscription) {
        SharedGroup group = subscription.group();
        return group != null && group.size() > 1;
    }

    /** Told of a message that has left. */
    interface Done {
        void left(long sequence, StoredMessage message);
    }

    private void passOn(long sequence, StoredMessage message, Subscription subscription, Done done) {
        SharedGroup group = subscription.group();
        InTransit passed = home.again(message);
        if (group != null) {
            home.router().passOn(passed, routes, group);
        }
        Outcome later = passed.outcome();
        home.memory().release(message);
        // A record goes when the one of the other session is written.
        if (later == null || later.isComplete()) {
            done.left(sequence, message);
        } else {
            later.onComplete(() -> done.left(sequence, message));
        }
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
        public void onReleased(StoredMessage message, int flags, Subscription subscription) {
            SharedGroup group = subscription.group();
            if (passOn
                    && group != null
                    && DeliveryFlags.qos(flags) <= highestQosToPassOn
                    && home.router().passOn(home.again(message), routes, group)) {
                passedOn++;
            }
            home.memory().release(message);
        }
    }
}
