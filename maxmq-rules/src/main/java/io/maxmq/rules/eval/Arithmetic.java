package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.parse.Operator;
import io.maxmq.rules.parse.Position;
import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Text;
import io.maxmq.rules.value.Values;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** {@code + - * / % DIV MOD}. Two numbers are worked out without objects where 64 bits do. */
final class Arithmetic extends Node {
    private final Operator operator;
    private final Node left;
    private final Node right;

    Arithmetic(Position at, Operator operator, Node left, Node right) {
        super(at);
        this.operator = operator;
        this.left = left;
        this.right = right;
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
        int leftKind = left.number(frame);
        long integer = frame.integer;
        double real = frame.real;
        Object other = frame.other;
        int rightKind = right.number(frame);
        if (leftKind == INTEGER && rightKind == INTEGER) {
            return integers(frame, integer, frame.integer);
        }
        if (leftKind != OTHER && rightKind != OTHER) {
            return floats(
                    frame, leftKind == INTEGER ? integer : real, rightKind == INTEGER ? frame.integer : frame.real);
        }
        return others(frame, Frame.boxed(leftKind, integer, real, other), frame.boxed(rightKind));
    }

    private int integers(Frame frame, long a, long b) {
        switch (operator) {
            case PLUS -> {
                long sum = a + b;
                if (((a ^ sum) & (b ^ sum)) < 0) {
                    return bigs(frame, BigInteger.valueOf(a), BigInteger.valueOf(b));
                }
                return integer(frame, sum);
            }
            case MINUS -> {
                long difference = a - b;
                if (((a ^ b) & (a ^ difference)) < 0) {
                    return bigs(frame, BigInteger.valueOf(a), BigInteger.valueOf(b));
                }
                return integer(frame, difference);
            }
            case TIMES -> {
                long high = Math.multiplyHigh(a, b);
                long low = a * b;
                if (high != low >> 63) {
                    return bigs(frame, BigInteger.valueOf(a), BigInteger.valueOf(b));
                }
                return integer(frame, low);
            }
            case DIVIDE -> {
                return real(frame, (double) a / requireNotZero((double) b));
            }
            default -> {
                if (b == 0) {
                    throw divisionByZero();
                }
                if (b == -1) { // the least integer has no positive one
                    return operator == Operator.DIV
                            ? bigs(frame, BigInteger.valueOf(a), BigInteger.valueOf(b))
                            : integer(frame, 0);
                }
                return integer(frame, operator == Operator.DIV ? a / b : a % b);
            }
        }
    }

    private int floats(Frame frame, double a, double b) {
        return real(
                frame,
                switch (operator) {
                    case PLUS -> a + b;
                    case MINUS -> a - b;
                    case TIMES -> a * b;
                    case DIVIDE -> a / requireNotZero(b);
                    default -> throw error(Code.BAD_ARGUMENT, operator.sign(), "takes integers only");
                });
    }

    private int others(Frame frame, @Nullable Object a, @Nullable Object b) {
        if (operator == Operator.PLUS && (a instanceof Text || b instanceof Text)) {
            frame.other = TextOperations.joined(this, "+", frame, a, b);
            return OTHER;
        }
        if (a == null || b == null) {
            throw bad(a, b);
        }
        if (Numbers.isInteger(a) && Numbers.isInteger(b)) {
            return bigs(frame, Numbers.big(a), Numbers.big(b));
        }
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return floats(frame, Numbers.asDouble(a), Numbers.asDouble(b));
        }
        throw bad(a, b);
    }

    private int bigs(Frame frame, BigInteger a, BigInteger b) {
        BigInteger result = switch (operator) {
            case PLUS -> a.add(b);
            case MINUS -> a.subtract(b);
            case TIMES -> a.multiply(b);
            case DIVIDE -> null;
            default -> {
                if (b.signum() == 0) {
                    throw divisionByZero();
                }
                yield operator == Operator.DIV ? a.divide(b) : a.remainder(b);
            }
        };
        if (result == null) {
            return real(frame, a.doubleValue() / requireNotZero(b.doubleValue()));
        }
        Object value;
        try {
            value = Numbers.bounded(operator.sign(), result, frame.limits.integerBits());
        } catch (EvaluationException e) {
            throw placed(e);
        }
        if (value instanceof Long small) {
            return integer(frame, small);
        }
        frame.other = value;
        return OTHER;
    }

    private double requireNotZero(double divisor) {
        if (divisor == 0) {
            throw divisionByZero();
        }
        return divisor;
    }

    private EvaluationException divisionByZero() {
        return error(Code.ARITHMETIC, operator.sign(), "division by zero");
    }

    private EvaluationException bad(@Nullable Object a, @Nullable Object b) {
        return error(Code.BAD_ARGUMENT, operator.sign(), "of " + Values.shown(a) + " and " + Values.shown(b));
    }

    private static int integer(Frame frame, long value) {
        frame.integer = value;
        return INTEGER;
    }

    private int real(Frame frame, double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw error(Code.ARITHMETIC, operator.sign(), "the result is no number");
        }
        frame.real = value;
        return FLOAT;
    }
}
