package io.maxmq.core.session;

import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.StoredMessage;
import org.jspecify.annotations.Nullable;

/** The journal of a broker without storage. Since no session is durable, nobody calls what writes. */
final class NoJournal implements SessionJournal {
    @Override
    public boolean isDurable() {
        return false;
    }

    @Override
    public Appending append(
            Session session,
            long sequence,
            StoredMessage message,
            int flags,
            FilterSubscription subscription,
            boolean isSent,
            boolean moves,
            WriteCallback completion) {
        throw nothingToWrite(session);
    }

    @Override
    public void release(
            Session session,
            long sequence,
            StoredMessage message,
            int flags,
            @Nullable FilterSubscription subscription,
            WriteCallback completion) {
        throw nothingToWrite(session);
    }

    @Override
    public void acknowledge(Session session, long sequence, @Nullable StoredMessage message) {
        throw nothingToWrite(session);
    }

    @Override
    public void pageIn(Session session, long fromSequence, int maxMessages, int maxBytes, Page page) {
        throw nothingToWrite(session);
    }

    @Override
    public void pass(
            Session session, long sequence, StoredMessage message, SharedGroup group, WriteCallback completion) {
        throw nothingToWrite(session);
    }

    @Override
    public void passed(Session session, long sequence) {
        throw nothingToWrite(session);
    }

    @Override
    public void receive(
            Session session, int packetId, StoredMessage message, long dueAtMillis, WriteCallback completion) {
        throw nothingToWrite(session);
    }

    @Override
    public void forget(Session session, int packetId, @Nullable WriteCallback completion) {
        throw nothingToWrite(session);
    }

    @Override
    public void endInbound(Session session) {
        throw nothingToWrite(session);
    }

    @Override
    public void endOutbound(Session session, long nextSequence) {
        throw nothingToWrite(session);
    }

    @Override
    public void endOutbound(Session session, long firstSequence, long nextSequence, Runnable removed) {
        throw nothingToWrite(session);
    }

    private static IllegalStateException nothingToWrite(Session session) {
        return new IllegalStateException("no session is durable without storage: " + session.key());
    }
}
