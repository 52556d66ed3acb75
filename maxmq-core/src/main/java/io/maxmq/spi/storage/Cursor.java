package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import java.util.concurrent.CompletionStage;

/**
 * A scan under way. All its pages show one state of the partition, that of the first {@link #next()}, whatever is written
 * meanwhile. That state costs the store space until the cursor is at its end or closed, so a store may give up a cursor
 * that is left alone for long ({@link StorageException.Kind#CURSOR_EXPIRED}). Who goes at the pace of a slow peer takes a
 * new scan for each page instead, from behind the last key.
 *
 * <p>Thread-safe; one {@code next()} at a time.
 *
 * @since 0.1.0
 */
@Stable
public interface Cursor extends AutoCloseable {

    /**
     * The next page. After the last one: empty pages that are last, again and again.
     *
     * <p>Fails with a {@link StorageException}, among them {@code CURSOR_EXPIRED}, {@code UNAVAILABLE}, {@code DAMAGED} and
     * {@code CLOSED}; completes on the store's completion thread.
     *
     * @throws IllegalStateException when the page before is still under way
     */
    CompletionStage<Page> next();

    /** Gives up the state. Idempotent, never blocks. A page under way may still come; later ones fail with {@code CLOSED}. */
    @Override
    void close();
}
