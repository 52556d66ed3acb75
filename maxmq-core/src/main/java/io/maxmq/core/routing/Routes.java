package io.maxmq.core.routing;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.observe.TenantCounters;
import io.maxmq.spi.Tenant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one tenant's messages are routed by: its topics, its subscriptions, its retained messages, and the hooks of
 * extensions, which see each message once, on the loop of its publisher. Thread-safe.
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

    /** By loop; null when nobody asks for figures of single tenants. */
    private final TenantCounters @Nullable [] counters;

    /** Sessions, delayed messages, and one for all retained messages: while there are none the tenant's name costs nothing. */
    private final AtomicInteger holds = new AtomicInteger();

    /** Set once, before other threads know this object. */
    private Consumer<Routes> onHoldsChange = routes -> {};

    /** Set once, before the first hook is added: without hooks nothing is matched against them. */
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
     * @param stored what the tenant's durable queues take
     * @param countingLoops how many loops count for this tenant alone; 0 for none
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

    /** Has this called when the tenant begins or ceases to hold anything, on any thread; {@link #isHeld} tells what is so by then. */
    public void onHoldsChange(Consumer<Routes> listener) {
        onHoldsChange = listener;
    }

    /** The tenant has one thing more that lasts. Any thread. */
    public void hold() {
        if (holds.incrementAndGet() == 1) {
            onHoldsChange.accept(this);
        }
    }

    /** One of these is gone. Any thread. */
    public void release() {
        if (holds.decrementAndGet() == 0) {
            onHoldsChange.accept(this);
        }
    }

    /** Whether the tenant has anything that lasts. */
    public boolean isHeld() {
        return holds.get() > 0;
    }

    public Tenant tenant() {
        return tenant;
    }

    /** What the durable queues take. */
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

    /** Where this loop counts for this tenant alone; null when nobody asks for that. */
    public @Nullable TenantCounters counters(int loop) {
        TenantCounters[] all = counters;
        return all == null ? null : all[loop];
    }

    /** What all loops have counted for this tenant alone; 0 when nobody does. Any thread. */
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

    /** Who keeps a message of this group that no online member takes; null when all have left. */
    @Nullable
    FilterSubscription keeperOf(SharedGroup group) {
        return group.keeper(sharedQueues, this);
    }

    /**
     * Makes the queue of a shared subscription for which messages wait in storage, so that who comes gets them; false when
     * nobody has that subscription.
     */
    public boolean openQueue(TopicFilter shared) {
        SharedGroup group = tree.group(shared);
        if (group == null) {
            return false;
        }
        group.makeKeeper(sharedQueues, this);
        return true;
    }

    /** Gives back what removed subscriptions have left behind; true when there is more to do in a later turn of the loop. */
    public boolean compact(int loop) {
        boolean more = tree.compact(loop);
        return hooks.compact(loop) || more;
    }

    boolean isHooked() {
        return hooked;
    }

    /** The hooks, each with a subscription per loop. */
    public SubscriptionTree hooks() {
        return hooks;
    }

    /** A topic as the hooks' tree knows it: a topic caches the matches of one tree only. */
    Topic hookTopic(Topic topic, int loop) {
        Topic known = hookTopics.find(loop, topic.utf8(), topic.hash());
        return known != null ? known : hookTopics.intern(loop, topic.utf8(), topic.hash());
    }

    /** From now on messages are matched against the hooks as well. */
    public void hook() {
        hooked = true;
    }
}
