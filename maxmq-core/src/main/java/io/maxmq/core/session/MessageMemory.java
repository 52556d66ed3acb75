package io.maxmq.core.session;

import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.LoopCounters;
import io.maxmq.core.routing.StoredMessage;

/**
 * Memory charged for messages held by the sessions of a loop. Each message is charged once, regardless of the number of
 * holding sessions, plus one place per session. Runs on the loop. Not thread-safe.
 */
final class MessageMemory {
    /**
     * One session may hold at most 1/{@value} of the free memory. A session that fills its queue gets less and less
     * room, so memory remains for sessions that hold nothing yet.
     */
    private static final int SHARES = 8;

    /** Bytes of one place in the arrays of a session. */
    private static final int PLACE_BYTES = 24;

    private final MemoryCredit credit;
    private final LoopCounters counters;

    MessageMemory(MemoryCredit credit, LoopCounters counters) {
        this.credit = credit;
        this.counters = counters;
    }

    /** Returns the bytes that one session may hold at present. */
    long shareBytes() {
        return credit.freeBytes() / SHARES;
    }

    /** Charges one more holder of the message; false if memory is insufficient. */
    boolean hold(StoredMessage message) {
        boolean first = message.hold();
        if (!credit.tryCharge(chargeFor(message, first))) {
            message.release();
            return false;
        }
        count(message, first);
        return true;
    }

    /** Replaces a message held in a recipient-specific version by the message as published, and returns the latter. */
    StoredMessage holdOriginal(StoredMessage message) {
        StoredMessage original = message.original();
        if (original == message) {
            return message;
        }
        release(message);
        boolean first = original.hold();
        int bytes = chargeFor(original, first);
        if (!credit.tryCharge(bytes)) {
            credit.overdraw(bytes); // at most the bytes released above
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
