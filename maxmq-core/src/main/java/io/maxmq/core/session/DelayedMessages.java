package io.maxmq.core.session;

import io.maxmq.config.DelayedLimits;
import io.maxmq.core.limit.MemoryCredit.Lasting;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.persistence.DelayedRecord;
import io.maxmq.core.persistence.LoopRecords;
import io.maxmq.core.persistence.LoopStore;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.persistence.Write;
import io.maxmq.core.routing.MessageIds;
import io.maxmq.core.routing.PendingOutcome;
import io.maxmq.core.routing.RoutedMessage;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.ClientInfo;
import io.maxmq.spi.DropReason;
import io.maxmq.spi.storage.Bytes;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Messages that clients of one loop have published for later: taken over, and routed when their delay has passed, whether or not the
 * publisher is still connected, if the authorizers still allow it; those that are due together in the order in which they came. All of them
 * are in memory.
 *
 * <p>With storage each has its record, which the publisher's acknowledgement waits for, and which goes when all who are to have
 * the message have it: a start routes again, under the same message id, what a crash has cut off. What storage refuses to a
 * recipient is routed once more after a while, unless that could give a message of QoS 2 to somebody twice. Without storage
 * closing drops them.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class DelayedMessages {
    /** What one takes beside its message: an entry, its timer. */
    private static final int ENTRY_BYTES = 256;

    /** How many are routed in one turn of the loop. */
    private static final int PER_TURN = 500;

    private static final long RETRY_NANOS = 10_000_000_000L;

    private final LoopSessions home;
    private final DelayedCount count;
    private final AuthorRights rights;
    private final RoutedMessage due;
    private final @Nullable LoopStore store;
    private final Map<SessionKey, Share> shares = new HashMap<>();
    private final PriorityQueue<Delayed> waiting = new PriorityQueue<>();
    /** Lower halves of the ids of those that a broker before this one has left, until the start is over. */
    private final LongHashSet restored = new LongHashSet();

    private long sequence;
    private long timer;
    private boolean closed;
    /** What those are charged with that are due and wait to be routed once more. */
    private long retryBytes;
    /** The two clocks at the same moment, when a start takes messages over. */
    private long restoreNanos;

    private long restoreMillis;

    DelayedMessages(LoopSessions home, DelayedCount count, AuthorRights rights, MessageIds ids) {
        this.home = home;
        this.count = count;
        this.rights = rights;
        this.due = new RoutedMessage(ids);
        LoopRecords records = home.records();
        this.store = records == null ? null : records.store();
        this.sequence = records == null ? 0 : records.firstSequence();
    }

    /** What one client has here. */
    private static final class Share {
        int messages;
        long bytes;
        long payloadBytes;
    }

    /**
     * Takes a message over, to be routed after its {@link RoutedMessage#delaySeconds}; it counts as accepted.
     *
     * @param author its publisher, as the authorizers see it when the message is due; null when it is not known
     * @return false when there is no room for it; it has been dropped
     */
    boolean add(SessionKey publisher, Routes routes, RoutedMessage message, @Nullable ClientInfo author) {
        StoredMessage kept = message.keep().toRetain();
        if (restored.contains(kept.idLow())) {
            message.countMatched(); // a start goes on with it that has found its record as well
            message.countAccepted();
            return true;
        }
        ClientInfo keptAuthor = author == null ? null : rights.toKeep(author);
        long bytes = bytesOf(kept, keptAuthor);
        DropReason problem = reserve(publisher, kept, bytes);
        if (problem != null) {
            home.drops().dropped(publisher, message, problem);
            return false;
        }
        long expiresAtMillis = kept.expiresAtMillis();
        long lifetimeMillis = expiresAtMillis == 0
                ? 0
                : Math.max(1, expiresAtMillis - home.loop().expiryMillis());
        long dueNanos = home.loop().refreshTime() + message.delaySeconds() * 1_000_000_000L;
        Delayed delayed = new Delayed(publisher, keptAuthor, routes, kept, lifetimeMillis, bytes, dueNanos, sequence++);
        routes.hold();
        waiting.add(delayed);
        if (waiting.peek() == delayed) {
            scheduleFirst();
        }
        message.countMatched();
        if (store == null) {
            message.countAccepted();
        } else {
            delayed.write(store, message);
        }
        return true;
    }

    private static long bytesOf(StoredMessage message, @Nullable ClientInfo author) {
        return ENTRY_BYTES
                + message.bytes()
                + 2L * message.topic().utf8().length
                + (author == null ? 0 : AuthorRights.bytesOf(author));
    }

    private @Nullable DropReason reserve(SessionKey publisher, StoredMessage message, long bytes) {
        DelayedLimits limits = count.limits();
        Share share = shares.get(publisher);
        int messages = share == null ? 0 : share.messages;
        long used = share == null ? 0 : share.bytes;
        if (messages >= limits.maxMessagesPerClient() || used + bytes > limits.maxBytesPerClient()) {
            return DropReason.DELAYED_LIMIT;
        }
        if (!count.tryAdd(bytes)) {
            return DropReason.DELAYED_LIMIT;
        }
        if (closed || !home.loop().credit().tryCharge(bytes, Lasting.STATE)) {
            count.remove(bytes);
            return DropReason.MEMORY;
        }
        addToShare(publisher, message, bytes);
        return null;
    }

    private void addToShare(SessionKey publisher, StoredMessage message, long bytes) {
        Share share = shares.computeIfAbsent(publisher, key -> new Share());
        share.messages++;
        share.bytes += bytes;
        share.payloadBytes += message.payloadLength();
        countHere(1, bytes);
    }

    private void release(SessionKey publisher, StoredMessage message, long bytes) {
        count.remove(bytes);
        countHere(-1, -bytes);
        home.loop().credit().release(bytes);
        Share share = shares.get(publisher);
        if (share != null) {
            share.bytes -= bytes;
            share.payloadBytes -= message.payloadLength();
            if (--share.messages == 0) {
                shares.remove(publisher);
            }
        }
    }

    private void countHere(int messages, long bytes) {
        home.loop().counters().add(Counter.DELAYED, messages);
        home.loop().counters().add(Counter.DELAYED_BYTES, bytes);
    }

    private void scheduleFirst() {
        home.loop().cancel(timer);
        Delayed first = waiting.peek();
        timer = first == null
                ? 0
                : home.loop().schedule(Math.max(0, first.dueNanos - home.loop().nowNanos()), this::publishDue);
    }

    private void publishDue() {
        long now = home.loop().refreshTime();
        for (int i = 0; i < PER_TURN; i++) {
            Delayed first = waiting.peek();
            if (first == null || first.dueNanos > now) {
                scheduleFirst();
                return;
            }
            waiting.remove();
            rights.ask(first.publisher, first.author, first.message, isAllowed -> publish(first, isAllowed));
        }
        home.loop().executeNextTurn(this::publishDue);
    }

    /** The answer about one that is due, which has waited until now. */
    private void publish(Delayed delayed, boolean isAllowed) {
        if (closed || !delayed.isWaiting) {
            return; // the next start asks again; or storage has refused it meanwhile
        }
        release(delayed.publisher, delayed.message, delayed.bytes);
        delayed.routes.release();
        delayed.isWaiting = false;
        if (isAllowed) {
            route(delayed);
            return;
        }
        home.loop().counters().increment(Counter.AUTHORIZATIONS_DENIED);
        home.drops().dropped(delayed.publisher, delayed.message, DropReason.NOT_AUTHORIZED);
        if (store != null) {
            delayed.forget(store);
        }
    }

    private void route(Delayed delayed) {
        // No Local is about the client, which may have another session by now.
        due.begin(delayed.message, home.find(delayed.publisher));
        if (delayed.lifetimeMillis != 0) {
            due.expiresAtMillis(home.loop().expiryMillis() + delayed.lifetimeMillis);
            // Kept anew, so that what is queued has this expiry as well.
            due.copyBeforeKeep();
        }
        if (store != null) {
            due.track(false);
        }
        boolean routed = home.publications().route(delayed.publisher, delayed.routes, due, null);
        if (store == null) {
            return;
        }
        PendingOutcome outcome = due.outcome();
        if (!routed || outcome == null) {
            delayed.forget(store);
            return;
        }
        outcome.addKnown(due);
        if (outcome.isComplete()) {
            routed(delayed, outcome, store);
        } else {
            outcome.onComplete(() -> routed(delayed, outcome, store));
        }
    }

    private void routed(Delayed delayed, PendingOutcome outcome, LoopStore records) {
        boolean unstored = outcome.isUnstored();
        if (unstored && delayed.isOnlyHere()) {
            delayed.refuse(records);
        } else if (unstored && !closed && (delayed.message.qos() < 2 || outcome.accepted() == 0)) {
            retryLater(delayed);
        } else if (!unstored || !closed) {
            delayed.forget(records);
        }
    }

    /** Charged whatever is free, as it is here until storage takes it. */
    private void retryLater(Delayed delayed) {
        home.loop().credit().overdraw(delayed.bytes);
        retryBytes += delayed.bytes;
        home.loop().schedule(RETRY_NANOS, () -> {
            if (!closed) {
                home.loop().credit().release(delayed.bytes);
                retryBytes -= delayed.bytes;
                route(delayed);
            }
        });
    }

    // ---- what a broker before this one has left

    /**
     * Takes a message over again whose record is there. Nothing is routed before {@link #beginRestored}; limits do not count:
     * it was acknowledged.
     *
     * @param number of its record
     */
    void restore(SessionKey publisher, Routes routes, StoredMessage message, DelayedRecord record, long number) {
        long bytes = bytesOf(message, record.author());
        count.add(bytes);
        home.loop().credit().overdraw(bytes);
        addToShare(publisher, message, bytes);
        if (restored.isEmpty()) {
            // One pair for all: those that are due together stay so.
            restoreNanos = home.loop().refreshTime();
            restoreMillis = home.loop().expiryMillis();
        }
        long dueNanos = restoreNanos + (record.dueAtMillis() - restoreMillis) * 1_000_000L;
        Delayed delayed = new Delayed(
                publisher, record.author(), routes, message, record.lifetimeMillis(), bytes, dueNanos, number);
        routes.hold();
        delayed.isWritten = true;
        restored.add(message.idLow());
        waiting.add(delayed);
    }

    /** Routes what has come due meanwhile, in order, and the rest in its time. */
    void beginRestored() {
        restored.clear();
        restored.compact();
        publishDue();
    }

    /** One message, from when it is taken over until nothing of it is left here or in storage. */
    private final class Delayed implements Comparable<Delayed> {
        private final SessionKey publisher;
        private final @Nullable ClientInfo author;
        private final Routes routes;
        private final StoredMessage message;
        /** Until it expires, from when it is published; 0 for ever. */
        private final long lifetimeMillis;
        /** What it is charged with while it waits. */
        private final long bytes;

        private final long dueNanos;
        private final long sequence;
        private boolean isWaiting = true;
        private boolean isWritten;
        /** Storage has refused its record when it was being routed already. */
        private boolean isRefused;

        private @Nullable Write write;
        /** Null when nobody waits, or no longer. */
        private @Nullable PendingOutcome publisherWaits;

        Delayed(
                SessionKey publisher,
                @Nullable ClientInfo author,
                Routes routes,
                StoredMessage message,
                long lifetimeMillis,
                long bytes,
                long dueNanos,
                long sequence) {
            this.publisher = publisher;
            this.author = author;
            this.routes = routes;
            this.message = message;
            this.lifetimeMillis = lifetimeMillis;
            this.bytes = bytes;
            this.dueNanos = dueNanos;
            this.sequence = sequence;
        }

        private Bytes key() {
            return publisher.ownerKey().numbered(sequence);
        }

        void write(LoopStore records, RoutedMessage transit) {
            Bytes key = key();
            long dueAtMillis = home.loop().expiryMillis() + transit.delaySeconds() * 1000L;
            Bytes value = DelayedRecord.write(key, dueAtMillis, lifetimeMillis, author, message);
            if (transit.qos() == 0) {
                transit.countAccepted();
            } else {
                publisherWaits = transit.await();
            }
            write = records.put(Tables.DELAYED, key, value, failure -> written(records, failure));
        }

        private void written(LoopStore records, @Nullable Throwable failure) {
            write = null;
            isWritten = failure == null;
            if (failure == null) {
                answer(true);
            } else if (isWaiting && publisherWaits != null) {
                waiting.remove(this);
                isWaiting = false;
                if (!closed) {
                    release(publisher, message, bytes);
                    routes.release();
                }
                home.drops().dropped(publisher, message, DropReason.STORAGE);
                refuse(records);
            } else {
                isRefused = true; // what comes of its routing is the answer
            }
        }

        private void answer(boolean isKept) {
            PendingOutcome waits = publisherWaits;
            publisherWaits = null;
            if (waits != null && isKept) {
                waits.complete(0, 1, 0, null);
            } else if (waits != null) {
                waits.refuseUnstored();
            }
        }

        /** Whether its publisher has it still, and storage has not and will not. */
        boolean isOnlyHere() {
            return isRefused && publisherWaits != null;
        }

        /** Storage has refused it, and the publisher is told that. */
        void refuse(LoopStore records) {
            records.deleteSoon(Tables.DELAYED, key()); // it may be there all the same
            answer(false);
        }

        /** All who are to have it have it. */
        void forget(LoopStore records) {
            if (home.isClosing()) {
                return; // whether all have it is for the next start to see
            }
            boolean isWithdrawn = write != null && write.withdraw();
            if (!isWithdrawn && (write != null || isWritten || isRefused)) {
                records.delete(Tables.DELAYED, key(), null);
            }
            answer(true);
        }

        @Override
        public int compareTo(Delayed other) {
            int byTime = Long.compare(dueNanos, other.dueNanos);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    /** As the broker closes: without storage all are dropped. */
    void close() {
        closed = true;
        waiting.clear();
        shares.forEach((publisher, share) -> {
            if (store == null) {
                home.drops().lost(publisher, DropReason.SHUTTING_DOWN, share.messages, share.payloadBytes);
            }
            home.loop().credit().release(share.bytes);
            countHere(-share.messages, -share.bytes);
        });
        shares.clear();
        home.loop().credit().release(retryBytes);
        retryBytes = 0;
    }
}
