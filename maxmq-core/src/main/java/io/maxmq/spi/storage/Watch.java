package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;

/**
 * A watch under way. Thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public interface Watch extends AutoCloseable {

    /** As {@code fromVersion}: from the present state on, whatever its version is. */
    long NOW = -1;

    /**
     * How far it has come: the handler has returned from all changes up to this version. Moves on also with batches that
     * did not touch the table, though perhaps not with each; a new watch from {@code version() + 1} misses nothing. Is
     * {@code fromVersion - 1} at first, or for {@link #NOW} what the store found.
     */
    long version();

    /**
     * Ends it. No call of the handler begins after this has returned, nor is {@code onEnd} called; one that had begun
     * before may still run. Idempotent, never blocks, may be called from the handler.
     */
    @Override
    void close();
}
