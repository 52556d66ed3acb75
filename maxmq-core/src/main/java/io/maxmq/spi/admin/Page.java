package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import java.util.List;
import java.util.Optional;

/**
 * A part of a query's result. Immutable.
 *
 * @param items at most as many as the query's limit; fewer only on the last page
 * @param next the cursor to pass to the query's {@code after} for the next page; empty on the last one. Only the broker
 *     that created it accepts it, until that broker closes
 * @since 0.1.0
 */
@Stable
public record Page<T>(List<T> items, Optional<String> next) {

    /** The most items of a page. */
    public static final int MAX_LIMIT = 10_000;

    /** The default limit of a query. */
    public static final int DEFAULT_LIMIT = 100;

    /** Copies the items. */
    public Page {
        items = List.copyOf(items);
    }

    /** Returns whether this is the last page. */
    public boolean isLast() {
        return next.isEmpty();
    }

    static int checkedLimit(int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be 1.." + MAX_LIMIT + ": limit=" + limit);
        }
        return limit;
    }
}
