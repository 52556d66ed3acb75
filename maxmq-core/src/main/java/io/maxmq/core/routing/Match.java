package io.maxmq.core.routing;

import org.jspecify.annotations.Nullable;

/**
 * Who gets the messages of one topic, as one loop sees it. Belongs to that loop. The local part may change while it is
 * walked:
 *
 * <pre>{@code
 * for (int i = 0, count = match.localCount(); i < count; i++) {
 *     FilterSubscription subscription = match.local(i);
 *     if (subscription != null) { ... }
 * }
 * }</pre>
 *
 * A subscription that stays is met once, one that is removed meanwhile is not met any more, one that is added may be.
 */
public final class Match {
    static final FilterSubscription[] NONE = {};

    /** The tree's version up to which it is known to be right. */
    long version;

    /** Its place among the matches that are remembered; null when it has none. */
    MatchCache.@Nullable Cached cached;

    private final FilterSubscription[] fixed;
    /** The longest of the lists, not copied, or null. */
    private final @Nullable SubscriberList live;
    /** Those of {@link #live} that are merged into {@link #fixed}: open addressing, at most half full. */
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

    /** The bound of {@link #local}'s index; not fewer than there are subscriptions. */
    public int localCount() {
        SubscriberList list = live;
        return list == null ? fixed.length : fixed.length + list.extent();
    }

    /** The subscription at that index of this loop's plain ones, or null: go on with the next index. */
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

    /** Bit i: loop i has plain subscribers, and isn't this one. */
    public long remoteLoops() {
        return remoteLoops;
    }

    /** The groups of which one member each gets the message. Not a copy: read only. */
    public SharedGroup[] groups() {
        return groups;
    }

    /** Whether nobody gets it, on any loop. */
    public boolean isEmpty() {
        return remoteLoops == 0 && groups.length == 0 && localCount() == 0;
    }

    /** How many subscriptions it refers to by itself, roughly: not by its live list, which removed ones leave. */
    int heldReferences() {
        return fixed.length + (skipped == null ? 0 : skipped.length);
    }

    /** Whether it refers to a subscription that the tree no longer has: then it is out of date. On its loop. */
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

    /** How many references it keeps alive by itself, roughly. */
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
