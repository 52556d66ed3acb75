package io.maxmq.core.session;

import java.util.concurrent.atomic.AtomicInteger;

/** How many sessions a broker has, and how many it may have. Thread-safe. */
public final class SessionCount {
    private final int limit;
    private final AtomicInteger count = new AtomicInteger();

    public SessionCount(int limit) {
        this.limit = limit;
    }

    boolean tryAdd() {
        if (count.incrementAndGet() > limit) {
            count.decrementAndGet();
            return false;
        }
        return true;
    }

    /** One that is there already. */
    void add() {
        count.incrementAndGet();
    }

    void remove() {
        count.decrementAndGet();
    }

    public int count() {
        return count.get();
    }
}
