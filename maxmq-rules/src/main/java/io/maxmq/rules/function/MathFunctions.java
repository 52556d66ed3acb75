package io.maxmq.rules.function;

import io.maxmq.rules.error.EvaluationException.Code;
import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Values;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.function.DoubleUnaryOperator;

/** Arithmetic and mathematics. What is no finite number is an error; integers never wrap. */
final class MathFunctions {
    private static final double LN_2 = Math.log(2);
    /** From here on the square of a float and one more are the same. */
    private static final double LARGE = 1e8;
    /** More decimals than the exact value of any float has. */
    private static final int MOST_DECIMALS = 1_100;

    private MathFunctions() {}

    static void addTo(Library library) {
        library.add("div", 2, call -> divided(call)[0])
                .add("mod", 2, call -> divided(call)[1])
                .add("eq", 2, call -> Values.alike(call.value(0), call.value(1)))
                .add("abs", 1, MathFunctions::abs)
                .add("ceil", 1, call -> whole(call, RoundingMode.CEILING))
                .add("floor", 1, call -> whole(call, RoundingMode.FLOOR))
                .add("round", 1, 2, call -> call.has(1) ? rounded(call) : whole(call, RoundingMode.HALF_UP))
                .add("sign", 1, call -> (long) Numbers.compare(call.number(0), 0L))
                .add("least", 1, Library.ANY, call -> extreme(call, -1))
                .add("greatest", 1, Library.ANY, call -> extreme(call, 1))
                .add("clamp", 3, MathFunctions::clamp)
                .add("pi", 0, call -> Math.PI)
                .add("power", 2, call -> call.finite(Math.pow(call.real(0), call.real(1))))
                .add("fmod", 2, call -> call.finite(call.real(0) % call.real(1)))
                .add("atan2", 2, call -> call.finite(Math.atan2(call.real(0), call.real(1))))
                .addImpure("random", 0, 0, call -> call.around().random().nextDouble());
        real(library, "sqrt", Math::sqrt);
        real(library, "cbrt", Math::cbrt);
        real(library, "exp", Math::exp);
        real(library, "log", Math::log);
        real(library, "log2", MathFunctions::log2);
        real(library, "log10", Math::log10);
        real(library, "sin", Math::sin);
        real(library, "cos", Math::cos);
        real(library, "tan", Math::tan);
        real(library, "asin", Math::asin);
        real(library, "acos", Math::acos);
        real(library, "atan", Math::atan);
        real(library, "sinh", Math::sinh);
        real(library, "cosh", Math::cosh);
        real(library, "tanh", Math::tanh);
        real(library, "asinh", MathFunctions::asinh);
        real(library, "acosh", MathFunctions::acosh);
        real(library, "atanh", MathFunctions::atanh);
        real(library, "degrees", Math::toDegrees);
        real(library, "radians", Math::toRadians);
    }

    private static void real(Library library, String name, DoubleUnaryOperator function) {
        library.add(name, 1, call -> call.finite(function.applyAsDouble(call.real(0))));
    }

    /** Quotient and remainder, both towards zero. */
    private static Object[] divided(Call call) {
        Object dividend = call.integer(0);
        Object divisor = call.integer(1);
        if (divisor instanceof Long by && by == 0) {
            throw call.error(Code.ARITHMETIC, "division by zero");
        }
        if (dividend instanceof Long what && divisor instanceof Long by && by != -1) {
            return new Object[] {what / by, what % by};
        }
        BigInteger[] both = Numbers.big(dividend).divideAndRemainder(Numbers.big(divisor));
        return new Object[] {Numbers.integer(both[0]), Numbers.integer(both[1])};
    }

    private static Object abs(Call call) {
        Object number = call.number(0);
        if (number instanceof Double value) {
            return Math.abs(value);
        }
        return Numbers.integer(Numbers.big(number).abs());
    }

    private static Object whole(Call call, RoundingMode mode) {
        Object number = call.number(0);
        return number instanceof Double value ? whole(value, mode) : number;
    }

    /** A float as an integer; halves go away from zero where the mode is HALF_UP. */
    static Object whole(double value, RoundingMode mode) {
        if (Math.abs(value) < 1L << 52) {
            long floor = (long) Math.floor(value);
            double rest = value - floor;
            if (rest == 0 || mode == RoundingMode.FLOOR) {
                return floor;
            }
            boolean up = mode == RoundingMode.CEILING || (value < 0 ? rest > 0.5 : rest >= 0.5);
            return up ? floor + 1 : floor;
        }
        return Numbers.integer(new BigDecimal(value).toBigInteger());
    }

    /**
     * Rounds the decimal notation of the number, so that 2.675 becomes 2.68; a negative number of decimals rounds to
     * tens.
     */
    private static Object rounded(Call call) {
        Object number = call.number(0);
        int decimals = call.index(1);
        if (Math.abs(decimals) > MOST_DECIMALS) {
            throw call.bad(1, "-" + MOST_DECIMALS + ".." + MOST_DECIMALS);
        }
        if (number instanceof Double value) {
            return call.finite(BigDecimal.valueOf(value)
                    .setScale(decimals, RoundingMode.HALF_UP)
                    .doubleValue());
        }
        BigInteger integer = Numbers.big(number);
        return decimals >= 0
                ? number
                : Numbers.integer(new BigDecimal(integer)
                        .setScale(decimals, RoundingMode.HALF_UP)
                        .toBigInteger());
    }

    private static Object extreme(Call call, int sign) {
        Object extreme = call.number(0);
        for (int i = 1; i < call.count(); i++) {
            Object number = call.number(i);
            if (Integer.signum(Numbers.compare(number, extreme)) == sign) {
                extreme = number;
            }
        }
        return extreme;
    }

    private static Object clamp(Call call) {
        Object number = call.number(0);
        Object least = call.number(1);
        Object most = call.number(2);
        if (Numbers.compare(least, most) > 0) {
            throw call.bad(1, "no more than argument 3");
        }
        if (Numbers.compare(number, least) < 0) {
            return least;
        }
        return Numbers.compare(number, most) > 0 ? most : number;
    }

    /** Exact for powers of two. */
    private static double log2(double value) {
        if (!(value > 0)) {
            return Double.NaN;
        }
        int exponent = Math.getExponent(value);
        if (exponent < Double.MIN_EXPONENT) {
            return Math.log(value) / LN_2;
        }
        double mantissa = value / Math.scalb(1.0, exponent);
        if (mantissa > 1.5) {
            mantissa /= 2;
            exponent++;
        }
        return exponent + Math.log(mantissa) / LN_2;
    }

    private static double asinh(double value) {
        double size = Math.abs(value);
        double result = size > LARGE
                ? Math.log(size) + LN_2
                : Math.log1p(size + size * size / (1 + Math.sqrt(size * size + 1)));
        return Math.copySign(result, value);
    }

    private static double acosh(double value) {
        if (value > LARGE) {
            return Math.log(value) + LN_2;
        }
        double above = value - 1;
        return Math.log1p(above + Math.sqrt(2 * above + above * above));
    }

    private static double atanh(double value) {
        return Math.log1p(2 * value / (1 - value)) / 2;
    }
}
