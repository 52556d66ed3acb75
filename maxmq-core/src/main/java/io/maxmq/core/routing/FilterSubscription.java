package io.maxmq.core.routing;

import io.maxmq.codec.topic.ShareName;
import io.maxmq.codec.topic.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber's topic filter and options (MQTT 5.0 §3.8.3.1). To change an option, remove the old subscription and add
 * a new one. A subscriber must not have two subscriptions with the same filter and share in a tree at a time.
 *
 * <p>The options are immutable. The tree owns the fields about the position in the tree. A plain subscription takes its
 * filter from the tree while it is in there; {@link #filter} works at any time on the subscriber's loop.
 */
public sealed class FilterSubscription permits MergedSubscription {
    static final int[] NO_IDS = {};

    private static final int QOS_MASK = 0b11;
    private static final int NO_LOCAL = 1 << 2;
    private static final int RETAIN_AS_PUBLISHED = 1 << 3;
    private static final int NOT_QUEUED = 1 << 4;

    private final Subscriber subscriber;
    /** Null while the position in the tree implies the filter. */
    private @Nullable TopicFilter filter;

    private final int[] ids;
    private final byte flags;
    private final byte loop;

    // Bookkeeping of the tree. Plain subscriptions: only on the subscriber's loop. Shared subscriptions: guarded by the
    // group.
    /** Node in the tree; null outside a tree. */
    @Nullable
    TreeNode node;
    /**
     * True once a match has merged this subscription with another. Spares most subscriptions the search in
     * {@link Match}.
     */
    boolean wasMerged;

    /** True once a match has referred to this subscription; its removal then invalidates cached matches. */
    boolean wasMatched;

    /** Index in the list or group that contains this subscription. */
    int index;

    /** The current or last shared group; null for a plain subscription. */
    @Nullable
    SharedGroup group;

    /**
     * @param filter including its share name, if any
     * @param maxQos 0..2
     * @param subscriptionId 1..268,435,455, or 0 for none
     */
    public FilterSubscription(
            Subscriber subscriber,
            TopicFilter filter,
            int maxQos,
            boolean noLocal,
            boolean retainAsPublished,
            int subscriptionId) {
        this(subscriber, filter, maxQos, noLocal, retainAsPublished, true, subscriptionId);
    }

    /** @param queued true if messages are queued while the subscriber is disconnected */
    public FilterSubscription(
            Subscriber subscriber,
            TopicFilter filter,
            int maxQos,
            boolean noLocal,
            boolean retainAsPublished,
            boolean queued,
            int subscriptionId) {
        this(
                subscriber,
                filter,
                maxQos,
                noLocal,
                retainAsPublished,
                queued,
                subscriptionId == 0 ? NO_IDS : new int[] {subscriptionId});
    }

    /** @param filter null for a merged subscription, whose parts have the filters */
    FilterSubscription(
            Subscriber subscriber,
            @Nullable TopicFilter filter,
            int maxQos,
            boolean noLocal,
            boolean retainAsPublished,
            boolean queued,
            int[] ids) {
        if (maxQos < 0 || maxQos > 2) {
            throw new IllegalArgumentException("maxQos must be 0..2: maxQos=" + maxQos);
        }
        this.subscriber = subscriber;
        this.filter = filter;
        this.ids = ids;
        this.flags = (byte) (maxQos
                | (noLocal ? NO_LOCAL : 0)
                | (retainAsPublished ? RETAIN_AS_PUBLISHED : 0)
                | (queued ? 0 : NOT_QUEUED));
        this.loop = (byte) subscriber.loopIndex();
    }

    /**
     * Creates a subscription outside any tree, for a message recovered from storage: the original subscription may be
     * gone.
     */
    public static FilterSubscription restored(Subscriber subscriber, TopicFilter filter, int maxQos, int[] ids) {
        return new FilterSubscription(subscriber, filter, maxQos, false, false, true, ids.length == 0 ? NO_IDS : ids);
    }

    /** Creates a subscription outside any tree to exactly this topic, for a message sent directly to one subscriber. */
    public static FilterSubscription direct(Subscriber subscriber, Topic topic) {
        return new FilterSubscription(subscriber, TopicFilter.ofTopic(topic.name()), 2, false, false, 0);
    }

    public final Subscriber subscriber() {
        return subscriber;
    }

    /**
     * Returns the filter; of a merged subscription, that of its first part. Only on the subscriber's loop, unless
     * shared. Allocates a new filter per call while a plain subscription is in a tree.
     */
    public TopicFilter filter() {
        TopicFilter known = filter;
        if (known != null) {
            return known;
        }
        TreeNode place = node;
        assert place != null;
        return place.filter();
    }

    /** Drops the filter after insertion into a tree: the position implies it, which saves the text per subscription. */
    void leaveFilterToTree() {
        filter = null;
    }

    /** Restores the filter before removal from the tree. */
    void takeFilterFromTree() {
        filter = filter();
    }

    /** Null for a plain subscription. */
    public final @Nullable ShareName share() {
        TopicFilter known = filter;
        return known == null ? null : known.share();
    }

    /**
     * The shared group, also after removal from the tree; null for a plain subscription or one that never was in a
     * tree.
     */
    public final @Nullable SharedGroup group() {
        return group;
    }

    /** 0..2. */
    public final int maxQos() {
        return flags & QOS_MASK;
    }

    /** True if the subscriber's own messages are skipped (§3.8.3.1); of a merged subscription, if all parts say so. */
    public final boolean noLocal() {
        return (flags & NO_LOCAL) != 0;
    }

    public final boolean retainAsPublished() {
        return (flags & RETAIN_AS_PUBLISHED) != 0;
    }

    /**
     * True if messages are queued while the subscriber is disconnected; of a merged subscription, if any part says so.
     */
    public final boolean queued() {
        return (flags & NOT_QUEUED) == 0;
    }

    /** 0 for none; of a merged subscription, the lowest. */
    public final int subscriptionId() {
        return ids.length == 0 ? 0 : ids[0];
    }

    /** All subscription ids, ascending, with duplicates. Not a copy: read only. */
    public final int[] subscriptionIds() {
        return ids;
    }

    /** The index of the subscriber's loop. */
    final int loop() {
        return loop;
    }

    /** True if the subscription, or any part of a merged one, is in the tree. Only on its loop. */
    boolean isActive() {
        return node != null;
    }

    /** True if the subscription, or any part of a merged one, has left the tree. Only on its loop. */
    boolean holdsRemoved() {
        return node == null;
    }

    /** The parts of a merged subscription; of any other, itself alone. */
    public FilterSubscription[] parts() {
        return new FilterSubscription[] {this};
    }

    /** True if any part has {@link #noLocal()}. */
    public boolean anyNoLocal() {
        return noLocal();
    }

    /**
     * Returns the subscription without its No Local parts, for a message of the subscriber itself; null if no part
     * remains. Only on its loop.
     */
    public @Nullable FilterSubscription withoutNoLocal() {
        return noLocal() ? null : this;
    }

    @Override
    public String toString() {
        return filter() + " qos=" + maxQos();
    }
}
