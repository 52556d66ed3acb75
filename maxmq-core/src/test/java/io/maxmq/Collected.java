package io.maxmq;

import java.lang.ref.WeakReference;

import static org.assertj.core.api.Assertions.assertThat;

/** Waits until nobody holds an object any more, with a deadline. */
public final class Collected {
    private static final long DEADLINE_NANOS = 60_000_000_000L;

    private Collected() {}

    public static void await(WeakReference<?> reference) {
        long begin = System.nanoTime();
        while (reference.get() != null) {
            assertThat(System.nanoTime() - begin).as("still held").isLessThan(DEADLINE_NANOS);
            System.gc();
        }
    }
}
