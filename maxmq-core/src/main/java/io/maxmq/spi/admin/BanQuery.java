package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import java.util.Optional;

/**
 * How many bans on a page, and from where on. Immutable; each method answers a changed copy.
 *
 * @param limit items per page, 1..{@value Page#MAX_LIMIT}
 * @param cursor where the page before ended; empty for the first page
 * @since 0.1.0
 */
@Stable
public record BanQuery(int limit, Optional<String> cursor) {
    private static final BanQuery ALL = new BanQuery(Page.DEFAULT_LIMIT, Optional.empty());

    /** Checks the limit. */
    public BanQuery {
        Page.checkedLimit(limit);
    }

    /** All of all tenants, {@value Page#DEFAULT_LIMIT} per page. */
    public static BanQuery all() {
        return ALL;
    }

    /** So many per page. */
    public BanQuery limit(int itemsPerPage) {
        return new BanQuery(itemsPerPage, cursor);
    }

    /** The page that follows the one that had this {@link Page#next()}. */
    public BanQuery after(String next) {
        return new BanQuery(limit, Optional.of(next));
    }
}
