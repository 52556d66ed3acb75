package io.maxmq.core.session;

import io.maxmq.core.persistence.WriteCallback;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a broker before this one has left of a session and is still in storage only: read when the session's client comes,
 * or when it gets a message. Forgotten when it has been read.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class RestoredSession implements SessionJournal.Found {
    private final Session session;
    private final SessionJournal journal;
    private final long sentUpTo;
    private final List<WriteCallback> waiting = new ArrayList<>(1);
    private boolean loading;
    private boolean counted;
    private long lastReleased = -1;

    /** @param sentUpTo the highest sequence that may have been sent */
    RestoredSession(Session session, SessionJournal journal, long sentUpTo) {
        this.session = session;
        this.journal = journal;
        this.sentUpTo = sentUpTo;
    }

    /** The highest sequence that may have been sent. */
    long sentUpTo() {
        return sentUpTo;
    }

    /** Reads it, if that has not begun, and tells when it has been taken up. */
    void load(WriteCallback done) {
        waiting.add(done);
        if (loading) {
            return;
        }
        loading = true;
        if (counted) {
            restoreInFlight();
        } else {
            journal.load(session, this);
        }
    }

    @Override
    public void onPacketId(int packetId) {
        if (!session.isEnded()) {
            session.inbound().restore(packetId);
        }
    }

    @Override
    public void onMessages(long firstSequence, int messages, long bytes, long last) {
        counted = true;
        lastReleased = last;
        if (!session.isEnded()) {
            session.outbound().restore(firstSequence, messages, bytes, sentUpTo);
        }
    }

    @Override
    public void onEnd(@Nullable Throwable failure) {
        if (failure == null && lastReleased >= 0) {
            restoreInFlight();
        } else {
            finish(failure);
        }
    }

    /** Goes on where an earlier call has failed. */
    private void restoreInFlight() {
        if (session.isEnded()) {
            finish(null);
        } else {
            session.outbound().restoreInFlight(lastReleased, this::finish);
        }
    }

    private void finish(@Nullable Throwable failure) {
        loading = false;
        if (failure == null) {
            session.loaded();
        }
        List<WriteCallback> told = List.copyOf(waiting);
        waiting.clear();
        told.forEach(each -> each.onWritten(failure));
    }
}
