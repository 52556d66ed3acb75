package io.maxmq.rules.value;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Operations on values of all types: type names, equality, order, and text. Stateless. */
public final class Values {
    /** The result of {@link #order} for unordered values. */
    public static final int UNORDERED = 2;

    private Values() {}

    /** The kind's name, as {@code typeof} gives it. */
    public static String kind(@Nullable Object value) {
        if (value == null) {
            return "undefined";
        }
        if (value instanceof Text) {
            return "string";
        }
        if (value instanceof Double) {
            return "float";
        }
        if (Numbers.isInteger(value)) {
            return "int";
        }
        if (value instanceof Boolean) {
            return "bool";
        }
        if (value instanceof Map) {
            return "map";
        }
        if (value instanceof List) {
            return "array";
        }
        return value instanceof Bits ? "bits" : "null";
    }

    /**
     * A value for the text of an error: its kind, and what it is where that is short.
     */
    public static String shown(@Nullable Object value) {
        String scalar = value instanceof Text text && text.bytes().length > 40 ? null : scalarText(value);
        if (scalar == null || value == null || value == JsonNull.NULL) {
            return kind(value);
        }
        return kind(value) + (value instanceof Text ? " '" + scalar + "'" : " " + scalar);
    }

    /** The text that {@code str} gives; null for arrays, maps and bits, which are JSON's. */
    public static @Nullable String scalarText(@Nullable Object value) {
        if (value == null) {
            return "undefined";
        }
        if (value instanceof Text || value instanceof Boolean) {
            return value.toString();
        }
        if (Numbers.isNumber(value)) {
            return Numbers.text(value);
        }
        return value == JsonNull.NULL ? "null" : null;
    }

    /** Returns whether type and value are one, deep: 2.0 is not 2. */
    public static boolean same(@Nullable Object a, @Nullable Object b) {
        return same(a, b, null);
    }

    /**
     * The same, which counts.
     *
     * @throws EvaluationException LIMIT_EXCEEDED when arrays or maps take too long
     */
    public static boolean same(@Nullable Object a, @Nullable Object b, @Nullable WorkBudget work) {
        return equal(a, b, true, work);
    }

    /** Returns whether values are equal without any reading of strings as something else, deep: 2.0 is 2, '2' is not. */
    public static boolean alike(@Nullable Object a, @Nullable Object b) {
        return equal(a, b, false, null);
    }

    private static boolean equal(@Nullable Object a, @Nullable Object b, boolean isStrict, @Nullable WorkBudget work) {
        if (a == b) {
            return true;
        }
        if (a == null || b == null) {
            return false;
        }
        return a instanceof List || a instanceof Map
                ? new Equality(isStrict, work).of(a, b)
                : equalScalars(a, b, isStrict);
    }

    static boolean equalScalars(Object a, Object b, boolean isStrict) {
        if (a instanceof Double x && b instanceof Double y) {
            return x.doubleValue() == y.doubleValue(); // and so both zeros are one
        }
        if (!isStrict && Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return Numbers.compare(a, b) == 0;
        }
        return a.equals(b);
    }

    /**
     * Returns whether {@code a = b}.
     * @param operator the name for an error
     * @throws EvaluationException BAD_COMPARISON for a number and a string that is not a number, LIMIT_EXCEEDED when
     *     arrays or maps take too long
     */
    public static boolean equal(String operator, @Nullable Object a, @Nullable Object b, WorkBudget work) {
        if (a instanceof Text != b instanceof Text && a != null && b != null) {
            return mixed(operator, a, b) == 0;
        }
        return equal(a, b, false, work);
    }

    /**
     * Compares two values by the rules of {@code < <= > >=}: -1, 0, 1, or {@link #UNORDERED} where all four are false.
     * @param operator the name for an error
     * @throws EvaluationException BAD_COMPARISON for a number and a string that is not a number
     */
    public static int order(String operator, @Nullable Object a, @Nullable Object b) {
        if (a == null || b == null) {
            return a == b ? 0 : UNORDERED;
        }
        if (a instanceof Text x) {
            return b instanceof Text y ? Integer.signum(x.compareTo(y)) : mixed(operator, a, b);
        }
        if (b instanceof Text) {
            return mixed(operator, a, b);
        }
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return Integer.signum(Numbers.compare(a, b));
        }
        if (a instanceof Boolean x && b instanceof Boolean y) {
            return Boolean.compare(x, y);
        }
        return a == JsonNull.NULL && b == JsonNull.NULL ? 0 : UNORDERED;
    }

    /** A string and something else: read as a number beside a number, as a word beside a boolean or null. */
    private static int mixed(String operator, Object a, Object b) {
        Text text = (Text) (a instanceof Text ? a : b);
        Object other = a instanceof Text ? b : a;
        int order;
        if (Numbers.isNumber(other)) {
            Object number = Numbers.read(text.toString());
            if (number == null) {
                throw new EvaluationException(
                        Code.BAD_COMPARISON, operator, shown(text) + " is no number to compare with " + shown(other));
            }
            order = Numbers.compare(number, other);
        } else if (other instanceof Boolean || other == JsonNull.NULL) {
            order = text.compareTo(Text.of(other instanceof Boolean ? other.toString() : "null"));
        } else {
            return UNORDERED;
        }
        return Integer.signum(a instanceof Text ? order : -order);
    }
}
