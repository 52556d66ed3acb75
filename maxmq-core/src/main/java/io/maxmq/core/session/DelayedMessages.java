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
 * Delayed messages published by clients of one loop. A message is routed when its delay has passed, even if the
 * publisher has disconnected, provided that the authorizers still allow it. Messages that are due at the same time are
 * routed in the order of their arrival. All of them are in memory.
 *
 * <p>With storage each message has a record. The publisher's acknowledgement waits for its write, and it is deleted
 * when all recipients have the message: a start repeats an interrupted routing under the same message id. If a
 * recipient's write fails, the message is routed again later, unless a recipient could get a QoS 2 message twice.
 * Without storage {@link #close} drops all messages.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class DelayedMessages {
    /** Approximate bytes of an entry and its timer, without the message. */
    private static final int ENTRY_BYTES = 256;

    /** Messages routed per turn of the loop. */
    private static final int PER_TURN = 500;

    private static final long RETRY_NANOS = 10_000_000_000L;

    private final LoopSessions home;
    private final DelayedCount count;
    private final AuthorRights rights;
    private final RoutedMessage due;
    private final @Nullable LoopStore store;
    private final Map<SessionKey, Share> shares = new HashMap<>();
    private final PriorityQueue<Delayed> waiting = new PriorityQueue<>();
    /** Lower halves of the ids of messages recovered from a previous run, until {@link #beginRestored}. */
    private final LongHashSet restored = new LongHashSet();

    private long sequence;
    private long timer;
    private boolean closed;
    /** Bytes charged for due messages that wait for another routing. */
    private long retryBytes;
    /** Readings of both clocks at the same moment, at the start of the recovery. */
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

    /** Usage of one client. */
    private static final class Share {
        int messages;
        long bytes;
        long payloadBytes;
    }

    /**
     * Accepts a message for routing after its {@link RoutedMessage#delaySeconds}; counts it as accepted.
     *
     * @param author publisher, whose rights are checked when the message is due; null if unknown
     * @return false if there is no room; the message has been dropped
     */
    boolean add(SessionKey publisher, Routes routes, RoutedMessage message, @Nullable ClientInfo author) {
        StoredMessage kept = message.keep().toRetain();
        if (restored.contains(kept.idLow())) {
            message.countMatched(); // the recovery has found its record and continues with it
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
        timer = first == null ? 0 : home.loop().scheduleAt(first.dueNanos, this::publishDue);
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

    /** Routes or drops a due message after the authorizers' decision. */
    private void publish(Delayed delayed, boolean isAllowed) {
        if (closed || !delayed.isWaiting) {
            return; // closed: the next start checks again; not waiting: storage has refused the message meanwhile
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
        // No Local applies to the client, which may have another session now.
        due.begin(delayed.message, home.find(delayed.publisher));
        if (delayed.lifetimeMillis != 0) {
            due.expiresAtMillis(home.loop().expiryMillis() + delayed.lifetimeMillis);
            // Forces a new copy, so that queued messages also carry this expiry.
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

    /**
     * Schedules another routing. Charges the bytes even beyond the budget, since the message stays in memory until
     * storage accepts it.
     */
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

    // ---- state recovered from a previous run

    /**
     * Restores a message from its record. Nothing is routed before {@link #beginRestored}. The limits do not apply,
     * since the message was acknowledged.
     *
     * @param number number of its record
     */
    void restore(SessionKey publisher, Routes routes, StoredMessage message, DelayedRecord record, long number) {
        long bytes = bytesOf(message, record.author());
        count.add(bytes);
        home.loop().credit().overdraw(bytes);
        addToShare(publisher, message, bytes);
        if (restored.isEmpty()) {
            // One pair of readings for all, so that messages due together remain so.
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

    /** Routes the restored messages that are due, in order, and schedules the others. */
    void beginRestored() {
        restored.clear();
        restored.compact();
        publishDue();
    }

    /** One message, from its acceptance until neither memory nor storage contains it. */
    private final class Delayed implements Comparable<Delayed> {
        private final SessionKey publisher;
        private final @Nullable ClientInfo author;
        private final Routes routes;
        private final StoredMessage message;
        /** Time to expiry, counted from the publication; 0 for none. */
        private final long lifetimeMillis;
        /** Bytes charged while the message waits. */
        private final long bytes;

        private final long dueNanos;
        private final long sequence;
        private boolean isWaiting = true;
        private boolean isWritten;
        /** Whether storage has refused the record after the routing began. */
        private boolean isRefused;

        private @Nullable Write write;
        /** The publisher's pending outcome; null if no publisher waits. */
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
                isRefused = true; // the routing decides the acknowledgement
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

        /** Returns whether storage has refused the message and its publisher is not acknowledged. */
        boolean isOnlyHere() {
            return isRefused && publisherWaits != null;
        }

        /** Refuses the message to its publisher after storage has refused it. */
        void refuse(LoopStore records) {
            records.deleteSoon(Tables.DELAYED, key()); // the record may exist in spite of the failure
            answer(false);
        }

        /** Deletes the record when all recipients have the message. */
        void forget(LoopStore records) {
            if (home.isClosing()) {
                return; // the next start checks that all recipients have the message
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

    /** Stops the routing when the broker closes; without storage drops all messages. */
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
