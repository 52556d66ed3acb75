package io.maxmq.core.routing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the retained messages that a filter matches, as slowly as its owner likes. One that is there from the
 * cursor's start to its end is given once, with the value it has when it is given; one that comes or goes meanwhile may
 * be given or not. Costs no more than the path to where it stands. Not thread-safe.
 */
public final class RetainedCursor {
    private static final int FEW = 4;

    private final byte[] filter;
    private final boolean withDollar;

    /**
     * The path to where it stands, as frames. A frame is a set of children or a part of one, the next to look at in it,
     * and where the level begins in the filter that these children are to match.
     */
    private Object[] @Nullable [] frames = new Object[FEW][];

    private int[] indices = new int[FEW];
    private int[] levelStarts = new int[FEW];
    private int depth;

    /** The first node that matches, if the filter leads to one directly. */
    private @Nullable RetainedNode first;

    RetainedCursor(RetainedNode root, byte[] filter) {
        this(filter, false);
        first = enter(root, 0);
    }

    private RetainedCursor(byte[] filter, boolean withDollar) {
        this.filter = filter;
        this.withDollar = withDollar;
    }

    /** Over all messages, whatever their topics begin with. */
    static RetainedCursor ofAll(RetainedNode root) {
        RetainedCursor all = new RetainedCursor(new byte[] {'#'}, true);
        all.first = all.enter(root, 0);
        return all;
    }

    /** Begins behind {@code topic}, which the filter matches. */
    RetainedCursor(RetainedNode root, byte[] filter, byte[] topic) {
        this(filter, false);
        seek(root, topic);
    }

    /** Goes down to the topic, as far as it is there, with a frame of what follows it at each level that a wildcard matches. */
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
            push(all, levelStart); // the topic itself has been given, not what is below it
        }
    }

    /** Frames of the children that a walk gives after the one of this level, which need not be there. */
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

    /** The next message, or null at the end. Steps over branches without one that matches, however many these are. */
    public @Nullable StoredMessage next() {
        return next(Integer.MAX_VALUE);
    }

    /**
     * The same within so many steps, each of which looks at one branch: null also when these have led to no message;
     * {@link #isOver} tells.
     */
    public @Nullable StoredMessage next(int maxSteps) {
        StoredMessage found = first == null ? null : first.message(); // not earlier: it may have changed
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

    /** Whether no message follows, as far as that is known without a step. */
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
                return null; // only a wildcard walks over children [MQTT-4.7.2-1]
            }
            return filter[levelStart] == '#' ? enter(node, levelStart) : enter(node, levelStart + 2);
        }
        push(slot, levelStart);
        return null;
    }

    /** Goes down from a node that matches the filter before {@code levelStart}. Gives the node that matches, if one does. */
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
