package io.maxmq.core.session;

import io.maxmq.config.DelayedLimits;
import io.maxmq.core.limit.MemoryCredit.Lasting;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.routing.InTransit;
import io.maxmq.core.routing.MessageIds;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.spi.event.DropReason;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Messages that clients of one loop have published for later: taken over, and routed when their delay has passed, whatever has
 * become of the publisher; those that are due together in the order in which they came. All that is known of them is here.
 * In memory only: closing drops them.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
final class DelayedMessages {
    /** What one takes beside its message: an entry, its timer. */
    private static final int ENTRY_BYTES = 256;

    /** How many are routed in one turn of the loop. */
    private static final int PER_TURN = 500;

    private final Sessions home;
    private final DelayedCount count;
    private final InTransit due;
    private final Map<SessionKey, Share> shares = new HashMap<>();
    private final PriorityQueue<Delayed> waiting = new PriorityQueue<>();
    private long sequence;
    private long timer;
    private boolean closed;

    DelayedMessages(Sessions home, DelayedCount count, MessageIds ids) {
        this.home = home;
        this.count = count;
        this.due = new InTransit(ids);
    }

    /** What one client has here. */
    private static final class Share {
        int messages;
        long bytes;
        long payloadBytes;
    }

    /**
     * Takes a message over, to be routed after its {@link InTransit#delaySeconds}; it counts as accepted.
     *
     * @return false when there is no room for it; it has been dropped
     */
    boolean add(SessionKey publisher, Routes routes, InTransit message) {
        StoredMessage kept = message.keep().toRetain();
        long bytes = ENTRY_BYTES + kept.bytes() + 2L * kept.topic().utf8().length;
        DropReason problem = reserve(publisher, kept, bytes);
        if (problem != null) {
            home.drops().dropped(publisher, message, problem);
            return false;
        }
        long expiresAtMillis = kept.expiresAtMillis();
        long lifetimeMillis = expiresAtMillis == 0
                ? 0
                : Math.max(1, expiresAtMillis - home.loop().epochMillis());
        long dueNanos = home.loop().refreshTime() + message.delaySeconds() * 1_000_000_000L;
        Delayed delayed = new Delayed(publisher, routes, kept, lifetimeMillis, bytes, dueNanos, sequence++);
        waiting.add(delayed);
        if (waiting.peek() == delayed) {
            scheduleFirst();
        }
        message.countMatched();
        message.countAccepted();
        return true;
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
        if (share == null) {
            share = new Share();
            shares.put(publisher, share);
        }
        share.messages++;
        share.bytes += bytes;
        share.payloadBytes += message.payloadLength();
        countHere(1, bytes);
        return null;
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
                : home.loop().schedule(first.dueNanos - home.loop().nowNanos(), this::publishDue);
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
            publish(first);
        }
        home.loop().executeNextTurn(this::publishDue);
    }

    private void publish(Delayed delayed) {
        release(delayed.publisher, delayed.message, delayed.bytes);
        // No Local is about the client, which may have another session by now.
        due.begin(delayed.message, home.find(delayed.publisher));
        if (delayed.lifetimeMillis != 0) {
            due.expiresAtMillis(home.loop().epochMillis() + delayed.lifetimeMillis);
            // Kept anew, so that what is queued has this expiry as well.
            due.copyBeforeKeep();
        }
        Inbound.route(home, delayed.publisher, delayed.routes, due);
    }

    /**
     * One message that waits.
     *
     * @param lifetimeMillis until it expires, from when it is published; 0 for ever
     * @param bytes that it is charged with
     */
    private record Delayed(
            SessionKey publisher,
            Routes routes,
            StoredMessage message,
            long lifetimeMillis,
            long bytes,
            long dueNanos,
            long sequence)
            implements Comparable<Delayed> {
        @Override
        public int compareTo(Delayed other) {
            int byTime = Long.compare(dueNanos, other.dueNanos);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    /** Drops all, as the broker closes. */
    void close() {
        closed = true;
        waiting.clear();
        shares.forEach((publisher, share) -> {
            home.drops().lost(publisher, DropReason.SHUTTING_DOWN, share.messages, share.payloadBytes);
            home.loop().credit().release(share.bytes);
            countHere(-share.messages, -share.bytes);
        });
        shares.clear();
    }
}
