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
 * Who subscribes to what, for one tenant. Thread-safe, given that each subscription is added and removed on its
 * subscriber's loop and that {@code loop} arguments are the caller's own.
 *
 * <p><b>Structure.</b> A tree by topic level. A node has its children in a {@link LevelMap}, its wildcard children
 * apart, and its subscribers in a {@link SubscriberList} per loop that only that loop touches. Structure is changed under one lock, for a
 * few hundred nanoseconds; reading takes none. A filter that a loop has subscribers of already takes no lock either.
 *
 * <p><b>Cached matches.</b> A topic keeps per loop the {@link Match} found last, and the tree's version then. Each
 * change that a match could notice first changes the tree, then puts its filter into a ring of the last
 * {@value #RING}, then counts the version up. A match of an older version is compared with the filters changed since;
 * when none matches the topic, or few enough, it is still right. A change in a list from which no match
 * copied needs no notice, because matches refer to the list itself. The memory of cached matches is bounded by the {@link MatchCache} of each loop.
 *
 * <p><b>Order.</b> Version and nodes are volatile: when {@link #add} has returned, a message whose match begins later
 * finds the subscription. So who stores a retained message and then matches, and who subscribes and then scans the
 * retained messages, cannot miss each other.
 *
 * <p><b>Bounds.</b> A match visits only nodes that exist and match a prefix of the topic: at most
 * {@link #visitBound()} (see {@link WildcardShapes}) whatever the topic, and no deeper than the topic. To keep it small
 * against adversarial filters, ask {@link #visitBoundWith} at SUBSCRIBE.
 */
public final class SubscriptionTree {
    /** A bit per loop. */
    public static final int MAX_LOOPS = Long.SIZE;

    /** About what a node takes on the heap, with its place among its siblings. */
    public static final int NODE_BYTES = 160;

    private static final int RING = 256;
    /** With more changes since than this, computing is cheaper than comparing. */
    private static final int MAX_COMPARED = 32;

    /**
     * How a tree behaves.
     *
     * @param maxLevels of a filter, 1 or more
     * @param mergeOverlapping whether a subscriber gets one copy of a message that several of its filters match
     *     (MQTT 5.0 §3.3.4 allows both)
     * @param maxMatchBytes what the remembered matches of one loop may take, but for the last one; 0 or more
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

    /** Guards the structure of the tree, the shapes and the changes. Held for one change, never while calling out. */
    private final ReentrantLock structure = new ReentrantLock();

    private final WildcardShapes shapes = new WildcardShapes();
    private volatile int nodes;

    /** Change v is at v mod {@value #RING}; written before {@link #version}, read after it. */
    private final AtomicReferenceArray<byte[]> changes = new AtomicReferenceArray<>(RING);

    private volatile long version;

    /** Per loop, its lists that have become sparse. */
    private final ArrayDeque<SubscriberList>[] sparse;

    /** An empty tree whose caches have no bound but that of the options. */
    public SubscriptionTree(int loops, Options options) {
        this(loops, options, ReservedMemory.unbounded());
    }

    /**
     * An empty tree.
     *
     * @param loops 1..{@value #MAX_LOOPS}
     * @param memory what remembered matches draw from
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
     * Who gets the messages of that topic. Valid until the loop's next call that matches or changes subscriptions; keep
     * it no longer than a message.
     */
    // hot: per message
    public Match match(Topic topic, int loop) {
        long now = version; // read before the tree: what changes later has a higher version
        Match known = topic.match(loop);
        if (known != null && known.version == now) {
            return known;
        }
        return matchSlowly(topic, loop, known, now);
    }

    /** The same, computed for somebody who only looks: the topic does not remember it. */
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

    /** Whether no filter changed in {@code (then, now]} matches the topic, as far as that is quick to say. */
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
        // Change v + RING overwrites v before the version says so: at v + RING - 1 it may have begun.
        return version - then < RING;
    }

    /**
     * Adds one that is in no tree. On its subscriber's loop.
     *
     * @return how many nodes were made for it
     * @throws IllegalArgumentException when its filter has more levels than allowed
     * @throws IllegalStateException when it is in a tree
     */
    public int add(FilterSubscription subscription) {
        if (subscription.node != null) {
            throw new IllegalStateException("subscription is in a tree already: " + subscription);
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
            if (list != null) { // the node stays as long as the list has an entry, and only this loop removes one
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

    /** Who shares this filter under its share's name; null when there is nobody. */
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
     * Removes it; does nothing when it is in no tree. On its subscriber's loop.
     *
     * @return how many nodes are gone with it
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
                    list.remove(subscription); // its last; the list itself may be being walked
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
     * Gives back what removed subscriptions have left behind: holes in lists, and matches that refer to them. To be called on each
     * loop behind a removal, while it walks no match: best at the end of a loop iteration. Costs next to nothing when there is
     * nothing to do.
     *
     * @return whether there is more to do, in a later turn of the loop
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

    /** How many subscriptions there are. */
    public long subscriptionCount() {
        return subscriptions.sum();
    }

    /** How many of them are shared; each member of a group counts. */
    public long sharedSubscriptionCount() {
        return sharedSubscriptions.sum();
    }

    /** How many levels of filters there are, each counted once however many filters share it. */
    public int nodeCount() {
        return nodes;
    }

    /** No match visits more nodes than this, whatever the topic. */
    public int visitBound() {
        return shapes.count();
    }

    /** What {@link #visitBound} would be with that filter added. Any thread; costs by the filter's levels. */
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

    /** How many nodes this loop's matches have visited since the last call. */
    int takeVisited(int loop) { // hot: per message
        return matchers[loop].takeVisited();
    }

    /** The most nodes that a match has visited so far. */
    public int maxVisited() {
        int max = 0;
        for (Matcher matcher : matchers) {
            max = Math.max(max, matcher.maxVisited());
        }
        return max;
    }

    /** How many matches had to be computed, rather than found with their topic. */
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

    /** The node of that filter, made with all above it if need be. Under the lock. */
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

    /** The node's subscribers in the form that takes more than one; not yet written there. Under the lock. */
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

    /** Removes the node if it has become useless, and then those above it. Under the lock. */
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
            list.copied = false; // what was copied becomes invalid now; what is copied later says so again
            structure.lock();
            try {
                changed(filter);
            } finally {
                structure.unlock();
            }
        }
    }

    /** Invalidates the matches of the topics that the filter matches. Behind the change, under the lock. */
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
