package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;

/**
 * A query of subscriptions, with its page size; all conditions must hold. Immutable; each method returns a changed
 * copy.
 *
 * @param tenant of the subscribers
 * @param clientIdPrefix that the subscribers' client ids begin with; empty for all
 * @param topicFilter exactly this filter, with {@code $share/NAME/} when shared; empty for all
 * @param topic only filters that match this topic name; empty for all
 * @param limit items per page, 1..{@value Page#MAX_LIMIT}
 * @param cursor the end of the previous page; empty for the first page
 * @since 0.1.0
 */
@Stable
public record SubscriptionQuery(
        Tenant tenant,
        String clientIdPrefix,
        Optional<String> topicFilter,
        Optional<String> topic,
        int limit,
        Optional<String> cursor) {

    private static final SubscriptionQuery ALL = new SubscriptionQuery(
            Tenant.DEFAULT, "", Optional.empty(), Optional.empty(), Page.DEFAULT_LIMIT, Optional.empty());

    /** Checks the limit. */
    public SubscriptionQuery {
        Page.checkedLimit(limit);
    }

    /** Selects all of the default tenant, {@value Page#DEFAULT_LIMIT} per page. */
    public static SubscriptionQuery all() {
        return ALL;
    }

    /** Selects the subscriptions of another tenant. */
    public SubscriptionQuery tenant(Tenant of) {
        return new SubscriptionQuery(of, clientIdPrefix, topicFilter, topic, limit, cursor);
    }

    /** Selects the subscriptions of clients whose client id begins with {@code prefix}. */
    public SubscriptionQuery clientIdPrefix(String prefix) {
        return new SubscriptionQuery(tenant, prefix, topicFilter, topic, limit, cursor);
    }

    /** Selects the subscriptions with exactly this filter. */
    public SubscriptionQuery topicFilter(String filter) {
        return new SubscriptionQuery(tenant, clientIdPrefix, Optional.of(filter), topic, limit, cursor);
    }

    /** Selects the subscriptions that match this topic name (MQTT 5.0 §4.7). */
    public SubscriptionQuery matching(String topicName) {
        return new SubscriptionQuery(tenant, clientIdPrefix, topicFilter, Optional.of(topicName), limit, cursor);
    }

    /** Sets the page size. */
    public SubscriptionQuery limit(int itemsPerPage) {
        return new SubscriptionQuery(tenant, clientIdPrefix, topicFilter, topic, itemsPerPage, cursor);
    }

    /** Selects the page after the one with this {@link Page#next()}. */
    public SubscriptionQuery after(String next) {
        return new SubscriptionQuery(tenant, clientIdPrefix, topicFilter, topic, limit, Optional.of(next));
    }
}
