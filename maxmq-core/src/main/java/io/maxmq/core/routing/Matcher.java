package io.maxmq.core.routing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Computes matches for one loop: walks the tree level by level with reused arrays, so that neither depth nor width of
 * the tree affects the stack. Belongs to its loop.
 */
final class Matcher {
    /** Lists of this length or more are traversed live, even if other filters match as well. */
    private static final int LIVE_FROM = 64;
    /** Up to this number of subscribers, overlaps are found by linear search. */
    private static final int LINEAR = 16;
    /** Wider arrays are not kept for reuse. */
    private static final int KEPT = 1 << 12;

    private final int loop;
    private final boolean mergeOverlapping;
    private final MatchCache cache;

    /** Nodes that match the levels so far, and nodes that match one level more. */
    private @Nullable TreeNode[] frontier = new TreeNode[64];

    private @Nullable TreeNode[] next = new TreeNode[64];
    private int nextCount;

    // Result of the walk.
    private @Nullable Object[] sources = new Object[16]; // FilterSubscription or SubscriberList, of this loop
    private int sourceCount;
    private long loopMask;
    private SharedGroup[] groups = FilterSubscribers.NO_GROUPS;
    private @Nullable List<SharedGroup> gathered;

    // Statistics: written by the loop, read by any thread, possibly with a small delay.
    private volatile long computed;
    private volatile int maxVisited;

    private int visitedSince;

    Matcher(int loop, boolean mergeOverlapping, MatchCache cache) {
        this.loop = loop;
        this.mergeOverlapping = mergeOverlapping;
        this.cache = cache;
    }

    long computed() {
        return computed;
    }

    /** Nodes visited since the last call. */
    int takeVisited() {
        int visited = visitedSince;
        if (visited != 0) {
            visitedSince = 0;
        }
        return visited;
    }

    int maxVisited() {
        return maxVisited;
    }

    /** Computes the match and caches it in the topic. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // only the own loop writes
    Match match(TreeNode root, Topic topic, long version) {
        int visited = walk(root, topic);
        computed++;
        visitedSince += visited;
        if (visited > maxVisited) {
            maxVisited = visited;
        }
        Match match = build(version);
        cache.keep(topic, match);
        reset();
        return match;
    }

    /** Computes the match without caching it, for queries. */
    Match look(TreeNode root, Topic topic, long version) {
        visitedSince += walk(root, topic);
        Match match = build(version);
        reset();
        return match;
    }

    /** Collects the subscribers of every matching filter. Returns the number of visited nodes. */
    private int walk(TreeNode root, Topic topic) {
        byte[] name = topic.utf8();
        frontier[0] = root;
        int count = 1;
        int visited = 0;
        int start = 0;
        while (count > 0 && start <= name.length) {
            int end = LevelNode.levelEnd(name, start);
            int hash = LevelHash.of(name, start, end);
            boolean literalOnly = start == 0 && topic.startsWithDollar(); // [MQTT-4.7.2-1]
            nextCount = 0;
            for (int i = 0; i < count; i++) {
                TreeNode node = frontier[i];
                TreeNode.Branches branches = node == null ? null : node.branches;
                if (branches == null) {
                    continue;
                }
                if (!literalOnly) {
                    TreeNode multi = branches.multi;
                    if (multi != null) {
                        collect(multi);
                        visited++;
                    }
                    push(branches.plus);
                }
                push(branches.find(name, start, end, hash));
            }
            count = nextCount;
            visited += count;
            @Nullable TreeNode[] swap = frontier;
            frontier = next;
            next = swap;
            start = end + 1;
        }
        for (int i = 0; i < count; i++) { // these match all levels
            TreeNode node = frontier[i];
            if (node != null) {
                collect(node);
                TreeNode.Branches branches = node.branches;
                TreeNode multi = branches == null ? null : branches.multi;
                if (multi != null) { // §4.7.1.2: a/# matches a
                    collect(multi);
                    visited++;
                }
            }
        }
        return visited;
    }

    private void push(@Nullable TreeNode node) {
        if (node != null) {
            if (nextCount == next.length) {
                next = Arrays.copyOf(next, 2 * nextCount);
            }
            next[nextCount++] = node;
        }
    }

    private void collect(TreeNode node) {
        Object found = node.subscribers;
        if (found instanceof FilterSubscribers all) {
            loopMask |= all.loops();
            SubscriberList list = all.list(loop);
            if (list != null) {
                addSource(list);
            }
            if (all.groups().length > 0) {
                addGroups(all.groups());
            }
        } else if (found instanceof FilterSubscription only) {
            loopMask |= 1L << only.loop();
            if (only.loop() == loop) {
                addSource(only);
            }
        }
    }

    private void addSource(Object source) {
        if (sourceCount == sources.length) {
            sources = Arrays.copyOf(sources, 2 * sourceCount);
        }
        sources[sourceCount++] = source;
    }

    private void addGroups(SharedGroup[] more) {
        if (groups.length == 0) {
            groups = more;
            return;
        }
        if (gathered == null) {
            gathered = new ArrayList<>(Arrays.asList(groups));
        }
        gathered.addAll(Arrays.asList(more));
    }

    private Match build(long version) {
        SharedGroup[] allGroups = gathered == null ? groups : gathered.toArray(FilterSubscribers.NO_GROUPS);
        long remote = loopMask & ~(1L << loop);
        if (sourceCount == 0) {
            return new Match(version, Match.NONE, null, null, remote, allGroups);
        }
        if (sourceCount == 1) {
            return sources[0] instanceof SubscriberList list
                    ? new Match(version, Match.NONE, list, null, remote, allGroups)
                    : new Match(
                            version,
                            new FilterSubscription[] {held((FilterSubscription) source(0))},
                            null,
                            null,
                            remote,
                            allGroups);
        }
        int longest = longestList();
        SubscriberList live = longest < 0 ? null : (SubscriberList) source(longest);
        Overlaps overlaps = new Overlaps(entriesBeside(longest));
        for (int i = 0; i < sourceCount; i++) {
            if (i == longest) {
                continue;
            }
            if (source(i) instanceof SubscriberList list) {
                list.copied = true;
                for (int at = 0, extent = list.extent(); at < extent; at++) {
                    FilterSubscription entry = list.get(at);
                    if (entry != null) {
                        overlaps.add(entry, mergeOverlapping);
                    }
                }
            } else {
                overlaps.add((FilterSubscription) source(i), mergeOverlapping);
            }
        }
        @Nullable FilterSubscription[] skipped = null;
        if (live != null && mergeOverlapping) {
            live.copied = true; // a later subscriber of this list may also be in the others
            skipped = overlaps.mergeWith(live);
        }
        return new Match(version, overlaps.toArray(), live, skipped, remote, allGroups);
    }

    private static FilterSubscription held(FilterSubscription subscription) {
        subscription.wasMatched = true;
        return subscription;
    }

    private Object source(int index) {
        Object source = sources[index];
        if (source == null) {
            throw new AssertionError("no source at " + index);
        }
        return source;
    }

    /** Returns the index of the longest list that is worth a live traversal, or -1. */
    private int longestList() {
        int longest = -1;
        int length = LIVE_FROM - 1;
        for (int i = 0; i < sourceCount; i++) {
            if (sources[i] instanceof SubscriberList list && list.extent() > length) {
                longest = i;
                length = list.extent();
            }
        }
        return longest;
    }

    private int entriesBeside(int excluded) {
        int count = 0;
        for (int i = 0; i < sourceCount; i++) {
            if (i != excluded) {
                count += sources[i] instanceof SubscriberList list ? list.size() : 1;
            }
        }
        return count;
    }

    private void reset() {
        if (frontier.length > KEPT || next.length > KEPT) {
            frontier = new TreeNode[64];
            next = new TreeNode[64];
        }
        if (sources.length > KEPT) {
            sources = new Object[16];
        } else {
            Arrays.fill(sources, 0, sourceCount, null);
        }
        sourceCount = 0;
        loopMask = 0;
        groups = FilterSubscribers.NO_GROUPS;
        gathered = null;
    }

    /** Subscriptions, merged per subscriber. The cost depends only on their number, not on the overlaps. */
    private static final class Overlaps {
        private final FilterSubscription[] found;
        private int count;
        /** All parts of each overlapping subscription; null without overlaps. */
        private @Nullable List<FilterSubscription> @Nullable [] parts;
        /** Indices into {@link #found} plus one, by subscriber, at most half full; null for a small number. */
        private final int @Nullable [] bySubscriber;

        Overlaps(int capacity) {
            found = new FilterSubscription[capacity];
            bySubscriber = capacity <= LINEAR ? null : new int[Integer.highestOneBit(capacity) * 4];
        }

        void add(FilterSubscription subscription, boolean merge) {
            held(subscription);
            int known = merge ? indexOf(subscription.subscriber()) : -1;
            if (known >= 0) {
                overlap(known, subscription);
            } else {
                found[count++] = subscription;
            }
        }

        /** Returns the index of the subscriber, or -1 and reserves index {@link #count}. */
        private int indexOf(Subscriber subscriber) {
            int[] table = bySubscriber;
            if (table == null) {
                for (int i = 0; i < count; i++) {
                    if (found[i].subscriber() == subscriber) {
                        return i;
                    }
                }
                return -1;
            }
            int mask = table.length - 1;
            int at = SubscriberList.slot(subscriber, mask);
            for (; table[at] != 0; at = (at + 1) & mask) {
                if (found[table[at] - 1].subscriber() == subscriber) {
                    return table[at] - 1;
                }
            }
            table[at] = count + 1;
            return -1;
        }

        @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
        private void overlap(int index, FilterSubscription part) {
            @Nullable List<FilterSubscription>[] all = parts;
            if (all == null) {
                all = new List[found.length];
                parts = all;
            }
            List<FilterSubscription> ofOne = all[index];
            if (ofOne == null) {
                ofOne = new ArrayList<>(4);
                ofOne.add(found[index]);
                all[index] = ofOne;
            }
            ofOne.add(part);
        }

        /**
         * Merges in the subscriptions of {@code list} of the same subscribers. Returns a table of the merged
         * subscriptions, or null.
         */
        @Nullable
        FilterSubscription @Nullable [] mergeWith(SubscriberList list) {
            @Nullable FilterSubscription[] taken = null;
            for (int i = 0; i < count; i++) {
                FilterSubscription other = list.find(found[i].subscriber());
                if (other != null) {
                    overlap(i, held(other));
                    if (taken == null) {
                        taken = new FilterSubscription[Integer.highestOneBit(count) * 4];
                    }
                    Match.putSkipped(taken, other);
                }
            }
            return taken;
        }

        FilterSubscription[] toArray() {
            @Nullable List<FilterSubscription>[] all = parts;
            for (int i = 0; all != null && i < count; i++) {
                List<FilterSubscription> ofOne = all[i];
                if (ofOne != null) {
                    found[i] = MergedSubscription.of(ofOne.toArray(Match.NONE));
                }
            }
            return count == found.length ? found : Arrays.copyOf(found, count);
        }
    }
}
