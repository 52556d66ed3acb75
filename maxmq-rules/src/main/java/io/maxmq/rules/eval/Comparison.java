package io.maxmq.rules.eval;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.parse.Operator;
import io.maxmq.rules.parse.Position;
import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.Values;
import io.maxmq.rules.value.WorkBudget;
import org.jspecify.annotations.Nullable;

/** {@code = != < <= > >= =~}. Two numbers are compared without objects. */
final class Comparison extends Condition {
    private final Operator operator;
    private final Node left;
    private final Node right;

    Comparison(Position at, Operator operator, Node left, Node right) {
        super(at);
        this.operator = operator;
        this.left = left;
        this.right = right;
    }

    @Override
    boolean passes(Frame frame) { // hot: per message
        int leftKind = left.number(frame);
        long integer = frame.integer;
        double real = frame.real;
        Object other = frame.other;
        int rightKind = right.number(frame);
        if (leftKind == OTHER || rightKind == OTHER) {
            return others(frame.evaluation, Frame.boxed(leftKind, integer, real, other), frame.boxed(rightKind));
        }
        int order;
        if (leftKind == INTEGER) {
            order = rightKind == INTEGER ? Long.compare(integer, frame.integer) : Numbers.compare(integer, frame.real);
        } else {
            order = rightKind == INTEGER ? -Numbers.compare(frame.integer, real) : Numbers.compare(real, frame.real);
        }
        return holds(operator, order);
    }

    private boolean others(WorkBudget work, @Nullable Object a, @Nullable Object b) {
        try {
            return compare(work, operator, operator.sign(), a, b);
        } catch (EvaluationException e) {
            throw placed(e);
        }
    }

    /**
     * Returns whether a comparison of any two values holds.
     *
     * @param work counts what arrays and maps take
     * @param name which an error names
     */
    static boolean compare(WorkBudget work, Operator operator, String name, @Nullable Object a, @Nullable Object b) {
        return switch (operator) {
            case EQUAL -> Values.equal(name, a, b, work);
            case UNEQUAL -> (a == null) == (b == null) && !Values.equal(name, a, b, work);
            case MATCHES -> a instanceof Text topic && b instanceof Text filter && matches(topic, filter);
            default -> {
                int order = Values.order(name, a, b);
                yield order != Values.UNORDERED && holds(operator, order);
            }
        };
    }

    private static boolean holds(Operator operator, int order) {
        return switch (operator) {
            case EQUAL -> order == 0;
            case UNEQUAL -> order != 0;
            case LESS -> order < 0;
            case LESS_OR_EQUAL -> order <= 0;
            case GREATER -> order > 0;
            case GREATER_OR_EQUAL -> order >= 0;
            default -> false; // numbers are no topics
        };
    }

    private static boolean matches(Text topic, Text filter) {
        TopicFilter parsed = TopicFilter.parse(filter.toString());
        return parsed != null && parsed.share() == null && parsed.matches(topic.toString());
    }
}
