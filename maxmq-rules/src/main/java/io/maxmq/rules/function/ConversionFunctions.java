package io.maxmq.rules.function;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.value.Bits;
import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Text;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** From one kind of value to another. */
final class ConversionFunctions {
    private static final String UPPER = "0123456789ABCDEF";
    /** As many as the exact value of a float may have before it has only zeros for everybody. */
    private static final int MOST_DECIMALS = 253;

    private ConversionFunctions() {}

    static void addTo(Library library) {
        library.add("str", 1, call -> call.str(0))
                .add("str_utf8", 1, ConversionFunctions::utf8)
                .add("str_utf16_le", 1, call -> call.built(utf8(call).toString().getBytes(StandardCharsets.UTF_16LE)))
                .add("bool", 1, ConversionFunctions::bool)
                .add("int", 1, ConversionFunctions::integer)
                .add("float", 1, 2, ConversionFunctions::floating)
                .add("try_int", 2, call -> orDefault(call, ConversionFunctions::integer))
                .add("try_float", 2, call -> orDefault(call, ConversionFunctions::floating))
                .add("float2str", 2, ConversionFunctions::floatText)
                .add("map", 1, call -> call.map(0))
                .add("bin2hexstr", 1, 2, call -> hexOf(call, call.has(1) ? call.onlyString(1) : ""))
                .add("sqlserver_bin2hexstr", 1, call -> hexOf(call, "0x"))
                .add("hexstr2bin", 1, 2, ConversionFunctions::bytesOf);
    }

    private static Text utf8(Call call) {
        Text text = call.str(0);
        if (!text.isUtf8()) {
            throw call.problem("argument 1 is no UTF-8");
        }
        return text;
    }

    private static Object bool(Call call) {
        Object value = call.value(0);
        if (value instanceof Boolean) {
            return value;
        }
        if (value != null && Numbers.isNumber(value)) {
            if (Numbers.compare(value, 1L) == 0) {
                return true;
            }
            if (Numbers.compare(value, 0L) == 0) {
                return false;
            }
        } else if (value instanceof Text text) {
            String word = text.toString();
            if (word.equals("true")) {
                return true;
            }
            if (word.equals("false")) {
                return false;
            }
        }
        throw call.bad(0, "true, false, 1 or 0");
    }

    private static Object integer(Call call) {
        Object value = call.value(0);
        if (value instanceof Boolean bool) {
            return bool ? 1L : 0L;
        }
        Object number = read(call);
        return number instanceof Double real ? MathFunctions.whole(real, RoundingMode.FLOOR) : number;
    }

    /** The number that the first argument is, or whose text it is. */
    private static Object read(Call call) {
        Object value = call.value(0);
        Object number = value instanceof Text text ? Numbers.read(text.toString()) : value;
        if (number == null || !Numbers.isNumber(number)) {
            throw call.bad(0, "a number");
        }
        return number;
    }

    private static Object floating(Call call) {
        double value = call.finite(Numbers.asDouble(read(call)));
        // With a default the second argument is not the number of decimals; see orDefault.
        if (!call.has(1) || !call.name().equals("float")) {
            return value;
        }
        int decimals = call.count(1, 1);
        if (decimals > MOST_DECIMALS) {
            throw call.bad(1, "1.." + MOST_DECIMALS);
        }
        return new BigDecimal(value).setScale(decimals, RoundingMode.HALF_UP).doubleValue();
    }

    private static @Nullable Object orDefault(Call call, Library.Body conversion) {
        try {
            return conversion.value(call);
        } catch (EvaluationException e) {
            return call.value(1);
        }
    }

    private static Object floatText(Call call) {
        if (!(call.value(0) instanceof Double value)) {
            throw call.bad(0, "a float");
        }
        int decimals = call.count(1, 0);
        if (decimals > MOST_DECIMALS) {
            throw call.bad(1, "0.." + MOST_DECIMALS);
        }
        return Text.of(Numbers.decimals(value, decimals));
    }

    private static Object hexOf(Call call, String prefix) {
        byte[] bytes;
        int length;
        if (call.value(0) instanceof Bits bits) {
            bytes = bits.bytes();
            length = bits.length();
        } else {
            bytes = call.bytes(0);
            call.checkBytes(bytes.length * 2L);
            length = bytes.length * 8;
        }
        return call.built(prefix + BitFunctions.hex(bytes, length, UPPER));
    }

    private static Object bytesOf(Call call) {
        String digits = call.onlyString(0);
        if (call.has(1)) {
            String prefix = call.onlyString(1);
            if (!digits.startsWith(prefix)) {
                throw call.bad(0, "digits behind " + prefix);
            }
            digits = digits.substring(prefix.length());
        }
        if (digits.length() % 2 != 0) {
            digits = "0" + digits;
        }
        byte[] bytes = new byte[digits.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            int high = digit(digits.charAt(2 * i));
            int low = digit(digits.charAt(2 * i + 1));
            if (high < 0 || low < 0) {
                throw call.bad(0, "hexadecimal digits");
            }
            bytes[i] = (byte) (high << 4 | low);
        }
        return call.built(bytes);
    }

    /** A hexadecimal digit of ASCII; -1 for another character. */
    static int digit(char character) {
        return character < 128 ? Character.digit(character, 16) : -1;
    }
}
