package io.maxmq.rules.json;

import io.maxmq.rules.error.EvaluationException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** Values of the numbers of a valid JSON text. */
final class JsonNumbers {
    /** The powers of ten that a double holds exactly. */
    static final double[] TENS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };

    private static final long EXACT = 1L << 53;
    /** The largest integer of 64 bits without its last digit. */
    private static final long MOST_HEAD = Long.MAX_VALUE / 10;

    /** As many decimal digits as each double tells apart. */
    private static final int MOST_DIGITS = 15;
    /** The most decimals of a number below 1 that is written without an exponent. */
    private static final int PLAIN_DECIMALS = 6;

    private JsonNumbers() {}

    /**
     * An integer: a {@link Long}, past 64 bits a {@link BigInteger}.
     *
     * @throws EvaluationException LIMIT_EXCEEDED when it has more bits
     */
    static Number integer(byte[] bytes, int from, int to, int bits) {
        boolean negative = bytes[from] == '-';
        int first = negative ? from + 1 : from;
        if (to - first <= 18) {
            return small(bytes, from, to);
        }
        if (to - first == 19) {
            long head = small(bytes, first, to - 1);
            if (head < MOST_HEAD) {
                long value = head * 10 + bytes[to - 1] - '0';
                return negative ? -value : value;
            }
        }
        // A digit is worth more than three bits; so the text's length bounds the work before it is done.
        if ((to - first - 1) * 3L > bits) {
            throw tooLarge(bits);
        }
        BigInteger big = new BigInteger(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
        if (big.bitLength() < Long.SIZE) {
            return big.longValue();
        }
        if (big.bitLength() > bits) {
            throw tooLarge(bits);
        }
        return big;
    }

    /** An integer of at most 18 digits. */
    static long small(byte[] bytes, int from, int to) {
        boolean negative = bytes[from] == '-';
        long value = 0;
        for (int i = negative ? from + 1 : from; i < to; i++) {
            value = value * 10 + bytes[i] - '0';
        }
        return negative ? -value : value;
    }

    private static EvaluationException tooLarge(int bits) {
        return new EvaluationException(
                EvaluationException.Code.LIMIT_EXCEEDED, "json", "an integer has more than " + bits + " bits");
    }

    /** The double that is nearest to a number; infinite beyond the range. */
    static double floating(byte[] bytes, int from, int to) {
        boolean negative = bytes[from] == '-';
        long digits = 0;
        int scale = 0;
        int i = negative ? from + 1 : from;
        boolean point = false;
        for (; i < to; i++) {
            byte b = bytes[i];
            if (b == '.') {
                point = true;
                continue;
            }
            if (b < '0' || b > '9') {
                break;
            }
            if (digits >= EXACT / 10) {
                return slow(bytes, from, to);
            }
            digits = digits * 10 + b - '0';
            scale -= point ? 1 : 0;
        }
        if (i < to) {
            // Behind the letter of the exponent.
            i++;
            boolean down = bytes[i] == '-';
            if (down || bytes[i] == '+') {
                i++;
            }
            if (to - i > 3) {
                return slow(bytes, from, to);
            }
            int exponent = (int) small(bytes, i, to);
            scale += down ? -exponent : exponent;
        }
        // Both are exact, so one operation rounds once, and rightly (W. D. Clinger, How to read floating point numbers
        // accurately).
        double value;
        if (scale >= 0 && scale < TENS.length) {
            value = digits * TENS[scale];
        } else if (scale < 0 && -scale < TENS.length) {
            value = digits / TENS[-scale];
        } else {
            return slow(bytes, from, to);
        }
        return negative ? -value : value;
    }

    /**
     * Returns whether a float's text is the one that {@link JsonWriter} writes of its value. Says no to some that are, and never yes to one that
     * is not: of decimals of at most 15 digits no two are the same double, so without zeros at its end there is no shorter one.
     */
    static boolean isAsWritten(byte[] bytes, int from, int to) { // hot: per float that is forwarded
        int first = bytes[from] == '-' ? from + 1 : from;
        if (to - first > MOST_DIGITS + 1) {
            return false;
        }
        int point = first;
        for (int i = first; i < to; i++) {
            byte b = bytes[i];
            if (b == '.') {
                point = i;
            } else if (b < '0' || b > '9') {
                return false;
            }
        }
        int decimals = to - 1 - point;
        return decimals == 1 || bytes[to - 1] != '0' && (bytes[first] != '0' || decimals <= PLAIN_DECIMALS);
    }

    private static double slow(byte[] bytes, int from, int to) {
        return Double.parseDouble(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
    }
}
