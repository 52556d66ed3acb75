package io.maxmq.rules.function;

import io.maxmq.rules.value.Bits;
import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Text;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values as Erlang writes its terms, for {@code ~w} and {@code ~p}. A text is a binary, a boolean or null an atom. */
final class ErlangTerms {
    /** The deepest nesting that is printed. */
    private static final int MOST_DEPTH = 512;

    private final Call call;
    private final boolean readable;
    private final TextBuilder out;

    private ErlangTerms(Call call, boolean readable) {
        this.call = call;
        this.readable = readable;
        this.out = new TextBuilder(call);
    }

    /**
     * A value's term.
     *
     * @param readable whether bytes and lists that can be printed are written as text
     */
    static String written(Call call, @Nullable Object value, boolean readable) {
        ErlangTerms terms = new ErlangTerms(call, readable);
        terms.add(value, MOST_DEPTH);
        return terms.out.text().toString();
    }

    private void add(@Nullable Object value, int depth) {
        if (depth == 0) {
            throw call.problem("a value is nested too deep to be written");
        }
        if (value == null) {
            out.add("undefined");
        } else if (value == JsonNull.NULL) {
            out.add("null");
        } else if (value instanceof Double real) {
            out.add(floating(real));
        } else if (value instanceof Text text) {
            binary(text);
        } else if (value instanceof Bits bits) {
            bits(bits);
        } else if (value instanceof List<?> list) {
            list(list, depth);
        } else if (value instanceof Map<?, ?> map) {
            map(map, depth);
        } else {
            out.add(value.toString());
        }
    }

    private void binary(Text text) {
        if (readable && printable(text)) {
            out.add("<<\"")
                    .add(escaped(text.toString()))
                    .add(text.bytes().length == text.toString().length() ? "\">>" : "\"/utf8>>");
            return;
        }
        out.add("<<");
        byte[] bytes = text.bytes();
        for (int i = 0; i < bytes.length; i++) {
            out.add(i == 0 ? "" : ",").add(Integer.toString(bytes[i] & 0xff));
        }
        out.add(">>");
    }

    private void bits(Bits bits) {
        out.add("<<");
        int whole = bits.length() / 8;
        for (int i = 0; i < whole; i++) {
            out.add(Integer.toString(bits.bytes()[i] & 0xff)).add(",");
        }
        int rest = bits.length() % 8;
        int last = rest == 0 ? 0 : (bits.bytes()[whole] & 0xff) >> (8 - rest);
        out.add(last + ":" + rest + ">>");
    }

    private void list(List<?> list, int depth) {
        if (readable && !list.isEmpty() && list.stream().allMatch(ErlangTerms::isPrintable)) {
            StringBuilder characters = new StringBuilder();
            list.forEach(point -> characters.appendCodePoint(((Long) point).intValue()));
            out.add("\"").add(escaped(characters.toString())).add("\"");
            return;
        }
        String separator = "[";
        for (Object element : list) {
            out.add(separator);
            add(element, depth - 1);
            separator = ",";
        }
        out.add(list.isEmpty() ? "[]" : "]");
    }

    private void map(Map<?, ?> map, int depth) {
        String separator = "#{";
        for (Map.Entry<?, ?> member : map.entrySet()) {
            out.add(separator);
            add(Text.of(member.getKey().toString()), depth - 1);
            out.add(readable ? " => " : "=>");
            add(member.getValue(), depth - 1);
            separator = ",";
        }
        out.add(map.isEmpty() ? "#{}" : "}");
    }

    private static boolean printable(Text text) {
        return text.isUtf8() && text.toString().codePoints().allMatch(ErlangTerms::isPrintable);
    }

    private static boolean isPrintable(@Nullable Object value) {
        return value instanceof Long point && point >= 0 && point < 256 && isPrintable(point.intValue());
    }

    private static boolean isPrintable(int point) {
        return point >= 8 && point <= 13 || point == 27 || point >= 32 && point < 127 || point >= 160;
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int which = "\n\t\r\b\f\u000b\u001b\"\\".indexOf(c);
            if (which >= 0) {
                escaped.append('\\').append("ntrbfve\"\\".charAt(which));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    /** The shortest digits that read back as the float, in the shorter of the two forms. */
    static String floating(double value) {
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
        String digits = shortest.unscaledValue().toString();
        // The value is 0.digits times ten to this power.
        int place = digits.length() - shortest.scale();
        String exponent = Integer.toString(place - 1);
        String scientific =
                digits.charAt(0) + "." + (digits.length() == 1 ? "0" : digits.substring(1)) + "e" + exponent;
        int cost = exponent.length() + 1 + (digits.length() == 1 ? 2 : 1);
        String text;
        if (place <= 0) {
            text = 2 - place <= cost ? "0." + "0".repeat(-place) + digits : scientific;
        } else if (place >= digits.length()) {
            text = place - digits.length() + 2 <= cost
                    ? digits + "0".repeat(place - digits.length()) + ".0"
                    : scientific;
        } else {
            text = digits.substring(0, place) + "." + digits.substring(place);
        }
        return value < 0 ? "-" + text : text;
    }
}
