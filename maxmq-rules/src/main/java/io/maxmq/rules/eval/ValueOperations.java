package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.parse.Position;
import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Values;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The operations that make values and have no home of their own: signs, {@code ||}, CASE, arrays. */
final class ValueOperations {
    private ValueOperations() {}

    /** A sign before a number. */
    static final class Signed extends Node {
        private final boolean isMinus;
        private final Node value;

        Signed(Position at, boolean isMinus, Node value) {
            super(at);
            this.isMinus = isMinus;
            this.value = value;
        }

        @Override
        @Nullable
        Object value(Frame frame) {
            return frame.boxed(number(frame));
        }

        @Override
        boolean isNumeric() {
            return true;
        }

        @Override
        int number(Frame frame) { // hot: per message
            int kind = value.number(frame);
            if (kind == FLOAT) {
                frame.real = isMinus ? -frame.real : frame.real;
            } else if (kind == INTEGER && isMinus && frame.integer == Long.MIN_VALUE) {
                frame.other = BigInteger.valueOf(Long.MIN_VALUE).negate();
                return OTHER;
            } else if (kind == INTEGER) {
                frame.integer = isMinus ? -frame.integer : frame.integer;
            } else if (frame.other instanceof BigInteger big) {
                Object signed = isMinus ? Numbers.integer(big.negate()) : big;
                if (signed instanceof Long small) {
                    frame.integer = small;
                    return INTEGER;
                }
                frame.other = signed;
            } else {
                throw error(Code.ARITHMETIC, isMinus ? "-" : "+", "of " + Values.shown(frame.other));
            }
            return kind;
        }
    }

    /** Both as text, one behind the other. */
    static final class Join extends Node {
        private final Node left;
        private final Node right;

        Join(Position at, Node left, Node right) {
            super(at);
            this.left = left;
            this.right = right;
        }

        @Override
        Object value(Frame frame) {
            Object first = left.value(frame);
            return TextOperations.joined(this, "||", frame, first, right.value(frame));
        }
    }

    /** CASE with conditions: only what is chosen is worked out. */
    static final class Choice extends Node {
        private final Node[] whens;
        private final Node[] thens;
        private final Node otherwise;

        Choice(Position at, Node[] whens, Node[] thens, Node otherwise) {
            super(at);
            this.whens = whens;
            this.thens = thens;
            this.otherwise = otherwise;
        }

        @Override
        @Nullable
        Object value(Frame frame) {
            return chosen(frame).value(frame);
        }

        @Override
        boolean isNumeric() {
            return true;
        }

        @Override
        int number(Frame frame) {
            return chosen(frame).number(frame);
        }

        private Node chosen(Frame frame) {
            for (int i = 0; i < whens.length; i++) {
                if (whens[i].passes(frame)) {
                    return thens[i];
                }
            }
            return otherwise;
        }
    }

    /** CASE with a subject that is compared as IN does. */
    static final class Match extends Node {
        private final Node subject;
        private final Node[] whens;
        private final Node[] thens;
        private final Node otherwise;

        Match(Position at, Node subject, Node[] whens, Node[] thens, Node otherwise) {
            super(at);
            this.subject = subject;
            this.whens = whens;
            this.thens = thens;
            this.otherwise = otherwise;
        }

        @Override
        @Nullable
        Object value(Frame frame) {
            Object wanted = subject.value(frame);
            for (int i = 0; i < whens.length; i++) {
                if (Values.same(wanted, whens[i].value(frame), frame.evaluation)) {
                    return thens[i].value(frame);
                }
            }
            return otherwise.value(frame);
        }
    }

    /** An array of values. */
    static final class ArrayOf extends Node {
        private final Node[] elements;

        ArrayOf(Position at, Node[] elements) {
            super(at);
            this.elements = elements;
        }

        @Override
        Object value(Frame frame) {
            List<@Nullable Object> values = new ArrayList<>(elements.length);
            for (Node element : elements) {
                values.add(element.value(frame));
            }
            return Collections.unmodifiableList(values);
        }
    }

    /** The integers from one to another. */
    static final class Integers extends Node {
        private final BigInteger from;
        private final BigInteger to;

        Integers(Position at, BigInteger from, BigInteger to) {
            super(at);
            this.from = from;
            this.to = to;
        }

        @Override
        Object value(Frame frame) {
            BigInteger count = to.subtract(from).add(BigInteger.ONE);
            if (count.signum() < 0) {
                throw error(Code.BAD_INDEX, "range", "[" + from + ".." + to + "] ends before it begins");
            }
            if (count.compareTo(BigInteger.valueOf(frame.limits.elements())) > 0) {
                throw error(Code.LIMIT_EXCEEDED, "range", "has more than " + frame.limits.elements() + " elements");
            }
            frame.evaluation.work(count.intValue());
            List<@Nullable Object> values = new ArrayList<>(count.intValue());
            for (BigInteger each = from; each.compareTo(to) <= 0; each = each.add(BigInteger.ONE)) {
                values.add(Numbers.integer(each));
            }
            return Collections.unmodifiableList(values);
        }
    }
}
