package io.maxmq.core.routing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cursor over the retained messages that a filter matches, at the pace of its owner. A message present from start to
 * end of the cursor is returned exactly once, with its value at that moment; a message added or removed meanwhile may
 * or may not be returned. Memory is proportional to the depth of the current position. Not thread-safe.
 */
public final class RetainedCursor {
    private static final int FEW = 4;

    private final byte[] filter;
    private final boolean withDollar;

    /**
     * Path to the current position, as frames. A frame is a set of children or a part of one, the next index in it, and
     * the offset in the filter of the level that these children have to match.
     */
    private Object[] @Nullable [] frames = new Object[FEW][];

    private int[] indices = new int[FEW];
    private int[] levelStarts = new int[FEW];
    private int depth;

    /** First matching node, if the filter leads to one without a wildcard. */
    private @Nullable RetainedNode first;

    RetainedCursor(RetainedNode root, byte[] filter) {
        this(filter, false);
        first = enter(root, 0);
    }

    private RetainedCursor(byte[] filter, boolean withDollar) {
        this.filter = filter;
        this.withDollar = withDollar;
    }

    /** Returns a cursor over all messages, including topics that begin with {@code $}. */
    static RetainedCursor ofAll(RetainedNode root) {
        RetainedCursor all = new RetainedCursor(new byte[] {'#'}, true);
        all.first = all.enter(root, 0);
        return all;
    }

    /** Starts after {@code topic}, which the filter matches. */
    RetainedCursor(RetainedNode root, byte[] filter, byte[] topic) {
        this(filter, false);
        seek(root, topic);
    }

    /**
     * Descends to the topic as far as it exists. Pushes a frame with the following siblings at each level that a
     * wildcard matches.
     */
    private void seek(RetainedNode root, byte[] topic) {
        RetainedNode node = root;
        int levelStart = 0;
        for (int start = 0; start <= topic.length && levelStart < filter.length; ) {
            int end = LevelNode.levelEnd(topic, start);
            int hash = LevelHash.of(topic, start, end);
            LevelMap<RetainedNode> children = node.children;
            if (children == null) {
                return;
            }
            boolean toTheEnd = filter[levelStart] == '#';
            if (toTheEnd || filter[levelStart] == '+') {
                pushBehind(children, topic, start, end, hash, levelStart);
            }
            RetainedNode child = children.find(topic, start, end, hash);
            if (child == null) {
                return;
            }
            node = child;
            start = end + 1;
            levelStart = toTheEnd ? levelStart : LevelNode.levelEnd(filter, levelStart) + 1;
        }
        LevelMap<RetainedNode> below = node.children;
        Object all = below == null ? null : below.root();
        if (all != null && levelStart < filter.length && filter[levelStart] == '#') {
            push(all, levelStart); // skip the topic itself, not the levels below it
        }
    }

    /** Pushes frames for the children that follow this level, which need not exist, in traversal order. */
    private void pushBehind(
            LevelMap<RetainedNode> children, byte[] topic, int start, int end, int hash, int levelStart) {
        Object at = children.root();
        int digits = hash;
        while (at instanceof LevelMap.Branch branch) {
            int bit = 1 << (digits & LevelMap.MASK);
            int index = branch.indexOf(bit);
            boolean isThere = (branch.bitmap & bit) != 0;
            push(branch, levelStart);
            indices[depth - 1] = isThere ? index + 1 : index;
            if (!isThere) {
                return;
            }
            at = branch.slot(index);
            digits >>>= LevelMap.BITS;
        }
        if (at instanceof RetainedNode alone) {
            if (LevelMap.isBehind(alone.hash, hash)) {
                push(at, levelStart);
            }
        } else if (at instanceof LevelNode[] same) {
            if (same[0].hash != hash) {
                if (LevelMap.isBehind(same[0].hash, hash)) {
                    push(at, levelStart);
                }
                return;
            }
            push(at, levelStart);
            for (int i = 0; i < same.length; i++) {
                if (same[i].hasLevel(topic, start, end, hash)) {
                    indices[depth - 1] = i + 1;
                }
            }
        }
    }

    /** Returns the next message, or null at the end. Skips any number of branches without a matching message. */
    public @Nullable StoredMessage next() {
        return next(Integer.MAX_VALUE);
    }

    /**
     * Returns the next message within {@code maxSteps} branch visits, or null; {@link #isOver} distinguishes the end
     * from the step limit.
     */
    public @Nullable StoredMessage next(int maxSteps) {
        StoredMessage found = first == null ? null : first.message(); // read here: the message may have changed
        first = null;
        for (int steps = 0; found == null && depth > 0 && steps < maxSteps; steps++) {
            int top = depth - 1;
            Object[] frame = frames[top];
            if (frame == null || indices[top] == frame.length) {
                frames[top] = null;
                depth = top;
            } else {
                RetainedNode node = step(LevelMap.slot(frame, indices[top]++), levelStarts[top]);
                found = node == null ? null : node.message();
            }
        }
        return found;
    }

    /** True if no message follows, as far as known without another step. */
    public boolean isOver() {
        return first == null && depth == 0;
    }

    private @Nullable RetainedNode step(Object slot, int levelStart) {
        if (slot instanceof RetainedNode node) {
            if (!withDollar
                    && levelStart == 0
                    && node.isFirstLevel()
                    && node.level.length > 0
                    && node.level[0] == '$') {
                return null; // only wildcards traverse children [MQTT-4.7.2-1]
            }
            return filter[levelStart] == '#' ? enter(node, levelStart) : enter(node, levelStart + 2);
        }
        push(slot, levelStart);
        return null;
    }

    /** Descends from a node that matches the filter up to {@code levelStart}. Returns the matching node, if any. */
    private @Nullable RetainedNode enter(RetainedNode from, int levelStart) {
        RetainedNode node = from;
        int start = levelStart;
        while (start <= filter.length) {
            LevelMap<RetainedNode> children = node.children;
            int character = start < filter.length ? filter[start] : '/';
            if (character == '#' || character == '+') {
                Object all = children == null ? null : children.root();
                if (all != null) {
                    push(all, start);
                }
                return character == '#' ? node : null; // §4.7.1.2: a/# matches a
            }
            int end = LevelNode.levelEnd(filter, start);
            RetainedNode child =
                    children == null ? null : children.find(filter, start, end, LevelHash.of(filter, start, end));
            if (child == null) {
                return null;
            }
            node = child;
            start = end + 1;
        }
        return node;
    }

    private void push(Object children, int levelStart) {
        if (depth == indices.length) {
            frames = Arrays.copyOf(frames, 2 * depth);
            indices = Arrays.copyOf(indices, 2 * depth);
            levelStarts = Arrays.copyOf(levelStarts, 2 * depth);
        }
        frames[depth] = LevelMap.slots(children);
        indices[depth] = 0;
        levelStarts[depth] = levelStart;
        depth++;
    }
}
