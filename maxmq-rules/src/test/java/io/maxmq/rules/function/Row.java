package io.maxmq.rules.function;

import io.maxmq.rules.value.Bits;
import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Numbers;
import io.maxmq.rules.value.Text;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line of a table: {@code call = value}, {@code call ~ value} for floats that may differ a little, or {@code call ! code}. Values are
 * calls too, or literals: {@code 'text'} with {@code \n \t \r \0 \\}, {@code x'00ff'} bytes, {@code b'101'} bits, numbers, {@code true
 * false null undefined}, {@code [1, 2]} and {@code {'a': 1}}.
 */
final class Row {
    private final String line;
    private final Functions functions;
    private final CallContext around;
    private int at;

    Row(String line, Functions functions, CallContext around) {
        this.line = line;
        this.functions = functions;
        this.around = around;
    }

    /** The function that the line is about. */
    static String function(String line) {
        return line.substring(0, line.indexOf('('));
    }

    @Nullable
    Object next() {
        space();
        char c = line.charAt(at);
        if (c == '\'') {
            return Text.of(quoted());
        }
        if (line.startsWith("x'", at)) {
            at++;
            return Text.ofBytes(HexFormat.of().parseHex(quoted()));
        }
        if (line.startsWith("b'", at)) {
            at++;
            return bits(quoted());
        }
        if (c == '[') {
            return list();
        }
        if (c == '{') {
            return map();
        }
        if (c == '-' || Character.isDigit(c)) {
            int from = at;
            while (at < line.length() && "+-.eE0123456789".indexOf(line.charAt(at)) >= 0) {
                at++;
            }
            Object number = Numbers.read(line.substring(from, at));
            if (number == null) {
                throw new IllegalStateException("no number: " + line);
            }
            return number;
        }
        return word();
    }

    /** The sign between the two sides. */
    char sign() {
        space();
        return line.charAt(at++);
    }

    String rest() {
        return line.substring(at).strip();
    }

    private @Nullable Object word() {
        int from = at;
        while (at < line.length() && (Character.isLetterOrDigit(line.charAt(at)) || line.charAt(at) == '_')) {
            at++;
        }
        String word = line.substring(from, at);
        if (at < line.length() && line.charAt(at) == '(') {
            return call(word);
        }
        return switch (word) {
            case "true" -> true;
            case "false" -> false;
            case "null" -> JsonNull.NULL;
            case "undefined" -> null;
            default -> throw new IllegalStateException("at " + from + ": " + line);
        };
    }

    private @Nullable Object call(String name) {
        Definition definition = functions.find(name);
        if (definition == null) {
            throw new IllegalStateException("no function " + name);
        }
        List<@Nullable Object> arguments = new ArrayList<>();
        elements(arguments, ')');
        if (arguments.size() < definition.least() || arguments.size() > definition.most()) {
            throw new IllegalStateException("arity: " + line);
        }
        return definition.function().call(around, arguments.toArray());
    }

    private List<@Nullable Object> list() {
        List<@Nullable Object> list = new ArrayList<>();
        elements(list, ']');
        return list;
    }

    private void elements(List<@Nullable Object> into, char closing) {
        at++;
        space();
        while (line.charAt(at) != closing) {
            into.add(next());
            space();
            if (line.charAt(at) == ',') {
                at++;
            }
            space();
        }
        at++;
    }

    private Map<String, @Nullable Object> map() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        at++;
        space();
        while (line.charAt(at) != '}') {
            String key = String.valueOf(next());
            space();
            at++;
            map.put(key, next());
            space();
            if (line.charAt(at) == ',') {
                at++;
            }
            space();
        }
        at++;
        return map;
    }

    private String quoted() {
        StringBuilder text = new StringBuilder();
        at++;
        while (true) {
            char c = line.charAt(at++);
            if (c == '\'') {
                return text.toString();
            }
            if (c == '\\') {
                char escaped = line.charAt(at++);
                int which = "ntr0".indexOf(escaped);
                text.append(which < 0 ? escaped : "\n\t\r\0".charAt(which));
            } else {
                text.append(c);
            }
        }
    }

    private static Bits bits(String digits) {
        byte[] bytes = new byte[(digits.length() + 7) / 8];
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) == '1') {
                bytes[i / 8] |= (byte) (0x80 >> i % 8);
            }
        }
        return new Bits(bytes, digits.length());
    }

    private void space() {
        while (at < line.length() && line.charAt(at) == ' ') {
            at++;
        }
    }
}
