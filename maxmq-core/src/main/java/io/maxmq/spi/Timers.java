package io.maxmq.spi;

import java.time.Duration;

/**
 * Timers of an extension, by the broker's clock, so a virtual clock drives them too. Resolution about 10 ms. Only the
 * broker implements it. Thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public interface Timers {

    /** Runs the task once on the worker pool. A throwing task is reported as {@code PluginFailed}. */
    Registration after(Duration delay, Runnable task);

    /**
     * Runs the task periodically on the worker pool, first after one period. Runs of one task never overlap; missed
     * runs are not repeated.
     *
     * @throws IllegalArgumentException when the period is not positive
     */
    Registration every(Duration period, Runnable task);
}
