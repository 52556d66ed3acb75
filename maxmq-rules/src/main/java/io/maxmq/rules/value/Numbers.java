package io.maxmq.rules.value;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Code;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of the language: {@link Long}, {@link BigInteger} where 64 bits do not hold the integer, and finite {@link Double}.
 * Integers never wrap; what is no number any more is an error that names the operator. Without state.
 */
public final class Numbers {
    private static final BigInteger LEAST_LONG = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MOST_LONG = BigInteger.valueOf(Long.MAX_VALUE);
    /** Up to here each integer is a double. */
    private static final long EXACT_IN_DOUBLE = 1L << 53;
    /** Below it the shortest digits of a double and its exact value agree in ten decimals. */
    private static final double SHORT_DIGITS_BELOW = 65_536;

    private static final int TEXT_DECIMALS = 10;
    /** No text of more digits is read as a number: reading takes time that grows with their square. */
    private static final int MOST_DIGITS = 1_300;

    private Numbers() {}

    /** Returns whether it is an integer or a float. */
    public static boolean isNumber(@Nullable Object value) {
        return value instanceof Long || value instanceof Double || value instanceof BigInteger;
    }

    /** Returns whether it is an integer. */
    public static boolean isInteger(@Nullable Object value) {
        return value instanceof Long || value instanceof BigInteger;
    }

    /** An integer in its one form: a {@link Long} where it fits. */
    public static Object integer(BigInteger value) {
        return value.compareTo(LEAST_LONG) >= 0 && value.compareTo(MOST_LONG) <= 0 ? (Object) value.longValue() : value;
    }

    /** An integer as a big one. */
    public static BigInteger big(Object integer) {
        return integer instanceof BigInteger big ? big : BigInteger.valueOf((Long) integer);
    }

    /** A number as a float; not finite where an integer is too large. */
    public static double asDouble(Object number) {
        return ((Number) number).doubleValue();
    }

    /**
     * Reads a number from all of a text: an optional sign, digits, and for a float a point with digits or an exponent
     * or both; null for other text and beyond the range of a float.
     */
    public static @Nullable Object read(String text) {
        int length = text.length();
        int at = length > 0 && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
        int digits = digitsEnd(text, at);
        if (digits == at || length > MOST_DIGITS) {
            return null;
        }
        if (digits == length) {
            return length < 19 ? (Object) Long.parseLong(text) : integer(new BigInteger(text));
        }
        int end = digits;
        if (text.charAt(end) == '.') {
            int fraction = digitsEnd(text, end + 1);
            if (fraction == end + 1) {
                return null;
            }
            end = fraction;
        }
        if (end < length && (text.charAt(end) | 0x20) == 'e') {
            int exponent = end + 1;
            if (exponent < length && (text.charAt(exponent) == '-' || text.charAt(exponent) == '+')) {
                exponent++;
            }
            end = digitsEnd(text, exponent);
            if (end == exponent) {
                return null;
            }
        }
        if (end != length) {
            return null;
        }
        double value = Double.parseDouble(text);
        return Double.isInfinite(value) ? null : (Object) value;
    }

    private static int digitsEnd(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    /** Which is larger, by value, however they are held: negative, 0 or positive. */
    public static int compare(Object a, Object b) {
        if (a instanceof Long x && b instanceof Long y) {
            return Long.compare(x, y);
        }
        if (a instanceof Double x && b instanceof Double y) {
            return compare(x.doubleValue(), y.doubleValue());
        }
        if (a instanceof Long x && b instanceof Double y) {
            return compare(x.longValue(), y.doubleValue());
        }
        if (a instanceof Double x && b instanceof Long y) {
            return -compare(y.longValue(), x.doubleValue());
        }
        if (a instanceof Double x) {
            return new BigDecimal(x).compareTo(new BigDecimal(big(b)));
        }
        if (b instanceof Double y) {
            return new BigDecimal(big(a)).compareTo(new BigDecimal(y));
        }
        return big(a).compareTo(big(b));
    }

    /** As {@link #compare(Object, Object)}; both zeros are one. */
    public static int compare(double a, double b) {
        return a < b ? -1 : a > b ? 1 : 0;
    }

    /** As {@link #compare(Object, Object)}: exact where the integer is no double. */
    public static int compare(long a, double b) {
        if (a <= EXACT_IN_DOUBLE && a >= -EXACT_IN_DOUBLE) {
            return compare((double) a, b);
        }
        if (b >= 0x1p63) {
            return -1;
        }
        if (b < -0x1p63) {
            return 1;
        }
        return Math.abs(b) < EXACT_IN_DOUBLE ? (a < 0 ? -1 : 1) : Long.compare(a, (long) b);
    }

    /** The float, where it is one. */
    public static double finite(String operator, double result) {
        if (Double.isNaN(result) || Double.isInfinite(result)) {
            throw new EvaluationException(Code.ARITHMETIC, operator, "the result is no number");
        }
        return result;
    }

    /** The integer, where it has no more bits than that. */
    public static Object bounded(String operator, BigInteger result, int mostBits) {
        if (result.bitLength() > mostBits) {
            throw new EvaluationException(
                    Code.LIMIT_EXCEEDED, operator, "the result has more than " + mostBits + " bits");
        }
        return integer(result);
    }

    /**
     * An integer as {@code str} writes it, or a float with ten decimals at most of its exact value, without zeros at its end but
     * for the one behind the point, and never with an exponent.
     */
    public static String text(Object number) {
        if (!(number instanceof Double value)) {
            return number.toString();
        }
        if (value == 0) {
            return "0.0";
        }
        double size = Math.abs(value);
        if (size >= 1e-3 && size < SHORT_DIGITS_BELOW) {
            String shortest = Double.toString(value);
            if (shortest.length() - shortest.indexOf('.') - 1 <= TEXT_DECIMALS) {
                return shortest;
            }
        }
        return decimals(value, TEXT_DECIMALS);
    }

    /** The exact value of a float with at most so many decimals, 0 or more, the last rounded; zeros are cut but for one. */
    public static String decimals(double value, int most) {
        String digits = new BigDecimal(value)
                .setScale(Math.max(most, 1), RoundingMode.HALF_UP)
                .toPlainString();
        if (most < 1) {
            digits = new BigDecimal(value).setScale(0, RoundingMode.HALF_UP).toPlainString() + ".0";
        }
        int end = digits.length();
        while (digits.charAt(end - 1) == '0' && digits.charAt(end - 2) != '.') {
            end--;
        }
        String cut = digits.substring(0, end);
        return cut.equals("-0.0") ? "0.0" : cut;
    }
}
