package io.maxmq.spi;

/**
 * Undoes what returned it: removes a hook or listener, cancels a timer, unregisters a metric. Thread-safe.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public interface Registration extends AutoCloseable {

    /** A registration of nothing. */
    Registration NONE = NoRegistration.INSTANCE;

    /**
     * Idempotent, never blocks and never throws. A call that is already running on another thread still ends; none
     * begins after it.
     */
    @Override
    void close();
}
