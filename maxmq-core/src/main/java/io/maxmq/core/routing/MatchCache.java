package io.maxmq.core.routing;

import io.maxmq.core.limit.ReservedMemory;
import java.util.ArrayDeque;

/**
 * The matches of one loop that refer to subscriptions, in the order in which their topics came: what they take is bounded, and
 * none refers to a removed subscription for long.
 *
 * <p><b>Bounds.</b> Matches draw their memory from the part of the budget that is set aside for caches. Beyond it, and beyond the
 * loop's own bound, the oldest match is forgotten and computed again if need be.
 *
 * <p><b>Removed subscriptions.</b> A topic that nobody publishes to again would keep its match, the match the subscription, and
 * that its ended session. So {@link #subscriptionRemoved} begins a sweep over all matches that are there, and {@link #sweep}
 * forgets those with a removed subscription, a bounded number in each turn of the loop.
 *
 * <p>Belongs to its loop.
 */
final class MatchCache {
    /** A match, its entry here, its topic with the array of matches. */
    private static final int ENTRY_BYTES = 200;

    private static final int REFERENCE_BYTES = 4;
    private static final int GRAIN_BYTES = 16 * 1024;

    /** References that one call of {@link #sweep} looks at, about: some 10 µs. */
    private static final int REFERENCES_PER_SWEEP = 256;

    private final int loop;
    private final int loops;
    private final long maxBytes;
    private final ReservedMemory memory;
    private final ArrayDeque<Cached> oldestFirst = new ArrayDeque<>();
    private long bytes;
    private long drawnBytes;
    /** How many entries, from the oldest on, are to be looked at. */
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

    /** Has the topic keep this match in the place of the one it has. */
    void keep(Topic topic, Match match) {
        Match before = topic.match(loop);
        Cached entry = before == null ? null : before.cached;
        topic.match(loop, loops, match);
        if (entry == null) {
            if (match.heldReferences() == 0) {
                return; // it goes with its topic
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
                return; // the match that is about to be used
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

    /** A subscription that matches may refer to is no longer in the tree. */
    void subscriptionRemoved() {
        toSweep = oldestFirst.size();
    }

    /**
     * Goes on with forgetting the matches that refer to removed subscriptions, while nobody walks one.
     *
     * @return whether there is more to do
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
            makeRoom(); // gives back what is too much
        }
        return toSweep > 0;
    }

    /** What the matches take, in bytes. */
    long bytes() {
        return bytes;
    }
}
