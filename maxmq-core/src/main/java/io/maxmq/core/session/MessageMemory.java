package io.maxmq.core.session;

import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.LoopCounters;
import io.maxmq.core.routing.StoredMessage;

/**
 * What the messages that sessions of a loop hold take of its memory credit: each message once, however many sessions hold
 * it, and a place for each that does. Runs on the loop. Not thread-safe.
 */
final class MessageMemory {
    /**
     * One session may hold this part of the memory that is still free. So whoever fills queues finds ever less room, and
     * memory never runs out for a session that holds nothing yet.
     */
    private static final int SHARES = 8;

    /** What a message takes beside itself: its places in the arrays. */
    private static final int PLACE_BYTES = 24;

    private final MemoryCredit credit;
    private final LoopCounters counters;

    MessageMemory(MemoryCredit credit, LoopCounters counters) {
        this.credit = credit;
        this.counters = counters;
    }

    /** What one session may hold now. */
    long shareBytes() {
        return credit.freeBytes() / SHARES;
    }

    /** One more place holds the message; false when there is no memory for it. */
    boolean hold(StoredMessage message) {
        boolean first = message.hold();
        if (!credit.tryCharge(chargeFor(message, first))) {
            message.release();
            return false;
        }
        count(message, first);
        return true;
    }

    /** A place that has held a message as one recipient gets it holds what was published from now on; gives that. */
    StoredMessage holdOriginal(StoredMessage message) {
        StoredMessage original = message.original();
        if (original == message) {
            return message;
        }
        release(message);
        boolean first = original.hold();
        int bytes = chargeFor(original, first);
        if (!credit.tryCharge(bytes)) {
            credit.overdraw(bytes); // no more than what was given back just now
        }
        count(original, first);
        return original;
    }

    private static int chargeFor(StoredMessage message, boolean isAlone) {
        return isAlone ? PLACE_BYTES + message.bytes() : PLACE_BYTES;
    }

    private void count(StoredMessage message, boolean isFirst) {
        if (isFirst) {
            counters.increment(Counter.KEPT);
            counters.add(Counter.KEPT_BYTES, message.bytes());
        }
    }

    void release(StoredMessage message) {
        boolean last = message.release();
        credit.release(chargeFor(message, last));
        if (last) {
            counters.add(Counter.KEPT, -1);
            counters.add(Counter.KEPT_BYTES, -message.bytes());
        }
    }
}
