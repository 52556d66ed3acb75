package io.maxmq.core.routing;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Which filters of one tenant are subscribed to exclusively, as {@code $exclusive/FILTER}, and by whom: at most one subscriber
 * has each. Filters are compared as they are written, so {@code a/+} and {@code a/b} are two; who subscribes to FILTER in the
 * ordinary way is not concerned. In the tree an exclusive subscription is like any other. Thread-safe.
 */
public final class ExclusiveSubscriptions {
    private static final String PREFIX = "$exclusive/";

    /** No larger than what has them: each subscriber's count of subscriptions is limited, and charged. */
    private final ConcurrentMap<String, Subscriber> holders = new ConcurrentHashMap<>();

    /** The FILTER of {@code $exclusive/FILTER}, not checked; null when it is no such thing. */
    public static @Nullable String filterIn(String subscribed) {
        return subscribed.startsWith(PREFIX) ? subscribed.substring(PREFIX.length()) : null;
    }

    /** The FILTER of {@code $exclusive/FILTER}, or the filter itself: what is in the tree, and in events. */
    public static String plain(String subscribed) {
        String filter = filterIn(subscribed);
        return filter == null ? subscribed : filter;
    }

    /** Gives it to this subscriber; false when another has it. */
    public boolean claim(String filter, Subscriber by) {
        Subscriber holder = holders.putIfAbsent(filter, by);
        return holder == null || holder == by;
    }

    /** No effect when this subscriber does not have it. */
    public void release(String filter, Subscriber by) {
        if (!holders.isEmpty()) {
            holders.remove(filter, by);
        }
    }

    public boolean isHeldBy(String filter, Subscriber by) {
        return holders.get(filter) == by;
    }
}
