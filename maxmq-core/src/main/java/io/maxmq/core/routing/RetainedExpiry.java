package io.maxmq.core.routing;

import io.maxmq.core.loop.Loop;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Removes retained messages of one tenant that have expired (MQTT 5.0 §3.3.2.3.3). Nobody gets them anyway; this gives back
 * what they take. All are walked over when the first of those with an expiry is due, some of them per turn, and at most
 * every ten seconds; without any that expires nothing runs.
 *
 * <p>Thread-safe; a walk runs on the loop that has asked for it.
 */
final class RetainedExpiry {
    private static final long PAUSE_MILLIS = 10_000;
    private static final int PER_TURN = 2000;
    private static final long NEVER = Long.MAX_VALUE;

    private final RetainedMessages messages;

    /** When the next walk is due, in ms since the epoch. */
    private final AtomicLong next = new AtomicLong(NEVER);

    RetainedExpiry(RetainedMessages messages) {
        this.messages = messages;
    }

    /** A message with an expiry has been retained. On the loop. */
    void note(Loop loop, long expiresAtMillis) {
        long due = Math.max(expiresAtMillis, loop.epochMillis() + PAUSE_MILLIS);
        long known = next.get();
        while (due < known) {
            if (next.compareAndSet(known, due)) {
                schedule(loop, due);
                return;
            }
            known = next.get();
        }
    }

    private void schedule(Loop loop, long due) {
        loop.schedule(Math.max(1, due - loop.epochMillis()) * 1_000_000, () -> {
            // One that comes earlier has taken its place.
            if (next.compareAndSet(due, NEVER)) {
                new Walk(loop).go();
            }
        });
    }

    private final class Walk {
        private final Loop loop;
        private final RetainedCursor cursor = messages.all();
        private long earliest = NEVER;

        Walk(Loop loop) {
            this.loop = loop;
        }

        void go() {
            long now = loop.epochMillis();
            for (int i = 0; i < PER_TURN; i++) {
                StoredMessage message = cursor.next();
                if (message == null) {
                    if (earliest != NEVER) {
                        note(loop, earliest);
                    }
                    return;
                }
                if (message.isExpired(now)) {
                    if (messages.remove(message.topic(), message)) {
                        loop.credit().release(message.retainedBytes());
                    }
                } else if (message.expiresAtMillis() != 0) {
                    earliest = Math.min(earliest, message.expiresAtMillis());
                }
            }
            loop.executeNextTurn(this::go);
        }
    }
}
