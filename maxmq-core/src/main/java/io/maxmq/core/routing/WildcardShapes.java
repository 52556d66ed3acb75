package io.maxmq.core.routing;

import org.jspecify.annotations.Nullable;

/**
 * Counts the distinct shapes of the filters of a tree, which bounds the cost of a match. The shape of a filter prefix
 * says which of its levels are {@code +}, whether the last is {@code #}, and which are literal. For one topic at most
 * one node of each shape matches, since its literal levels are those of the topic. A match therefore visits no more
 * nodes than there are shapes, regardless of the number of filters. Ordinary use has a few dozen shapes; all
 * combinations of {@code +} in n levels are 2^(n+1). Guarded by the tree's lock, except for {@link #count}.
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

    /** Number of shapes. Any thread. */
    int count() {
        return count;
    }

    /** Counts a new node below a node of shape {@code parent}. Returns its shape. */
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

    /** Returns the shape of an existing node. */
    Shape known(Shape parent, byte[] level) {
        Shape shape = child(parent, level);
        if (shape == null) {
            throw new AssertionError("a node without a shape");
        }
        return shape;
    }

    /** Returns the shape of {@code bytes[start..end)} below {@code parent}, or null if unused. */
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
