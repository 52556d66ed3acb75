package io.maxmq.rules.function;

import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.value.Bits;
import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Text;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** Integers as bits in two's complement without end, and runs of bits out of bytes. */
final class BitFunctions {
    private BitFunctions() {}

    static void addTo(Library library) {
        library.add("bitand", 2, call -> combined(call, '&'))
                .add("bitor", 2, call -> combined(call, '|'))
                .add("bitxor", 2, call -> combined(call, '^'))
                .add("bitnot", 1, call -> Numbers.integer(call.big(0).not()))
                .add("bitsl", 2, call -> shifted(call, 1))
                .add("bitsr", 2, call -> shifted(call, -1))
                .add("bitsize", 1, call -> (long) bits(call, 0).length())
                .add("bytesize", 1, call -> (bits(call, 0).length() + 7L) / 8)
                .add("subbits", 2, 6, BitFunctions::subbits);
    }

    private static Object combined(Call call, char operation) {
        Object a = call.integer(0);
        Object b = call.integer(1);
        if (a instanceof Long x && b instanceof Long y) {
            return operation == '&' ? x & y : operation == '|' ? x | y : x ^ y;
        }
        BigInteger x = Numbers.big(a);
        BigInteger y = Numbers.big(b);
        return Numbers.integer(operation == '&' ? x.and(y) : operation == '|' ? x.or(y) : x.xor(y));
    }

    private static Object shifted(Call call, int sign) {
        BigInteger number = call.big(0);
        int by = call.index(1) * sign;
        if (by <= 0) {
            return Numbers.integer(number.shiftRight(-by));
        }
        if (number.signum() != 0
                && (long) number.bitLength() + by > call.limits().integerBits()) {
            throw call.error(Code.LIMIT_EXCEEDED, "more than " + call.limits().integerBits() + " bits");
        }
        return number.signum() == 0 ? (Object) 0L : Numbers.integer(number.shiftLeft(by));
    }

    /** A string's bytes or bits. A string of more bits than an int counts is past every limit. */
    private static Bits bits(Call call, int argument) {
        Object value = call.value(argument);
        if (value instanceof Bits bits) {
            return bits;
        }
        byte[] bytes = call.bytes(argument);
        if (bytes.length > Integer.MAX_VALUE / 8) {
            throw call.bad(argument, "less than 256 MiB");
        }
        return new Bits(bytes, bytes.length * 8);
    }

    private static @Nullable Object subbits(Call call) {
        Bits source = bits(call, 0);
        int from = call.count() == 2 ? 0 : call.count(1, 1) - 1;
        int wanted = call.count(call.count() == 2 ? 1 : 2, 0);
        int type = call.has(3) ? call.option(3, "integer", "float", "bits") : 0;
        boolean signed = call.has(4) && call.option(4, "unsigned", "signed") == 1;
        boolean little = call.has(5) && call.option(5, "big", "little") == 1;
        if (from >= source.length()) {
            return null;
        }
        int length = Math.min(wanted, source.length() - from);
        Bits cut = cut(source, from, length);
        if (type == 2) {
            // Whole bytes are a string.
            return length % 8 == 0 ? Text.ofBytes(cut.bytes()) : cut;
        }
        if (type == 1) {
            return floating(call, cut, little);
        }
        if (length > call.limits().integerBits()) {
            throw call.error(Code.LIMIT_EXCEEDED, "more than " + call.limits().integerBits() + " bits");
        }
        BigInteger value = little ? little(cut) : big(cut);
        if (signed && length > 0 && value.testBit(length - 1)) {
            value = value.subtract(BigInteger.ONE.shiftLeft(length));
        }
        return Numbers.integer(value);
    }

    /** The bits from that one on, moved to the front of their bytes. */
    private static Bits cut(Bits source, int from, int length) {
        byte[] bytes = new byte[(length + 7) / 8];
        int shift = from % 8;
        int first = from / 8;
        byte[] in = source.bytes();
        for (int i = 0; i < bytes.length; i++) {
            int high = in[first + i] & 0xff;
            int low = first + i + 1 < in.length ? in[first + i + 1] & 0xff : 0;
            bytes[i] = (byte) ((high << 8 | low) >> (8 - shift));
        }
        if (length % 8 != 0) {
            bytes[bytes.length - 1] &= (byte) (0xff << (8 - length % 8));
        }
        return new Bits(bytes, length);
    }

    private static BigInteger big(Bits bits) {
        return new BigInteger(1, bits.bytes()).shiftRight(bits.bytes().length * 8 - bits.length());
    }

    /** The first byte counts least; bits that are no whole byte count most. */
    private static BigInteger little(Bits bits) {
        int whole = bits.length() / 8;
        byte[] reversed = new byte[whole];
        for (int i = 0; i < whole; i++) {
            reversed[whole - 1 - i] = bits.bytes()[i];
        }
        BigInteger value = new BigInteger(1, reversed);
        int rest = bits.length() % 8;
        if (rest == 0) {
            return value;
        }
        int top = (bits.bytes()[whole] & 0xff) >> (8 - rest);
        return value.or(BigInteger.valueOf(top).shiftLeft(8 * whole));
    }

    /** An IEEE 754 number of 16, 32 or 64 bits. */
    private static Object floating(Call call, Bits bits, boolean little) {
        long raw = (little ? little(bits) : big(bits)).longValue();
        double value = switch (bits.length()) {
            case 64 -> Double.longBitsToDouble(raw);
            case 32 -> Float.intBitsToFloat((int) raw);
            case 16 -> half((int) raw);
            default -> throw call.problem("a float has 16, 32 or 64 bits, not " + bits.length());
        };
        return call.finite(value);
    }

    private static double half(int raw) {
        int exponent = raw >> 10 & 0x1f;
        int fraction = raw & 0x3ff;
        double size;
        if (exponent == 0) {
            size = fraction * 0x1p-24;
        } else if (exponent == 0x1f) {
            size = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else {
            size = Math.scalb(1 + fraction * 0x1p-10, exponent - 15);
        }
        return (raw & 0x8000) == 0 ? size : -size;
    }

    /** The hexadecimal digits of bits, right-aligned; of bytes two each. */
    static String hex(byte[] bytes, int length, String digits) {
        Bits bits = new Bits(bytes, length);
        int nibbles = (length + 3) / 4;
        char[] hex = new char[nibbles];
        byte[] aligned = length % 8 == 0 ? bytes : right(bits);
        for (int i = 0; i < nibbles; i++) {
            // Counted from the end, as the first byte may lend one digit only.
            int at = nibbles - 1 - i;
            int value = aligned[aligned.length - 1 - i / 2] >> (i % 2 * 4) & 15;
            hex[at] = digits.charAt(value);
        }
        return new String(hex);
    }

    private static byte[] right(Bits bits) {
        byte[] magnitude = big(bits).toByteArray();
        int length = bits.bytes().length;
        byte[] aligned = new byte[length];
        int copied = Math.min(length, magnitude.length);
        System.arraycopy(magnitude, magnitude.length - copied, aligned, length - copied, copied);
        return aligned;
    }
}
