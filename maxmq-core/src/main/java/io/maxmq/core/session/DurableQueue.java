package io.maxmq.core.session;

import io.maxmq.config.Overflow;
import io.maxmq.config.SessionLimits;
import io.maxmq.core.persistence.WriteCallback;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.SharedGroup;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.DropReason;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What makes the outbound side of a session durable: each message has its record, the queue of a client that is not
 * there takes no memory, and the part of it that is in storage only comes back page by page as the client takes it.
 *
 * <p>Runs on the session's event loop. Not thread-safe.
 */
final class DurableQueue implements PendingRecords.Listener, StoredPages.Reader {
    /** Of a client that is there: what waits beyond this is in storage only. */
    private static final int MAX_MESSAGES_IN_MEMORY = 256;

    private static final int MAX_BYTES_IN_MEMORY = 512 * 1024;

    private static final int MESSAGES_PER_PAGE = 128;

    private static final int RESTORED_PER_PAGE = 256;

    /** The next page is asked for while there is still something to send. */
    private static final int LOW_MESSAGES_IN_MEMORY = 64;

    /** The outbound side, as this sees it. */
    interface Owner {
        boolean isConnected();

        /** Sends what can be sent. */
        void pump();

        /** PUBREL of this message is due. */
        void sendPubRel(long sequence);
    }

    private final Owner owner;
    private final LoopSessions home;
    private final SessionKey key;
    private final OutboundQueue queue;
    private final PendingRecords records;
    private final StoredPages pages;
    private final Session session;
    /** The last that has joined, and what it was when the page that is being read was asked for. */
    private long lastSequence = -1;

    private long readBefore = -1;
    /** Null when nothing has been passed on yet. */
    private @Nullable Passing passing;
    /** How many had been passed on to their end when the page that is being read was asked for. */
    private long passedBefore;
    /** Passes on what others may have of the part in storage; null when it has not begun. */
    private @Nullable StoredDeparture leaving;

    DurableQueue(Owner owner, LoopSessions home, Session session, OutboundQueue queue) {
        this.owner = owner;
        this.home = home;
        this.session = session;
        this.key = session.key();
        this.queue = queue;
        this.records = new PendingRecords(session, home.journal(), home.loop(), this);
        this.pages = new StoredPages(session, home.journal(), home.loop(), this);
    }

    PendingRecords records() {
        return records;
    }

    /** The client has come or gone: without it nothing of the queue needs to be in memory. */
    void onConnection() {
        pages.cancel();
        if (owner.isConnected()) {
            stopLeaving();
        } else {
            queue.toStorage((sequence, message, flags, subscription) -> {
                if (DeliveryFlags.qos(flags) == 0) {
                    home.drops().dropped(key, message, DropReason.QOS0_OFFLINE);
                }
                home.memory().release(message);
            });
        }
    }

    /** Whether storage owes it nothing, and nothing of it goes to others. */
    boolean isAtRest() {
        return records.isAtRest()
                && pages.isAtRest()
                && (passing == null || passing.isAtRest())
                && (leaving == null || leaving.isOver());
    }

    private void stopLeaving() {
        if (leaving != null) {
            leaving.stop();
            leaving = null;
        }
    }

    /** @param leaves whether what is in storage is passed on next: then also what is on its way there */
    void end(boolean leaves) {
        pages.cancel();
        stopLeaving();
        records.end(sequence -> leaves || home.isClosing() || isPassing(sequence));
    }

    /** What goes to other members of shared subscriptions. */
    Passing passing() {
        Passing present = passing;
        if (present == null) {
            present = new Passing(home, session, records);
            passing = present;
        }
        return present;
    }

    /** The same; null when there has been nothing of that kind. */
    @Nullable
    Passing passed() {
        return passing;
    }

    /**
     * Passes on, of the part in storage, what others may have.
     *
     * @param groups those that have other members, by the filter with its share
     * @param first of the part in storage
     * @param end behind its last
     * @param sentBefore at QoS 2 those before this one may have been sent
     */
    void passOnStored(Map<String, SharedGroup> groups, long first, long end, long sentBefore) {
        stopLeaving();
        StoredDeparture departure =
                new StoredDeparture(home, session, passing(), groups, new Stored(), first, end, sentBefore);
        leaving = departure;
        departure.begin();
    }

    /** The part in storage, as long as there is a session. */
    private final class Stored implements StoredDeparture.Queue {
        @Override
        public boolean isStored(long sequence) {
            return session.isEnded() || queue.isStored(sequence);
        }

        @Override
        public void left(StoredMessage message) {
            remove(message.bytes());
        }

        @Override
        public void damaged() {
            remove(0);
            home.drops().lost(key, DropReason.STORAGE, 1, 0);
        }

        private void remove(int bytes) {
            if (queue.stored() > 0) {
                queue.removeStored(bytes);
            }
        }
    }

    private boolean isPassing(long sequence) {
        return passing != null && passing.contains(sequence);
    }

    // ---- room

    /** Why the queue has no room for one more; null when it has. */
    @Nullable
    DropReason fullFor(int messageBytes) {
        SessionLimits limits = session.limits();
        if (queue.size() >= limits.maxStoredMessages()) {
            return DropReason.QUEUE_FULL_MESSAGES;
        }
        return queue.bytes() + messageBytes > limits.maxStoredBytes() ? DropReason.QUEUE_FULL_BYTES : null;
    }

    /** Whether all of it is in memory, fewer than so many, and so few that one more finds room by the session's limits as well. */
    boolean hasRoomAhead(int messages) {
        SessionLimits limits = session.limits();
        return queue.stored() == 0
                && queue.size() < Math.min(messages, limits.maxStoredMessages() / 2)
                && queue.bytes() < limits.maxStoredBytes() / 4;
    }

    private boolean isOverfull() {
        SessionLimits limits = session.limits();
        return limits.overflow() == Overflow.DROP_OLDEST
                && (queue.size() > limits.maxStoredMessages() || queue.bytes() > limits.maxStoredBytes());
    }

    /**
     * Adds a message that is to be written.
     *
     * @param kept of the same message
     */
    void add(long sequence, StoredMessage kept, int flags, FilterSubscription subscription, RoutedMessage message) {
        if (mayBeInMemory() && home.memory().hold(kept)) {
            queue.add(sequence, kept, flags, subscription);
        } else {
            queue.addStored(sequence, kept.bytes());
        }
        lastSequence = sequence;
        records.append(sequence, kept, flags, subscription, false, message);
        if (isOverfull()) {
            goOn();
        }
    }

    private boolean mayBeInMemory() {
        return owner.isConnected() && queue.stored() == 0 && hasRoomInMemory();
    }

    private boolean hasRoomInMemory() {
        return queue.inMemory() < MAX_MESSAGES_IN_MEMORY && queue.bytesInMemory() < MAX_BYTES_IN_MEMORY;
    }

    /** Whether the first message in memory may be sent: QoS 2 not before it is written. */
    boolean maySendFirst() {
        return DeliveryFlags.qos(queue.firstFlags()) < 2 || !records.isAppending(queue.firstSequence());
    }

    // ---- what a broker before this one has left

    /**
     * Has everything up to the last message for which PUBREC has come in flight again, as it was: those in front have been
     * sent before it.
     */
    void restore(InFlight inFlight, long lastReleased, WriteCallback done) {
        if (queue.stored() == 0 || queue.firstStored() > lastReleased) {
            done.onWritten(null);
            return;
        }
        home.journal()
                .pageIn(
                        session,
                        queue.firstStored(),
                        RESTORED_PER_PAGE,
                        MAX_BYTES_IN_MEMORY,
                        new Restoring(inFlight, lastReleased, done));
    }

    /** A page of what is in flight again. */
    private final class Restoring implements SessionJournal.Page {
        private final InFlight inFlight;
        private final long lastReleased;
        private final WriteCallback done;
        private boolean noMemory;
        private boolean beyond;
        private boolean any;

        Restoring(InFlight inFlight, long lastReleased, WriteCallback done) {
            this.inFlight = inFlight;
            this.lastReleased = lastReleased;
            this.done = done;
        }

        @Override
        public boolean onMessage(long sequence, StoredMessage message, int flags, FilterSubscription subscription) {
            any = true;
            beyond |= sequence > lastReleased || session.isEnded();
            if (beyond) {
                return false;
            }
            if (!home.memory().hold(message)) {
                noMemory = true;
                return false;
            }
            queue.skipStored(sequence, message.bytes());
            inFlight.add(sequence, message, flags, subscription);
            return true;
        }

        @Override
        public void onReleased(long sequence, int flags) {
            any = true;
            if (session.isEnded()) {
                beyond = true;
                return;
            }
            queue.skipStored(sequence, 0);
            inFlight.addReleased(sequence, flags);
            beyond |= sequence == lastReleased;
        }

        @Override
        public void onDamaged(long sequence) {
            any = true;
            if (!beyond && !session.isEnded()) {
                queue.skipStored(sequence, 0);
            }
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            if (failure != null || noMemory) {
                done.onWritten(
                        failure != null ? failure : new IllegalStateException("no memory for what is in flight"));
            } else if (beyond || !any) {
                done.onWritten(null);
            } else {
                restore(inFlight, lastReleased, done);
            }
        }
    }

    // ---- what comes back from storage

    /** Reads what waits in storage, if its turn has come. */
    void goOn() {
        if (queue.stored() > 0) {
            if (pages.read(queue.firstStored())) {
                readBefore = lastSequence;
                passedBefore = passing == null ? 0 : passing.ended();
            }
        }
    }

    @Override
    public int wanted() {
        if (!owner.isConnected()) {
            // To make room, and not more than that: each message that comes may ask for it.
            int tooMany = queue.size() - session.limits().maxStoredMessages();
            return isOverfull() ? Math.min(Math.max(1, tooMany), MESSAGES_PER_PAGE) : 0;
        }
        // By bytes too: few large messages leave no room for what a page would bring.
        boolean isLow = queue.inMemory() < LOW_MESSAGES_IN_MEMORY && queue.bytesInMemory() < MAX_BYTES_IN_MEMORY / 2;
        return isLow ? MESSAGES_PER_PAGE : 0;
    }

    @Override
    public StoredPages.Taken onMessage(
            long sequence, StoredMessage message, int flags, FilterSubscription subscription) {
        if (!queue.isStored(sequence)) {
            return StoredPages.Taken.ENOUGH; // it is in memory, or refused meanwhile
        }
        if (passing != null && passing.ended() != passedBefore) {
            return StoredPages.Taken.ENOUGH; // others may have it by now: read again
        }
        if (isPassing(sequence)) {
            queue.passStored(sequence);
            return StoredPages.Taken.TAKEN;
        }
        if (queue.inMemory() == 0 && isOverfull()) {
            queue.skipStored(sequence, message.bytes());
            home.drops().dropped(key, message, DropReason.QUEUE_FULL_MESSAGES);
            records.done(sequence, message);
            return StoredPages.Taken.TAKEN;
        }
        if (!owner.isConnected() || !hasRoomInMemory()) {
            return StoredPages.Taken.ENOUGH;
        }
        if (!home.memory().hold(message)) {
            return StoredPages.Taken.NO_MEMORY;
        }
        queue.fromStorage(sequence, message, flags, subscription);
        return StoredPages.Taken.TAKEN;
    }

    @Override
    public void onPubRecKnown(long sequence) {
        if (queue.isStored(sequence)) {
            queue.passStored(sequence);
        }
    }

    @Override
    public void onDamaged(long sequence) {
        if (queue.isStored(sequence)) {
            queue.skipStored(sequence, 0);
            home.drops().lost(key, DropReason.STORAGE, 1, 0);
        }
    }

    @Override
    public void onPageEnd() {
        if (owner.isConnected()) {
            owner.pump();
        } else {
            goOn();
        }
    }

    @Override
    public void onNothingStored() {
        if (lastSequence > readBefore) {
            return; // there are newer ones, which it may not have seen
        }
        int count = queue.stored();
        long bytes = queue.bytes() - queue.bytesInMemory();
        queue.forgetStored();
        home.drops().lost(key, DropReason.STORAGE, count, bytes);
    }

    // ---- what storage answers

    @Override
    public void onAppended() {
        owner.pump();
    }

    @Override
    public boolean onRefused(long sequence, StoredMessage message) {
        if (passing != null && passing.refused(sequence)) {
            return true;
        }
        StoredMessage queued = queue.remove(sequence);
        if (queued != null) {
            home.memory().release(queued);
        } else if (queue.isStored(sequence)) {
            queue.removeStored(message.bytes());
            if (queue.stored() == 0) {
                pages.cancel();
            }
        } else {
            return true; // the client may have it
        }
        home.drops().dropped(key, message, DropReason.STORAGE);
        owner.pump();
        return false;
    }

    @Override
    public void onReleased(long sequence) {
        owner.sendPubRel(sequence);
    }
}
