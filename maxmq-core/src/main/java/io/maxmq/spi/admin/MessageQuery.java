package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;

/**
 * Which session's messages, and how many on a page. Immutable; each method answers a changed copy.
 *
 * @param tenant whose
 * @param clientId of the session
 * @param withPayload whether each comes with its payload and properties
 * @param limit items per page, 1..{@value Page#MAX_LIMIT}
 * @param cursor where the page before ended; empty for the first page
 * @since 0.1.0
 */
@Stable
public record MessageQuery(Tenant tenant, String clientId, boolean withPayload, int limit, Optional<String> cursor) {

    /** Checks the limit. */
    public MessageQuery {
        Page.checkedLimit(limit);
    }

    /** Those of a session of the default tenant, without payloads, {@value Page#DEFAULT_LIMIT} per page. */
    public static MessageQuery of(String clientId) {
        return new MessageQuery(Tenant.DEFAULT, clientId, false, Page.DEFAULT_LIMIT, Optional.empty());
    }

    /** Those of a session of another tenant. */
    public MessageQuery tenant(Tenant of) {
        return new MessageQuery(of, clientId, withPayload, limit, cursor);
    }

    /** With payloads and properties. They are not copied: a page keeps alive what the broker may have let go of. */
    public MessageQuery withPayloads() {
        return new MessageQuery(tenant, clientId, true, limit, cursor);
    }

    /** So many per page. */
    public MessageQuery limit(int itemsPerPage) {
        return new MessageQuery(tenant, clientId, withPayload, itemsPerPage, cursor);
    }

    /** The page that follows the one that had this {@link MessagePage#next()}. */
    public MessageQuery after(String next) {
        return new MessageQuery(tenant, clientId, withPayload, limit, Optional.of(next));
    }
}
