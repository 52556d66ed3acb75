package io.maxmq.rules.json;

import io.maxmq.rules.value.Text;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Values of the strings of a valid JSON text. */
final class JsonStrings {
    private JsonStrings() {}

    /**
     * The text of a string.
     *
     * @param from first byte behind the opening quote
     * @param to the closing quote
     */
    static Text text(byte[] bytes, int from, int to, boolean escaped) {
        return Text.ofBytes(escaped ? unescape(bytes, from, to) : Arrays.copyOfRange(bytes, from, to));
    }

    /** The same as a key. */
    static String key(byte[] bytes, int from, int to, boolean escaped) {
        return escaped
                ? new String(unescape(bytes, from, to), StandardCharsets.UTF_8)
                : new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    /** The bytes that a string with escapes stands for. */
    static byte[] unescape(byte[] bytes, int from, int to) {
        byte[] out = new byte[to - from];
        int length = 0;
        int i = from;
        while (i < to) {
            byte b = bytes[i];
            if (b != '\\') {
                out[length++] = b;
                i++;
                continue;
            }
            byte which = bytes[i + 1];
            if (which != 'u') {
                out[length++] = simple(which);
                i += 2;
                continue;
            }
            int point = unit(bytes, i + 2);
            i += 6;
            if (Character.isHighSurrogate((char) point)) {
                point = Character.toCodePoint((char) point, (char) unit(bytes, i + 2));
                i += 6;
            }
            length = encode(point, out, length);
        }
        return length == out.length ? out : Arrays.copyOf(out, length);
    }

    private static byte simple(byte which) {
        return switch (which) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> which;
        };
    }

    private static int encode(int point, byte[] out, int at) {
        int i = at;
        if (point < 0x80) {
            out[i++] = (byte) point;
        } else if (point < 0x800) {
            out[i++] = (byte) (0xc0 | point >> 6);
            out[i++] = (byte) (0x80 | point & 0x3f);
        } else if (point < 0x10000) {
            out[i++] = (byte) (0xe0 | point >> 12);
            out[i++] = (byte) (0x80 | point >> 6 & 0x3f);
            out[i++] = (byte) (0x80 | point & 0x3f);
        } else {
            out[i++] = (byte) (0xf0 | point >> 18);
            out[i++] = (byte) (0x80 | point >> 12 & 0x3f);
            out[i++] = (byte) (0x80 | point >> 6 & 0x3f);
            out[i++] = (byte) (0x80 | point & 0x3f);
        }
        return i;
    }

    /** The value of four hexadecimal digits; -1 for other characters. */
    static int unit(byte[] bytes, int at) {
        int unit = 0;
        for (int i = at; i < at + 4; i++) {
            int digit = bytes[i] < 0 ? -1 : Character.digit(bytes[i], 16);
            if (digit < 0) {
                return -1;
            }
            unit = unit << 4 | digit;
        }
        return unit;
    }
}
