package io.maxmq.core.routing;

import io.maxmq.codec.topic.ShareName;
import io.maxmq.codec.topic.TopicFilter;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions, on any loops, that share a filter under one name: each message goes to one of them (MQTT 5.0
 * §4.8.2). Chosen round robin among those whose subscriber is online; among all when none is. Thread-safe: choosing
 * takes no lock.
 */
public final class SharedGroup {
    private final ShareName name;
    private final TopicFilter filter;
    private final AtomicInteger turn = new AtomicInteger();

    /** Written under this group's monitor. A reader may see a member twice or one too few while another one leaves. */
    private volatile @Nullable Subscription[] members = new Subscription[2];
    /** Written after the members, read before them. */
    private volatile int size;

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

    /** The member whose turn it is, or null when there is none. Costs a look at each offline one on the way. */
    public @Nullable Subscription next() {
        int count = size;
        @Nullable Subscription[] now = members;
        count = Math.min(count, now.length);
        if (count == 0) {
            return null;
        }
        int start = Integer.remainderUnsigned(turn.getAndIncrement(), count);
        Subscription offline = null;
        for (int i = 0, at = start; i < count; i++, at = at + 1 == count ? 0 : at + 1) {
            Subscription member = now[at];
            if (member == null) {
                continue;
            }
            if (member.subscriber().isOnline()) {
                if (i > 0) {
                    turn.addAndGet(i); // who follows an offline one would have two turns
                }
                return member;
            }
            if (offline == null) {
                offline = member;
            }
        }
        return offline;
    }

    /**
     * The member behind one that has refused a message: the next that is online, else the next at all. So who asks one after
     * the other goes around, on whichever loop.
     *
     * @return null when there is no other; while members come and go, one may be given twice or left out
     */
    public @Nullable Subscription after(Subscription refused) {
        int count = size;
        @Nullable Subscription[] now = members;
        count = Math.min(count, now.length);
        int start = Math.min(refused.index, count - 1);
        Subscription offline = null;
        for (int i = 1, at = start; i < count; i++) {
            at = at + 1 == count ? 0 : at + 1;
            Subscription member = now[at];
            if (member == null || member == refused) {
                continue;
            }
            if (member.subscriber().isOnline()) {
                return member;
            }
            if (offline == null) {
                offline = member;
            }
        }
        return offline;
    }

    synchronized void add(Subscription subscription) {
        int count = size;
        @Nullable Subscription[] now = members;
        if (count == now.length) {
            now = Arrays.copyOf(now, 2 * count);
            now[count] = subscription;
            members = now;
        } else {
            now[count] = subscription;
        }
        subscription.index = count;
        size = count + 1;
    }

    /** The last one takes its place. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time
    synchronized void remove(Subscription subscription) {
        @Nullable Subscription[] now = members;
        int lastIndex = size - 1;
        Subscription last = now[lastIndex];
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
