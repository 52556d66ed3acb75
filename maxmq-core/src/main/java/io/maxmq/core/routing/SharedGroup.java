package io.maxmq.core.routing;

import io.maxmq.codec.topic.ShareName;
import io.maxmq.codec.topic.TopicFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions, on any loops, that share a filter under one name: each message goes to one of them (MQTT 5.0
 * §4.8.2). Chosen round robin among those whose subscriber is online. While none is, messages wait in the group's
 * {@link SharedQueue}; but a group of one is like a plain subscription, and its messages wait with its member.
 * Thread-safe: choosing takes no lock.
 */
public final class SharedGroup {
    private final ShareName name;
    private final TopicFilter filter;
    private final AtomicInteger turn = new AtomicInteger();

    /** Written under this group's monitor. A reader may see a member twice or one too few while another one leaves. */
    private volatile @Nullable FilterSubscription[] members = new FilterSubscription[2];
    /** Written after the members, read before them. */
    private volatile int size;

    /** The subscription of the queue, made when it is first needed. */
    private volatile @Nullable FilterSubscription keeper;

    SharedGroup(ShareName name, TopicFilter filter) {
        this.name = name;
        this.filter = filter;
    }

    public ShareName name() {
        return name;
    }

    /** With its share. */
    public TopicFilter filter() {
        return filter;
    }

    public int size() {
        return size;
    }

    /** The online member whose turn it is, or null when there is none. Costs a look at each offline one on the way. */
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
                    turn.addAndGet(i); // who follows an offline one would have two turns
                }
                return member;
            }
        }
        return null;
    }

    /** Whom {@link #next} would give; nobody's turn is taken. */
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

    /** A copy. While members come and go, one may be in it twice or left out. */
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

    /** Whether {@link #next} has one to give; nobody's turn is taken. */
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
     * The online member behind one that has refused a message. So who asks one after the other goes around, on whichever
     * loop.
     *
     * @return null when there is no other; while members come and go, one may be given twice or left out
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

    /** Who keeps a message that no online member takes: the only member, or the queue; null when all have left. */
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

    /** A member can take messages, which may be waiting. */
    public void memberCame() {
        FilterSubscription known = keeper;
        if (known != null && known.subscriber() instanceof SharedQueue queue) {
            queue.memberCame();
        }
    }

    /** A member has left: with the last one goes what waits. */
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

    /** The last one takes its place. */
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
