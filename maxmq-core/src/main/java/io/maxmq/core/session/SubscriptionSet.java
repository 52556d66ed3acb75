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
 * The subscriptions of one session by topic filter; each is also in the subscription tree of its tenant. An idle
 * session with a single subscription, neither shared nor automatic, keeps only that subscription and no set. Runs on
 * the session's event loop. Not thread-safe.
 */
final class SubscriptionSet {
    /**
     * Largest number of copies of one message through shared subscriptions of one session, which protects publishers.
     */
    private static final int MAX_COPIES = 100;

    private final Session session;
    private final Routes routes;
    private final SessionMemory memory;
    private final int max;

    /** Null until the first subscription, since most sessions have few or none. */
    private @Nullable Map<String, FilterSubscription> byFilter;

    /** Number of shared subscriptions. */
    private int shared;

    /** Bytes charged for the subscriptions. */
    private long chargedBytes;

    /** Filters of the automatic subscriptions, which come from the settings instead of the client; null for none. */
    private @Nullable Set<String> automatic;

    /** @param only the session's single subscription, see {@link #only}; null for none */
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

    /** Returns whether {@link #only} describes the whole set. */
    boolean isOnlyOne() {
        return size() <= 1 && shared == 0 && (automatic == null || automatic.isEmpty());
    }

    /** Returns one of the subscriptions; null if the set is empty. */
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
     * Adds a subscription, or replaces the one with the same filter.
     *
     * @return the outcome; after {@link SubscriptionChanges.Outcome#REPLACED} the caller must {@link #leave} the
     *     replaced subscription
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
        // The new subscription is added before the old one is removed, so no message from another loop is missed in
        // between.
        memory.addToTree(routes, subscription);
        SharedGroup group = subscription.group();
        if (group != null) {
            shared++;
            group.memberCame();
        }
    }

    /** Adds a subscription recovered from a previous run, regardless of the limits. */
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
            byFilter = Map.of(text, subscription); // a fifth of the memory of a HashMap
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

    /** The outcome of {@link #put}, and the replaced subscription, if any. */
    record Put(
            SubscriptionChanges.Outcome outcome, @Nullable FilterSubscription replaced) {
        private static final Put NEW = new Put(SubscriptionChanges.Outcome.NEW, null);
        private static final Put REFUSED = new Put(SubscriptionChanges.Outcome.QUOTA_EXCEEDED, null);
    }

    /** Removes a subscription from this set and from the tree, and returns it; null if absent. */
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

    /** Marks a present subscription as automatic. */
    void markAutomatic(String filter) {
        Set<String> present = automatic;
        if (present == null) {
            present = new HashSet<>(4);
            automatic = present;
        }
        present.add(filter);
    }

    /** Marks a subscription as the client's own, or as removed. */
    void markOwn(String filter) {
        if (automatic != null) {
            automatic.remove(filter);
        }
    }

    /** Returns the subscriptions, except exempt automatic ones. */
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

    /** Removes a subscription from the tree. */
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

    /** Returns the session's shared groups that have other members, by filter with share name. */
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

    /** Returns whether a subscription to this filter would exceed the copies of one message that a session may get. */
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

    /** Notifies the shared groups, whose messages may wait for a member with room, that this session has room. */
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

    /** Returns a copy of the subscriptions. */
    List<FilterSubscription> all() {
        return byFilter == null ? List.of() : List.copyOf(byFilter.values());
    }

    /** Returns whether a subscription matches this topic. */
    boolean matches(String topic) {
        return byFilter != null
                && byFilter.values().stream().anyMatch(each -> each.filter().matches(topic));
    }

    /** Returns the subscription with this filter; null if absent. */
    @Nullable
    FilterSubscription find(String filter) {
        return byFilter == null ? null : byFilter.get(filter);
    }

    int size() {
        return byFilter == null ? 0 : byFilter.size();
    }
}
