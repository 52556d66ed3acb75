package io.maxmq.core.routing;

import io.maxmq.codec.topic.ShareName;
import org.jspecify.annotations.Nullable;

/**
 * The subscribers of one filter: one list per loop that has plain subscribers, and the shared groups of the filter.
 * This holder is immutable; each list belongs to its loop.
 *
 * @param loops bit i: loop i has plain subscribers
 * @param lists the lists of these loops, in ascending order of the loop index
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FilterSubscribers(long loops, SubscriberList[] lists, SharedGroup[] groups) {
    static final SubscriberList[] NO_LISTS = {};
    static final SharedGroup[] NO_GROUPS = {};
    static final FilterSubscribers EMPTY = new FilterSubscribers(0, NO_LISTS, NO_GROUPS);

    @Nullable
    SubscriberList list(int loop) {
        long bit = 1L << loop;
        return (loops & bit) == 0 ? null : lists[Long.bitCount(loops & (bit - 1))];
    }

    @Nullable
    SharedGroup group(ShareName name) {
        for (SharedGroup group : groups) {
            if (group.name().equals(name)) {
                return group;
            }
        }
        return null;
    }

    boolean isEmpty() {
        return loops == 0 && groups.length == 0;
    }

    FilterSubscribers with(int loop, SubscriberList list) {
        long bit = 1L << loop;
        int index = Long.bitCount(loops & (bit - 1));
        SubscriberList[] wider = new SubscriberList[lists.length + 1];
        System.arraycopy(lists, 0, wider, 0, index);
        wider[index] = list;
        System.arraycopy(lists, index, wider, index + 1, lists.length - index);
        return new FilterSubscribers(loops | bit, wider, groups);
    }

    FilterSubscribers without(int loop) {
        long bit = 1L << loop;
        int index = Long.bitCount(loops & (bit - 1));
        SubscriberList[] narrower = new SubscriberList[lists.length - 1];
        System.arraycopy(lists, 0, narrower, 0, index);
        System.arraycopy(lists, index + 1, narrower, index, narrower.length - index);
        return new FilterSubscribers(loops & ~bit, narrower, groups);
    }

    FilterSubscribers with(SharedGroup group) {
        SharedGroup[] wider = new SharedGroup[groups.length + 1];
        System.arraycopy(groups, 0, wider, 0, groups.length);
        wider[groups.length] = group;
        return new FilterSubscribers(loops, lists, wider);
    }

    FilterSubscribers without(SharedGroup group) {
        SharedGroup[] narrower = groups.length == 1 ? NO_GROUPS : new SharedGroup[groups.length - 1];
        int count = 0;
        for (SharedGroup other : groups) {
            if (other != group) {
                narrower[count++] = other;
            }
        }
        return new FilterSubscribers(loops, lists, narrower);
    }
}
