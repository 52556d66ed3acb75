package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;

/**
 * A query of a session's messages, with its page size. Immutable; each method returns a changed copy.
 *
 * @param tenant of the session
 * @param clientId of the session
 * @param withPayload whether each comes with its payload and properties
 * @param limit items per page, 1..{@value Page#MAX_LIMIT}
 * @param cursor the end of the previous page; empty for the first page
 * @since 0.1.0
 */
@Stable
public record MessageQuery(Tenant tenant, String clientId, boolean withPayload, int limit, Optional<String> cursor) {

    /** Checks the limit. */
    public MessageQuery {
        Page.checkedLimit(limit);
    }

    /**
     * Selects the messages of a session of the default tenant, without payloads, {@value Page#DEFAULT_LIMIT} per page.
     */
    public static MessageQuery of(String clientId) {
        return new MessageQuery(Tenant.DEFAULT, clientId, false, Page.DEFAULT_LIMIT, Optional.empty());
    }

    /** Selects the messages of a session of another tenant. */
    public MessageQuery tenant(Tenant of) {
        return new MessageQuery(of, clientId, withPayload, limit, cursor);
    }

    /**
     * Includes payloads and properties. They are not copied: a page keeps them in memory after the broker has released
     * them.
     */
    public MessageQuery withPayloads() {
        return new MessageQuery(tenant, clientId, true, limit, cursor);
    }

    /** Sets the page size. */
    public MessageQuery limit(int itemsPerPage) {
        return new MessageQuery(tenant, clientId, withPayload, itemsPerPage, cursor);
    }

    /** Selects the page after the one with this {@link MessagePage#next()}. */
    public MessageQuery after(String next) {
        return new MessageQuery(tenant, clientId, withPayload, limit, Optional.of(next));
    }
}
