package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.json.Extraction;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.parse.Position;
import io.maxmq.rules.value.Values;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Expressions that read the event and the aliases. */
final class FieldReads {
    private FieldReads() {}

    /** A field of the event. */
    static final class Field extends Node {
        private final String name;

        Field(Position at, String name) {
            super(at);
            this.name = name;
        }

        @Override
        @Nullable
        Object value(Frame frame) {
            return frame.evaluation.field(name);
        }

        @Override
        boolean canWait(Frame frame) {
            return true;
        }
    }

    /** An alias; where it is undefined, what its name means elsewhere. */
    static final class Alias extends Node {
        private final int slot;
        private final Node elsewhere;

        Alias(Position at, int slot, Node elsewhere) {
            super(at);
            this.slot = slot;
            this.elsewhere = elsewhere;
        }

        @Override
        @Nullable
        Object value(Frame frame) { // hot: per message
            Object value = frame.value(slot);
            return value != null ? value : elsewhere.value(frame);
        }

        @Override
        boolean isNumeric() {
            return true;
        }

        @Override
        int number(Frame frame) { // hot: per message
            int kind = frame.number(slot);
            return kind == OTHER && frame.other == null ? elsewhere.number(frame) : kind;
        }
    }

    /** A path into an alias; where it is undefined, what it means elsewhere. */
    static final class AliasPath extends Node {
        private final int slot;
        private final Step[] steps;
        /** The steps where all are keys; null otherwise. */
        private final String @Nullable [] keys;

        private final Node elsewhere;

        AliasPath(Position at, int slot, Step[] steps, Node elsewhere) {
            super(at);
            this.slot = slot;
            this.steps = steps;
            this.elsewhere = elsewhere;
            this.keys = Arrays.stream(steps).allMatch(Step.Key.class::isInstance)
                    ? Arrays.stream(steps).map(step -> (String) step.constant()).toArray(String[]::new)
                    : null;
        }

        @Override
        @Nullable
        Object value(Frame frame) {
            Node waiting = keys == null ? null : frame.waiting(slot, keys);
            Object value;
            try {
                value = waiting != null ? waiting.value(frame) : Step.walk(frame, frame.value(slot), steps);
            } catch (EvaluationException e) {
                throw placed(e);
            }
            return value != null ? value : elsewhere.value(frame);
        }

        @Override
        int number(Frame frame) { // hot: per message
            Node waiting = keys == null ? null : frame.waiting(slot, keys);
            if (waiting == null) {
                return super.number(frame);
            }
            int kind = waiting.number(frame);
            return kind == OTHER && frame.other == null ? elsewhere.number(frame) : kind;
        }
    }

    /** A path into any value. */
    static final class Path extends Node {
        private final Node base;
        private final Step[] steps;

        Path(Position at, Node base, Step[] steps) {
            super(at);
            this.base = base;
            this.steps = steps;
        }

        @Override
        @Nullable
        Object value(Frame frame) {
            Object from = base.value(frame);
            try {
                return Step.walk(frame, from, steps);
            } catch (EvaluationException e) {
                throw placed(e);
            }
        }
    }

    /** A path into the payload's document: found in one pass over it together with all others, where the payload is read so. */
    static final class PayloadPath extends Node {
        private final Step[] steps;
        private final int path;

        /**
         * A path.
         *
         * @param path its number among those of the program; -1 when only the whole document tells
         */
        PayloadPath(Position at, Step[] steps, int path) {
            super(at);
            this.steps = steps;
            this.path = path;
        }

        @Override
        @Nullable
        Object value(Frame frame) { // hot: per message
            try {
                int[] paths = frame.paths;
                if (path >= 0 && paths != null) {
                    Object value = frame.extraction().value(paths[path]);
                    if (value instanceof List || value instanceof Map) {
                        frame.evaluation.made(value); // anew each time
                    }
                    return value;
                }
                return Step.walk(frame, frame.evaluation.payload().document(frame.limits), steps);
            } catch (EvaluationException e) {
                throw placed(e);
            }
        }

        /** Returns whether its number among the program's paths says all. */
        boolean isNumbered() {
            return path >= 0;
        }

        @Override
        boolean canWait(Frame frame) { // hot: per message
            int[] paths = frame.paths;
            if (path < 0 || paths == null) {
                return false;
            }
            try {
                return frame.extraction().isRaw(paths[path]);
            } catch (EvaluationException e) {
                throw placed(e);
            }
        }

        @Override
        boolean isUndefined(Frame frame) {
            int[] paths = frame.paths;
            return path < 0 || paths == null || !frame.extraction().isRaw(paths[path])
                    ? super.isUndefined(frame)
                    : frame.extraction().isMissing(paths[path]);
        }

        @Override
        void write(Frame frame, JsonWriter out) { // hot: per message
            int[] paths = frame.paths;
            if (path < 0 || paths == null) {
                super.write(frame, out);
                return;
            }
            try {
                frame.extraction().write(paths[path], out);
            } catch (EvaluationException e) {
                throw placed(e);
            }
        }

        @Override
        int number(Frame frame) { // hot: per message
            int[] paths = frame.paths;
            if (path < 0 || paths == null) {
                return super.number(frame);
            }
            int number = paths[path];
            try {
                Extraction found = frame.extraction();
                if (found.isLong(number)) {
                    frame.integer = found.asLong(number);
                    return INTEGER;
                }
                if (found.isDouble(number)) {
                    frame.real = found.asDouble(number);
                    return FLOAT;
                }
            } catch (EvaluationException e) {
                throw placed(e);
            }
            return super.number(frame);
        }
    }

    /**
     * A member of the payload's document, used as the index of a path into it; without one, the meaning of its name
     * elsewhere.
     */
    static final class PayloadMember extends Node {
        private final String name;
        private final Node elsewhere;

        PayloadMember(Position at, String name, Node elsewhere) {
            super(at);
            this.name = name;
            this.elsewhere = elsewhere;
        }

        @Override
        @Nullable
        Object value(Frame frame) {
            Object document = frame.evaluation.payload().documentOrUndefined(frame.limits);
            Object value = document instanceof Map<?, ?> map ? map.get(name) : null;
            return value != null ? value : elsewhere.value(frame);
        }
    }

    /** A part of an array, both bounds included, cut at its ends. */
    static final class Part extends Node {
        private final Node array;
        private final BigInteger from;
        private final BigInteger to;

        Part(Position at, Node array, BigInteger from, BigInteger to) {
            super(at);
            this.array = array;
            this.from = from;
            this.to = to;
        }

        @Override
        Object value(Frame frame) {
            Object value = array.value(frame);
            Object decoded;
            try {
                decoded = Step.decoded(frame, value);
            } catch (EvaluationException e) {
                throw placed(e);
            }
            if (!(decoded instanceof List<?> list)) {
                throw error(Code.BAD_ARGUMENT, "range", "of " + Values.shown(value) + ", which is no array");
            }
            if (from.signum() == 0 || to.signum() == 0) {
                throw error(Code.BAD_INDEX, "range", "a bound is 0");
            }
            BigInteger size = BigInteger.valueOf(list.size());
            BigInteger first = fromStart(from, size).max(BigInteger.ONE);
            BigInteger last = fromStart(to, size);
            if (last.compareTo(first.subtract(BigInteger.ONE)) < 0) {
                throw error(Code.BAD_INDEX, "range", "[" + from + ".." + to + "] ends before it begins");
            }
            int start = first.min(size.add(BigInteger.ONE)).intValue() - 1;
            int end = Math.max(start, last.min(size).intValue());
            frame.evaluation.work(end - start);
            return Collections.unmodifiableList(new ArrayList<@Nullable Object>(list.subList(start, end)));
        }

        private static BigInteger fromStart(BigInteger bound, BigInteger size) {
            return bound.signum() < 0 ? size.add(bound).add(BigInteger.ONE) : bound;
        }
    }

    /** The position of FOREACH's element; undefined outside. */
    static final class ItemIndex extends Node {
        ItemIndex(Position at) {
            super(at);
        }

        @Override
        @Nullable
        Object value(Frame frame) {
            return frame.itemIndex == 0 ? null : (Object) frame.itemIndex;
        }
    }
}
