package io.maxmq.rules.json;

import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Text;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random documents, with few keys so that paths hit, and their texts, written in many ways. */
public final class JsonDocuments {
    private static final String[] KEYS = {"a", "b", "c", "é", "long key of a member", "a\"b", ""};
    private static final String[] TEXTS = {
        "",
        "x",
        "a\\b",
        "é你👍",
        "\n\u0001",
        "{\"a\":{\"b\":[1,{\"a\":5}]},\"c\":2}",
        "[1,[2,3]]",
        "no {",
        "12345678901234567890"
    };

    private final Random random;

    private final String[] keys;

    JsonDocuments(long seed) {
        this(seed, KEYS);
    }

    /** With these keys. */
    public JsonDocuments(long seed, String... keys) {
        this.random = new Random(seed);
        this.keys = keys;
    }

    /** A value of the language. */
    public Object value(int depth) {
        switch (random.nextInt(depth > 0 ? 12 : 6)) {
            case 0 -> {
                return random.nextBoolean() ? (Object) (long) random.nextInt(100) : random.nextLong();
            }
            case 1 -> {
                return new double[] {0.5, -1.25e-7, 1e300, 3.0, 123456.789, random.nextGaussian()}[random.nextInt(6)];
            }
            case 2, 3 -> {
                return Text.of(TEXTS[random.nextInt(TEXTS.length)]);
            }
            case 4 -> {
                return random.nextBoolean() ? JsonNull.NULL : (Object) random.nextBoolean();
            }
            case 5 -> {
                return BigInteger.TWO.pow(70).add(BigInteger.valueOf(random.nextInt()));
            }
            case 6, 7, 8 -> {
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(value(depth - 1));
                }
                return list;
            }
            default -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    map.put(keys[random.nextInt(keys.length)], value(depth - 1));
                }
                return map;
            }
        }
    }

    /** A path that may lead somewhere. */
    List<Object> path() {
        List<Object> path = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            path.add(random.nextInt(3) == 0 ? (Object) (random.nextInt(6) - 2) : KEYS[random.nextInt(3)]);
        }
        return path;
    }

    /** A JSON text of a value, with space, escapes and members that do not count. */
    public String text(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private void write(Object value, StringBuilder out) {
        space(out);
        if (value instanceof Map<?, ?> map) {
            out.append('{');
            String separator = "";
            if (!map.isEmpty() && random.nextInt(3) == 0) {
                // The first key comes again, so this one does not count.
                out.append(quoted(map.keySet().iterator().next().toString()))
                        .append(':')
                        .append(text(value(1)));
                separator = ",";
            }
            for (Map.Entry<?, ?> member : map.entrySet()) {
                out.append(separator);
                space(out);
                out.append(quoted(member.getKey().toString()));
                space(out);
                out.append(':');
                write(member.getValue(), out);
                separator = ",";
            }
            out.append('}');
        } else if (value instanceof List<?> list) {
            out.append('[');
            String separator = "";
            for (Object element : list) {
                out.append(separator);
                write(element, out);
                separator = ",";
            }
            out.append(']');
        } else if (value instanceof Text text) {
            out.append(quoted(text.toString()));
        } else {
            out.append(value == JsonNull.NULL ? "null" : value.toString());
            if (value instanceof Double && out.indexOf("E", out.lastIndexOf(".")) < 0 && random.nextInt(3) == 0) {
                out.append('0');
            }
        }
        space(out);
    }

    private void space(StringBuilder out) {
        if (random.nextInt(4) == 0) {
            out.append(" \t\r\n".charAt(random.nextInt(4)));
        }
    }

    private String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        boolean all = random.nextInt(8) == 0;
        for (char c : text.toCharArray()) {
            if (all || c < ' ' || c == '"' || c == '\\') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
