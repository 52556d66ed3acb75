package io.maxmq.core.routing;

import io.maxmq.core.limit.MemoryShare;
import io.maxmq.core.loop.Loop;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Removes retained messages of one tenant that have expired (MQTT 5.0 §3.3.2.3.3). Nobody gets them anyway; this gives back
 * what they take. All are walked over within a minute after the first of those with an expiry is due, some of them per turn,
 * and at most every ten seconds; without any that expires nothing runs.
 *
 * <p>Thread-safe; a walk runs on the loop that has asked for it.
 */
final class RetainedExpiry {
    private static final long PAUSE_MILLIS = 10_000;

    /** Whoever retains ever earlier expiries arms no timer for each: the one that is armed looks this often. */
    private static final long LOOK_MILLIS = 60_000;

    private static final int PER_TURN = 2000;
    private static final long NEVER = Long.MAX_VALUE;

    /** Told of each that is removed, on the loop of the walk. */
    interface Expired {
        void removed(Routes routes, Topic topic);
    }

    private final Routes routes;
    private final RetainedTree messages;

    /** When the next walk is due, in ms since the epoch. */
    private final AtomicLong next = new AtomicLong(NEVER);

    /** Whether a timer or a walk is there that will look at {@link #next}. */
    private final AtomicBoolean armed = new AtomicBoolean();

    RetainedExpiry(Routes routes) {
        this.routes = routes;
        this.messages = routes.retained();
    }

    /** A message with an expiry has been retained. On the loop, where it is told what expires. */
    void note(Loop loop, long expiresAtMillis, Expired expired) {
        assert loop.inLoop();
        due(Math.max(expiresAtMillis, loop.expiryMillis() + PAUSE_MILLIS));
        armIfNeeded(loop, expired);
    }

    private void due(long millis) {
        for (long known = next.get(); millis < known; known = next.get()) {
            if (next.compareAndSet(known, millis)) {
                return;
            }
        }
    }

    private void armIfNeeded(Loop loop, Expired expired) {
        if (next.get() != NEVER && !armed.get() && armed.compareAndSet(false, true)) {
            arm(loop, expired);
        }
    }

    private void arm(Loop loop, Expired expired) {
        long millis = Math.min(next.get() - loop.expiryMillis(), LOOK_MILLIS);
        loop.schedule(Math.max(1, millis) * 1_000_000, () -> look(loop, expired));
    }

    private void look(Loop loop, Expired expired) {
        assert loop.inLoop();
        if (next.get() > loop.expiryMillis()) {
            arm(loop, expired);
            return;
        }
        next.set(NEVER);
        new Walk(loop, expired).go();
    }

    private final class Walk {
        private final Loop loop;
        private final Expired expired;
        private final RetainedCursor cursor = messages.all();

        Walk(Loop loop, Expired expired) {
            this.loop = loop;
            this.expired = expired;
        }

        void go() {
            assert loop.inLoop();
            long now = loop.expiryMillis();
            for (int i = 0; i < PER_TURN; i++) {
                StoredMessage message = cursor.next();
                if (message == null) {
                    armed.set(false);
                    armIfNeeded(loop, expired);
                    return;
                }
                if (message.isExpired(now)) {
                    remove(message);
                } else if (message.expiresAtMillis() != 0) {
                    due(Math.max(message.expiresAtMillis(), now + PAUSE_MILLIS));
                }
            }
            loop.executeNextTurn(this::go);
        }

        private void remove(StoredMessage message) {
            if (messages.remove(message.topic(), message)) {
                loop.credit().release(message.retainedBytes(), MemoryShare.RETAINED);
                expired.removed(routes, message.topic());
            }
        }
    }
}
