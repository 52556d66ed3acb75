package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;

/**
 * A query of retained messages, with its page size. Immutable; each method returns a changed copy.
 *
 * @param tenant of the messages
 * @param topicFilter that their topics match; {@code #} does not match topics that begin with {@code $} (MQTT 5.0
 *     §4.7.2)
 * @param limit items per page, 1..{@value Page#MAX_LIMIT}
 * @param cursor the end of the previous page; empty for the first page
 * @since 0.1.0
 */
@Stable
public record RetainedQuery(Tenant tenant, String topicFilter, int limit, Optional<String> cursor) {

    private static final RetainedQuery ALL =
            new RetainedQuery(Tenant.DEFAULT, "#", Page.DEFAULT_LIMIT, Optional.empty());

    /** Checks the limit. */
    public RetainedQuery {
        Page.checkedLimit(limit);
    }

    /**
     * Selects all messages of the default tenant except those whose topic begins with {@code $}, {@value
     * Page#DEFAULT_LIMIT} per page.
     */
    public static RetainedQuery all() {
        return ALL;
    }

    /** Selects the messages whose topic matches the filter. */
    public static RetainedQuery matching(String topicFilter) {
        return new RetainedQuery(Tenant.DEFAULT, topicFilter, Page.DEFAULT_LIMIT, Optional.empty());
    }

    /** Selects the messages of another tenant. */
    public RetainedQuery tenant(Tenant of) {
        return new RetainedQuery(of, topicFilter, limit, cursor);
    }

    /** Sets the page size. */
    public RetainedQuery limit(int itemsPerPage) {
        return new RetainedQuery(tenant, topicFilter, itemsPerPage, cursor);
    }

    /** Selects the page after the one with this {@link Page#next()}. */
    public RetainedQuery after(String next) {
        return new RetainedQuery(tenant, topicFilter, limit, Optional.of(next));
    }
}
