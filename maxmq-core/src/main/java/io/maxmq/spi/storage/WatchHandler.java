package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;

/**
 * Hears what is committed: {@link KeyValueStore#watch}. Called on the store's completion threads, one call at a time, each
 * seeing what the one before did. Must not block; a slow one delays only itself, and in the end falls out of the history
 * ({@link StorageException.Kind#TOO_OLD}).
 *
 * @since 0.1.0
 */
@Stable
public interface WatchHandler {

    /** A batch changed the table. What this throws ends the watch with {@link StorageException.Kind#HANDLER_FAILED}. */
    void onChanges(ChangeSet changes);

    /**
     * The watch has ended by itself, and there is no other call: {@code TOO_OLD} and {@code RESTORED} say that a fresh
     * {@link KeyValueStore#scan} must come before the next watch, {@code UNAVAILABLE} that it may be tried again from the
     * same place, {@code CLOSED} that the store has closed.
     */
    void onEnd(StorageException cause);
}
