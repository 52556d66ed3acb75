package io.maxmq.core.session;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Removes what storage has of the durable sessions of one loop that have ended: when other members of shared subscriptions have
 * what those leave. A crash before that brings such a session back, and with it what it had to pass on.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class EndedSessions {
    private final SessionJournal journal;
    private final @Nullable StoredSessions stored;
    /** Those whose own records are there still, and whose clients have no other session. */
    private final Map<SessionKey, Session> present = new HashMap<>();

    EndedSessions(SessionJournal journal, @Nullable StoredSessions stored) {
        this.journal = journal;
        this.stored = stored;
    }

    /**
     * A session has ended.
     *
     * @param passing what it has to pass on; null when that is nothing
     * @param nextSequence above those of all its messages; later sessions of its client begin there
     */
    void add(Session session, @Nullable Passing passing, long nextSequence) {
        journal.endInbound(session);
        if (passing == null) {
            journal.endOutbound(session, nextSequence);
            remove(session);
            return;
        }
        present.put(session.key(), session);
        passing.afterAll(() -> {
            journal.endOutbound(session, nextSequence);
            if (present.remove(session.key(), session)) {
                remove(session);
            }
        });
    }

    private void remove(Session session) {
        if (stored != null) {
            stored.ended(session);
        }
    }

    /** The client has a new session: whether one before was still there. Its own records have to go before those of the new one come. */
    boolean replace(SessionKey client) {
        Session before = present.remove(client);
        if (before == null) {
            return false;
        }
        remove(before);
        return true;
    }
}
