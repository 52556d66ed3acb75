package io.maxmq.spi.admin;

import io.maxmq.spi.Message;
import io.maxmq.spi.Stable;
import io.maxmq.spi.Tenant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The retained messages (MQTT 5.0 §3.3.1.3). Only the broker implements it. Thread-safe; nothing here blocks.
 *
 * <p>Pages and messages come on a thread of the worker pool, and complete exceptionally with
 * {@link java.util.concurrent.RejectedExecutionException} when its queue is full; otherwise as answers of {@link Sessions}.
 *
 * <p>What the broker says about itself below {@code $SYS/} is retained as well, but not counted and not limited.
 *
 * @since 0.1.0
 */
@Stable
public interface RetainedMessages {

    /** How many there are, of all tenants; those that have expired and have not been looked at since are counted. */
    long count();

    /** What they take, of all tenants, in bytes. */
    long bytes();

    /**
     * A page of those that have not expired, in no particular order. One that is there from the first page to the last is given
     * once, as it is then; one that comes or goes meanwhile may be given or not. The cost is that of finding the page's
     * messages; event loops are not held up.
     *
     * @throws IllegalArgumentException when the filter or the cursor is not valid, or the filter is a shared one
     */
    CompletionStage<Page<RetainedView>> query(RetainedQuery query);

    /** {@link #get(Tenant, String)} in the default tenant. */
    default CompletionStage<Optional<Message>> get(String topic) {
        return get(Tenant.DEFAULT, topic);
    }

    /** The message of a topic, payload included; empty when there is none. */
    CompletionStage<Optional<Message>> get(Tenant tenant, String topic);

    /** {@link #remove(Tenant, String)} in the default tenant. */
    default CompletionStage<Boolean> remove(String topic) {
        return remove(Tenant.DEFAULT, topic);
    }

    /**
     * Forgets the message of a topic. In order with {@code publish} of the application to that topic; nobody is sent anything.
     *
     * @return whether there was one; completes on an event loop
     */
    CompletionStage<Boolean> remove(Tenant tenant, String topic);
}
