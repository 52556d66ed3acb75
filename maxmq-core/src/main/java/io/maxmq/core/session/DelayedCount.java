package io.maxmq.core.session;

import io.maxmq.config.DelayedLimits;
import java.util.concurrent.atomic.AtomicLong;

/** How many delayed messages a broker has, and how many it may have. Thread-safe. */
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

    /** Adds one message, or nothing when that were too many. */
    boolean tryAdd(long itsBytes) {
        boolean few = messages.incrementAndGet() <= limits.maxMessages();
        boolean small = bytes.addAndGet(itsBytes) <= limits.maxBytes();
        if (few && small) {
            return true;
        }
        remove(itsBytes);
        return false;
    }

    /** Adds one message that was there before the broker started, whatever the limits are by now. */
    void add(long itsBytes) {
        messages.incrementAndGet();
        bytes.addAndGet(itsBytes);
    }

    void remove(long itsBytes) {
        messages.decrementAndGet();
        bytes.addAndGet(-itsBytes);
    }
}
