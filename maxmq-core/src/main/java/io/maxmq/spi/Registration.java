package io.maxmq.spi;

/**
 * A handle that reverts the call that returned it: removes a hook or listener, cancels a timer, unregisters a metric.
 * Thread-safe.
 *
 * @since 0.1.0
 */
@Stable
@FunctionalInterface
public interface Registration extends AutoCloseable {

    /** A registration of nothing. */
    Registration NONE = NoRegistration.INSTANCE;

    /**
     * Ends the registration. Idempotent, never blocks and never throws. A callback that is already running on another
     * thread completes; no callback begins after this call.
     */
    @Override
    void close();
}
