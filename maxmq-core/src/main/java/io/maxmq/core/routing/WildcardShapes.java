package io.maxmq.core.routing;

import org.jspecify.annotations.Nullable;

/**
 * Counts the shapes in use among the filters of a tree, and so bounds what a match can cost. The shape of a filter's
 * prefix is which of its levels are {@code +}, which the last {@code #}, and which are spelled out. For one topic at most
 * one node of each shape matches, since the spelled levels are then those of the topic; so no match visits more nodes
 * than there are shapes, however many filters there are. Ordinary use has a few dozen; all combinations of {@code +} in
 * n levels are 2^(n+1). Guarded by the tree's lock, but for {@link #count}.
 */
final class WildcardShapes {
    final Shape root = new Shape();
    private volatile int count;

    static final class Shape {
        private int uses;
        private @Nullable Shape literal;
        private @Nullable Shape plus;
        private @Nullable Shape multi;
    }

    /** How many there are. Any thread. */
    int count() {
        return count;
    }

    /** Counts a new node below one of shape {@code parent}. Gives its shape. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time, under the lock
    Shape use(Shape parent, byte[] level) {
        Shape shape = child(parent, level);
        if (shape == null) {
            shape = new Shape();
            set(parent, level, shape);
            count++;
        }
        shape.uses++;
        return shape;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer at a time, under the lock
    void release(Shape parent, byte[] level) {
        Shape shape = child(parent, level);
        if (shape != null && --shape.uses == 0) {
            set(parent, level, null);
            count--;
        }
    }

    /** The shape of a node that is there. */
    Shape known(Shape parent, byte[] level) {
        Shape shape = child(parent, level);
        if (shape == null) {
            throw new AssertionError("a node without a shape");
        }
        return shape;
    }

    /** The shape of {@code bytes[start..end)} below {@code parent}, or null when nobody uses it. */
    static @Nullable Shape child(Shape parent, byte[] bytes, int start, int end) {
        return switch (end == start + 1 ? bytes[start] : 0) {
            case '+' -> parent.plus;
            case '#' -> parent.multi;
            default -> parent.literal;
        };
    }

    private static @Nullable Shape child(Shape parent, byte[] level) {
        return child(parent, level, 0, level.length);
    }

    private static void set(Shape parent, byte[] level, @Nullable Shape shape) {
        switch (level.length == 1 ? level[0] : 0) {
            case '+' -> parent.plus = shape;
            case '#' -> parent.multi = shape;
            default -> parent.literal = shape;
        }
    }
}
