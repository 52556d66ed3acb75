package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.json.Extraction;
import io.maxmq.rules.json.JsonWriter;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The values of a running program: one slot per alias, and registers for numbers. A number in a slot becomes an object
 * only on demand, and a value of the payload is read only on demand. Reused for the next program of its evaluation.
 */
final class Frame {
    /** In a slot: a node that gives the value. The other kinds are those of {@link Node#number}. */
    private static final byte WAITING = 3;

    final Evaluation evaluation;
    EvaluationLimits limits;

    /** Where the program's paths are in the payload's extraction; null when they are not read in one pass. */
    int @Nullable [] paths;

    /** The result of {@link Payload#extraction}; null before. */
    private @Nullable Extraction extraction;

    /** Of FOREACH, counted from 1; 0 outside. */
    long itemIndex;

    // What Node.number gave last: one of them, by its result.
    long integer;
    double real;

    @Nullable
    Object other;

    // The slots: what kind each has, and the value by its kind.
    private byte[] kinds;
    private long[] integers;
    private double[] reals;

    private @Nullable Object[] others;

    /** A frame with no slots. */
    Frame(Evaluation evaluation) {
        this.evaluation = evaluation;
        this.limits = evaluation.limits();
        this.kinds = new byte[0];
        this.integers = new long[0];
        this.reals = new double[0];
        this.others = new @Nullable Object[0];
    }

    /**
     * Makes it ready for a program.
     *
     * @param slots that the program has
     * @param waiting the nodes that slots hold, to be asked later; null where all slots are undefined
     * @param paths where its paths are in the payload's extraction; null when they are not read in one pass
     */
    void begin(int slots, Node @Nullable [] waiting, int @Nullable [] paths) { // hot: per evaluation
        this.limits = evaluation.limits();
        this.paths = paths;
        this.extraction = null;
        this.itemIndex = 0;
        if (kinds.length < slots) {
            kinds = new byte[slots];
            integers = new long[slots];
            reals = new double[slots];
            others = new @Nullable Object[slots];
        }
        if (waiting != null) {
            System.arraycopy(waiting, 0, others, 0, slots);
            Arrays.fill(kinds, 0, slots, WAITING);
        } else {
            Arrays.fill(others, 0, slots, null);
            Arrays.fill(kinds, 0, slots, (byte) Node.OTHER);
        }
    }

    /**
     * Returns the values of all paths of the payload; only if {@link #paths} is not null.
     * @throws EvaluationException DECODE_JSON for invalid JSON, each time
     */
    Extraction extraction() { // hot: per path
        Extraction present = extraction;
        if (present == null) {
            present = evaluation.payload().extraction();
            extraction = present;
        }
        return present;
    }

    /** Keeps nothing of the event. */
    void end() {
        Arrays.fill(others, null);
        other = null;
    }

    /** Stores the value of a node in a slot: now, or on demand if that makes no difference. */
    void put(int slot, Node node) { // hot: per message
        if (node.canWait(this)) {
            kinds[slot] = WAITING;
            others[slot] = node;
            return;
        }
        if (!node.isNumeric()) {
            set(slot, node.value(this));
            return;
        }
        int kind = node.number(this);
        kinds[slot] = (byte) kind;
        switch (kind) {
            case Node.INTEGER -> integers[slot] = integer;
            case Node.FLOAT -> reals[slot] = real;
            default -> others[slot] = other;
        }
    }

    /** Stores a value in a slot. */
    void set(int slot, @Nullable Object value) {
        kinds[slot] = Node.OTHER;
        others[slot] = value;
    }

    /** Returns the value of a slot. */
    @Nullable
    Object value(int slot) { // hot: per message
        Object value = others[slot];
        switch (kinds[slot]) {
            case Node.OTHER -> {
                return value;
            }
            case WAITING -> value = ((Node) Objects.requireNonNull(value)).value(this);
            case Node.INTEGER -> value = integers[slot];
            default -> value = reals[slot];
        }
        set(slot, value);
        return value;
    }

    /** The part of a slot that waits and is asked for by keys alone; null where the value of the slot has to say. */
    @Nullable
    Node waiting(int slot, String[] keys) { // hot: per message
        Node at = kinds[slot] == WAITING ? (Node) others[slot] : null;
        for (int i = 0; i < keys.length; i++) {
            if (!(at instanceof NestedMap nested)) {
                return null;
            }
            at = nested.member(keys[i]);
        }
        return at instanceof NestedMap ? null : at;
    }

    /** Puts the number of a slot into a register, which the result names. */
    int number(int slot) { // hot: per message
        int kind = kinds[slot];
        switch (kind) {
            case Node.INTEGER -> integer = integers[slot];
            case Node.FLOAT -> real = reals[slot];
            case WAITING -> {
                return ((Node) Objects.requireNonNull(others[slot])).number(this);
            }
            default -> {
                return number(others[slot]);
            }
        }
        return kind;
    }

    /** A value in the register that the result tells. */
    int number(@Nullable Object value) {
        if (value instanceof Long number) {
            integer = number;
            return Node.INTEGER;
        }
        if (value instanceof Double number) {
            real = number;
            return Node.FLOAT;
        }
        other = value;
        return Node.OTHER;
    }

    /** Returns whether a slot holds nothing. */
    boolean isUndefined(int slot) {
        Object value = others[slot];
        return switch (kinds[slot]) {
            case Node.INTEGER, Node.FLOAT -> false;
            case WAITING -> ((Node) Objects.requireNonNull(value)).isUndefined(this);
            default -> value == null;
        };
    }

    /** Writes what a slot holds as JSON. */
    void write(int slot, JsonWriter out) { // hot: per field of a record
        switch (kinds[slot]) {
            case Node.INTEGER -> out.integer(integers[slot]);
            case Node.FLOAT -> out.floating(reals[slot]);
            case WAITING -> ((Node) Objects.requireNonNull(others[slot])).write(this, out);
            default -> out.write(others[slot]);
        }
    }

    /** Returns the last result of {@link Node#number} as an object. */
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
