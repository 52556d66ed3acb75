package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import java.util.concurrent.CompletionStage;

/**
 * A running scan. All its pages show one state of the partition, that of the first {@link #next()}, independent of
 * later writes. That state costs the store space until the cursor is at its end or closed, so a store may expire an
 * idle cursor ({@link StorageException.Kind#CURSOR_EXPIRED}). A caller that reads at the pace of a slow peer uses a new
 * scan for each page instead, from after the last key.
 *
 * <p>Thread-safe; one {@code next()} at a time.
 *
 * @since 0.1.0
 */
@Stable
public interface Cursor extends AutoCloseable {

    /**
     * The next page. After the last page it returns empty pages with {@code last}.
     *
     * <p>Fails with a {@link StorageException}, among them {@code CURSOR_EXPIRED}, {@code UNAVAILABLE}, {@code DAMAGED}
     * and {@code CLOSED}; completes on the store's completion thread.
     *
     * @throws IllegalStateException while the previous page is pending
     */
    CompletionStage<EntryPage> next();

    /**
     * Releases the state. Idempotent, never blocks. A pending page may still complete; later ones fail with {@code
     * CLOSED}.
     */
    @Override
    void close();
}
