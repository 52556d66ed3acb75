package io.maxmq.rules.output;

import io.maxmq.rules.value.Bits;
import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Text;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values of the language as the JDK's types, and the other way round. Stateless. */
public final class JavaValues {
    /** Deeper than a value may be that comes from the embedder; one that holds itself ends here. */
    private static final int MAX_DEPTH = 512;

    private JavaValues() {}

    /** A record as an embedder has it. Unmodifiable. */
    public static Map<String, @Nullable Object> toJava(Map<String, ? extends @Nullable Object> record) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>(record.size() * 2);
        record.forEach((name, value) -> values.put(name, toJava(value)));
        return Collections.unmodifiableMap(values);
    }

    /** A value as an embedder has it; undefined and JSON's null are both null. */
    public static @Nullable Object toJava(@Nullable Object value) {
        if (value instanceof Text text) {
            return text.isUtf8() ? text.toString() : text.bytes();
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> elements = new ArrayList<>(list.size());
            for (Object each : list) {
                elements.add(toJava(each));
            }
            return Collections.unmodifiableList(elements);
        } else if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> members = new LinkedHashMap<>(map.size() * 2);
            map.forEach((name, member) -> members.put(name.toString(), toJava(member)));
            return Collections.unmodifiableMap(members);
        } else if (value instanceof Bits bits) {
            return bits.bytes();
        }
        return value == JsonNull.NULL ? null : value;
    }

    /**
     * Converts a record of the application to values of the language.
     * @throws IllegalArgumentException for a value of an unsupported type
     */
    public static Map<String, @Nullable Object> fromJava(Map<?, ?> record) {
        return members(record, 0);
    }

    /**
     * Converts a value of the application to a value of the language: texts, also as {@code byte[]} and {@link
     * ByteBuffer}, numbers, booleans, collections, arrays of objects, maps, enums and instants (as text), null
     * (JSON's).
     *
     *
     * @throws IllegalArgumentException for a value of an unsupported type
     */
    public static Object fromJava(@Nullable Object value) {
        return fromJava(value, 0);
    }

    private static Object fromJava(@Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("value is nested deeper than " + MAX_DEPTH);
        }
        if (value == null) {
            return JsonNull.NULL;
        } else if (value instanceof Number number) {
            return number(number);
        } else if (value instanceof CharSequence text) {
            return Text.of(text.toString());
        } else if (value instanceof byte[] bytes) {
            return Text.ofBytes(bytes.clone());
        } else if (value instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(buffer.position(), bytes);
            return Text.ofBytes(bytes);
        } else if (value instanceof Map<?, ?> map) {
            return members(map, depth);
        } else if (value instanceof Collection<?> collection) {
            return elements(collection, depth);
        } else if (value instanceof Object[] array) {
            return elements(Arrays.asList(array), depth);
        } else if (value instanceof Enum<?> || value instanceof Instant || value instanceof Character) {
            return value instanceof JsonNull ? value : Text.of(value.toString());
        } else if (value instanceof Boolean || value instanceof Text || value instanceof Bits) {
            return value;
        }
        throw new IllegalArgumentException(
                "value must be a text, number, boolean, collection, map or null: " + value.getClass());
    }

    private static List<@Nullable Object> elements(Collection<?> collection, int depth) {
        List<@Nullable Object> elements = new ArrayList<>(collection.size());
        for (Object each : collection) {
            elements.add(fromJava(each, depth + 1));
        }
        return elements;
    }

    private static Map<String, @Nullable Object> members(Map<?, ?> map, int depth) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>(map.size() * 2);
        map.forEach((name, value) -> members.put(String.valueOf(name), fromJava(value, depth + 1)));
        return members;
    }

    private static Object number(Number number) {
        if (number instanceof Double || number instanceof Float || number instanceof BigDecimal) {
            double value = number.doubleValue();
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("number must be finite: " + number);
            }
            return value;
        } else if (number instanceof BigInteger big) {
            return big.bitLength() < Long.SIZE ? (Object) big.longValue() : big;
        }
        return number.longValue();
    }
}
