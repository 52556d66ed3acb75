package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import java.util.List;
import java.util.Optional;

/**
 * A part of an answer. Immutable.
 *
 * @param items at most as many as the query's limit; fewer only on the last page
 * @param next hand it to the query's {@code after} for the next page; empty on the last one. It has no meaning to anybody but
 *     the broker that gave it, and none after that broker's end
 * @since 0.1.0
 */
@Stable
public record Page<T>(List<T> items, Optional<String> next) {

    /** Most items that a page may have. */
    public static final int MAX_LIMIT = 10_000;

    /** What a query has when it says nothing. */
    public static final int DEFAULT_LIMIT = 100;

    /** Copies the items. */
    public Page {
        items = List.copyOf(items);
    }

    /** Whether nothing follows. */
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
