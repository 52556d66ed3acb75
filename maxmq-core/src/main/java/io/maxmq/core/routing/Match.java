package io.maxmq.core.routing;

import org.jspecify.annotations.Nullable;

/**
 * The recipients of the messages of one topic, from the view of one loop. Belongs to that loop. The local part may
 * change during a traversal:
 * <pre>{@code
 * for (int i = 0, count = match.localCount(); i < count; i++) {
 *     FilterSubscription subscription = match.local(i);
 *     if (subscription != null) { ... }
 * }
 * }</pre>
 *
 * A traversal returns each unchanged subscription once. It skips subscriptions removed meanwhile and may return
 * subscriptions added meanwhile.
 */
public final class Match {
    static final FilterSubscription[] NONE = {};

    /** Version of the tree for which this match was last confirmed. */
    long version;

    /** Entry in the cache of matches; null if not cached. */
    MatchCache.@Nullable Cached cached;

    private final FilterSubscription[] fixed;
    /** The longest list, not copied; or null. */
    private final @Nullable SubscriberList live;
    /** Subscriptions of {@link #live} that are merged into {@link #fixed}. Open addressing, at most half full. */
    private final @Nullable FilterSubscription @Nullable [] skipped;

    private final long remoteLoops;
    private final SharedGroup[] groups;

    Match(
            long version,
            FilterSubscription[] fixed,
            @Nullable SubscriberList live,
            @Nullable FilterSubscription @Nullable [] skipped,
            long remoteLoops,
            SharedGroup[] groups) {
        this.version = version;
        this.fixed = fixed;
        this.live = live;
        this.skipped = skipped;
        this.remoteLoops = remoteLoops;
        this.groups = groups;
    }

    /** Exclusive bound of the index of {@link #local}; at least the number of subscriptions. */
    public int localCount() {
        SubscriberList list = live;
        return list == null ? fixed.length : fixed.length + list.extent();
    }

    /** Returns this loop's plain subscription at {@code index}, or null: continue with the next index. */
    // hot: per message and subscriber
    public @Nullable FilterSubscription local(int index) {
        if (index < fixed.length) {
            FilterSubscription subscription = fixed[index];
            return subscription.isActive() ? subscription : null;
        }
        SubscriberList list = live;
        if (list == null) {
            return null;
        }
        FilterSubscription subscription = list.get(index - fixed.length);
        if (skipped != null && subscription != null && subscription.wasMerged && isSkipped(skipped, subscription)) {
            return null;
        }
        return subscription;
    }

    /** Bit i: loop i, not this one, has plain subscribers. */
    public long remoteLoops() {
        return remoteLoops;
    }

    /** Groups of which one member each gets the message. Not a copy: read only. */
    public SharedGroup[] groups() {
        return groups;
    }

    /** True if no loop has a recipient. */
    public boolean isEmpty() {
        return remoteLoops == 0 && groups.length == 0 && localCount() == 0;
    }

    /**
     * Approximate number of subscriptions that this match refers to itself; excludes the live list, which drops removed
     * subscriptions.
     */
    int heldReferences() {
        return fixed.length + (skipped == null ? 0 : skipped.length);
    }

    /**
     * True if the match refers to a subscription that has left the tree, and is therefore outdated. Only on its loop.
     */
    boolean holdsRemoved() {
        for (FilterSubscription subscription : fixed) {
            if (subscription.holdsRemoved()) {
                return true;
            }
        }
        if (skipped != null) {
            for (FilterSubscription subscription : skipped) {
                if (subscription != null && subscription.holdsRemoved()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Approximate number of references that only this match keeps alive. */
    int weight() {
        int weight = fixed.length + (skipped == null ? 0 : skipped.length) + groups.length;
        for (FilterSubscription subscription : fixed) {
            if (subscription instanceof MergedSubscription) {
                weight += 8 + 2 * subscription.parts().length; // the object, its parts and ids
            }
        }
        return weight;
    }

    static void putSkipped(@Nullable FilterSubscription[] table, FilterSubscription subscription) {
        int mask = table.length - 1;
        int at = slot(subscription, mask);
        while (table[at] != null) {
            at = (at + 1) & mask;
        }
        table[at] = subscription;
        subscription.wasMerged = true;
    }

    private static int slot(FilterSubscription subscription, int mask) {
        int h = System.identityHashCode(subscription) * 0x9E3779B9;
        return (h ^ h >>> 16) & mask;
    }

    private static boolean isSkipped(@Nullable FilterSubscription[] table, FilterSubscription subscription) {
        int mask = table.length - 1;
        for (int at = slot(subscription, mask); ; at = (at + 1) & mask) {
            FilterSubscription found = table[at];
            if (found == subscription) {
                return true;
            }
            if (found == null) {
                return false;
            }
        }
    }
}
