package io.maxmq.spi.admin;

import io.maxmq.spi.Stable;
import java.util.concurrent.CompletionStage;

/**
 * The subscriptions of sessions. Only the broker implements it. Thread-safe; no method blocks. Stages complete and fail
 * as those of {@link Sessions}.
 *
 * @since 0.1.0
 */
@Stable
public interface Subscriptions {

    /** Returns the number of subscriptions, of all tenants and of the application. May lag a little. */
    long count();

    /**
     * Returns a page of subscriptions: session by session in no particular order, those of one session in the order of
     * their filters. A subscription that exists from the first page to the last appears once; one that is added or
     * removed meanwhile may appear or not.
     *
     * <p><b>Cost:</b> reads each session until the page is full, and each of its subscriptions unless the query names
     * one filter; after 1000 of them it yields the event loop to its other work.
     *
     * @throws IllegalArgumentException when the filter, the topic or the cursor is invalid
     */
    CompletionStage<Page<SubscriptionView>> query(SubscriptionQuery query);
}
