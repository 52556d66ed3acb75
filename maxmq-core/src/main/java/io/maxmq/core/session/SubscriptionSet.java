package io.maxmq.core.session;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.routing.FilterSubscription;
import io.maxmq.core.routing.Routes;
import io.maxmq.core.routing.SharedGroup;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one session has subscribed to, by filter, each also in the tree of its tenant. A session at rest that has one alone, not
 * shared and its client's own, keeps that and no set. Runs on the session's event loop. Not thread-safe.
 */
final class SubscriptionSet {
    /** Copies of one message that shared subscriptions may bring: more harm those who publish it. */
    private static final int MAX_COPIES = 100;

    private final Session session;
    private final Routes routes;
    private final SessionMemory memory;
    private final int max;

    /** Null until the first: most sessions have few, and some have none. */
    private @Nullable Map<String, FilterSubscription> byFilter;

    /** How many of them are shared. */
    private int shared;

    /** What they are charged with. */
    private long chargedBytes;

    /** The filters of those that the settings have made, not the client; null for none. */
    private @Nullable Set<String> automatic;

    /** @param only the one that the session has alone, {@link #only}; null for none */
    SubscriptionSet(Session session, Routes routes, SessionMemory memory, int max, @Nullable FilterSubscription only) {
        this.session = session;
        this.routes = routes;
        this.memory = memory;
        this.max = max;
        if (only != null) {
            String text = only.filter().toString();
            keep(text, only);
            chargedBytes = SessionMemory.subscriptionBytes(text);
        }
    }

    /** Whether {@link #only} tells all. */
    boolean isOnlyOne() {
        return size() <= 1 && shared == 0 && (automatic == null || automatic.isEmpty());
    }

    /** Any of them; null when there is none. */
    @Nullable
    FilterSubscription only() {
        return byFilter == null || byFilter.isEmpty()
                ? null
                : byFilter.values().iterator().next();
    }

    long chargedBytes() {
        return chargedBytes;
    }

    /**
     * Adds one, or puts it in the place of one with the same filter.
     *
     * @return what came of it; of {@link SubscriptionChanges.Outcome#REPLACED} the other is yet to be {@link #leave left}
     */
    Put put(TopicFilter filter, SubscriptionChanges.Options options) {
        String text = filter.toString();
        FilterSubscription before = find(text);
        if (before == null) {
            if (size() >= max || !memory.chargeSubscription(session.chargedBytes(), text)) {
                return Put.REFUSED;
            }
            chargedBytes += SessionMemory.subscriptionBytes(text);
        }
        put(filter, text, options);
        return before == null ? Put.NEW : new Put(SubscriptionChanges.Outcome.REPLACED, before);
    }

    private void put(TopicFilter filter, String text, SubscriptionChanges.Options options) {
        FilterSubscription subscription = new FilterSubscription(
                session,
                filter,
                options.maxQos(),
                options.noLocal(),
                options.retainAsPublished(),
                options.queued(),
                options.subscriptionId());
        keep(text, subscription);
        // The new one first: nothing that is published meanwhile on another loop falls between the two.
        memory.addToTree(routes, subscription);
        SharedGroup group = subscription.group();
        if (group != null) {
            shared++;
            group.memberCame();
        }
    }

    /** Adds one that a broker before this one has had, whatever the limits are now. */
    void restore(TopicFilter filter, SubscriptionChanges.Options options) {
        String text = filter.toString();
        if (find(text) == null) {
            memory.overcharge(SessionMemory.subscriptionBytes(text));
            chargedBytes += SessionMemory.subscriptionBytes(text);
        }
        put(filter, text, options);
    }

    private void keep(String text, FilterSubscription subscription) {
        Map<String, FilterSubscription> all = byFilter;
        if (all == null) {
            byFilter = Map.of(text, subscription); // takes a fifth of what another map does
            return;
        }
        if (!(all instanceof HashMap)) {
            all = new HashMap<>(all);
            byFilter = all;
        }
        all.put(text, subscription);
    }

    private @Nullable FilterSubscription take(String filter) {
        Map<String, FilterSubscription> all = byFilter;
        if (all == null || all instanceof HashMap) {
            return all == null ? null : all.remove(filter);
        }
        FilterSubscription only = all.get(filter);
        if (only != null) {
            byFilter = null;
        }
        return only;
    }

    /** What came of {@link #put}, and what was there before. */
    record Put(
            SubscriptionChanges.Outcome outcome, @Nullable FilterSubscription replaced) {
        private static final Put NEW = new Put(SubscriptionChanges.Outcome.NEW, null);
        private static final Put REFUSED = new Put(SubscriptionChanges.Outcome.QUOTA_EXCEEDED, null);
    }

    /** Removes one from this set, and leaves it; null when there was none. */
    @Nullable
    FilterSubscription remove(String filter) {
        FilterSubscription subscription = take(filter);
        if (subscription != null) {
            leave(subscription);
            routes.exclusive().release(filter, session);
            markOwn(filter);
            memory.releaseSubscriptions(SessionMemory.subscriptionBytes(filter));
            chargedBytes -= SessionMemory.subscriptionBytes(filter);
        }
        return subscription;
    }

    boolean isAutomatic(String filter) {
        return automatic != null && automatic.contains(filter);
    }

    /** One that is there is the settings' and not the client's. */
    void markAutomatic(String filter) {
        Set<String> present = automatic;
        if (present == null) {
            present = new HashSet<>(4);
            automatic = present;
        }
        present.add(filter);
    }

    /** It is the client's from now on, or not there any more. */
    void markOwn(String filter) {
        if (automatic != null) {
            automatic.remove(filter);
        }
    }

    /** All but the automatic ones that are exempt. */
    List<FilterSubscription> authorized(Predicate<String> isExempt) {
        Set<String> others = automatic;
        List<FilterSubscription> all = all();
        return others == null || others.isEmpty()
                ? all
                : all.stream()
                        .filter(each -> {
                            String text = each.filter().toString();
                            return !others.contains(text) || !isExempt.test(text);
                        })
                        .toList();
    }

    /** Takes one out of the tree. */
    void leave(FilterSubscription subscription) {
        memory.removeFromTree(routes, subscription);
        SharedGroup group = subscription.group();
        if (group != null) {
            shared--;
            group.memberLeft();
        }
    }

    void clear() {
        List<FilterSubscription> left = all();
        byFilter = null;
        memory.releaseSubscriptions(chargedBytes);
        chargedBytes = 0;
        for (FilterSubscription each : left) {
            leave(each);
            routes.exclusive().release(each.filter().toString(), session);
        }
    }

    /** The groups that it is in and that have other members, by the filter with its share. */
    Map<String, SharedGroup> groupsOfOthers() {
        if (shared == 0) {
            return Map.of();
        }
        Map<String, SharedGroup> groups = new HashMap<>();
        for (FilterSubscription each : all()) {
            SharedGroup group = each.group();
            if (group != null && group.size() > 1) {
                groups.put(each.filter().toString(), group);
            }
        }
        return groups;
    }

    /** Whether it would have more copies of one message than it may with this filter. */
    boolean exceedsCopies(TopicFilter filter) {
        Map<String, FilterSubscription> all = byFilter;
        if (filter.share() == null || shared < MAX_COPIES || all == null || find(filter.toString()) != null) {
            return false;
        }
        session.home().loop().work(all.size());
        return SharedCopies.with(all.values(), filter) > MAX_COPIES;
    }

    boolean hasShared() {
        return shared > 0;
    }

    /** Messages of shared subscriptions may wait for a member that has room: the session is one now. */
    void tellGroups() {
        if (shared == 0) {
            return;
        }
        for (FilterSubscription subscription : all()) {
            SharedGroup group = subscription.group();
            if (group != null) {
                group.memberCame();
            }
        }
    }

    /** A copy. */
    List<FilterSubscription> all() {
        return byFilter == null ? List.of() : List.copyOf(byFilter.values());
    }

    /** Whether one of them is for this topic. */
    boolean matches(String topic) {
        return byFilter != null
                && byFilter.values().stream().anyMatch(each -> each.filter().matches(topic));
    }

    /** Null when there is none of this filter. */
    @Nullable
    FilterSubscription find(String filter) {
        return byFilter == null ? null : byFilter.get(filter);
    }

    int size() {
        return byFilter == null ? 0 : byFilter.size();
    }
}
