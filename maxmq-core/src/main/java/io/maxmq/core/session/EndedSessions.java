package io.maxmq.core.session;

import io.maxmq.core.persistence.SessionRecord;
import io.maxmq.core.persistence.Written;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Removes what storage has of the durable sessions of one loop that have ended: when other members of shared subscriptions have
 * what those leave. Until then such a session's record says that its time is over: a start after a crash has it end once more, so
 * that it passes on what is left, and nobody finds it.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class EndedSessions {
    private final SessionJournal journal;
    private final @Nullable StoredSessions stored;
    /** Those that are not done, and whose clients have no durable session since. */
    private final Map<SessionKey, Leaving> leaving = new HashMap<>();

    /** @param record that its time is over */
    private record Leaving(Session session, SessionRecord record) {}

    EndedSessions(SessionJournal journal, @Nullable StoredSessions stored) {
        this.journal = journal;
        this.stored = stored;
    }

    /**
     * A session has ended.
     *
     * @param passing what it has to pass on; null when that is nothing
     * @param nextSequence above those of all its messages; later sessions of its client begin there
     * @param over its record while it passes on: that its time is over
     */
    void add(Session session, @Nullable Passing passing, long nextSequence, SessionRecord over) {
        journal.endInbound(session);
        if (passing == null || passing.isAtRest()) {
            journal.endOutbound(session, nextSequence);
            remove(session);
            return;
        }
        leaving.put(session.key(), new Leaving(session, over));
        if (stored != null) {
            stored.session(session, over, null);
        }
        passing.afterAll(() -> {
            journal.endOutbound(session, nextSequence);
            Leaving last = leaving.get(session.key());
            if (last != null && last.session == session) {
                leaving.remove(session.key());
                remove(session);
            }
        });
    }

    private void remove(Session session) {
        if (stored != null) {
            stored.ended(session);
        }
    }

    /**
     * The client has a new durable session: whether one before was still there. Its own records have to go before those of the new
     * one come.
     */
    boolean replace(SessionKey client) {
        Leaving before = leaving.remove(client);
        if (before == null) {
            return false;
        }
        remove(before.session);
        return true;
    }

    /** Whether a session of this client has ended and is still passing on; a later one that is not durable changes nothing about it. */
    boolean isLeaving(SessionKey client) {
        return leaving.containsKey(client);
    }

    /** Tells when it is in storage that the time of the session before is over. */
    void awaitOver(SessionKey client, Written written) {
        Leaving before = leaving.get(client);
        if (before != null && stored != null) {
            stored.session(before.session, before.record, written);
        } else {
            written.onWritten(null);
        }
    }
}
