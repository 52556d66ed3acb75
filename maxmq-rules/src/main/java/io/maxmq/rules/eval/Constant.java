package io.maxmq.rules.eval;

import io.maxmq.rules.parse.Position;
import org.jspecify.annotations.Nullable;

/** The same on every event. */
final class Constant extends Node {
    private final @Nullable Object value;
    private final int kind;
    private final long integer;
    private final double real;

    Constant(Position at, @Nullable Object value) {
        super(at);
        this.value = value;
        this.kind = value instanceof Long ? INTEGER : value instanceof Double ? FLOAT : OTHER;
        this.integer = value instanceof Long number ? number : 0;
        this.real = value instanceof Double number ? number : 0;
    }

    /** The value; any event will do. */
    @Nullable
    Object value() {
        return value;
    }

    @Override
    @Nullable
    Object value(Frame frame) {
        return value;
    }

    @Override
    int number(Frame frame) {
        frame.integer = integer;
        frame.real = real;
        frame.other = value;
        return kind;
    }

    @Override
    boolean isConstant() {
        return true;
    }
}
