package io.maxmq.core.routing;

import io.maxmq.codec.topic.ShareName;
import io.maxmq.codec.topic.TopicFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of any loop that share a filter under one share name: each message goes to one of them (MQTT 5.0
 * §4.8.2), chosen round robin among the online members. While none is online, messages wait in the group's
 * {@link SharedQueue}. A group with a single member behaves like a plain subscription: its messages wait in the queue
 * of that member. Thread-safe: choosing takes no lock.
 */
public final class SharedGroup {
    private final ShareName name;
    private final TopicFilter filter;
    private final AtomicInteger turn = new AtomicInteger();

    /** Written under this group's monitor. While a member leaves, a reader may see another member twice or miss one. */
    private volatile @Nullable FilterSubscription[] members = new FilterSubscription[2];
    /** Written after the members, read before them. */
    private volatile int size;

    /** Subscription of the queue; created on first use. */
    private volatile @Nullable FilterSubscription keeper;

    SharedGroup(ShareName name, TopicFilter filter) {
        this.name = name;
        this.filter = filter;
    }

    public ShareName name() {
        return name;
    }

    /** The filter including its share name. */
    public TopicFilter filter() {
        return filter;
    }

    public int size() {
        return size;
    }

    /**
     * Returns the next online member in turn, or null if all are offline. Costs one check per offline member in
     * between.
     */
    public @Nullable FilterSubscription next() {
        int count = size;
        @Nullable FilterSubscription[] now = members;
        count = Math.min(count, now.length);
        if (count == 0) {
            return null;
        }
        int start = Integer.remainderUnsigned(turn.getAndIncrement(), count);
        for (int i = 0, at = start; i < count; i++, at = at + 1 == count ? 0 : at + 1) {
            FilterSubscription member = now[at];
            if (member != null && member.subscriber().isOnline()) {
                if (i > 0) {
                    turn.addAndGet(i); // otherwise the successor of an offline member would get two turns
                }
                return member;
            }
        }
        return null;
    }

    /** Returns the member that {@link #next} would return, without using its turn. */
    public @Nullable FilterSubscription peek() {
        int count = size;
        @Nullable FilterSubscription[] now = members;
        count = Math.min(count, now.length);
        int start = count == 0 ? 0 : Integer.remainderUnsigned(turn.get(), count);
        for (int i = 0, at = start; i < count; i++, at = at + 1 == count ? 0 : at + 1) {
            FilterSubscription member = now[at];
            if (member != null && member.subscriber().isOnline()) {
                return member;
            }
        }
        return null;
    }

    /** A copy. While members join and leave, one may be in it twice or missing. */
    public List<FilterSubscription> members() {
        List<FilterSubscription> copy = new ArrayList<>(size);
        @Nullable FilterSubscription[] now = members;
        for (int i = 0, count = Math.min(size, now.length); i < count; i++) {
            FilterSubscription member = now[i];
            if (member != null) {
                copy.add(member);
            }
        }
        return copy;
    }

    /** True if {@link #next} has a member to return. Uses no turn. */
    public boolean hasOnline() {
        int count = size;
        @Nullable FilterSubscription[] now = members;
        count = Math.min(count, now.length);
        for (int i = 0; i < count; i++) {
            FilterSubscription member = now[i];
            if (member != null && member.subscriber().isOnline()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns the online member after one that refused a message, in circular order, on any loop.
     *
     * @return null if there is no other; while members join and leave, one may be returned twice or missed
     */
    public @Nullable FilterSubscription after(FilterSubscription refused) {
        int count = size;
        @Nullable FilterSubscription[] now = members;
        count = Math.min(count, now.length);
        int start = Math.min(refused.index, count - 1);
        for (int i = 1, at = start; i < count; i++) {
            at = at + 1 == count ? 0 : at + 1;
            FilterSubscription member = now[at];
            if (member != null && member != refused && member.subscriber().isOnline()) {
                return member;
            }
        }
        return null;
    }

    /**
     * Returns the keeper of a message that no online member takes: the only member, or the queue; null if the group is
     * empty.
     */
    @Nullable
    FilterSubscription keeper(SharedQueue.Maker maker, Routes routes) {
        FilterSubscription known = keeper;
        int count = size;
        if (count == 1 && (known == null || !isWaiting(known))) {
            return members[0];
        }
        if (count == 0) {
            return null;
        }
        return known != null ? known : makeKeeper(maker, routes);
    }

    synchronized FilterSubscription makeKeeper(SharedQueue.Maker maker, Routes routes) {
        FilterSubscription known = keeper;
        if (known == null) {
            known = new FilterSubscription(maker.make(this, routes), filter, 2, false, false, 0);
            keeper = known;
        }
        return known;
    }

    private static boolean isWaiting(FilterSubscription keeper) {
        return keeper.subscriber() instanceof SharedQueue queue && queue.hasWaiting();
    }

    boolean isKeeper(FilterSubscription subscription) {
        return subscription == keeper;
    }

    /** Starts delivery of waiting messages after a member became able to take them. */
    public void memberCame() {
        FilterSubscription known = keeper;
        if (known != null && known.subscriber() instanceof SharedQueue queue) {
            queue.memberCame();
        }
    }

    /** Discards the waiting messages if the last member has left. */
    public void memberLeft() {
        FilterSubscription known = keeper;
        if (size == 0 && known != null && known.subscriber() instanceof SharedQueue queue) {
            queue.groupGone();
        }
    }

    synchronized void add(FilterSubscription subscription) {
        int count = size;
        @Nullable FilterSubscription[] now = members;
        if (count == now.length) {
            now = Arrays.copyOf(now, 2 * count);
            now[count] = subscription;
            members = now;
        } else {
            now[count] = subscription;
        }
        subscription.index = count;
        subscription.group = this;
        size = count + 1;
    }

    /** Moves the last member to the freed index. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time
    synchronized void remove(FilterSubscription subscription) {
        @Nullable FilterSubscription[] now = members;
        int lastIndex = size - 1;
        FilterSubscription last = now[lastIndex];
        int index = subscription.index;
        assert now[index] == subscription : subscription;
        if (last != null) {
            now[index] = last;
            last.index = index;
        }
        size = lastIndex;
        now[lastIndex] = null;
        if (now.length > 16 && lastIndex < now.length / 4) {
            members = Arrays.copyOf(now, now.length / 2);
        }
    }
}
