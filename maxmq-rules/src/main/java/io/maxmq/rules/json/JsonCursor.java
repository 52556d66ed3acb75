package io.maxmq.rules.json;

import io.maxmq.rules.error.EvaluationException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A place in a JSON text, which moves over one token or one value at a time and checks it (RFC 8259, and RFC 3629 within strings).
 *
 * <p>An escape of half a surrogate pair is refused, as no text comes of it. So is a float that no double holds; an integer that has
 * more bits than allowed exceeds a limit. A byte order mark is no space.
 *
 * <p>May be used again for another text. Allocates nothing but its exceptions. Not thread-safe.
 */
final class JsonCursor {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    // The text.
    private byte[] bytes = {};
    private int from;
    private int to;
    private int integerBits;

    /** Where the next token or space begins. */
    int at;

    // What the last string or number was.
    /** First byte behind the opening quote, or first of the number. */
    int tokenFrom;
    /** The closing quote, or the byte behind the number. */
    int tokenTo;
    /** True if the last string has an escape. */
    boolean escaped;
    /** True if the last number has neither point nor exponent. */
    boolean integer;

    /** Begins a text. */
    void reset(byte[] bytes, int from, int to, int integerBits) {
        this.bytes = bytes;
        this.from = from;
        this.to = to;
        this.integerBits = integerBits;
        this.at = from;
    }

    /** Moves behind space and gives the byte there, or -1 at the end; {@link #at} stays on that byte. */
    int peek() { // hot: per token
        byte[] text = bytes;
        int end = to;
        int i = at;
        while (i < end) {
            byte b = text[i];
            if (b > ' ' || b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                at = i;
                return b & 0xff;
            }
            i++;
        }
        at = i;
        return -1;
    }

    /** Moves over this byte, with space before it. */
    void expect(char wanted) {
        if (peek() != wanted) {
            throw malformed("'" + wanted + "' expected");
        }
        at++;
    }

    /** Checks that nothing but space follows. */
    void end() {
        if (peek() >= 0) {
            throw malformed("the end expected");
        }
    }

    /** Moves over a string; {@link #at} is on its opening quote. */
    void string() { // hot: per key and text
        byte[] text = bytes;
        int end = to;
        int i = at + 1;
        tokenFrom = i;
        boolean escape = false;
        while (true) {
            // Eight bytes at once, up to the first that is a quote, a backslash, a control character or no ASCII.
            while (i + 8 <= end) {
                long word = (long) LONGS.get(text, i);
                long quote = word ^ ONES * '"';
                long slash = word ^ ONES * '\\';
                long stop = ((quote - ONES & ~quote) | (slash - ONES & ~slash) | (word - ONES * ' ' & ~word) | word)
                        & HIGHS;
                if (stop != 0) {
                    i += Long.numberOfTrailingZeros(stop) >>> 3;
                    break;
                }
                i += 8;
            }
            if (i >= end) {
                at = i;
                throw malformed("the string does not end");
            }
            byte b = text[i];
            if (b == '"') {
                break;
            } else if (b == '\\') {
                escape = true;
                i = escape(i);
            } else if (b < 0) {
                i = JsonUtf8.next(text, i, end);
                if (i < 0) {
                    at = -i;
                    throw malformed("no UTF-8");
                }
            } else if (b < ' ') {
                at = i;
                throw malformed("a control character in a string");
            } else {
                i++;
            }
        }
        escaped = escape;
        tokenTo = i;
        at = i + 1;
    }

    /** The place behind the escape that begins here; both halves of a surrogate pair are one. */
    private int escape(int backslash) {
        if (backslash + 1 >= to) {
            at = to;
            throw malformed("the string does not end");
        }
        switch (bytes[backslash + 1]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
                return backslash + 2;
            }
            case 'u' -> {
                int unit = unit(backslash);
                if (!Character.isSurrogate((char) unit)) {
                    return backslash + 6;
                }
                int next = backslash + 6;
                if (Character.isHighSurrogate((char) unit)
                        && next + 1 < to
                        && bytes[next] == '\\'
                        && bytes[next + 1] == 'u'
                        && Character.isLowSurrogate((char) unit(next))) {
                    return next + 6;
                }
                at = backslash;
                throw malformed("half a surrogate pair");
            }
            default -> {
                at = backslash;
                throw malformed("no such escape");
            }
        }
    }

    /** The four hexadecimal digits of the escape that begins here. */
    private int unit(int backslash) {
        int unit = backslash + 6 <= to ? JsonStrings.unit(bytes, backslash + 2) : -1;
        if (unit < 0) {
            at = backslash;
            throw malformed("four hexadecimal digits expected");
        }
        return unit;
    }

    /** Moves over a number; {@link #at} is on its sign or first digit. */
    void number() { // hot: per number
        byte[] text = bytes;
        int end = to;
        int i = at;
        tokenFrom = i;
        if (text[i] == '-') {
            i++;
        }
        int whole = i;
        i = digits(text, i, end);
        if (text[whole] == '0' && i > whole + 1) {
            at = whole;
            throw malformed("a number begins with 0");
        }
        boolean plain = true;
        boolean far = i - whole > 300;
        if (i < end && text[i] == '.') {
            plain = false;
            i = digits(text, i + 1, end);
        }
        if (i < end && (text[i] | 0x20) == 'e') {
            plain = false;
            i++;
            if (i < end && (text[i] == '+' || text[i] == '-')) {
                i++;
            }
            int exponent = i;
            i = digits(text, i, end);
            far |= i - exponent > 2;
        }
        integer = plain;
        tokenTo = i;
        at = i;
        // A digit is worth 3.32 bits.
        if (plain ? (i - whole) * 10L > integerBits * 3L : far) {
            checkRange();
        }
    }

    private int digits(byte[] text, int first, int end) {
        int i = first;
        while (i + 8 <= end) {
            // Eight bytes at once, up to the first that is no digit: the number of digits is unknown.
            long word = (long) LONGS.get(text, i) ^ ONES * '0';
            long stop = (word + ONES * 0x76 | word) & HIGHS;
            if (stop != 0) {
                i += Long.numberOfTrailingZeros(stop) >>> 3;
                break;
            }
            i += 8;
        }
        while (i < end && text[i] >= '0' && text[i] <= '9') {
            i++;
        }
        if (i == first) {
            at = i;
            throw malformed("a digit expected");
        }
        return i;
    }

    /** Rare: a number so long that it may be outside of the language's range. */
    private void checkRange() {
        if (integer) {
            JsonNumbers.integer(bytes, tokenFrom, tokenTo, integerBits);
        } else if (Double.isInfinite(JsonNumbers.floating(bytes, tokenFrom, tokenTo))) {
            at = tokenFrom;
            throw malformed("no double is as large");
        }
    }

    /** Moves over {@code true}, {@code false} or {@code null}; {@link #at} is on its first letter. */
    void word() {
        byte[] text = bytes;
        int i = at;
        int left = to - i;
        if (left >= 4 && text[i] == 't' && text[i + 1] == 'r' && text[i + 2] == 'u' && text[i + 3] == 'e') {
            at = i + 4;
        } else if (left >= 4 && text[i] == 'n' && text[i + 1] == 'u' && text[i + 2] == 'l' && text[i + 3] == 'l') {
            at = i + 4;
        } else if (left >= 5
                && text[i] == 'f'
                && text[i + 1] == 'a'
                && text[i + 2] == 'l'
                && text[i + 3] == 's'
                && text[i + 4] == 'e') {
            at = i + 5;
        } else {
            throw malformed("a value expected");
        }
    }

    /**
     * Skips one value of any type, with space before it.
     * @param depth the most arrays and objects that may be open within it
     */
    void skip(int depth) { // hot: per value without a path
        switch (peek()) {
            case '"' -> string();
            case '{' -> skipObject(depth);
            case '[' -> skipArray(depth);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> word();
        }
    }

    private void skipObject(int depth) {
        open(depth);
        if (peek() == '}') {
            at++;
            return;
        }
        while (true) {
            key();
            skip(depth - 1);
            if (!another('}')) {
                return;
            }
        }
    }

    private void skipArray(int depth) {
        open(depth);
        if (peek() == ']') {
            at++;
            return;
        }
        do {
            skip(depth - 1);
        } while (another(']'));
    }

    /** Moves behind the bracket that opens an array or object. */
    void open(int depth) {
        if (depth <= 0) {
            throw malformed("nested too deep");
        }
        at++;
    }

    /** Moves behind a member's key and its colon. */
    void key() { // hot: per member
        if (at >= to || bytes[at] != '"') {
            if (peek() != '"') {
                throw malformed("a key expected");
            }
        }
        string();
        if (at < to && bytes[at] == ':') {
            at++;
        } else {
            expect(':');
        }
    }

    /** Moves behind a comma, which says true, or behind this closing bracket, which says false. */
    boolean another(char closing) { // hot: per value
        if (at < to && bytes[at] == ',') {
            at++;
            return true;
        }
        int next = peek();
        if (next == ',') {
            at++;
            return true;
        }
        if (next != closing) {
            throw malformed("',' or '" + closing + "' expected");
        }
        at++;
        return false;
    }

    /** The error for what stands at {@link #at}. */
    EvaluationException malformed(String problem) {
        String where = at >= to ? "the end" : "byte " + (at - from + 1);
        return new EvaluationException(
                EvaluationException.Code.DECODE_JSON, "json", "at " + where + " of " + (to - from) + ": " + problem);
    }
}
