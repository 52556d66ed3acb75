package io.maxmq.rules.function;

import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Text;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Text: case, space, length, parts, padding and replacement. Lengths and places are those of {@link Graphemes}. */
final class TextFunctions {
    /** Pattern_White_Space of Unicode, which excludes the no-break space. */
    private static final CharacterSet SPACE = new CharacterSet("\t\n\u000b\f\r \u0085\u200e\u200f\u2028\u2029");
    /** The longest pattern of a number format. */
    private static final int LONGEST_PATTERN = 100;

    private TextFunctions() {}

    static void addTo(Library library) {
        library.add("lower", 1, call -> call.built(call.string(0).toLowerCase(Locale.ROOT)))
                .add("upper", 1, call -> call.built(call.string(0).toUpperCase(Locale.ROOT)))
                .add("trim", 1, 2, call -> trimmed(call, true, true))
                .add("ltrim", 1, 2, call -> trimmed(call, true, false))
                .add("rtrim", 1, 2, call -> trimmed(call, false, true))
                .add("reverse", 1, call -> Text.of(Graphemes.reversed(call.string(0))))
                .add("strlen", 1, call -> (long) Graphemes.count(call.string(0)))
                .add("numbytes", 1, call -> (long) call.text(0).bytes().length)
                .add("substr", 2, 3, TextFunctions::substr)
                .add("substring", 3, TextFunctions::substring)
                .add("pad", 2, 4, TextFunctions::pad)
                .add("lpad", 3, call -> filled(call, true))
                .add("rpad", 3, call -> filled(call, false))
                .add(
                        "repeat",
                        2,
                        call -> new TextBuilder(call)
                                .repeat(call.string(0), call.count(1, 0))
                                .text())
                .add("replace", 3, 4, TextFunctions::replace)
                .add("ascii", 1, TextFunctions::ascii)
                .add("chr", 1, TextFunctions::chr)
                .add("find", 2, 3, TextFunctions::find)
                .add("indexof", 2, TextFunctions::indexOf)
                .add("startswith", 2, call -> call.string(0).startsWith(call.onlyString(1)))
                .add("endswith", 2, call -> call.string(0).endsWith(call.onlyString(1)))
                .add("rm_prefix", 2, TextFunctions::withoutPrefix)
                .add("unescape", 1, call -> Escapes.resolved(call))
                .add("format_number", 2, TextFunctions::formatNumber)
                .add("sprintf", 1, Library.ANY, call -> Sprintf.of(call, call.onlyString(0), rest(call)))
                .add("sprintf_s", 2, call -> Sprintf.of(call, call.onlyString(0), call.array(1)));
    }

    private static List<@Nullable Object> rest(Call call) {
        List<@Nullable Object> rest = new ArrayList<>();
        for (int i = 1; i < call.count(); i++) {
            rest.add(call.value(i));
        }
        return rest;
    }

    private static Text trimmed(Call call, boolean leading, boolean trailing) {
        String text = call.string(0);
        CharacterSet trimmed = call.has(1) ? new CharacterSet(call.onlyString(1)) : SPACE;
        int from = 0;
        int to = text.length();
        while (leading && from < to && trimmed.has(text.codePointAt(from))) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (trailing && from < to && trimmed.has(text.codePointBefore(to))) {
            to -= Character.charCount(text.codePointBefore(to));
        }
        return Text.of(text.substring(from, to));
    }

    private static Text substr(Call call) {
        String text = call.string(0);
        int from = call.count(1, 0);
        int length = call.has(2) ? call.count(2, 0) : Integer.MAX_VALUE;
        return Text.of(Graphemes.slice(text, from, (int) Math.min((long) from + length, Integer.MAX_VALUE)));
    }

    private static Text substring(Call call) {
        return Text.of(Graphemes.slice(call.string(0), call.count(1, 0), call.count(2, 0)));
    }

    private static Text pad(Call call) {
        String text = call.string(0);
        int where = call.has(2) ? call.option(2, "trailing", "leading", "both") : 0;
        String fill = call.has(3) ? call.onlyString(3) : " ";
        int missing = Math.max(0, call.index(1) - Graphemes.count(text));
        int before = where == 0 ? 0 : where == 1 ? missing : missing / 2;
        return new TextBuilder(call)
                .repeat(fill, before)
                .add(text)
                .repeat(fill, missing - before)
                .text();
    }

    /** As SQL has it: the fill is cut to fit, and so is a text that is longer. */
    private static Text filled(Call call, boolean left) {
        String text = call.string(0);
        int length = call.count(1, 0);
        String fill = call.onlyString(2);
        int missing = length - Graphemes.count(text);
        if (missing <= 0) {
            return Text.of(Graphemes.slice(text, 0, length));
        }
        int each = Graphemes.count(fill);
        TextBuilder built = new TextBuilder(call).add(left ? "" : text);
        if (each > 0) {
            built.repeat(fill, missing / each).add(Graphemes.slice(fill, 0, missing % each));
        }
        return built.add(left ? text : "").text();
    }

    private static Text replace(Call call) {
        String text = call.string(0);
        String wanted = call.onlyString(1);
        String by = call.onlyString(2);
        int which = call.has(3) ? call.option(3, "all", "leading", "trailing") : 0;
        if (wanted.isEmpty()) {
            return Text.of(text);
        }
        TextBuilder replaced = new TextBuilder(call);
        int from = 0;
        TextSearch.Places places = new TextSearch.Places(text, wanted);
        int at = which == 2 ? TextSearch.last(text, wanted) : places.next(0);
        while (at >= 0) {
            replaced.add(text, from, at).add(by);
            from = at + wanted.length();
            at = which == 0 ? places.next(from) : -1;
        }
        return replaced.add(text, from, text.length()).text();
    }

    private static Object ascii(Call call) {
        byte[] bytes = call.text(0).bytes();
        if (bytes.length == 0) {
            throw call.bad(0, "a string of one byte or more");
        }
        return (long) (bytes[0] & 0xff);
    }

    private static Text chr(Call call) {
        int point = call.count(0, 0);
        if (point > Character.MAX_CODE_POINT || point <= 0xffff && Character.isSurrogate((char) point)) {
            throw call.bad(0, "the number of a character");
        }
        return Text.of(Character.toString(point));
    }

    private static Text find(Call call) {
        String text = call.string(0);
        String wanted = call.onlyString(1);
        boolean last = call.has(2) && call.option(2, "leading", "trailing") == 1;
        int at = last ? TextSearch.last(text, wanted) : TextSearch.first(text, wanted, 0);
        return at < 0 ? Text.EMPTY : Text.of(text.substring(at));
    }

    private static Object indexOf(Call call) {
        String text = call.string(0);
        int at = TextSearch.first(text, call.onlyString(1), 0);
        return at < 0 ? -1L : (long) Graphemes.count(text.substring(0, at));
    }

    private static Text withoutPrefix(Call call) {
        Text text = call.text(0);
        String characters = call.string(0);
        String prefix = call.onlyString(1);
        return characters.startsWith(prefix) ? Text.of(characters.substring(prefix.length())) : text;
    }

    /** A number by a pattern of {@link DecimalFormat}, with the signs of the root locale. */
    private static Text formatNumber(Call call) {
        Object number = call.number(0);
        String pattern = call.onlyString(1);
        if (pattern.length() > LONGEST_PATTERN) {
            throw call.problem("the pattern is longer than " + LONGEST_PATTERN + " characters");
        }
        try {
            DecimalFormat format = new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(Locale.ROOT));
            format.setRoundingMode(RoundingMode.HALF_UP);
            BigDecimal decimal =
                    number instanceof Double value ? BigDecimal.valueOf(value) : new BigDecimal(Numbers.big(number));
            return call.built(format.format(decimal));
        } catch (IllegalArgumentException e) {
            throw call.bad(1, "a pattern of a number");
        }
    }
}
