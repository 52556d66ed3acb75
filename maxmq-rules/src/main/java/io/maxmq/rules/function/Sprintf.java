package io.maxmq.rules.function;

import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Text;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code sprintf}: the directives {@code ~[F][.[P][.[Pad]]][t]C} of Erlang's {@code io:format}, with C one of {@code s p w b B f e g c n
 * ~}. F is the width, left-aligned when negative; P the precision, or the base of {@code b}; each may be {@code *} and come from the
 * arguments. A number that is wider than its width is shown as asterisks, a text is cut.
 *
 * <p>For one call. Not thread-safe.
 */
final class Sprintf {
    private static final int DEFAULT_DECIMALS = 6;
    /** More decimals than the exact value of any float has. */
    private static final int MOST_PRECISION = 1_100;

    private final Call call;
    private final String format;
    private final List<@Nullable Object> arguments;
    private final TextBuilder out;
    private int at;
    private int next;

    // Of the directive that is being read.
    private boolean hasWidth;
    private int width;
    private boolean left;
    private boolean hasPrecision;
    private int precision;
    private String pad = " ";

    private Sprintf(Call call, String format, List<@Nullable Object> arguments) {
        this.call = call;
        this.format = format;
        this.arguments = arguments;
        this.out = new TextBuilder(call);
    }

    static Text of(Call call, String format, List<@Nullable Object> arguments) {
        return new Sprintf(call, format, arguments).formatted();
    }

    private Text formatted() {
        while (at < format.length()) {
            int tilde = format.indexOf('~', at);
            if (tilde < 0) {
                out.add(format, at, format.length());
                break;
            }
            out.add(format, at, tilde);
            at = tilde + 1;
            read();
            directive();
        }
        if (next < arguments.size()) {
            throw call.problem("the format takes " + next + " arguments, there are " + arguments.size());
        }
        return out.text();
    }

    /** Reads all of a directive but its letter. */
    private void read() {
        hasWidth = false;
        hasPrecision = false;
        pad = " ";
        left = accept('-');
        int number = number();
        if (number >= 0) {
            hasWidth = true;
            width = number;
        } else if (left) {
            throw call.problem("a width behind ~- expected");
        }
        if (accept('.')) {
            precision = number();
            hasPrecision = precision >= 0;
            if (accept('.')) {
                int point = format.codePointAt(checked());
                at += Character.charCount(point);
                pad = point == '*' ? Character.toString(point(argument())) : Character.toString(point);
            }
        }
        while (accept('t') || accept('l')) {
            // All texts are Unicode here.
        }
    }

    private int checked() {
        if (at >= format.length()) {
            throw call.problem("the format ends within a directive");
        }
        return at;
    }

    private boolean accept(char character) {
        if (format.charAt(checked()) != character) {
            return false;
        }
        at++;
        return true;
    }

    /** Digits, or an asterisk for an argument; -1 when neither is there. */
    private int number() {
        if (accept('*')) {
            Object value = argument();
            if (!(value instanceof Long given)
                    || given < -MOST_PRECISION
                    || given > call.limits().textBytes()) {
                throw call.problem("* takes an integer within the limits");
            }
            left |= given < 0;
            return (int) Math.abs(given);
        }
        int from = at;
        long number = 0;
        while (Character.digit(format.charAt(checked()), 10) >= 0 && format.charAt(at) < 128) {
            number = Math.min(number * 10 + format.charAt(at) - '0', Integer.MAX_VALUE);
            at++;
        }
        call.checkBytes(number);
        return at == from ? -1 : (int) number;
    }

    private @Nullable Object argument() {
        if (next >= arguments.size()) {
            throw call.problem("the format takes more than " + arguments.size() + " arguments");
        }
        return arguments.get(next++);
    }

    private void directive() {
        char letter = format.charAt(checked());
        at++;
        switch (letter) {
            case '~' -> out.repeat("~", hasWidth ? width : 1);
            case 'n' -> out.repeat("\n", hasWidth ? width : 1);
            case 'c' -> character();
            case 's' -> string();
            case 'w' -> term(ErlangTerms.written(call, argument(), false));
            case 'p' -> out.add(ErlangTerms.written(call, argument(), true));
            case 'b', 'B' -> integer(letter == 'B');
            case 'f', 'e', 'g' -> floating(letter);
            default -> throw call.problem("there is no directive ~" + letter);
        }
    }

    private int point(@Nullable Object value) {
        if (value instanceof Long point && point >= 0 && point <= Character.MAX_CODE_POINT) {
            return point.intValue();
        }
        throw call.problem("the number of a character expected");
    }

    private void character() {
        String one = Character.toString(point(argument()));
        if (!hasPrecision) {
            out.repeat(one, hasWidth ? width : 1);
            return;
        }
        int field = hasWidth ? width : precision;
        if (precision > field) {
            throw call.problem("~c is wider than its field");
        }
        pads(left ? 0 : field - precision);
        out.repeat(one, precision);
        pads(left ? field - precision : 0);
    }

    private void pads(int count) {
        out.repeat(pad, count);
    }

    /** A text in its field: cut where it is longer, filled where it is shorter. */
    private void string() {
        Object value = argument();
        String text;
        if (value == null || value == JsonNull.NULL || value instanceof Text || value instanceof Boolean) {
            text = call.str(value).toString();
        } else {
            throw call.problem("~s takes a string");
        }
        if (!hasWidth && !hasPrecision) {
            out.add(text);
            return;
        }
        int length = Graphemes.count(text);
        // The text is cut and filled behind to the precision, then that is put into the field.
        int inner = hasPrecision ? precision : Math.min(length, width);
        int field = hasWidth ? width : inner;
        inner = Math.min(inner, field);
        pads(left ? 0 : field - inner);
        out.add(Graphemes.slice(text, 0, Math.min(length, inner)));
        pads(Math.max(0, inner - length));
        pads(left ? field - inner : 0);
    }

    /** A number or term in its field: asterisks where it is longer. */
    private void term(String text) {
        if (!hasWidth && !hasPrecision) {
            out.add(text);
            return;
        }
        int field = hasWidth ? width : precision;
        int length = Graphemes.count(text);
        int shown = Math.min(length, hasPrecision ? Math.min(precision, field) : field);
        if (length > shown) {
            pads(left ? 0 : field - shown);
            out.repeat("*", shown);
            pads(left ? field - shown : 0);
            return;
        }
        pads(left ? 0 : field - length);
        out.add(text);
        pads(left ? field - length : 0);
    }

    private void integer(boolean upper) {
        Object value = argument();
        int base = hasPrecision ? precision : 10;
        if (value == null || !Numbers.isInteger(value) || base < Character.MIN_RADIX || base > Character.MAX_RADIX) {
            throw call.problem("~b takes an integer, and a base of 2 to 36");
        }
        String digits = Numbers.big(value).toString(base);
        hasPrecision = false;
        term(upper ? digits.toUpperCase(Locale.ROOT) : digits);
    }

    private void floating(char letter) {
        if (!(argument() instanceof Double value)) {
            throw call.problem("~" + letter + " takes a float");
        }
        int digits = hasPrecision ? precision : DEFAULT_DECIMALS;
        if (digits > MOST_PRECISION || digits < (letter == 'e' ? 2 : 1)) {
            throw call.problem("~" + letter + " has no precision of " + digits);
        }
        hasPrecision = false;
        String text = switch (letter) {
            case 'f' -> fixed(value, digits);
            case 'e' -> scientific(value, digits);
            default -> general(value, digits);
        };
        term(text);
    }

    private static String sign(double value) {
        return value < 0 || value == 0 && 1 / value < 0 ? "-" : "";
    }

    private static String fixed(double value, int decimals) {
        return sign(value)
                + new BigDecimal(Math.abs(value))
                        .setScale(decimals, RoundingMode.HALF_UP)
                        .toPlainString();
    }

    /** So many digits in all, one of them before the point. */
    private static String scientific(double value, int digits) {
        if (value == 0) {
            return sign(value) + "0." + "0".repeat(digits - 1) + "e+0";
        }
        BigDecimal rounded = new BigDecimal(Math.abs(value)).round(new MathContext(digits, RoundingMode.HALF_UP));
        StringBuilder unscaled = new StringBuilder(rounded.unscaledValue().toString());
        int exponent = unscaled.length() - 1 - rounded.scale();
        while (unscaled.length() < digits) {
            unscaled.append('0');
        }
        return sign(value) + unscaled.charAt(0) + "." + unscaled.substring(1, digits) + "e" + (exponent < 0 ? "" : "+")
                + exponent;
    }

    /** As {@code f} from 0.1 to 10,000 where the digits reach past the point, else as {@code e}. */
    private static String general(double value, int digits) {
        double size = Math.abs(value);
        int exponent =
                size < 0.1 ? -2 : size < 1 ? -1 : size < 10 ? 0 : size < 100 ? 1 : size < 1e3 ? 2 : size < 1e4 ? 3 : 4;
        boolean plain = exponent >= -1 && exponent < 4;
        if (plain && digits <= 1 && exponent == -1 || plain && digits - 1 > exponent) {
            return fixed(value, digits - 1 - exponent);
        }
        return scientific(value, Math.max(2, digits));
    }
}
