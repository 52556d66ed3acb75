package io.maxmq.spi.limit;

import io.maxmq.spi.Stable;

/**
 * The limits of one connection. Runs on its event loop, one call at a time; its own counters need no locks. Must not
 * block and should not allocate: on the hot path.
 *
 * @since 0.1.0
 */
@Stable
public interface ConnectionLimiter extends AutoCloseable {

    /** Limits nothing. The broker knows it and does not even call it. */
    ConnectionLimiter NONE = (count, bytes, nowNanos) -> RateDecision.ALLOW;

    /**
     * Takes the connection itself: asked once, right after {@link RateLimiter#open}, before CONNACK; again after a pause, for ten seconds at
     * most.
     *
     * @param nowNanos the clock's {@code nanoTime}
     */
    default RateDecision acquireConnection(long nowNanos) {
        return RateDecision.ALLOW;
    }

    /**
     * Counts the messages that were just read. Called once per message, or once for all messages of a read; a pause
     * lets them pass and stops reading after them.
     *
     * @param count the number of PUBLISH packets, at least 1
     * @param bytes of these packets, headers included
     * @param nowNanos the clock's {@code nanoTime}
     */
    RateDecision acquirePublish(int count, long bytes, long nowNanos);

    /**
     * Counts the filters of one SUBSCRIBE. {@link RateDecision#DROP} answers 0x97 (v5), 0x80 (v3.1.1), QoS 0 without
     * deliveries (v3.1).
     */
    default RateDecision acquireSubscribe(int filters, long nowNanos) {
        return RateDecision.ALLOW;
    }

    /** The connection has ended. Called once. */
    @Override
    default void close() {}
}
