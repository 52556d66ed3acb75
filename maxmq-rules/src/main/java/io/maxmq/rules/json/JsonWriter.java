package io.maxmq.rules.json;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.value.Bits;
import io.maxmq.rules.value.JsonNull;
import io.maxmq.rules.value.Text;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes values as JSON, in the order in which maps hold their members, without space. Undefined is written {@code null}, or left out
 * where it is a member and the writer was told so. A float always has a point or an exponent, an integer neither. Bytes that are no
 * UTF-8, and bits, are written as base64 (RFC 4648 §4). Takes the JDK's types too: {@link String}, {@code byte[]} and each {@link
 * Number}.
 *
 * <p>Keeps its buffer, so one that is used again allocates no other. Not thread-safe.
 */
public final class JsonWriter {
    /** No text is longer. */
    public static final int UNBOUNDED = Integer.MAX_VALUE - 16;

    /** The deepest nesting that is written; the language builds no deeper value, except by a bug. */
    private static final int MOST_DEPTH = 1_000;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    private static final int FEW_BYTES = 2 * Long.BYTES;
    private static final int FIRST_BYTES = 128;
    private static final double PLAIN_FROM = 1e-6;
    private static final double PLAIN_BELOW = 1e21;
    /** Below this, doubles distinguish all numbers of {@link #MOST_DIGITS} digits. */
    private static final double MOST_EXACT = 1e15;

    private static final int MOST_DIGITS = 15;
    /** A buffer that one large text has grown is not kept for the next. */
    private static final int KEPT_BYTES = 16 << 10;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};
    private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
    private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};

    private boolean undefinedLeftOut;
    private final int mostBytes;
    private byte[] buffer = new byte[FIRST_BYTES];
    private int length;
    private boolean hasBase64;

    /**
     * A writer with nothing written.
     *
     * @param undefinedLeftOut whether a member that is undefined is left out
     * @param mostBytes that may be written between two calls of {@link #clear}
     */
    public JsonWriter(boolean undefinedLeftOut, int mostBytes) {
        this.undefinedLeftOut = undefinedLeftOut;
        this.mostBytes = mostBytes;
    }

    /**
     * One value as JSON.
     *
     * @throws EvaluationException LIMIT_EXCEEDED
     */
    public static byte[] bytes(@Nullable Object value) {
        return new JsonWriter(false, UNBOUNDED).write(value).toBytes();
    }

    /** One value as JSON, for {@code str} and the like. */
    public static Text text(@Nullable Object value, int mostBytes) {
        return Text.ofBytes(new JsonWriter(false, mostBytes).write(value).toBytes());
    }

    /**
     * Checks that a value can be written, without writing it.
     *
     * @throws EvaluationException LIMIT_EXCEEDED when it is nested too deep
     */
    public static void check(@Nullable Object value) {
        check(value, MOST_DEPTH);
    }

    private static void check(@Nullable Object value, int depth) {
        if (value instanceof Map<?, ?> map) {
            requireDepth(depth);
            for (Object each : map.values()) {
                check(each, depth - 1);
            }
        } else if (value instanceof List<?> list) {
            requireDepth(depth);
            for (Object each : list) {
                check(each, depth - 1);
            }
        }
    }

    private static void requireDepth(int depth) {
        if (depth <= 0) {
            throw new EvaluationException(
                    EvaluationException.Code.LIMIT_EXCEEDED, "json", "nested too deep to be written");
        }
    }

    /** Says anew whether a member that is undefined is left out. */
    public void undefinedLeftOut(boolean leftOut) {
        undefinedLeftOut = leftOut;
    }

    /** Returns whether a member that is undefined is left out. */
    public boolean undefinedLeftOut() {
        return undefinedLeftOut;
    }

    /** Forgets what was written. */
    public void clear() {
        length = 0;
        hasBase64 = false;
        if (buffer.length > KEPT_BYTES) {
            buffer = new byte[FIRST_BYTES];
        }
    }

    /** Returns the number of bytes that are written. */
    public int length() {
        return length;
    }

    /**
     * Returns whether the output contains bytes that are not UTF-8, written in Base64; a reader cannot recognize them.
     */
    public boolean hasBase64() {
        return hasBase64;
    }

    /** A copy of what was written. */
    public byte[] toBytes() {
        return Arrays.copyOf(buffer, length);
    }

    /**
     * Adds a value.
     *
     * @throws EvaluationException LIMIT_EXCEEDED when there is more than may be written, or it is nested too deep
     */
    public JsonWriter write(@Nullable Object value) {
        value(value, MOST_DEPTH);
        return this;
    }

    /** Adds bytes that are JSON, or part of it, as they are. */
    public JsonWriter raw(byte[] bytes, int from, int to) { // hot: per part of a record
        int count = to - from;
        if (count <= FEW_BYTES && from <= bytes.length - FEW_BYTES && length <= buffer.length - FEW_BYTES) {
            // Copies all available bytes of both words: two moves, where a copy of variable length takes a call.
            if (count > mostBytes - length) {
                throw tooLong();
            }
            LONGS.set(buffer, length, (long) LONGS.get(bytes, from));
            LONGS.set(buffer, length + Long.BYTES, (long) LONGS.get(bytes, from + Long.BYTES));
        } else {
            room(count);
            System.arraycopy(bytes, from, buffer, length, count);
        }
        length += count;
        return this;
    }

    /** Adds bytes that are JSON, or part of it, as they are. */
    public JsonWriter raw(byte[] bytes) {
        return raw(bytes, 0, bytes.length);
    }

    /** Adds a number without point and exponent. */
    public JsonWriter integer(long value) {
        digits(value);
        return this;
    }

    /** Adds a number with point or exponent; it must be finite. */
    public JsonWriter floating(double value) {
        double size = Math.abs(value);
        if (!(size >= PLAIN_FROM && size < MOST_EXACT && decimal(value, size))) {
            ascii(shortest(value));
        }
        return this;
    }

    /** Adds a key in quotes, and a colon. */
    public JsonWriter key(String key) {
        string(key);
        put(':');
        return this;
    }

    private void value(@Nullable Object value, int depth) {
        if (value instanceof Text text) {
            text(text);
        } else if (value instanceof Map<?, ?> map) {
            map(map, depth);
        } else if (value instanceof List<?> list) {
            list(list, depth);
        } else if (value instanceof Double || value instanceof Float) {
            floating(((Number) value).doubleValue());
        } else if (value instanceof Long || value instanceof Integer) {
            digits(((Number) value).longValue());
        } else if (value instanceof Boolean bool) {
            word(bool ? TRUE : FALSE);
        } else if (value == null || value == JsonNull.NULL) {
            word(NULL);
        } else if (value instanceof Number) {
            ascii(value.toString());
        } else if (value instanceof byte[] bytes) {
            text(Text.ofBytes(bytes));
        } else if (value instanceof Bits bits) {
            base64(bits.bytes());
        } else {
            string(value.toString());
        }
    }

    private void map(Map<?, ?> map, int depth) {
        open('{', depth);
        boolean first = true;
        for (Map.Entry<?, ?> member : map.entrySet()) {
            Object value = member.getValue();
            if (value == null && undefinedLeftOut) {
                continue;
            }
            if (!first) {
                put(',');
            }
            first = false;
            key(member.getKey().toString());
            value(value, depth - 1);
        }
        put('}');
    }

    private void list(List<?> list, int depth) {
        open('[', depth);
        for (Iterator<?> elements = list.iterator(); elements.hasNext(); ) {
            value(elements.next(), depth - 1);
            if (elements.hasNext()) {
                put(',');
            }
        }
        put(']');
    }

    private void open(char bracket, int depth) {
        requireDepth(depth);
        put(bracket);
    }

    private void text(Text text) {
        byte[] bytes = text.bytes();
        if (JsonUtf8.valid(bytes)) {
            quoted(bytes);
        } else {
            base64(bytes);
        }
    }

    private void base64(byte[] bytes) {
        hasBase64 = true;
        put('"');
        byte[] encoded = Base64.getEncoder().encode(bytes);
        raw(encoded, 0, encoded.length);
        put('"');
    }

    private void string(String string) {
        quoted(string.getBytes(StandardCharsets.UTF_8));
    }

    private void quoted(byte[] bytes) {
        put('"');
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b >= 0 && b < ' ' || b == '"' || b == '\\') {
                raw(bytes, from, i);
                escape(b);
                from = i + 1;
            }
        }
        raw(bytes, from, bytes.length);
        put('"');
    }

    private void escape(byte b) {
        put('\\');
        switch (b) {
            case '"', '\\' -> put((char) b);
            case '\n' -> put('n');
            case '\r' -> put('r');
            case '\t' -> put('t');
            case '\b' -> put('b');
            case '\f' -> put('f');
            default -> {
                put('u');
                put('0');
                put('0');
                put((char) HEX[b >> 4]);
                put((char) HEX[b & 15]);
            }
        }
    }

    private void digits(long value) {
        if (value == Long.MIN_VALUE) {
            ascii(Long.toString(value));
            return;
        }
        room(20);
        long left = Math.abs(value);
        int digits = 1;
        for (long power = 10; digits < 19 && left >= power; power *= 10) {
            digits++;
        }
        if (value < 0) {
            buffer[length++] = '-';
        }
        length += digits;
        int at = length;
        do {
            at--;
            buffer[at] = (byte) ('0' + left % 10);
            left /= 10;
        } while (left > 0);
    }

    /**
     * Writes a float of at most 15 digits, which most are: as a whole number of tenths, hundredths and so on, the fewest that give the
     * same double. A quotient of two numbers that doubles hold is rounded once, so it is what reading these digits gives.
     *
     * @return false, with nothing written, where it has more digits
     */
    private boolean decimal(double value, double size) {
        for (int decimals = 0; decimals < JsonNumbers.TENS.length; decimals++) {
            double scaled = size * JsonNumbers.TENS[decimals];
            if (scaled >= MOST_EXACT) {
                return false;
            }
            long digits = (long) (scaled + 0.5);
            if (digits / JsonNumbers.TENS[decimals] == size) {
                decimal(value < 0, digits, decimals);
                return true;
            }
        }
        return false;
    }

    private void decimal(boolean isNegative, long digits, int decimals) {
        long whole = decimals >= MOST_DIGITS ? 0 : digits / (long) JsonNumbers.TENS[decimals];
        long part = decimals >= MOST_DIGITS ? digits : digits - whole * (long) JsonNumbers.TENS[decimals];
        if (isNegative) {
            put('-');
        }
        digits(whole);
        int places = Math.max(decimals, 1);
        room(places + 1);
        buffer[length++] = '.';
        length += places;
        for (int at = length - 1; at >= length - places; at--) {
            buffer[at] = (byte) ('0' + part % 10);
            part /= 10;
        }
    }

    /** A float as JSON: its shortest digits, plain where that is no longer than people read with ease. */
    private static String shortest(double value) {
        String shortest = Double.toString(value);
        int exponent = shortest.indexOf('E');
        if (exponent < 0) {
            return shortest;
        }
        double size = Math.abs(value);
        if (size < PLAIN_FROM || size >= PLAIN_BELOW) {
            return shortest.replace('E', 'e');
        }
        String plain = new BigDecimal(shortest).stripTrailingZeros().toPlainString();
        return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }

    private void word(byte[] word) {
        raw(word, 0, word.length);
    }

    private void ascii(String characters) {
        room(characters.length());
        for (int i = 0; i < characters.length(); i++) {
            buffer[length++] = (byte) characters.charAt(i);
        }
    }

    private void put(char character) {
        room(1);
        buffer[length++] = (byte) character;
    }

    private EvaluationException tooLong() {
        return new EvaluationException(
                EvaluationException.Code.LIMIT_EXCEEDED, "json", "more than " + mostBytes + " bytes of text");
    }

    private void room(int bytes) {
        if (bytes > mostBytes - length) {
            throw tooLong();
        }
        if (bytes > buffer.length - length) {
            long twice = Math.max(buffer.length * 2L, (long) length + bytes);
            buffer = Arrays.copyOf(buffer, (int) Math.min(twice, UNBOUNDED));
        }
    }
}
