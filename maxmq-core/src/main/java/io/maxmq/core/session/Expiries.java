package io.maxmq.core.session;

import io.maxmq.core.loop.Loop;
import java.util.Arrays;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Expiry deadlines of the sessions of one loop whose clients are offline. Most deadlines are hours or days ahead. Such
 * a session is in the list of all sessions that expire within the same 69 seconds, at the cost of one reference, and
 * gets a timer of its own one or two minutes before its deadline.
 *
 * <p>Each session stores its own position: {@link Session#expiryPlace} and {@link Session#expiresAt}. Adding, removing
 * and the move from a list to a timer cost O(1) each. Runs on the loop. Not thread-safe.
 */
final class Expiries {
    /** Place of a session without a deadline. */
    static final int NOWHERE = -1;

    /** Place of a session with a timer of its own. */
    private static final int TIMER = -2;

    /** Length of a period: 2^36 ns, about 69 s. */
    private static final int PERIOD_BITS = 36;

    /** Sessions moved from a list to timers per turn of the loop. */
    private static final int PER_TURN = 1000;

    private final Loop loop;
    /** Lists by period number. */
    private final Long2ObjectHashMap<Due> lists = new Long2ObjectHashMap<>();

    Expiries(Loop loop) {
        this.loop = loop;
    }

    /** Schedules the end of a session after {@code delayNanos}; replaces an earlier deadline. */
    void schedule(Session session, long delayNanos) {
        cancel(session);
        long now = loop.refreshTime();
        long deadline = now + Math.min(delayNanos, Loop.MAX_DELAY_NANOS);
        long period = period(deadline);
        if (period - 1 <= period(now)) {
            startTimer(session, delayNanos);
            return;
        }
        session.expiresAt = deadline;
        Due due = lists.get(period);
        if (due == null) {
            due = new Due(period, ((period - 1) << PERIOD_BITS) - now);
            lists.put(period, due);
        }
        due.add(session);
    }

    /** Cancels the deadline of a session; no effect if there is none. */
    void cancel(Session session) {
        int place = session.expiryPlace;
        session.expiryPlace = NOWHERE;
        if (place == TIMER) {
            loop.cancel(session.expiresAt);
        } else if (place != NOWHERE) {
            Due due = lists.get(period(session.expiresAt));
            due.remove(place);
        }
    }

    private void startTimer(Session session, long delayNanos) {
        session.expiryPlace = TIMER;
        session.expiresAt = loop.schedule(delayNanos, () -> expire(session));
    }

    private static void expire(Session session) {
        session.expiryPlace = NOWHERE;
        session.expire();
    }

    /** Returns the period number. Arithmetic shift, since the clock may be negative. */
    private static long period(long nanos) {
        return nanos >> PERIOD_BITS;
    }

    /** Sessions that expire within one period. */
    private final class Due {
        private static final int FIRST_PLACES = 4;

        private final long period;
        private final long timer;
        private @Nullable Session[] sessions = new Session[FIRST_PLACES];
        private int size;

        Due(long period, long delayNanos) {
            this.period = period;
            this.timer = loop.schedule(delayNanos, this::startTimers);
        }

        void add(Session session) {
            if (size == sessions.length) {
                sessions = Arrays.copyOf(sessions, size + (size >> 1));
            }
            session.expiryPlace = size;
            sessions[size++] = session;
        }

        void remove(int place) {
            Session last = sessions[--size];
            sessions[size] = null;
            if (last != null && place < size) {
                sessions[place] = last;
                last.expiryPlace = place;
            }
            if (size == 0) {
                lists.remove(period);
                loop.cancel(timer);
            } else if (sessions.length > FIRST_PLACES && size < sessions.length / 4) {
                sessions = Arrays.copyOf(sessions, Math.max(FIRST_PLACES, sessions.length / 2));
            }
        }

        private void startTimers() {
            long now = loop.nowNanos();
            for (int i = 0; i < PER_TURN && size > 0; i++) {
                Session session = sessions[size - 1];
                assert session != null;
                long left = session.expiresAt - now;
                cancel(session);
                if (left > 0) {
                    startTimer(session, left);
                } else {
                    session.expire();
                }
            }
            if (size > 0) {
                loop.executeNextTurn(this::startTimers);
            }
        }
    }
}
