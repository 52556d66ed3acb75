package io.maxmq.core.session;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.PendingOutcome;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.StoredMessage;
import java.util.function.LongPredicate;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * What a durable session's outbound side has given to the journal and what is not written yet, by the sequence of the
 * message: appended messages, with the publisher's acknowledgement that waits for each (for the record, or for the
 * subscriber to acknowledge, whichever comes first), and PUBRECs, with the PUBREL that waits.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class PendingRecords {
    /** A PUBREL waits until storage takes its record: nothing else may be done for it. */
    private static final long RETRY_NANOS = 1_000_000_000L;

    /** Told of what has become of a record. */
    interface Listener {
        /** A message that may not be sent before may be sent. */
        void onAppended();

        /** Storage has not taken the message: it is not to be kept, if it has not been sent. True when it has. */
        boolean onRefused(long sequence, StoredMessage message);

        /** PUBREL may be sent. */
        void onReleased(long sequence);
    }

    private final Session session;
    private final SessionJournal journal;
    private final Loop loop;
    private final Listener listener;
    private final Long2ObjectHashMap<Append> appends = new Long2ObjectHashMap<>();
    private final LongHashSet releases = new LongHashSet();
    /** Messages that were sent and that storage has refused: they have no record. */
    private final LongHashSet unrecorded = new LongHashSet();

    private boolean ended;

    PendingRecords(Session session, SessionJournal journal, Loop loop, Listener listener) {
        this.session = session;
        this.journal = journal;
        this.loop = loop;
        this.listener = listener;
    }

    /**
     * Has a message written that the session holds, and its publisher wait.
     *
     * @param isSent whether it is on its way to the subscriber
     * @param routed the same message on its way; told of the wait
     */
    void append(
            long sequence,
            StoredMessage message,
            int flags,
            FilterSubscription subscription,
            boolean isSent,
            RoutedMessage routed) {
        Append append = new Append(sequence, message, subscription, routed.await());
        appends.put(sequence, append);
        append.record = journal.append(session, sequence, message, flags, subscription, isSent, routed.moves(), append);
    }

    /** Whether this message is not written yet. */
    boolean isAppending(long sequence) {
        return appends.containsKey(sequence);
    }

    /** PUBREC has come; {@link Listener#onReleased} follows. */
    void release(long sequence, StoredMessage message, int flags, @Nullable FilterSubscription subscription) {
        if (releases.add(sequence)) {
            writeRelease(sequence, message, flags, subscription);
        }
    }

    private void writeRelease(
            long sequence, StoredMessage message, int flags, @Nullable FilterSubscription subscription) {
        journal.release(session, sequence, message, flags, subscription, failure -> {
            if (failure != null) {
                loop.schedule(RETRY_NANOS, () -> retryRelease(sequence, message, flags, subscription));
            } else if (releases.remove(sequence)) {
                listener.onReleased(sequence);
            }
        });
    }

    private void retryRelease(
            long sequence, StoredMessage message, int flags, @Nullable FilterSubscription subscription) {
        if (releases.contains(sequence)) {
            writeRelease(sequence, message, flags, subscription);
        }
    }

    /** Whether storage has answered everything that somebody waits for here. */
    boolean isAtRest() {
        return appends.isEmpty() && releases.isEmpty() && unrecorded.isEmpty();
    }

    /** Whether PUBREL has to wait. */
    boolean isReleasing(long sequence) {
        return releases.contains(sequence);
    }

    /**
     * The subscriber has the message, or nobody is to have it: its record is needed no more.
     *
     * @param message null when PUBREC had come before
     */
    void done(long sequence, @Nullable StoredMessage message) {
        releases.remove(sequence);
        if (unrecorded.remove(sequence)) {
            return;
        }
        Append append = appends.remove(sequence);
        if (append == null) {
            journal.acknowledge(session, sequence, message);
            return;
        }
        append.withdraw();
        append.taken();
    }

    /**
     * PUBCOMP has come for a message of a broker before this one.
     *
     * @param gone told when no start can find its record any more
     */
    void completed(long sequence, Runnable gone) {
        releases.remove(sequence);
        journal.complete(session, sequence, failure -> {
            if (failure == null) {
                gone.run();
            } else if (!ended) {
                loop.schedule(RETRY_NANOS, () -> completed(sequence, gone));
            }
        });
    }

    /**
     * The session has ended: who waits is answered.
     *
     * @param isKept whether a message has its record for longer: another session is to have it, or the next broker. Who waits for
     *     the record waits on
     */
    void end(LongPredicate isKept) {
        ended = true;
        Append[] left = appends.values().toArray(new Append[0]);
        releases.clear();
        for (Append append : left) {
            if (isKept.test(append.sequence)) {
                continue;
            }
            appends.remove(append.sequence);
            append.withdraw();
            append.taken();
        }
    }

    private final class Append implements WriteCallback {
        private final long sequence;
        private final StoredMessage message;
        private final FilterSubscription subscription;
        private final PendingOutcome publisher;
        private SessionJournal.@Nullable Appending record;

        Append(long sequence, StoredMessage message, FilterSubscription subscription, PendingOutcome publisher) {
            this.sequence = sequence;
            this.message = message;
            this.subscription = subscription;
            this.publisher = publisher;
        }

        void withdraw() {
            if (record != null) {
                record.withdraw();
            }
        }

        void taken() {
            publisher.complete(0, 1, 0, null);
        }

        @Override
        public void onWritten(@Nullable Throwable failure) {
            if (!appends.remove(sequence, this)) {
                return; // acknowledged before
            }
            if (failure == null) {
                taken();
                listener.onAppended();
            } else {
                journal.refused(session, sequence);
                if (listener.onRefused(sequence, message)) {
                    unrecorded.add(sequence);
                }
                publisher.refuseUnstored(subscription);
            }
        }
    }
}
