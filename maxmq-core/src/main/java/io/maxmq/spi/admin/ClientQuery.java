package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;

/**
 * Which clients, or which sessions, and how many on a page. Immutable; each method answers a changed copy.
 *
 * @param tenant whose
 * @param clientIdPrefix that client ids begin with; empty for all
 * @param limit items per page, 1..{@value Page#MAX_LIMIT}
 * @param cursor where the page before ended; empty for the first page
 * @since 0.1.0
 */
@Stable
public record ClientQuery(Tenant tenant, String clientIdPrefix, int limit, Optional<String> cursor) {

    private static final ClientQuery ALL = new ClientQuery(Tenant.DEFAULT, "", Page.DEFAULT_LIMIT, Optional.empty());

    /** Checks the limit. */
    public ClientQuery {
        Page.checkedLimit(limit);
    }

    /** All of the default tenant, {@value Page#DEFAULT_LIMIT} per page. */
    public static ClientQuery all() {
        return ALL;
    }

    /** Those of another tenant. */
    public ClientQuery tenant(Tenant of) {
        return new ClientQuery(of, clientIdPrefix, limit, cursor);
    }

    /** Those whose client id begins so. */
    public ClientQuery clientIdPrefix(String prefix) {
        return new ClientQuery(tenant, prefix, limit, cursor);
    }

    /** So many per page. */
    public ClientQuery limit(int itemsPerPage) {
        return new ClientQuery(tenant, clientIdPrefix, itemsPerPage, cursor);
    }

    /** The page that follows the one that had this {@link Page#next()}. */
    public ClientQuery after(String next) {
        return new ClientQuery(tenant, clientIdPrefix, limit, Optional.of(next));
    }
}
