package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;

/**
 * The handler of committed batches of a {@link KeyValueStore#watch}. Called on the store's completion threads, one call
 * at a time, each with the memory effects of the previous one visible. Must not block; a slow handler delays only its
 * own watch, which finally ends ({@link StorageException.Kind#TOO_OLD}).
 *
 * @since 0.1.0
 */
@Stable
public interface WatchHandler {

    /** A batch changed the table. An exception ends the watch with {@link StorageException.Kind#HANDLER_FAILED}. */
    void onChanges(ChangeSet changes);

    /**
     * The watch has ended by itself; this is the last call. {@code TOO_OLD} and {@code RESTORED} mean that a fresh
     * {@link KeyValueStore#scan} must come before the next watch, {@code UNAVAILABLE} that it may be tried again from
     * the same place, {@code CLOSED} that the store has closed.
     */
    void onEnd(StorageException cause);
}
