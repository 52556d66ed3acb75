package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;

/**
 * A running watch. Thread-safe.
 *
 * @since 0.1.0
 */
@Stable
public interface Watch extends AutoCloseable {

    /** The {@code fromVersion} of a watch that begins at the present state. */
    long NOW = -1;

    /**
     * Returns the progress: the handler has returned from all changes up to this version. Batches that did not touch
     * the table may advance it too; a new watch from {@code version() + 1} misses nothing. Initially {@code fromVersion
     * - 1}, or for {@link #NOW} the version of the present state.
     */
    long version();

    /**
     * Ends it. No call of the handler begins after this has returned, nor is {@code onEnd} called; one that had begun
     * before may still run. Idempotent, never blocks, may be called from the handler.
     */
    @Override
    void close();
}
