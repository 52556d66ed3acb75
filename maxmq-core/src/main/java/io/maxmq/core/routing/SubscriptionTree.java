package io.maxmq.core.routing;

import io.maxmq.codec.topic.ShareName;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.core.limit.ReservedMemory;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The subscriptions of one tenant by filter. Thread-safe, provided that each subscription is added and removed on its
 * subscriber's loop and that {@code loop} arguments are the caller's own loop.
 *
 * <p><b>Structure.</b> A tree by topic level. A node keeps its children in a {@link LevelMap}, its wildcard children
 * separately, and its subscribers in one {@link SubscriberList} per loop, used only by that loop. One lock guards
 * changes of the structure, for a few hundred nanoseconds each. Reads take no lock. A change in a list that keeps other
 * subscribers of the same loop takes no lock either, unless a match has copied the list.
 *
 * <p><b>Cached matches.</b> A topic caches, per loop, the last {@link Match} and its tree version. Each change that
 * affects cached matches first changes the tree, then writes its filter into a ring of the last {@value #RING} changes,
 * then increments the version. A match of an older version remains valid if few filters have changed since then and
 * none of them matches the topic. A change in a list from which no match copied entries is not recorded, because
 * matches refer to the list itself. The {@link MatchCache} of each loop bounds the memory of cached matches.
 *
 * <p><b>Order.</b> Version and nodes are volatile: after {@link #add} has returned, every match that begins later finds
 * the subscription. A publisher first stores a retained message and then matches; a subscriber first subscribes and
 * then reads the retained messages. A retained message and a concurrent new subscription therefore cannot miss each
 * other.
 *
 * <p><b>Bounds.</b> A match visits only existing nodes that match a prefix of the topic: at most {@link #visitBound()}
 * (see {@link WildcardShapes}) for any topic, and not deeper than the topic. To bound it against adversarial filters,
 * check {@link #visitBoundWith} at SUBSCRIBE.
 */
public final class SubscriptionTree {
    /** One bit per loop. */
    public static final int MAX_LOOPS = Long.SIZE;

    /** Approximate heap of a node, in bytes, including its slot in the parent. */
    public static final int NODE_BYTES = 160;

    private static final int RING = 256;
    /** Above this number of changes, recomputing is cheaper than comparing. */
    private static final int MAX_COMPARED = 32;

    /**
     * Options of a tree.
     *
     * @param maxLevels levels of a filter, 1 or more
     * @param mergeOverlapping true to send a subscriber one copy of a message that several of its filters match (MQTT
     *     5.0 §3.3.4 allows both)
     * @param maxMatchBytes bound of the cached matches of one loop, not counting the last one; 0 or more
     */
    public record Options(int maxLevels, boolean mergeOverlapping, long maxMatchBytes) {
        public static final Options DEFAULTS = new Options(128, true, 32 << 20);

        public Options {
            if (maxLevels < 1 || maxMatchBytes < 0) {
                throw new IllegalArgumentException("maxLevels must be at least 1, maxMatchBytes at least 0: maxLevels="
                        + maxLevels + ", maxMatchBytes=" + maxMatchBytes);
            }
        }

        public Options withMaxLevels(int maxLevels) {
            return new Options(maxLevels, mergeOverlapping, maxMatchBytes);
        }

        public Options withMergeOverlapping(boolean mergeOverlapping) {
            return new Options(maxLevels, mergeOverlapping, maxMatchBytes);
        }

        public Options withMaxMatchBytes(long maxMatchBytes) {
            return new Options(maxLevels, mergeOverlapping, maxMatchBytes);
        }
    }

    private final int loops;
    private final Options options;
    private final Matcher[] matchers;
    private final MatchCache[] caches;
    private final TreeNode root = new TreeNode(null, new byte[0], 0);
    private final LongAdder subscriptions = new LongAdder();
    private final LongAdder sharedSubscriptions = new LongAdder();

    /** Guards the structure of the tree, the shapes and the changes. Held for one change, never during a callback. */
    private final ReentrantLock structure = new ReentrantLock();

    private final WildcardShapes shapes = new WildcardShapes();
    private volatile int nodes;

    /** Change v is at v mod {@value #RING}; written before {@link #version}, read after it. */
    private final AtomicReferenceArray<byte[]> changes = new AtomicReferenceArray<>(RING);

    private volatile long version;

    /** Per loop: its lists that have become sparse. */
    private final ArrayDeque<SubscriberList>[] sparse;

    /** Creates an empty tree whose caches are bounded only by the options. */
    public SubscriptionTree(int loops, Options options) {
        this(loops, options, ReservedMemory.unbounded());
    }

    /**
     * Creates an empty tree.
     *
     * @param loops 1..{@value #MAX_LOOPS}
     * @param memory source of the memory for cached matches
     */
    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
    public SubscriptionTree(int loops, Options options, ReservedMemory memory) {
        if (loops < 1 || loops > MAX_LOOPS) {
            throw new IllegalArgumentException("loops must be 1.." + MAX_LOOPS + ": loops=" + loops);
        }
        this.loops = loops;
        this.options = options;
        this.matchers = new Matcher[loops];
        this.caches = new MatchCache[loops];
        this.sparse = new ArrayDeque[loops];
        for (int i = 0; i < loops; i++) {
            caches[i] = new MatchCache(i, loops, options.maxMatchBytes(), memory);
            matchers[i] = new Matcher(i, options.mergeOverlapping(), caches[i]);
            sparse[i] = new ArrayDeque<>();
        }
    }

    /**
     * Returns the recipients of a topic's messages. Valid until the loop's next call that matches or changes
     * subscriptions; keep it for at most one message.
     */
    // hot: per message
    public Match match(Topic topic, int loop) {
        long now = version; // read before the tree: later changes have a higher version
        Match known = topic.match(loop);
        if (known != null && known.version == now) {
            return known;
        }
        return matchSlowly(topic, loop, known, now);
    }

    /** Computes a match for a query, without caching it in the topic. */
    public Match look(Topic topic, int loop) {
        return matchers[loop].look(root, topic, version);
    }

    private Match matchSlowly(Topic topic, int loop, @Nullable Match known, long now) {
        if (known != null && isUnchanged(topic, known.version, now)) {
            known.version = now;
            return known;
        }
        return matchers[loop].match(root, topic, now);
    }

    /**
     * Returns true if none of the filters that changed in {@code (then, now]} matches the topic. Returns false as well
     * if the check would cost too much.
     */
    private boolean isUnchanged(Topic topic, long then, long now) {
        if (now - then > MAX_COMPARED) {
            return false;
        }
        byte[] name = topic.utf8();
        for (long change = then + 1; change <= now; change++) {
            byte[] filter = changes.get(slot(change));
            if (filter == null || TopicMatching.matches(filter, name)) {
                return false;
            }
        }
        // Change v + RING overwrites v before the version shows it: from v + RING - 1 on, the overwriting may have
        // begun.
        return version - then < RING;
    }

    /**
     * Adds a subscription that is in no tree. On its subscriber's loop.
     *
     * @return number of created nodes
     * @throws IllegalArgumentException if its filter has more levels than allowed
     * @throws IllegalStateException if it already is in a tree
     */
    public int add(FilterSubscription subscription) {
        if (subscription.node != null) {
            throw new IllegalStateException("subscription is already in a tree: " + subscription);
        }
        byte[] filter = subscription.filter().text().getBytes(UTF_8);
        if (LevelNode.levelCount(filter) > options.maxLevels()) {
            throw new IllegalArgumentException("filter has too many levels: levels=" + LevelNode.levelCount(filter)
                    + ", maxLevels=" + options.maxLevels());
        }
        if (subscription.loop() >= loops) {
            throw new IllegalArgumentException("loopIndex must be below " + loops + ": " + subscription.loop());
        }
        ShareName share = subscription.share();
        int made = share != null ? addShared(subscription, filter, share) : addPlain(subscription, filter);
        subscriptions.increment();
        if (share != null) {
            sharedSubscriptions.increment();
        } else {
            subscription.leaveFilterToTree();
        }
        return made;
    }

    private int addPlain(FilterSubscription subscription, byte[] filter) {
        TreeNode known = find(filter);
        if (known != null && known.subscribers instanceof FilterSubscribers all) {
            SubscriberList list = all.list(subscription.loop());
            if (list != null) { // the node exists as long as the list has an entry, and only this loop removes entries
                list.add(subscription);
                subscription.node = known;
                changedIfCopied(list, filter);
                return 0;
            }
        }
        structure.lock();
        try {
            int before = nodes;
            TreeNode node = path(filter);
            if (node.subscribers == null) {
                subscription.node = node;
                node.subscribers = subscription;
            } else {
                FilterSubscribers all = subscribers(node);
                SubscriberList list = all.list(subscription.loop());
                if (list == null) {
                    subscription.index = 0;
                    node.subscribers = all.with(subscription.loop(), new SubscriberList(subscription));
                } else {
                    list.add(subscription);
                    list.copied = false;
                    node.subscribers = all;
                }
                subscription.node = node;
            }
            changed(filter);
            return nodes - before;
        } finally {
            structure.unlock();
        }
    }

    private int addShared(FilterSubscription subscription, byte[] filter, ShareName share) {
        structure.lock();
        try {
            int before = nodes;
            TreeNode node = path(filter);
            FilterSubscribers all = subscribers(node);
            SharedGroup group = all.group(share);
            subscription.node = node;
            if (group != null) {
                group.add(subscription);
            } else {
                group = new SharedGroup(share, subscription.filter());
                group.add(subscription);
                node.subscribers = all.with(group);
                changed(filter);
            }
            return nodes - before;
        } finally {
            structure.unlock();
        }
    }

    /** Returns the group of this filter and share name, or null. */
    public @Nullable SharedGroup group(TopicFilter shared) {
        ShareName share = shared.share();
        structure.lock();
        try {
            TreeNode node = find(shared.text().getBytes(UTF_8));
            return share != null && node != null && node.subscribers instanceof FilterSubscribers all
                    ? all.group(share)
                    : null;
        } finally {
            structure.unlock();
        }
    }

    /**
     * Removes a subscription. No effect if it is in no tree. On its subscriber's loop.
     *
     * @return number of removed nodes
     */
    public int remove(FilterSubscription subscription) {
        TreeNode node = subscription.node;
        if (node == null) {
            return 0;
        }
        ShareName share = subscription.share();
        if (share == null) {
            subscription.takeFilterFromTree();
        }
        int gone = share != null ? removeShared(subscription, node, share) : removePlain(subscription, node);
        subscription.node = null;
        if (subscription.wasMatched) {
            subscription.wasMatched = false;
            caches[subscription.loop()].subscriptionRemoved();
        }
        subscriptions.decrement();
        if (share != null) {
            sharedSubscriptions.decrement();
        }
        return gone;
    }

    private int removePlain(FilterSubscription subscription, TreeNode node) {
        int loop = subscription.loop();
        if (node.subscribers instanceof FilterSubscribers all) {
            SubscriberList list = all.list(loop);
            if (list != null && list.size() > 1) {
                list.remove(subscription);
                if (!list.sparse && list.isSparse()) {
                    list.sparse = true;
                    sparse[loop].addLast(list);
                }
                if (list.copied) {
                    changedIfCopied(list, subscription.filter().text().getBytes(UTF_8));
                }
                return 0;
            }
        }
        structure.lock();
        try {
            int before = nodes;
            if (node.subscribers instanceof FilterSubscribers all) {
                SubscriberList list = all.list(loop);
                if (list != null) {
                    list.remove(subscription); // its last entry; a traversal of the list may be running
                }
                FilterSubscribers rest = all.without(loop);
                node.subscribers = rest.isEmpty() ? null : rest;
            } else {
                node.subscribers = null;
            }
            prune(node);
            changed(subscription.filter().text().getBytes(UTF_8));
            return before - nodes;
        } finally {
            structure.unlock();
        }
    }

    private int removeShared(FilterSubscription subscription, TreeNode node, ShareName share) {
        structure.lock();
        try {
            int before = nodes;
            if (node.subscribers instanceof FilterSubscribers all) {
                SharedGroup group = all.group(share);
                if (group != null) {
                    group.remove(subscription);
                    if (group.size() == 0) {
                        FilterSubscribers rest = all.without(group);
                        node.subscribers = rest.isEmpty() ? null : rest;
                        prune(node);
                        changed(subscription.filter().text().getBytes(UTF_8));
                    }
                }
            }
            return before - nodes;
        } finally {
            structure.unlock();
        }
    }

    /**
     * Releases memory of removed subscriptions: holes in lists, and matches that refer to them. Call it on each loop
     * after a removal, between traversals of matches: best at the end of a loop iteration. Costs almost nothing without
     * removals.
     *
     * @return true if work remains for a later iteration of the loop
     */
    public boolean compact(int loop) {
        ArrayDeque<SubscriberList> lists = sparse[loop];
        for (SubscriberList list = lists.pollFirst(); list != null; list = lists.pollFirst()) {
            list.sparse = false;
            if (list.isSparse()) {
                list.compact();
            }
        }
        return caches[loop].sweep();
    }

    /** Number of subscriptions. */
    public long subscriptionCount() {
        return subscriptions.sum();
    }

    /** Number of shared subscriptions; each member of a group counts. */
    public long sharedSubscriptionCount() {
        return sharedSubscriptions.sum();
    }

    /** Number of nodes: filter levels, each counted once for all filters that share it. */
    public int nodeCount() {
        return nodes;
    }

    /** Upper bound of the number of nodes that a match visits, for any topic. */
    public int visitBound() {
        return shapes.count();
    }

    /**
     * Returns {@link #visitBound} as it would be after adding the filter. Any thread; cost proportional to the filter's
     * levels.
     */
    public int visitBoundWith(TopicFilter filter) {
        byte[] bytes = filter.text().getBytes(UTF_8);
        structure.lock();
        try {
            int more = 0;
            WildcardShapes.Shape shape = shapes.root;
            for (int start = 0; start <= bytes.length; ) {
                int end = LevelNode.levelEnd(bytes, start);
                shape = shape == null ? null : WildcardShapes.child(shape, bytes, start, end);
                if (shape == null) {
                    more++;
                }
                start = end + 1;
            }
            return shapes.count() + more;
        } finally {
            structure.unlock();
        }
    }

    /** Returns the number of nodes that this loop's matches have visited since the last call. */
    int takeVisited(int loop) { // hot: per message
        return matchers[loop].takeVisited();
    }

    /** Highest number of nodes that a match has visited so far. */
    public int maxVisited() {
        int max = 0;
        for (Matcher matcher : matchers) {
            max = Math.max(max, matcher.maxVisited());
        }
        return max;
    }

    /** Number of matches computed rather than found in the cache. */
    public long matchesComputed() {
        long sum = 0;
        for (Matcher matcher : matchers) {
            sum += matcher.computed();
        }
        return sum;
    }

    private @Nullable TreeNode find(byte[] filter) {
        TreeNode node = root;
        for (int start = 0; start <= filter.length; ) {
            int end = LevelNode.levelEnd(filter, start);
            TreeNode.Branches branches = node.branches;
            TreeNode child = branches == null ? null : branches.child(filter, start, end);
            if (child == null) {
                return null;
            }
            node = child;
            start = end + 1;
        }
        return node;
    }

    /** Returns the node of the filter; creates it and its ancestors if absent. Under the lock. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time, under the lock
    private TreeNode path(byte[] filter) {
        TreeNode node = root;
        WildcardShapes.Shape shape = shapes.root;
        for (int start = 0; start <= filter.length; ) {
            int end = LevelNode.levelEnd(filter, start);
            TreeNode.Branches branches = node.branches;
            if (branches == null) {
                branches = new TreeNode.Branches(shape);
                node.branches = branches;
            }
            TreeNode child = branches.child(filter, start, end);
            if (child == null) {
                byte[] level = Arrays.copyOfRange(filter, start, end);
                child = new TreeNode(node, level, LevelHash.of(level, 0, level.length));
                shape = shapes.use(shape, level);
                branches.put(child);
                nodes++;
            } else {
                shape = shapes.known(shape, child.level);
            }
            node = child;
            start = end + 1;
        }
        return node;
    }

    /**
     * Returns the node's subscribers as {@link FilterSubscribers}. Does not store a converted value in the node. Under
     * the lock.
     */
    private static FilterSubscribers subscribers(TreeNode node) {
        Object now = node.subscribers;
        if (now instanceof FilterSubscribers all) {
            return all;
        }
        if (now instanceof FilterSubscription only) {
            return FilterSubscribers.EMPTY.with(only.loop(), new SubscriberList(only));
        }
        return FilterSubscribers.EMPTY;
    }

    /** Removes the node if unused, then its unused ancestors. Under the lock. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time, under the lock
    private void prune(TreeNode node) {
        TreeNode at = node;
        while (at.subscribers == null && at.branches == null) {
            TreeNode parent = at.parent;
            TreeNode.Branches branches = parent == null ? null : parent.branches;
            if (parent == null || branches == null) {
                return;
            }
            branches.drop(at);
            shapes.release(branches.shape, at.level);
            nodes--;
            if (branches.isEmpty()) {
                parent.branches = null;
            }
            at = parent;
        }
    }

    private void changedIfCopied(SubscriberList list, byte[] filter) {
        if (list.copied) {
            list.copied = false; // present copies become invalid here; a later copy sets the flag again
            structure.lock();
            try {
                changed(filter);
            } finally {
                structure.unlock();
            }
        }
    }

    /** Invalidates the matches of the topics that the filter matches. After the change, under the lock. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time, under the lock
    private void changed(byte[] filter) {
        long next = version + 1;
        changes.set(slot(next), filter);
        version = next;
    }

    private static int slot(long change) {
        return (int) (change & (RING - 1));
    }
}
