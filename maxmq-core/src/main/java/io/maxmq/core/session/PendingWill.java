package io.maxmq.core.session;

import io.maxmq.core.routing.Routes;

/**
 * The will of a session's client (MQTT 5.0 §3.1.2.5), in memory and in storage, while the client is connected and until
 * the will's delay has passed.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class PendingWill {
    private final LoopSessions home;
    private final Session session;
    private final Routes routes;
    private final SessionWill will;
    private long timer;

    PendingWill(LoopSessions home, Session session, Routes routes, SessionWill will) {
        this.home = home;
        this.session = session;
        this.routes = routes;
        this.will = will;
    }

    SessionWill will() {
        return will;
    }

    /**
     * Starts the will delay after an abnormal disconnect. The will is due when its delay has passed or the session
     * expires, whichever is first.
     */
    void startDelay(long sessionExpirySeconds) {
        long seconds = Math.min(will.delaySeconds(), sessionExpirySeconds);
        if (seconds == 0) {
            session.willIsDue();
            return;
        }
        StoredSessions records = home.stored();
        if (records != null) {
            records.will(session, will, home.loop().expiryMillis() + seconds * 1000, null);
        }
        schedule(seconds * 1_000_000_000L);
    }

    /** Schedules a will that was recovered from a previous run. */
    void restore(long dueAtMillis) {
        long left = dueAtMillis - home.loop().expiryMillis();
        if (left <= 0) {
            session.willIsDue();
        } else {
            schedule(left * 1_000_000L);
        }
    }

    private void schedule(long nanos) {
        timer = home.loop().schedule(nanos, () -> {
            timer = 0;
            session.willIsDue();
        });
    }

    void publish() {
        home.publishWill(will, routes);
    }

    /** Deletes the will from storage without publishing it. */
    void drop() {
        StoredSessions records = home.stored();
        if (records != null) {
            records.noWill(session.key());
        }
    }

    /** Cancels the delay: the client has reconnected, or the will is being published. */
    void cancelTimer() {
        if (timer != 0) {
            home.loop().cancel(timer);
            timer = 0;
        }
    }
}
