package io.maxmq.rules.eval;

import io.maxmq.rules.parse.Position;
import io.maxmq.rules.value.JsonNull;

/** AND, OR, NOT and IS NULL. */
final class Logic {
    private Logic() {}

    /** Left to right, and no further than it needs to. */
    static final class And extends Condition {
        private final Node left;
        private final Node right;

        And(Position at, Node left, Node right) {
            super(at);
            this.left = left;
            this.right = right;
        }

        @Override
        boolean passes(Frame frame) {
            return left.passes(frame) && right.passes(frame);
        }
    }

    /** Left to right, and no further than it needs to. */
    static final class Or extends Condition {
        private final Node left;
        private final Node right;

        Or(Position at, Node left, Node right) {
            super(at);
            this.left = left;
            this.right = right;
        }

        @Override
        boolean passes(Frame frame) {
            return left.passes(frame) || right.passes(frame);
        }
    }

    /** Of false true, of anything else false. */
    static final class Not extends Condition {
        private final Node condition;

        Not(Position at, Node condition) {
            super(at);
            this.condition = condition;
        }

        @Override
        boolean passes(Frame frame) {
            return condition instanceof Condition certain
                    ? !certain.passes(frame)
                    : Boolean.FALSE.equals(condition.value(frame));
        }
    }

    /** True for undefined and null. */
    static final class IsNull extends Condition {
        private final boolean isNegated;
        private final Node value;

        IsNull(Position at, boolean isNegated, Node value) {
            super(at);
            this.isNegated = isNegated;
            this.value = value;
        }

        @Override
        boolean passes(Frame frame) {
            Object found = value.value(frame);
            return (found == null || found == JsonNull.NULL) != isNegated;
        }
    }
}
