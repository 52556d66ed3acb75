package io.maxmq.core.session;

import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.RetainedCursor;
import io.maxmq.core.routing.StoredMessage;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Pending deliveries of retained messages to new subscriptions (MQTT 5.0 §3.3.1.3). Subscriptions are served one after
 * the other, at the client's pace. Runs on the session's event loop. Not thread-safe.
 */
final class RetainedDeliveries {
    /** Branches of the retained tree visited per call: a filter may match few or none of many topics. */
    private static final int MAX_STEPS = 32;

    private record Delivery(RetainedCursor cursor, FilterSubscription subscription) {}

    private final ArrayDeque<Delivery> deliveries = new ArrayDeque<>(1);

    void add(RetainedCursor cursor, FilterSubscription subscription) {
        deliveries.add(new Delivery(cursor, subscription));
    }

    /** Drops the pending deliveries of a removed subscription. */
    void forget(FilterSubscription subscription) {
        deliveries.removeIf(delivery -> delivery.subscription() == subscription);
    }

    boolean isEmpty() {
        return deliveries.isEmpty();
    }

    void clear() {
        deliveries.clear();
    }

    /** Returns the subscription to serve next; null when nothing is pending. */
    @Nullable
    FilterSubscription subscription() {
        Delivery first = deliveries.peek();
        return first == null ? null : first.subscription();
    }

    /**
     * Returns the next message of the first subscription; null if none was found within {@value #MAX_STEPS} steps, or
     * if the subscription is served, which removes it.
     */
    @Nullable
    StoredMessage next() {
        Delivery first = deliveries.peek();
        if (first == null) {
            return null;
        }
        StoredMessage message = first.cursor().next(MAX_STEPS);
        if (message == null && first.cursor().isOver()) {
            deliveries.poll();
        }
        return message;
    }
}
