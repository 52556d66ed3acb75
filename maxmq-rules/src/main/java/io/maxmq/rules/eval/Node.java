package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.parse.Position;
import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Values;
import org.jspecify.annotations.Nullable;

/**
 * A compiled expression. It produces its value in four forms, so that numbers, conditions and written values need no
 * objects unless they are kept. Immutable.
 */
abstract class Node {
    /** {@link #number} left a {@code long} in {@link Frame#integer}. */
    static final int INTEGER = 1;
    /** It left a {@code double} in {@link Frame#real}. */
    static final int FLOAT = 2;
    /** It left anything else in {@link Frame#other}. */
    static final int OTHER = 0;

    private final Position at;

    Node(Position at) {
        this.at = at;
    }

    /** The value; undefined is null. */
    abstract @Nullable Object value(Frame frame);

    /** The value in the frame's register that the result tells. */
    int number(Frame frame) { // hot: per message
        return frame.number(value(frame));
    }

    /** Returns whether {@link #number} creates no object. */
    boolean isNumeric() {
        return false;
    }

    /**
     * Returns whether the value can be had later in the evaluation: it will be the same, and having it can't fail.
     *
     * @throws EvaluationException when having it now would fail
     */
    boolean canWait(Frame frame) {
        return false;
    }

    /** Returns whether the value is undefined. */
    boolean isUndefined(Frame frame) {
        return value(frame) == null;
    }

    /** Writes the value as JSON. */
    void write(Frame frame, JsonWriter out) {
        out.write(value(frame));
    }

    /**
     * The value as a condition: true passes; false, undefined and null do not.
     *
     * @throws EvaluationException NOT_BOOLEAN for anything else
     */
    boolean passes(Frame frame) {
        Object value = value(frame);
        if (value instanceof Boolean passes) {
            return passes;
        }
        if (value == null || value == JsonNull.NULL) {
            return false;
        }
        throw error(Code.NOT_BOOLEAN, "condition", "is " + Values.shown(value));
    }

    /** Returns whether it is the same on every event; then {@link #value} needs no frame. */
    boolean isConstant() {
        return false;
    }

    /** Where it stands. */
    Position at() {
        return at;
    }

    /** An error that stands where this does. */
    EvaluationException error(Code code, String where, String problem) {
        return placed(new EvaluationException(code, where, problem));
    }

    /** The same error, here unless it says where it was. */
    EvaluationException placed(EvaluationException error) {
        return error.at(at.line(), at.column());
    }
}
