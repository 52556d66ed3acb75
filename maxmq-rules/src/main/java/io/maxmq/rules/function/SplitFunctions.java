package io.maxmq.rules.function;

import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Text taken apart into arrays, and arrays and maps put together to text. */
final class SplitFunctions {
    private SplitFunctions() {}

    static void addTo(Library library) {
        library.add("concat", 1, 2, SplitFunctions::concat)
                .add("split", 2, 3, SplitFunctions::split)
                .add("tokens", 2, 3, SplitFunctions::tokens)
                .add("join_to_string", 1, 2, SplitFunctions::join)
                .add("join_to_sql_values_string", 1, SplitFunctions::joinForSql)
                .add("map_to_redis_hset_args", 1, SplitFunctions::forHset);
    }

    private static Text concat(Call call) {
        if (call.count() == 2) {
            return joined(call, List.of(call.str(0), call.str(1)));
        }
        List<Text> pieces = new ArrayList<>();
        for (Object value : call.array(0)) {
            pieces.add(call.str(value));
        }
        return joined(call, pieces);
    }

    /** Joins bytes, so that those that are no UTF-8 stay what they are. */
    private static Text joined(Call call, List<Text> pieces) {
        long length = 0;
        for (Text piece : pieces) {
            length += piece.bytes().length;
            call.checkBytes(length);
        }
        byte[] bytes = new byte[(int) length];
        int at = 0;
        for (Text piece : pieces) {
            System.arraycopy(piece.bytes(), 0, bytes, at, piece.bytes().length);
            at += piece.bytes().length;
        }
        return Text.ofBytes(bytes);
    }

    private static List<Object> split(Call call) {
        String text = call.string(0);
        String separator = call.onlyString(1);
        int option =
                call.has(2) ? call.option(2, "notrim", "leading", "trailing", "leading_notrim", "trailing_notrim") : -1;
        boolean keepEmpty = option == 0 || option > 2;
        boolean first = option == 1 || option == 3;
        boolean last = option == 2 || option == 4;
        List<Object> parts = new ArrayList<>();
        int from = 0;
        TextSearch.Places places = new TextSearch.Places(text, separator);
        int at = separator.isEmpty() ? -1 : last ? TextSearch.last(text, separator) : places.next(0);
        while (at >= 0) {
            part(call, parts, text.substring(from, at), keepEmpty);
            from = at + separator.length();
            at = first || last ? -1 : places.next(from);
        }
        part(call, parts, text.substring(from), keepEmpty);
        return parts;
    }

    private static void part(Call call, List<Object> parts, String part, boolean keepEmpty) {
        if (keepEmpty || !part.isEmpty()) {
            call.checkElements(parts.size() + 1L);
            parts.add(Text.of(part));
        }
    }

    private static List<Object> tokens(Call call) {
        String text = call.string(0);
        boolean linesToo = call.has(2) && call.option(2, "nocrlf") == 0;
        CharacterSet separators = new CharacterSet(call.onlyString(1) + (linesToo ? "\r\n" : ""));
        List<Object> parts = new ArrayList<>();
        int from = 0;
        int i = 0;
        while (i < text.length()) {
            int point = text.codePointAt(i);
            int next = i + Character.charCount(point);
            if (separators.has(point)) {
                part(call, parts, text.substring(from, i), false);
                from = next;
            }
            i = next;
        }
        part(call, parts, text.substring(from), false);
        return parts;
    }

    private static Text join(Call call) {
        boolean given = call.count() == 2;
        Text separator = given ? call.onlyText(0) : Text.of(", ");
        return joined(call, separator, call.array(given ? 1 : 0).iterator(), call::str);
    }

    private interface Form {
        Text of(@Nullable Object value);
    }

    private static Text joined(Call call, Text separator, Iterator<? extends @Nullable Object> values, Form form) {
        List<Text> pieces = new ArrayList<>();
        while (values.hasNext()) {
            pieces.add(form.of(values.next()));
            if (values.hasNext()) {
                pieces.add(separator);
            }
        }
        return joined(call, pieces);
    }

    private static Text joinForSql(Call call) {
        return joined(call, Text.of(", "), call.array(0).iterator(), value -> sqlLiteral(call, value));
    }

    /** A number as it is, nothing as NULL, all else as a string with a backslash before quotes and backslashes. */
    private static Text sqlLiteral(Call call, @Nullable Object value) {
        if (value == null || value == JsonNull.NULL) {
            return Text.of("NULL");
        }
        if (Numbers.isNumber(value)) {
            return call.str(value);
        }
        byte[] bytes = call.str(value).bytes();
        byte[] quoted = new byte[bytes.length * 2 + 2];
        int length = 0;
        quoted[length++] = '\'';
        for (byte b : bytes) {
            if (b == '\'' || b == '\\') {
                quoted[length++] = '\\';
            }
            quoted[length++] = b;
        }
        quoted[length++] = '\'';
        return Text.ofBytes(Arrays.copyOf(quoted, length));
    }

    /** Fields and their values in turn; a member that is no string, number or boolean is left out. */
    private static List<Object> forHset(Call call) {
        List<Object> fields = new ArrayList<>();
        for (Map.Entry<String, @Nullable Object> member : call.map(0).entrySet()) {
            Object value = member.getValue();
            if (value instanceof Double real) {
                fields.add(Text.of(member.getKey()));
                fields.add(Text.of(Numbers.decimals(real, 6)));
            } else if (value instanceof Text || value instanceof Boolean || value != null && Numbers.isInteger(value)) {
                fields.add(Text.of(member.getKey()));
                fields.add(call.str(value));
            }
        }
        call.checkElements(fields.size());
        return fields;
    }
}
