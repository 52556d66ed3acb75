package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import java.util.Optional;

/**
 * A query of bans: the page size and the cursor. Immutable; each method returns a changed copy.
 *
 * @param limit items per page, 1..{@value Page#MAX_LIMIT}
 * @param cursor the end of the previous page; empty for the first page
 * @since 0.1.0
 */
@Stable
public record BanQuery(int limit, Optional<String> cursor) {
    private static final BanQuery ALL = new BanQuery(Page.DEFAULT_LIMIT, Optional.empty());

    /** Checks the limit. */
    public BanQuery {
        Page.checkedLimit(limit);
    }

    /** Selects the bans of all tenants, {@value Page#DEFAULT_LIMIT} per page. */
    public static BanQuery all() {
        return ALL;
    }

    /** Sets the page size. */
    public BanQuery limit(int itemsPerPage) {
        return new BanQuery(itemsPerPage, cursor);
    }

    /** Selects the page after the one with this {@link Page#next()}. */
    public BanQuery after(String next) {
        return new BanQuery(limit, Optional.of(next));
    }
}
