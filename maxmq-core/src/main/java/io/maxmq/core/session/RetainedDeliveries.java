package io.maxmq.core.session;

import io.maxmq.core.routing.RetainedCursor;
import io.maxmq.core.routing.StoredMessage;
import io.maxmq.core.routing.FilterSubscription;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Retained messages on their way to new subscriptions (MQTT 5.0 §3.3.1.3), one subscription after the other, each as far
 * as the client has taken them. Runs on the session's event loop. Not thread-safe.
 */
final class RetainedDeliveries {
    /** Branches that are looked at for one message: a filter may match few of many topics, or none. */
    private static final int MAX_STEPS = 32;

    private record Delivery(RetainedCursor cursor, FilterSubscription subscription) {}

    private final ArrayDeque<Delivery> deliveries = new ArrayDeque<>(1);

    void add(RetainedCursor cursor, FilterSubscription subscription) {
        deliveries.add(new Delivery(cursor, subscription));
    }

    /** The subscription is gone, and with it what it has not got yet. */
    void forget(FilterSubscription subscription) {
        deliveries.removeIf(delivery -> delivery.subscription() == subscription);
    }

    boolean isEmpty() {
        return deliveries.isEmpty();
    }

    void clear() {
        deliveries.clear();
    }

    /** Whose turn it is; null when nothing is left. */
    @Nullable
    FilterSubscription subscription() {
        Delivery first = deliveries.peek();
        return first == null ? null : first.subscription();
    }

    /** Its next message; null when none is near, or when it has had all, and another's turn has come. */
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
