package io.maxmq.core.routing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The plain subscriptions of one filter on one loop, used only by that loop. Subscriptions may be added and removed
 * during a traversal; entries do not move. A removed one leaves a hole that the next one fills; {@link #compact} closes
 * holes between traversals.
 */
final class SubscriberList {
    private static final int[] NO_HOLES = {};

    private @Nullable FilterSubscription[] entries;
    private int extent;
    private int size;
    private int[] holes = NO_HOLES;
    private int holeCount;

    /** By subscriber, open addressing, at most half full; null until first used. */
    private @Nullable FilterSubscription @Nullable [] bySubscriber;

    /** True if a match contains a copy of entries; a change must then invalidate it. */
    boolean copied;
    /** True while queued for {@link #compact}. */
    boolean sparse;

    SubscriberList(FilterSubscription first) {
        entries = new FilterSubscription[2];
        entries[0] = first;
        extent = 1;
        size = 1;
    }

    /** Number of subscriptions. */
    int size() {
        return size;
    }

    /** Highest index in use plus one, including holes. */
    int extent() {
        return extent;
    }

    /** Null at a hole and at or beyond {@link #extent}. */
    // hot: per message and subscriber
    @Nullable
    FilterSubscription get(int index) {
        return index < extent ? entries[index] : null;
    }

    void add(FilterSubscription subscription) {
        int index = extent;
        while (holeCount > 0) {
            int hole = holes[--holeCount];
            if (hole < extent) {
                index = hole;
                break;
            }
        }
        if (index == extent) {
            if (extent == entries.length) {
                entries = Arrays.copyOf(entries, 2 * extent);
            }
            extent++;
        }
        entries[index] = subscription;
        subscription.index = index;
        size++;
        if (bySubscriber != null) {
            index(subscription);
        }
    }

    void remove(FilterSubscription subscription) {
        int index = subscription.index;
        assert entries[index] == subscription : subscription;
        entries[index] = null;
        size--;
        if (index == extent - 1) {
            extent--;
        } else {
            if (holeCount == holes.length) {
                holes = Arrays.copyOf(holes, Math.max(4, 2 * holeCount));
            }
            holes[holeCount++] = index;
        }
        if (bySubscriber != null) {
            unindex(subscription);
        }
    }

    /** True if {@link #compact} is worthwhile. */
    boolean isSparse() {
        return extent >= 32 && size < extent / 2;
    }

    /** Closes the holes. Not during a traversal. */
    void compact() {
        @Nullable FilterSubscription[] dense = new FilterSubscription[Math.max(2, size + size / 2)];
        int count = 0;
        for (int i = 0; i < extent; i++) {
            FilterSubscription entry = entries[i];
            if (entry != null) {
                entry.index = count;
                dense[count++] = entry;
            }
        }
        entries = dense;
        extent = count;
        holes = NO_HOLES;
        holeCount = 0;
        if (bySubscriber != null) {
            indexAll();
        }
    }

    /** Returns the subscription of this subscriber, or null. The first call builds an index of all entries. */
    @Nullable
    FilterSubscription find(Subscriber subscriber) {
        @Nullable FilterSubscription[] table = bySubscriber;
        if (table == null) {
            table = indexAll();
        }
        int mask = table.length - 1;
        for (int at = slot(subscriber, mask); ; at = (at + 1) & mask) {
            FilterSubscription found = table[at];
            if (found == null || found.subscriber() == subscriber) {
                return found;
            }
        }
    }

    private @Nullable FilterSubscription[] indexAll() {
        @Nullable FilterSubscription[] table = new FilterSubscription[Integer.highestOneBit(Math.max(4, size)) * 4];
        bySubscriber = table;
        for (int i = 0; i < extent; i++) {
            FilterSubscription entry = entries[i];
            if (entry != null) {
                put(table, entry);
            }
        }
        return table;
    }

    private void index(FilterSubscription subscription) {
        @Nullable FilterSubscription[] table = bySubscriber;
        if (table == null || 2 * size > table.length) {
            indexAll();
        } else {
            put(table, subscription);
        }
    }

    private static void put(@Nullable FilterSubscription[] table, FilterSubscription subscription) {
        int mask = table.length - 1;
        int at = slot(subscription.subscriber(), mask);
        while (table[at] != null) {
            at = (at + 1) & mask;
        }
        table[at] = subscription;
    }

    /** Removes the entry and moves later entries of the run into the gap, so that the run has no gap. */
    private void unindex(FilterSubscription subscription) {
        @Nullable FilterSubscription[] table = bySubscriber;
        if (table == null) {
            return;
        }
        int mask = table.length - 1;
        int gap = slot(subscription.subscriber(), mask);
        while (table[gap] != subscription) {
            gap = (gap + 1) & mask;
        }
        for (int at = (gap + 1) & mask; ; at = (at + 1) & mask) {
            FilterSubscription later = table[at];
            if (later == null) {
                break;
            }
            int home = slot(later.subscriber(), mask);
            if (((at - home) & mask) >= ((at - gap) & mask)) {
                table[gap] = later;
                gap = at;
            }
        }
        table[gap] = null;
    }

    static int slot(Subscriber subscriber, int mask) {
        int h = System.identityHashCode(subscriber) * 0x9E3779B9;
        return (h ^ h >>> 16) & mask;
    }
}
