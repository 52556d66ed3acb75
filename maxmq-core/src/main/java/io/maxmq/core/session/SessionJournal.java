package io.maxmq.core.session;

import io.maxmq.core.routing.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * Where a durable session writes what it must not forget: messages appended to its queue, acknowledgements, and back
 * again when a queue that was put aside is paged in. The heap structures of a session are the same with and without it;
 * without storage it is {@link #NONE}.
 *
 * <p>Called on the session's event loop; never blocks. Completions come back on the same loop, for one session in the
 * order of its calls.
 */
public interface SessionJournal {
    /** No storage: nothing is written and nothing waits. */
    SessionJournal NONE = new SessionJournal() {};

    /** Told when what was written has the promised durability, or could not be written. */
    interface Completion {
        void onWritten(@Nullable Throwable failure);
    }

    /** Receives what {@link #pageIn} has read, in order. */
    interface Page {
        void onMessage(long sequence, StoredMessage message, int flags);

        void onEnd(@Nullable Throwable failure);
    }

    /** Whether sessions that outlive their connection are written down. */
    default boolean isDurable() {
        return false;
    }

    /**
     * A message joins a durable session's queue.
     *
     * @param sequence its place in the session's queue; never repeats
     */
    default void append(Session session, long sequence, StoredMessage message, int flags, Completion completion) {
        completion.onWritten(null);
    }

    /** The subscriber has taken the message; a write that has not happened yet may be left out. */
    default void acknowledge(Session session, long sequence) {}

    /** Reads up to {@code limit} messages from {@code fromSequence} on, inclusive. */
    default void pageIn(Session session, long fromSequence, int limit, Page page) {
        page.onEnd(null);
    }
}
