package io.maxmq.core.routing;

import io.maxmq.core.limit.MemoryShare;
import io.maxmq.core.loop.Loop;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Removes expired retained messages of one tenant (MQTT 5.0 §3.3.2.3.3). Expired messages are never delivered; the
 * removal frees their memory. A walk over all messages runs within a minute after the earliest expiry, in bounded parts
 * per loop iteration, and at most every ten seconds. Without messages that expire nothing runs.
 *
 * <p>Thread-safe; a walk runs on the loop that requested it.
 */
final class RetainedExpiry {
    private static final long PAUSE_MILLIS = 10_000;

    /** Longest timer. An earlier expiry does not arm another timer: the armed one checks this often. */
    private static final long LOOK_MILLIS = 60_000;

    private static final int PER_TURN = 2000;
    private static final long NEVER = Long.MAX_VALUE;

    /** Called for each removed message, on the loop of the walk. */
    interface Expired {
        void removed(Routes routes, Topic topic);
    }

    private final Routes routes;
    private final RetainedTree messages;

    /** Time of the next walk, in ms since the epoch. */
    private final AtomicLong next = new AtomicLong(NEVER);

    /** True while a timer or a walk exists that will check {@link #next}. */
    private final AtomicBoolean armed = new AtomicBoolean();

    RetainedExpiry(Routes routes) {
        this.routes = routes;
        this.messages = routes.retained();
    }

    /** Schedules a walk for a retained message with an expiry. Runs on the loop; {@code expired} is called there. */
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
