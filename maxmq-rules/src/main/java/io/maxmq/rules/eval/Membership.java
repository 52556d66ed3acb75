package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.parse.Operator;
import io.maxmq.rules.parse.Position;
import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.Values;
import java.util.List;

/** IN, BETWEEN and LIKE. */
final class Membership {
    private Membership() {}

    /** True if one of the options is the same in type and value; they are worked out until then. */
    static final class InList extends Condition {
        private final boolean isNegated;
        private final Node value;
        private final Node[] options;

        InList(Position at, boolean isNegated, Node value, Node[] options) {
            super(at);
            this.isNegated = isNegated;
            this.value = value;
            this.options = options;
        }

        @Override
        boolean passes(Frame frame) {
            Object wanted = value.value(frame);
            for (Node option : options) {
                if (Values.same(wanted, option.value(frame), frame.evaluation)) {
                    return !isNegated;
                }
            }
            return isNegated;
        }
    }

    /** True if an array has an element that is the same in type and value. */
    static final class InArray extends Condition {
        private final boolean isNegated;
        private final Node value;
        private final Node array;

        InArray(Position at, boolean isNegated, Node value, Node array) {
            super(at);
            this.isNegated = isNegated;
            this.value = value;
            this.array = array;
        }

        @Override
        boolean passes(Frame frame) {
            Object wanted = value.value(frame);
            if (!(array.value(frame) instanceof List<?> list)) {
                return isNegated;
            }
            for (Object element : list) {
                frame.evaluation.work(1);
                if (Values.same(wanted, element, frame.evaluation)) {
                    return !isNegated;
                }
            }
            return isNegated;
        }
    }

    /** Two {@code <=}; where the first is false the upper bound is not worked out. */
    static final class Between extends Condition {
        private final boolean isNegated;
        private final Node value;
        private final Node low;
        private final Node high;

        Between(Position at, boolean isNegated, Node value, Node low, Node high) {
            super(at);
            this.isNegated = isNegated;
            this.value = value;
            this.low = low;
            this.high = high;
        }

        @Override
        boolean passes(Frame frame) {
            Object middle = value.value(frame);
            Object least = low.value(frame);
            try {
                boolean isIn = Comparison.compare(frame.evaluation, Operator.LESS_OR_EQUAL, "BETWEEN", least, middle)
                        && Comparison.compare(
                                frame.evaluation, Operator.LESS_OR_EQUAL, "BETWEEN", middle, high.value(frame));
                return isIn != isNegated;
            } catch (EvaluationException e) {
                throw placed(e);
            }
        }
    }

    /** Both are strings and one is like the other. */
    static final class Like extends Condition {
        private final boolean isNegated;
        private final Node value;
        private final Node pattern;

        Like(Position at, boolean isNegated, Node value, Node pattern) {
            super(at);
            this.isNegated = isNegated;
            this.value = value;
            this.pattern = pattern;
        }

        @Override
        boolean passes(Frame frame) {
            Object text = value.value(frame);
            Object like = pattern.value(frame);
            try {
                boolean isLike = text instanceof Text a && like instanceof Text b && TextOperations.isLike(frame, a, b);
                return isLike != isNegated;
            } catch (EvaluationException e) {
                throw placed(e);
            }
        }
    }
}
