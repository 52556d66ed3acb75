package io.maxmq.core.session;

import io.maxmq.core.persistence.SessionRecord;
import io.maxmq.core.persistence.WriteCallback;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Deletes the records of ended durable sessions of one loop. Waits until other members of shared subscriptions have the
 * session's remaining messages, and until the large bodies that its records refer to are known. Until then the
 * session's record marks it as over: a start after a crash ends the session again, which hands over the remaining
 * messages, and no client resumes it.
 *
 * <p>The record of a new durable session of the same client is written after the deletion of the old queue; messages
 * that are still being handed over do not delay it.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class EndedSessions {
    private final SessionJournal journal;
    private final @Nullable StoredSessions stored;
    private final Map<SessionKey, Leaving> leaving = new HashMap<>();

    /** The ended sessions of one client whose queues are not deleted yet. */
    private static final class Leaving {
        /** The last ended session, and its record, which marks it as over. */
        private Session session;

        private SessionRecord over;
        /** Above the sequences of all these sessions. */
        private long nextSequence;
        /** Sessions whose queue is not deleted, and how many of them have finished the hand-over. */
        private int queues;

        private int removing;
        /** Whether the client has a newer durable session. */
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
     * Adds an ended session.
     *
     * @param passing hand-over of its messages to other sessions; null if there is none
     * @param isEmpty whether the session certainly has no queue in memory or storage
     * @param nextSequence above the sequences of all its messages; later sessions of the client begin there
     * @param over record that marks the session as over until its queue is deleted
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
     * Prepares for a new durable session of the client. Returns whether an ended session remained; its own records must
     * be deleted before those of the new session are written.
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

    /**
     * Returns whether the client's last durable session has ended and its queue is not deleted. A later session that is
     * not durable makes no difference.
     */
    boolean isLeaving(SessionKey client) {
        Leaving before = leaving.get(client);
        return before != null && !before.isReplaced;
    }

    /** Calls {@code written} when the record that marks the ended session as over is in storage. */
    void awaitOver(SessionKey client, WriteCallback written) {
        Leaving before = leaving.get(client);
        if (before != null && stored != null) {
            stored.session(before.session, before.over, written);
        } else {
            written.onWritten(null);
        }
    }
}
