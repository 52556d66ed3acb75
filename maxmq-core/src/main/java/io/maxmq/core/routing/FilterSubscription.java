package io.maxmq.core.routing;

import io.maxmq.codec.topic.ShareName;
import io.maxmq.codec.topic.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * That a subscriber wants what a filter matches, and how (MQTT 5.0 §3.8.3.1). To change an option, remove the old one
 * and add a new one; a subscriber must not have two of the same filter and share in a tree at one time.
 *
 * <p>The properties are immutable; the bookkeeping of its place in the tree belongs to the tree, and so does the filter of one
 * that is not shared while it is there: on its loop it can be asked for all the same.
 */
public sealed class FilterSubscription permits MergedSubscription {
    static final int[] NO_IDS = {};

    private static final int QOS_MASK = 0b11;
    private static final int NO_LOCAL = 1 << 2;
    private static final int RETAIN_AS_PUBLISHED = 1 << 3;
    private static final int NOT_QUEUED = 1 << 4;

    private final Subscriber subscriber;
    /** Null while the place in the tree tells it. */
    private @Nullable TopicFilter filter;

    private final int[] ids;
    private final byte flags;
    private final byte loop;

    // Bookkeeping. Plain: its loop's alone. Shared: guarded by the group.
    /** Where it is in the tree, or null when it is in none. */
    @Nullable
    TreeNode node;
    /** Whether any match has ever merged it into another; so most are known not to be without a search. */
    boolean wasMerged;

    /** Whether any match has ever referred to it: then its removal concerns the remembered ones. */
    boolean wasMatched;

    /** Its place in the list or group that holds it. */
    int index;

    /** The group that it has joined, or had; null when it isn't shared. */
    @Nullable
    SharedGroup group;

    /**
     * @param filter with its share, if any
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

    /** @param queued whether messages wait while the subscriber is not connected */
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

    /** @param filter null for one whose parts know it */
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

    /** One in no tree, to deliver a message with that storage has kept: what it was matched by may be gone. */
    public static FilterSubscription restored(Subscriber subscriber, TopicFilter filter, int maxQos, int[] ids) {
        return new FilterSubscription(subscriber, filter, maxQos, false, false, true, ids.length == 0 ? NO_IDS : ids);
    }

    /** One in no tree, to deliver a message of that topic with, as if its subscriber had subscribed to exactly this. */
    public static FilterSubscription direct(Subscriber subscriber, Topic topic) {
        return new FilterSubscription(subscriber, TopicFilter.ofTopic(topic.name()), 2, false, false, 0);
    }

    public final Subscriber subscriber() {
        return subscriber;
    }

    /**
     * The filter; of a merged subscription, that of its first part. On its loop, unless it is shared. Made anew at each call while
     * it is in a tree and not shared.
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

    /** It is in a tree: its place tells the filter, and a million of them need no texts. */
    void leaveFilterToTree() {
        filter = null;
    }

    /** It is about to leave the tree. */
    void takeFilterFromTree() {
        filter = filter();
    }

    /** Null when it isn't shared. */
    public final @Nullable ShareName share() {
        TopicFilter known = filter;
        return known == null ? null : known.share();
    }

    /** Who it shares with, also when it has left the tree; null when it isn't shared or was in no tree. */
    public final @Nullable SharedGroup group() {
        return group;
    }

    /** 0..2. */
    public final int maxQos() {
        return flags & QOS_MASK;
    }

    /** Whether the subscriber's own messages are left out (§3.8.3.1); of a merged one, whether all parts say so. */
    public final boolean noLocal() {
        return (flags & NO_LOCAL) != 0;
    }

    public final boolean retainAsPublished() {
        return (flags & RETAIN_AS_PUBLISHED) != 0;
    }

    /** Whether messages wait while the subscriber is not connected; of a merged one, whether any part says so. */
    public final boolean queued() {
        return (flags & NOT_QUEUED) == 0;
    }

    /** 0 when it has none; of a merged one, the lowest. */
    public final int subscriptionId() {
        return ids.length == 0 ? 0 : ids[0];
    }

    /** Ascending; equal ones as often as they occur. Not a copy: read only. */
    public final int[] subscriptionIds() {
        return ids;
    }

    /** The index of the subscriber's loop. */
    final int loop() {
        return loop;
    }

    /** Whether the tree still has it; of a merged one, any part. On its loop. */
    boolean isActive() {
        return node != null;
    }

    /** Whether the tree no longer has it; of a merged one, any part. On its loop. */
    boolean holdsRemoved() {
        return node == null;
    }

    /** What it was merged from, or itself alone. */
    public FilterSubscription[] parts() {
        return new FilterSubscription[] {this};
    }

    /** Whether any part has {@link #noLocal()}. */
    public boolean anyNoLocal() {
        return noLocal();
    }

    /** What is left of it for a message of the subscriber's own, or null when nothing is. On its loop. */
    public @Nullable FilterSubscription withoutNoLocal() {
        return noLocal() ? null : this;
    }

    @Override
    public String toString() {
        return filter() + " qos=" + maxQos();
    }
}
