package io.maxmq.limit;

import java.util.concurrent.atomic.AtomicInteger;

/** The meters of one key. Borrowed by connections and by whoever counts a new one; forgotten only when nobody has it. Thread-safe. */
final class KeyMeters {
    private static final int RETIRED = -1;

    private final Meter[] meters;

    /** How many have it; {@link #RETIRED} once it is out of its table. */
    private final AtomicInteger borrowers = new AtomicInteger();

    KeyMeters(Meter[] meters) {
        this.meters = meters;
    }

    /** By the order of the table's limits. */
    Meter meter(int index) {
        return meters[index];
    }

    /** False when it has been forgotten meanwhile. */
    boolean borrow() {
        while (true) {
            int now = borrowers.get();
            if (now == RETIRED) {
                return false;
            }
            if (borrowers.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    void giveBack() {
        borrowers.decrementAndGet();
    }

    /** True when nobody has it and it is as if new: from now on nobody gets it. */
    boolean retire(long nowNanos) {
        if (borrowers.get() != 0) {
            return false;
        }
        for (Meter meter : meters) {
            if (!meter.isFresh(nowNanos)) {
                return false;
            }
        }
        return borrowers.compareAndSet(0, RETIRED);
    }
}
