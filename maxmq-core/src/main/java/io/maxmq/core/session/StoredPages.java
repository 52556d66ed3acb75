package io.maxmq.core.session;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a durable session has in storage only, page by page, one at a time: a page ends where its reader says, and
 * what it has not taken is read again. When storage fails, the next page is asked for after a second.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class StoredPages {
    private static final int BYTES = 256 * 1024;
    private static final long RETRY_NANOS = 1_000_000_000L;

    /** Takes messages from storage, in order. */
    interface Reader {
        /** How many messages are to be read now, at most; 0 for none. */
        int wanted();

        Taken onMessage(long sequence, StoredMessage message, int flags, FilterSubscription subscription);

        /** PUBREC has come for this one, and PUBCOMP has not. */
        void onPubRecKnown(long sequence);

        /** This one was damaged, and is gone. */
        void onDamaged(long sequence);

        /** A page has ended, or the pause after a failure. */
        void onPageEnd();

        /** Storage has no more messages of this session, whatever it was given. */
        void onNothingStored();
    }

    /** What a reader does with a message. */
    enum Taken {
        TAKEN,
        /** Not taken, and none after it. */
        ENOUGH,
        /** The same, for now: there is no memory for it. */
        NO_MEMORY
    }

    private final Session session;
    private final SessionJournal journal;
    private final Loop loop;
    private final Reader reader;
    private @Nullable Page reading;
    private long retryTimer;

    StoredPages(Session session, SessionJournal journal, Loop loop, Reader reader) {
        this.session = session;
        this.journal = journal;
        this.loop = loop;
        this.reader = reader;
    }

    /** Reads a page from this sequence on, if one is wanted and none is on its way; false if not. */
    boolean read(long fromSequence) {
        int messages = reading != null || retryTimer != 0 ? 0 : reader.wanted();
        if (messages == 0) {
            return false;
        }
        Page page = new Page();
        reading = page;
        journal.pageIn(session, fromSequence, messages, BYTES, page);
        return true;
    }

    /** Whether none is on its way, and none is to be asked for again. */
    boolean isAtRest() {
        return reading == null && retryTimer == 0;
    }

    /** What is on its way is no longer wanted. */
    void cancel() {
        reading = null;
        if (retryTimer != 0) {
            loop.cancel(retryTimer);
            retryTimer = 0;
        }
    }

    private final class Page implements SessionJournal.Page {
        private int count;
        private Taken last = Taken.TAKEN;

        @Override
        public boolean onMessage(long sequence, StoredMessage message, int flags, FilterSubscription subscription) {
            if (reading == this) {
                count++;
                last = reader.onMessage(sequence, message, flags, subscription);
            }
            return reading == this && last == Taken.TAKEN;
        }

        @Override
        public void onReleased(long sequence, int flags) {
            if (reading == this) {
                count++;
                reader.onPubRecKnown(sequence);
            }
        }

        @Override
        public void onDamaged(long sequence) {
            if (reading == this) {
                count++;
                reader.onDamaged(sequence);
            }
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            if (reading != this) {
                return;
            }
            reading = null;
            if (failure != null || last == Taken.NO_MEMORY) {
                retryTimer = loop.schedule(RETRY_NANOS, this::retry);
            } else if (count == 0) {
                reader.onNothingStored();
            }
            reader.onPageEnd();
        }

        private void retry() {
            retryTimer = 0;
            reader.onPageEnd();
        }
    }
}
