package io.maxmq.core.session;

import io.maxmq.config.DelayedLimits;
import java.util.concurrent.atomic.AtomicLong;

/** Number and bytes of the broker's delayed messages, and their limits. Thread-safe. */
public final class DelayedCount {
    private final DelayedLimits limits;
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    public DelayedCount(DelayedLimits limits) {
        this.limits = limits;
    }

    DelayedLimits limits() {
        return limits;
    }

    /** Adds one message if the limits allow it; otherwise returns false and adds nothing. */
    boolean tryAdd(long itsBytes) {
        boolean few = messages.incrementAndGet() <= limits.maxMessages();
        boolean small = bytes.addAndGet(itsBytes) <= limits.maxBytes();
        if (few && small) {
            return true;
        }
        remove(itsBytes);
        return false;
    }

    /** Adds one message that was recovered from a previous run, regardless of the limits. */
    void add(long itsBytes) {
        messages.incrementAndGet();
        bytes.addAndGet(itsBytes);
    }

    void remove(long itsBytes) {
        messages.decrementAndGet();
        bytes.addAndGet(-itsBytes);
    }
}
