package io.maxmq.spi.admin;

import io.maxmq.spi.Message;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The retained messages (MQTT 5.0 §3.3.1.3). Only the broker implements it. Thread-safe; no method blocks.
 *
 * <p>Stages of pages and messages complete on a thread of the worker pool, and exceptionally with {@link
 * java.util.concurrent.RejectedExecutionException} when its queue is full; otherwise as stages of {@link Sessions}.
 *
 * <p>The broker's own figures below {@code $SYS/} are retained as well, but neither counted nor limited.
 *
 * @since 0.1.0
 */
@Stable
public interface RetainedMessages {

    /**
     * Returns the number of retained messages, of all tenants, including expired messages that have not been read
     * since.
     */
    long count();

    /** Returns the size of the retained messages, of all tenants, in bytes. */
    long bytes();

    /**
     * Returns a page of the messages that have not expired, in no particular order. A message that exists from the
     * first page to the last appears once, as it is then; one that is added or removed meanwhile may appear or not. The
     * cost is that of finding the page's messages; event loops are not delayed.
     *
     * @throws IllegalArgumentException when the filter or the cursor is invalid, or the filter is shared
     */
    CompletionStage<Page<RetainedView>> query(RetainedQuery query);

    /** {@link #get(Tenant, String)} in the default tenant. */
    default CompletionStage<Optional<Message>> get(String topic) {
        return get(Tenant.DEFAULT, topic);
    }

    /** Returns the retained message of a topic, payload included; empty without one. */
    CompletionStage<Optional<Message>> get(Tenant tenant, String topic);

    /** {@link #remove(Tenant, String)} in the default tenant. */
    default CompletionStage<Boolean> remove(String topic) {
        return remove(Tenant.DEFAULT, topic);
    }

    /**
     * Removes the retained message of a topic. In order with {@code publish} of the application to that topic;
     * subscribers receive nothing.
     *
     * @return whether there was one; completes on an event loop
     */
    CompletionStage<Boolean> remove(Tenant tenant, String topic);
}
