package io.maxmq.core.session;

import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * Where a durable session writes what it must not forget about messages: what it owes its subscriber, and what its
 * publisher has handed over at QoS 2. The heap structures of a session are the same with and without it; without storage
 * it is {@link #NONE}.
 *
 * <p>Called on the session's event loop; never blocks. Completions come on the same loop, for one session in the order of
 * its calls, never within the call. What waits for them: the acknowledgement of the publisher for {@link #append} and
 * {@link #receive}, the first transmission at QoS 2 for {@link #append}, PUBREL for {@link #release}, PUBCOMP for
 * {@link #forget}, another member of a shared subscription for {@link #pass}.
 */
public interface SessionJournal {
    /** No storage: no session is durable, so that nothing is written and nothing waits. */
    SessionJournal NONE = new NoJournal();

    /** An append whose completion has not been called yet. */
    interface Appending {
        /** The message is done with: it need not be written, and is not told of; in place of {@link #acknowledge}. */
        void withdraw();
    }

    /** Receives what {@link #pageIn} has read: on the session's event loop, never within the call. */
    interface Page {
        /** False when it is not taken, nor any behind it: then the page ends. */
        boolean onMessage(long sequence, StoredMessage message, int flags, FilterSubscription subscription);

        /** PUBREC has come for this one, and PUBCOMP has not. */
        default void onReleased(long sequence, int flags) {}

        /** This one is damaged and has been removed. */
        default void onDamaged(long sequence) {}

        /** Called once, at the end. */
        void onEnd(@Nullable Throwable failure);
    }

    /** Receives what {@link #load} has found: on the session's event loop, never within the call. */
    interface Found {
        /** A QoS 2 packet id that the publisher has used and not released. */
        void onPacketId(int packetId);

        /**
         * What is appended and not acknowledged, PUBRECs included.
         *
         * @param bytes as {@link StoredMessage#bytes} of all of them
         * @param lastReleased the highest sequence for which PUBREC has come; -1 for none
         */
        void onMessages(long firstSequence, int messages, long bytes, long lastReleased);

        /** Called once, at the end. */
        void onEnd(@Nullable Throwable failure);
    }

    /** Whether sessions that outlive their connection are written down. Constant. */
    boolean isDurable();

    /** The sequence of the first message that joins a session since the broker has started: above all that are stored. */
    default long firstSequence() {
        return 0;
    }

    // ---- what the session owes its subscriber

    /**
     * A message of QoS 1 or 2 joins the session.
     *
     * @param sequence its place in the session's order; rises, never repeats, and gives the packet id
     * @param flags see {@link DeliveryFlags}
     * @param isSent its acknowledgement is likely to come before it is written
     * @param moves whether another queue's record goes for it, so that storage needs no more space
     */
    Appending append(
            Session session,
            long sequence,
            StoredMessage message,
            int flags,
            FilterSubscription subscription,
            boolean isSent,
            boolean moves,
            WriteCallback completion);

    /** PUBREC has come: the message is the subscriber's, and PUBREL is due until PUBCOMP comes (MQTT 5.0 §4.3.3). */
    void release(
            Session session,
            long sequence,
            StoredMessage message,
            int flags,
            @Nullable FilterSubscription subscription,
            WriteCallback completion);

    /**
     * Done with: acknowledged, or dropped.
     *
     * @param message null when PUBREC had come before, or the append has failed
     */
    void acknowledge(Session session, long sequence, @Nullable StoredMessage message);

    /** PUBCOMP has come for a message of a broker before this one, in place of {@link #acknowledge}: its record is gone then. */
    default void complete(Session session, long sequence, WriteCallback completion) {
        throw new UnsupportedOperationException("nothing is left of a broker before: " + session.key());
    }

    /** The append of this message has failed; it may be written all the same. */
    default void refused(Session session, long sequence) {
        acknowledge(session, sequence, null);
    }

    /**
     * Reads appended messages that are not acknowledged, in order, also those whose write is still on its way.
     *
     * @param fromSequence the first that may be read, if it is there
     * @param maxMessages how many at most
     * @param maxBytes the page ends with the message that reaches this
     */
    void pageIn(Session session, long fromSequence, int maxMessages, int maxBytes, Page page);

    // ---- what goes to other members of shared subscriptions

    /**
     * An appended message of QoS 2 is about to go to another member: not before this is written, else a start could not tell that
     * both are the same. Until {@link #passed}.
     */
    void pass(Session session, long sequence, StoredMessage message, SharedGroup group, WriteCallback completion);

    /** The message is not on its way any more; after the call that ends its record, if that is not needed. */
    void passed(Session session, long sequence);

    // ---- what its publisher has handed over

    /**
     * A QoS 2 PUBLISH has come: until {@link #forget} its packet id means this message, and no other.
     *
     * @param dueAtMillis wall time at which it is to be routed; 0 for at once
     */
    void receive(Session session, int packetId, StoredMessage message, long dueAtMillis, WriteCallback completion);

    /** All who are to have the message that came with this packet id have it. */
    default void routed(Session session, int packetId) {}

    /**
     * PUBREL has come, or the message was refused: the packet id is free.
     *
     * @param completion null when nobody waits: then it is repeated until storage takes it
     */
    void forget(Session session, int packetId, @Nullable WriteCallback completion);

    /** Looks at what a broker before this one has left of a session: of its messages those below {@link #firstSequence}. */
    default void load(Session session, Found found) {
        throw new UnsupportedOperationException("nothing is left of a broker before: " + session.key());
    }

    /** The session has ended: of what its publisher has handed over nothing is needed any more. */
    void endInbound(Session session);

    /**
     * The session has ended with an empty queue: removes what may be left in storage of messages without a body of their own.
     *
     * @param nextSequence above those of all its messages; another session of the client may have those from there on
     */
    void endOutbound(Session session, long nextSequence);

    /**
     * The session has ended: removes its queue and gives back the large bodies in it.
     *
     * @param firstSequence those below belong to an earlier session of the client, whose queue is being removed
     * @param nextSequence as above
     * @param removed runs in the turn that hands the removal to storage, which keeps the order of it and of later changes
     */
    void endOutbound(Session session, long firstSequence, long nextSequence, Runnable removed);
}
