package io.maxmq.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Strings as MQTT allows them (5.0 §1.5.4): well-formed UTF-8 without U+0000, at most 65,535 bytes. Overlong forms,
 * surrogates and code points above U+10FFFF are refused [MQTT-1.5.4-1], [MQTT-1.5.4-2]; other control characters and
 * non-characters are allowed. Stateless, thread-safe, one pass, no allocation.
 */
public final class Utf8 {
    /** The longest string in bytes: its length has two bytes. */
    public static final int MAX_BYTES = 65_535;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long LOW_BITS = 0x0101_0101_0101_0101L;

    private static final byte CONTINUATION = (byte) 0x80;
    private static final int MAX_QUOTED = 100;

    private Utf8() {}

    /** Whether {@code length} bytes from the absolute index {@code from} are a string that MQTT allows. */
    public static boolean isWellFormed(ByteBuffer bytes, int from, int length) {
        return isWellFormed(bytes, from, length, 1);
    }

    /**
     * The same for a payload whose format indicator says UTF-8 (§3.3.2.3.2): of any length, and U+0000 may be in it.
     */
    public static boolean isWellFormedPayload(ByteBuffer bytes, int from, int length) {
        return isWellFormed(bytes, from, length, 0);
    }

    private static boolean isWellFormed(ByteBuffer bytes, int from, int length, int leastAscii) {
        int end = from + length;
        int at = from;
        while (at < end) {
            if (end - at >= 8 && isAsciiWithoutNul(bytes.getLong(at))) {
                at += 8;
                continue;
            }
            int lead = bytes.get(at);
            if (lead >= leastAscii) {
                at++;
                continue;
            }
            int size = sizeOf(lead);
            if (size == 0
                    || end - at < size
                    || !isTail(
                            lead,
                            bytes.get(at + 1),
                            size > 2 ? bytes.get(at + 2) : CONTINUATION,
                            size > 3 ? bytes.get(at + 3) : CONTINUATION)) {
                return false;
            }
            at += size;
        }
        return true;
    }

    /** As {@link #isWellFormed(ByteBuffer, int, int)}, for an array. */
    public static boolean isWellFormed(byte[] bytes, int from, int length) {
        int end = from + length;
        int at = from;
        while (at < end) {
            if (end - at >= 8 && isAsciiWithoutNul((long) LONGS.get(bytes, at))) {
                at += 8;
                continue;
            }
            int lead = bytes[at];
            if (lead > 0) {
                at++;
                continue;
            }
            int size = sizeOf(lead);
            if (size == 0
                    || end - at < size
                    || !isTail(
                            lead,
                            bytes[at + 1],
                            size > 2 ? bytes[at + 2] : CONTINUATION,
                            size > 3 ? bytes[at + 3] : CONTINUATION)) {
                return false;
            }
            at += size;
        }
        return true;
    }

    /** Returns the number of bytes that {@code text} has in UTF-8, or -1 when it holds U+0000 or half of a surrogate pair. */
    public static int encodedLength(String text) {
        int bytes = 0;
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return -1;
            } else if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                return -1;
            }
        }
        return bytes;
    }

    /**
     * Returns {@code text} for an exception's message or a log line: its first 100 characters, escaped as by {@link #escape}, so that
     * a peer can neither fill a log nor forge its lines.
     */
    public static String quote(String text) {
        return text.length() <= MAX_QUOTED
                ? escape(text)
                : escape(text.substring(0, MAX_QUOTED)) + "… (" + text.length() + " characters)";
    }

    /**
     * Returns {@code text} for a log line or a terminal: control characters, line separators, invisible format
     * characters (the direction overrides U+202A..U+202E, for example) and halves of surrogate pairs become {@code \n},
     * {@code \r}, {@code \t} or a backslash, {@code u} and four hexadecimal digits. Other text is returned unchanged.
     * Escaped JSON is still JSON with the same content.
     */
    public static String escape(String text) {
        int safe = 0;
        while (safe < text.length()) {
            int point = text.codePointAt(safe);
            if (isDeceptive(point)) {
                return escape(text, safe);
            }
            safe += Character.charCount(point);
        }
        return text;
    }

    private static String escape(String text, int safe) {
        StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, safe);
        int at = safe;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            int end = at + Character.charCount(point);
            if (isDeceptive(point)) {
                for (int i = at; i < end; i++) {
                    appendEscape(escaped, text.charAt(i));
                }
            } else {
                escaped.append(text, at, end);
            }
            at = end;
        }
        return escaped.toString();
    }

    private static void appendEscape(StringBuilder to, char c) {
        switch (c) {
            case '\n' -> to.append("\\n");
            case '\r' -> to.append("\\r");
            case '\t' -> to.append("\\t");
            default -> {
                to.append("\\u");
                for (int shift = 12; shift >= 0; shift -= 4) {
                    to.append(Character.forDigit(c >> shift & 15, 16));
                }
            }
        }
    }

    /** Returns whether a character is invisible in a log, or misleads its reader: a new line, text in another order. */
    private static boolean isDeceptive(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }

    /** Exact when no byte has its high bit set: the subtraction then borrows only from a byte that is 0. */
    private static boolean isAsciiWithoutNul(long eightBytes) {
        return ((eightBytes | (eightBytes - LOW_BITS)) & HIGH_BITS) == 0;
    }

    /**
     * Returns the number of bytes of a character by its lead byte that is not ASCII, itself included: 2..4, or 0 for
     * U+0000 and an invalid lead byte.
     */
    private static int sizeOf(int lead) {
        int unsigned = lead & 0xFF;
        if (unsigned >= 0xC2 && unsigned <= 0xDF) {
            return 2;
        }
        if ((unsigned & 0xF0) == 0xE0) {
            return 3;
        }
        return unsigned >= 0xF0 && unsigned <= 0xF4 ? 4 : 0;
    }

    /** Unicode 15 table 3-7: the second byte's range depends on the lead byte, the others are 80..BF. */
    private static boolean isTail(int lead, byte second, byte third, byte fourth) {
        if (!isContinuation(second) || !isContinuation(third) || !isContinuation(fourth)) {
            return false;
        }
        int unsigned = second & 0xFF;
        return switch (lead & 0xFF) {
            case 0xE0 -> unsigned >= 0xA0; // overlong below
            case 0xED -> unsigned <= 0x9F; // surrogates above
            case 0xF0 -> unsigned >= 0x90; // overlong below
            case 0xF4 -> unsigned <= 0x8F; // beyond U+10FFFF above
            default -> true;
        };
    }

    private static boolean isContinuation(byte b) {
        return (b & 0xC0) == 0x80;
    }
}
