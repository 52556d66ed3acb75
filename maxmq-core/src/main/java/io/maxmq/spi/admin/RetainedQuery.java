package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;

/**
 * Which retained messages, and how many on a page. Immutable; each method answers a changed copy.
 *
 * @param tenant whose
 * @param topicFilter that their topics match; {@code #} does not match topics that begin with {@code $} (MQTT 5.0 §4.7.2)
 * @param limit items per page, 1..{@value Page#MAX_LIMIT}
 * @param cursor where the page before ended; empty for the first page
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

    /** All of the default tenant but those whose topic begins with {@code $}, {@value Page#DEFAULT_LIMIT} per page. */
    public static RetainedQuery all() {
        return ALL;
    }

    /** Those whose topic the filter matches. */
    public static RetainedQuery matching(String topicFilter) {
        return new RetainedQuery(Tenant.DEFAULT, topicFilter, Page.DEFAULT_LIMIT, Optional.empty());
    }

    /** Those of another tenant. */
    public RetainedQuery tenant(Tenant of) {
        return new RetainedQuery(of, topicFilter, limit, cursor);
    }

    /** So many per page. */
    public RetainedQuery limit(int itemsPerPage) {
        return new RetainedQuery(tenant, topicFilter, itemsPerPage, cursor);
    }

    /** The page that follows the one that had this {@link Page#next()}. */
    public RetainedQuery after(String next) {
        return new RetainedQuery(tenant, topicFilter, limit, Optional.of(next));
    }
}
