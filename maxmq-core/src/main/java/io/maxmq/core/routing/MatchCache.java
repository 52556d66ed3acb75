package io.maxmq.core.routing;

import io.maxmq.core.limit.ReservedMemory;
import java.util.ArrayDeque;

/**
 * The cached matches of one loop that refer to subscriptions, in order of first use. Their memory is bounded, and none
 * refers to a removed subscription for long.
 *
 * <p><b>Bounds.</b> Matches are charged to the part of the memory budget that is reserved for caches. If that part or
 * the loop's own bound is used up, the oldest match is evicted and recomputed on demand.
 *
 * <p><b>Removed subscriptions.</b> The cached match of a topic that is no longer used would keep a removed subscription
 * reachable, and with it an ended session. {@link #subscriptionRemoved} therefore starts a sweep over all present
 * matches. {@link #sweep} evicts those with a removed subscription, a bounded number per iteration of the loop.
 *
 * <p>Belongs to its loop.
 */
final class MatchCache {
    /** A match, its cache entry, and its topic with the array of matches. */
    private static final int ENTRY_BYTES = 200;

    private static final int REFERENCE_BYTES = 4;
    private static final int GRAIN_BYTES = 16 * 1024;

    /** Approximate number of references that one call of {@link #sweep} checks: some 10 µs. */
    private static final int REFERENCES_PER_SWEEP = 256;

    private final int loop;
    private final int loops;
    private final long maxBytes;
    private final ReservedMemory memory;
    private final ArrayDeque<Cached> oldestFirst = new ArrayDeque<>();
    private long bytes;
    private long drawnBytes;
    /** Number of entries left to sweep, starting with the oldest. */
    private int toSweep;

    /** A topic with a match. */
    static final class Cached {
        private final Topic topic;
        private Match match;
        private long bytes;

        Cached(Topic topic, Match match) {
            this.topic = topic;
            this.match = match;
        }
    }

    /** @param maxBytes of this loop's matches of one tree */
    MatchCache(int loop, int loops, long maxBytes, ReservedMemory memory) {
        this.loop = loop;
        this.loops = loops;
        this.maxBytes = maxBytes;
        this.memory = memory;
    }

    /** Replaces the topic's match and caches the new one. */
    void keep(Topic topic, Match match) {
        Match before = topic.match(loop);
        Cached entry = before == null ? null : before.cached;
        topic.match(loop, loops, match);
        if (entry == null) {
            if (match.heldReferences() == 0) {
                return; // without references to subscriptions it needs no entry
            }
            entry = new Cached(topic, match);
            oldestFirst.addLast(entry);
        }
        entry.match = match;
        match.cached = entry;
        bytes -= entry.bytes;
        entry.bytes = ENTRY_BYTES + topic.utf8().length + (long) REFERENCE_BYTES * match.weight();
        bytes += entry.bytes;
        makeRoom();
    }

    private void makeRoom() {
        while (bytes > maxBytes || (bytes > drawnBytes && !draw())) {
            if (oldestFirst.size() <= 1) {
                return; // keep the match that is about to be used
            }
            forget(oldestFirst.removeFirst());
        }
        if (drawnBytes - bytes > 2 * GRAIN_BYTES) {
            memory.giveBack(drawnBytes - bytes - GRAIN_BYTES);
            drawnBytes = bytes + GRAIN_BYTES;
        }
    }

    private boolean draw() {
        long more = bytes - drawnBytes + GRAIN_BYTES;
        if (!memory.tryDraw(more)) {
            return false;
        }
        drawnBytes += more;
        return true;
    }

    private void forget(Cached entry) {
        bytes -= entry.bytes;
        entry.topic.match(loop, loops, null);
    }

    /** Starts a sweep, because a subscription to which matches may refer has left the tree. */
    void subscriptionRemoved() {
        toSweep = oldestFirst.size();
    }

    /**
     * Evicts matches that refer to removed subscriptions, a bounded number per call. Must not be called during the
     * traversal of a match.
     *
     * @return true if the sweep is not finished
     */
    boolean sweep() {
        for (int left = REFERENCES_PER_SWEEP; toSweep > 0 && left > 0; toSweep--) {
            Cached entry = oldestFirst.pollFirst();
            if (entry == null) {
                toSweep = 0;
                return false;
            }
            left -= 1 + entry.match.heldReferences();
            if (entry.match.holdsRemoved()) {
                forget(entry);
            } else {
                oldestFirst.addLast(entry);
            }
        }
        if (toSweep == 0) {
            makeRoom(); // gives back surplus memory
        }
        return toSweep > 0;
    }

    /** Memory of the cached matches, in bytes. */
    long bytes() {
        return bytes;
    }
}
