package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;

/**
 * A query of clients or sessions, with its page size. Immutable; each method returns a changed copy.
 *
 * @param tenant of the clients
 * @param clientIdPrefix that client ids begin with; empty for all
 * @param limit items per page, 1..{@value Page#MAX_LIMIT}
 * @param cursor the end of the previous page; empty for the first page
 * @since 0.1.0
 */
@Stable
public record ClientQuery(Tenant tenant, String clientIdPrefix, int limit, Optional<String> cursor) {

    private static final ClientQuery ALL = new ClientQuery(Tenant.DEFAULT, "", Page.DEFAULT_LIMIT, Optional.empty());

    /** Checks the limit. */
    public ClientQuery {
        Page.checkedLimit(limit);
    }

    /** Selects all of the default tenant, {@value Page#DEFAULT_LIMIT} per page. */
    public static ClientQuery all() {
        return ALL;
    }

    /** Selects the clients of another tenant. */
    public ClientQuery tenant(Tenant of) {
        return new ClientQuery(of, clientIdPrefix, limit, cursor);
    }

    /** Selects the clients whose client id begins with {@code prefix}. */
    public ClientQuery clientIdPrefix(String prefix) {
        return new ClientQuery(tenant, prefix, limit, cursor);
    }

    /** Sets the page size. */
    public ClientQuery limit(int itemsPerPage) {
        return new ClientQuery(tenant, clientIdPrefix, itemsPerPage, cursor);
    }

    /** Selects the page after the one with this {@link Page#next()}. */
    public ClientQuery after(String next) {
        return new ClientQuery(tenant, clientIdPrefix, limit, Optional.of(next));
    }
}
