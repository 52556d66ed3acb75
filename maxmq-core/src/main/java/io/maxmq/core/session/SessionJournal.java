package io.maxmq.core.session;

import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Where a durable session writes what it must not forget about messages: what it owes its subscriber, and what its
 * publisher has handed over at QoS 2. The heap structures of a session are the same with and without it; without storage
 * it is {@link #NONE}.
 *
 * <p>Called on the session's event loop; never blocks. Completions come on the same loop, for one session in the order of
 * its calls, never within the call. What waits for them: the acknowledgement of the publisher for {@link #append} and
 * {@link #receive}, the first transmission at QoS 2 for {@link #append}, PUBREL for {@link #release}, PUBCOMP for
 * {@link #forget}.
 */
public interface SessionJournal {
    /** No storage: no session is durable, so that nothing is written and nothing waits. */
    SessionJournal NONE = new NoJournal();

    /** Told when what was written has the promised durability, or could not be written. */
    interface Completion {
        void onWritten(@Nullable Throwable failure);
    }

    /** Receives what {@link #pageIn} has read: on the session's event loop, never within the call. */
    interface Page {
        void onMessage(long sequence, StoredMessage message, int flags, Subscription subscription);

        /** Called once, at the end. */
        void onEnd(@Nullable Throwable failure);
    }

    /** Whether sessions that outlive their connection are written down. Constant. */
    boolean isDurable();

    // ---- what the session owes its subscriber

    /**
     * A message of QoS 1 or 2 joins the session.
     *
     * @param sequence its place in the session's order; rises, never repeats, and gives the packet id
     * @param flags see {@link DeliveryFlags}
     */
    void append(
            Session session,
            long sequence,
            StoredMessage message,
            int flags,
            Subscription subscription,
            Completion completion);

    /** PUBREC has come: the message is the subscriber's, and PUBREL is due until PUBCOMP comes (MQTT 5.0 §4.3.3). */
    void release(Session session, long sequence, Completion completion);

    /** Done with: acknowledged, or dropped. A write that has not happened yet may be left out. */
    void acknowledge(Session session, long sequence);

    /**
     * Reads appended messages that are not acknowledged, in order, also those whose write is still on its way.
     *
     * @param fromSequence the first that may be read, if it is there
     * @param maxMessages how many at most
     * @param maxBytes the page ends with the message that reaches this
     */
    void pageIn(Session session, long fromSequence, int maxMessages, int maxBytes, Page page);

    // ---- what its publisher has handed over

    /** A QoS 2 PUBLISH has come: until {@link #forget} its packet id means this message, and no other. */
    void receive(Session session, int packetId, long idHigh, long idLow, Completion completion);

    /** PUBREL has come, or the message was refused: the packet id is free. */
    void forget(Session session, int packetId, Completion completion);

    /** The session has ended; nothing of it is needed any more. */
    void end(Session session);
}
