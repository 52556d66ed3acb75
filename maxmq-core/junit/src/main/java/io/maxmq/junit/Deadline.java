package io.maxmq.junit;

import java.time.Duration;

/** Until when a test waits, by the machine's time. */
record Deadline(long atNanos, Duration after) {

    static Deadline in(Duration timeout) {
        return new Deadline(System.nanoTime() + timeout.toNanos(), timeout);
    }

    /** 0 when it has passed. */
    long leftMillis() {
        long leftNanos = atNanos - System.nanoTime();
        return leftNanos <= 0 ? 0 : Math.max(1, leftNanos / 1_000_000);
    }

    /** For messages: {@code 10000 ms}. */
    @Override
    public String toString() {
        return after.toMillis() + " ms";
    }
}
