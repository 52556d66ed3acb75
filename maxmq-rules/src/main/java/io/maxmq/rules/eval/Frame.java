package io.maxmq.rules.eval;

import io.maxmq.rules.function.Limits;
import org.jspecify.annotations.Nullable;

/** Where the nodes of a program leave their values while it runs: one slot an alias, and registers for numbers. */
final class Frame {
    final Evaluation evaluation;
    final Limits limits;
    final @Nullable Object[] slots;
    final int pathOffset;

    /** Of FOREACH, counted from 1; 0 outside. */
    long itemIndex;

    // What Node.number gave last: one of them, by its result.
    long integer;
    double real;

    @Nullable
    Object other;

    /**
     * A frame.
     *
     * @param pathOffset where the program's paths begin among those that are read of the payload, or {@link Payload#NOWHERE}
     */
    Frame(Evaluation evaluation, int slots, int pathOffset) {
        this.evaluation = evaluation;
        this.limits = evaluation.limits();
        this.pathOffset = pathOffset;
        this.slots = new @Nullable Object[slots];
    }

    /** What {@link Node#number} gave last, as an object. */
    @Nullable
    Object boxed(int kind) {
        return boxed(kind, integer, real, other);
    }

    /** A value out of registers that were kept. */
    static @Nullable Object boxed(int kind, long integer, double real, @Nullable Object other) {
        return switch (kind) {
            case Node.INTEGER -> (Object) integer;
            case Node.FLOAT -> (Object) real;
            default -> other;
        };
    }
}
