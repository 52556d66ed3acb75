package io.maxmq.rules;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for what another thread will do. */
public final class Until {
    private static final long POLL_MILLIS = 5;

    private Until() {}

    /** Returns once this is true, and fails when it is not within 30 seconds. */
    public static void isTrue(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.call()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within 30 s");
            }
            Thread.sleep(POLL_MILLIS);
        }
    }
}
