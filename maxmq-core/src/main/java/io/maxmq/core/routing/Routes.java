package io.maxmq.core.routing;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.observe.TenantCounters;
import io.maxmq.spi.Tenant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Routing state of one tenant: topics, subscriptions, retained messages, and the hooks of extensions, which get each
 * message once, on the publisher's loop. Thread-safe.
 */
public final class Routes {
    private final Tenant tenant;
    private final TopicTable topics;
    private final TopicTable hookTopics;
    private final SubscriptionTree tree;
    private final SubscriptionTree hooks;
    private final RetainedTree retained;
    private final RetainedExpiry retainedExpiry;
    private final ExclusiveSubscriptions exclusive = new ExclusiveSubscriptions();
    private final SharedQueue.Maker sharedQueues;
    private final StoredBytes stored;

    /** By loop; null unless tenants are counted individually. */
    private final TenantCounters @Nullable [] counters;

    /**
     * Number of holds: one per session and per delayed message, and one for all retained messages. Without a hold an
     * unused tenant costs nothing.
     */
    private final AtomicInteger holds = new AtomicInteger();

    /** Set once, before this object is published to other threads. */
    private Consumer<Routes> onHoldsChange = routes -> {};

    /** Set once, before the first hook is added. Without hooks messages are not matched against them. */
    private volatile boolean hooked;

    public Routes(
            Tenant tenant,
            TopicTable topics,
            TopicTable hookTopics,
            SubscriptionTree tree,
            SubscriptionTree hooks,
            RetainedTree retained,
            SharedQueue.Maker sharedQueues) {
        this(tenant, topics, hookTopics, tree, hooks, retained, sharedQueues, new StoredBytes(Long.MAX_VALUE), 0);
    }

    /**
     * @param stored bytes in the tenant's durable queues
     * @param countingLoops number of loops that count for this tenant alone; 0 for none
     */
    public Routes(
            Tenant tenant,
            TopicTable topics,
            TopicTable hookTopics,
            SubscriptionTree tree,
            SubscriptionTree hooks,
            RetainedTree retained,
            SharedQueue.Maker sharedQueues,
            StoredBytes stored,
            int countingLoops) {
        this.tenant = tenant;
        this.topics = topics;
        this.hookTopics = hookTopics;
        this.tree = tree;
        this.hooks = hooks;
        this.retained = retained;
        this.sharedQueues = sharedQueues;
        this.stored = stored;
        this.retainedExpiry = new RetainedExpiry(this);
        this.counters = countingLoops == 0 ? null : TenantCounters.ofLoops(countingLoops);
        retained.onOccupied(this::hold, this::release);
    }

    /** Sets the listener for changes of {@link #isHeld}. Called on any thread; read the current value there. */
    public void onHoldsChange(Consumer<Routes> listener) {
        onHoldsChange = listener;
    }

    /** Adds a hold: state of the tenant that outlives connections. Any thread. */
    public void hold() {
        if (holds.incrementAndGet() == 1) {
            onHoldsChange.accept(this);
        }
    }

    /** Releases a hold. Any thread. */
    public void release() {
        if (holds.decrementAndGet() == 0) {
            onHoldsChange.accept(this);
        }
    }

    /** True if the tenant has a hold. */
    public boolean isHeld() {
        return holds.get() > 0;
    }

    public Tenant tenant() {
        return tenant;
    }

    /** Bytes in the tenant's durable queues. */
    public StoredBytes stored() {
        return stored;
    }

    public TopicTable topics() {
        return topics;
    }

    public SubscriptionTree tree() {
        return tree;
    }

    public ExclusiveSubscriptions exclusive() {
        return exclusive;
    }

    public RetainedTree retained() {
        return retained;
    }

    /** Counters of this loop for this tenant; null unless tenants are counted individually. */
    public @Nullable TenantCounters counters(int loop) {
        TenantCounters[] all = counters;
        return all == null ? null : all[loop];
    }

    /** Sum over all loops for this tenant; 0 unless tenants are counted individually. Any thread. */
    public long counted(TenantCounters.Kind kind) {
        TenantCounters[] all = counters;
        long sum = 0;
        for (int i = 0; all != null && i < all.length; i++) {
            sum += all[i].value(kind);
        }
        return sum;
    }

    RetainedExpiry retainedExpiry() {
        return retainedExpiry;
    }

    /** Returns the keeper of messages of this group that no online member takes; null if the group is empty. */
    @Nullable
    FilterSubscription keeperOf(SharedGroup group) {
        return group.keeper(sharedQueues, this);
    }

    /**
     * Opens the queue of a shared subscription whose messages were recovered from storage, for delivery to the next
     * member. Returns false if the subscription has no members.
     */
    public boolean openQueue(TopicFilter shared) {
        SharedGroup group = tree.group(shared);
        if (group == null) {
            return false;
        }
        group.makeKeeper(sharedQueues, this);
        return true;
    }

    /** Releases memory of removed subscriptions. Returns true if work remains for a later iteration of the loop. */
    public boolean compact(int loop) {
        boolean more = tree.compact(loop);
        return hooks.compact(loop) || more;
    }

    boolean isHooked() {
        return hooked;
    }

    /** Tree of the hooks, each with one subscription per loop. */
    public SubscriptionTree hooks() {
        return hooks;
    }

    /** Returns the topic's counterpart for the tree of hooks: a topic caches matches of one tree only. */
    Topic hookTopic(Topic topic, int loop) {
        Topic known = hookTopics.find(loop, topic.utf8(), topic.hash());
        return known != null ? known : hookTopics.intern(loop, topic.utf8(), topic.hash());
    }

    /** Enables matching against the hooks. */
    public void hook() {
        hooked = true;
    }
}
