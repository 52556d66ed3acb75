package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import java.util.concurrent.CompletionStage;

/**
 * The subscriptions of sessions. Only the broker implements it. Thread-safe; nothing here blocks. Answers come and fail as
 * those of {@link Sessions}.
 *
 * @since 0.1.0
 */
@Stable
public interface Subscriptions {

    /** How many there are, of all tenants, those of the application included. May lag a little. */
    long count();

    /**
     * A page of them: session by session in no particular order, those of one session in the order of their filters. One that
     * is there from the first page to the last is given once; one that comes or goes meanwhile may be given or not.
     *
     * <p><b>Cost:</b> looks at each session until the page is full, and at each of its subscriptions unless the query names one
     * filter; after 1000 of them it lets the event loop do its other work first.
     *
     * @throws IllegalArgumentException when the filter, the topic or the cursor is not valid
     */
    CompletionStage<Page<SubscriptionView>> query(SubscriptionQuery query);
}
