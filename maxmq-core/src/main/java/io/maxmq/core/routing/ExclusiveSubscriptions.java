package io.maxmq.core.routing;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The exclusive subscriptions ({@code $exclusive/FILTER}) of one tenant by filter: each filter has at most one holder.
 * Filters are compared as text, so {@code a/+} and {@code a/b} are two filters. Ordinary subscriptions to FILTER are
 * not affected. The subscription tree treats an exclusive subscription like any other. Thread-safe.
 */
public final class ExclusiveSubscriptions {
    private static final String PREFIX = "$exclusive/";

    /** Holders by filter. Bounded by the subscription limit of the holders, whose memory quota is charged. */
    private final ConcurrentMap<String, Subscriber> holders = new ConcurrentHashMap<>();

    /** Returns FILTER of {@code $exclusive/FILTER}, unchecked, or null if the text has no such prefix. */
    public static @Nullable String filterIn(String subscribed) {
        return subscribed.startsWith(PREFIX) ? subscribed.substring(PREFIX.length()) : null;
    }

    /**
     * Returns FILTER of {@code $exclusive/FILTER}, or the text itself without the prefix: the filter of the tree and of
     * events.
     */
    public static String plain(String subscribed) {
        String filter = filterIn(subscribed);
        return filter == null ? subscribed : filter;
    }

    /** Gives the filter to this subscriber. Returns false if another subscriber holds it. */
    public boolean claim(String filter, Subscriber by) {
        Subscriber holder = holders.putIfAbsent(filter, by);
        return holder == null || holder == by;
    }

    /** Releases the filter. No effect if this subscriber does not hold it. */
    public void release(String filter, Subscriber by) {
        if (!holders.isEmpty()) {
            holders.remove(filter, by);
        }
    }

    public boolean isHeldBy(String filter, Subscriber by) {
        return holders.get(filter) == by;
    }
}
