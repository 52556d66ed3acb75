package io.maxmq.core.session;

import io.maxmq.core.persistence.SessionRecord;
import io.maxmq.core.persistence.WriteCallback;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Removes the records of the durable sessions of one loop that have ended: when other members of shared subscriptions have the
 * messages that those leave, and when it is known which large bodies the records refer to. Until then the session's record says
 * that its time is over: a start after a crash ends it once more, so that it passes on what is left, and no client resumes it.
 *
 * <p>A new durable session of the same client gets its record after the removal of the old queue; only messages that are still
 * passed on do not hold it back.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class EndedSessions {
    private final SessionJournal journal;
    private final @Nullable StoredSessions stored;
    private final Map<SessionKey, Leaving> leaving = new HashMap<>();

    /** The ended sessions of one client whose queues are not removed. */
    private static final class Leaving {
        /** The last one, and its record: that its time is over. */
        private Session session;

        private SessionRecord over;
        /** Above the sequences of all of them. */
        private long nextSequence;
        /** Sessions that have not removed their queue, and how many of those are past passing on. */
        private int queues;

        private int removing;
        /** Whether the client has a durable session since. */
        private boolean isReplaced;

        Leaving(Session session, SessionRecord over) {
            this.session = session;
            this.over = over;
        }
    }

    EndedSessions(SessionJournal journal, @Nullable StoredSessions stored) {
        this.journal = journal;
        this.stored = stored;
    }

    /**
     * A session has ended.
     *
     * @param passing its messages on their way to others; null when there are none
     * @param isEmpty whether it certainly has no queue, and storage has none of it
     * @param nextSequence above the sequences of all its messages; later sessions of its client begin there
     * @param over its record until its queue is removed: that its time is over
     */
    void add(Session session, @Nullable Passing passing, boolean isEmpty, long nextSequence, SessionRecord over) {
        journal.endInbound(session);
        SessionKey client = session.key();
        Leaving before = leaving.get(client);
        if (isEmpty && before == null) {
            journal.endOutbound(session, nextSequence);
            remove(session);
            return;
        }
        Leaving all = before == null ? new Leaving(session, over) : before;
        long first = all.nextSequence;
        all.session = session;
        all.over = over;
        all.nextSequence = nextSequence;
        all.queues++;
        all.isReplaced = false;
        leaving.put(client, all);
        if (stored != null) {
            stored.dropHeld(client);
            stored.session(session, over, null);
        }
        if (passing == null) {
            removeQueue(all, session, first, nextSequence);
        } else {
            passing.afterAll(() -> removeQueue(all, session, first, nextSequence));
        }
    }

    private void removeQueue(Leaving all, Session session, long first, long nextSequence) {
        all.removing++;
        journal.endOutbound(session, first, nextSequence, () -> {
            all.removing--;
            if (--all.queues == 0) {
                leaving.remove(session.key());
                if (!all.isReplaced) {
                    remove(all.session);
                }
            }
            if (all.isReplaced && all.removing == 0 && stored != null) {
                stored.release(session.key());
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
        Leaving before = leaving.get(client);
        if (before == null || before.isReplaced) {
            return false;
        }
        before.isReplaced = true;
        if (stored != null && before.removing > 0) {
            stored.subscriptionsEnded(before.session);
            stored.hold(client);
        } else {
            remove(before.session);
        }
        return true;
    }

    /** Whether a session of this client has ended and its queue is not removed; a later one that is not durable changes nothing. */
    boolean isLeaving(SessionKey client) {
        Leaving before = leaving.get(client);
        return before != null && !before.isReplaced;
    }

    /** Tells when it is in storage that the time of the session before is over. */
    void awaitOver(SessionKey client, WriteCallback written) {
        Leaving before = leaving.get(client);
        if (before != null && stored != null) {
            stored.session(before.session, before.over, written);
        } else {
            written.onWritten(null);
        }
    }
}
