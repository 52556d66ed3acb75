package io.maxmq.rules.function;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Formats of dates: {@code %Y %m %d %H %M %S}, {@code %N} nanoseconds in nine digits, {@code %3N %6N} their first three or six, {@code
 * %z} as +hhmm, {@code %:z} as +hh:mm, {@code %::z} as +hh:mm:ss. Each other character is copied, and stands for any one when read.
 * Stateless.
 */
final class DateFormat {
    /** The result of {@link #offset} for an invalid text. */
    static final int NO_OFFSET = Integer.MIN_VALUE;

    /** Longer ones first, as a shorter one may begin them. */
    private static final String[] FIELDS = {"%::z", "%:z", "%3N", "%6N", "%Y", "%m", "%d", "%H", "%M", "%S", "%N", "%z"
    };

    private DateFormat() {}

    private static String fieldAt(String format, int at) {
        if (format.charAt(at) == '%') {
            for (String field : FIELDS) {
                if (format.startsWith(field, at)) {
                    return field;
                }
            }
        }
        return "";
    }

    /** A time of the years 0 to 9999 in a format. */
    static String format(OffsetDateTime time, String format) {
        StringBuilder out = new StringBuilder(format.length() + 16);
        int at = 0;
        while (at < format.length()) {
            String field = fieldAt(format, at);
            if (field.isEmpty()) {
                out.append(format.charAt(at++));
                continue;
            }
            at += field.length();
            switch (field) {
                case "%Y" -> digits(out, time.getYear(), 4);
                case "%m" -> digits(out, time.getMonthValue(), 2);
                case "%d" -> digits(out, time.getDayOfMonth(), 2);
                case "%H" -> digits(out, time.getHour(), 2);
                case "%M" -> digits(out, time.getMinute(), 2);
                case "%S" -> digits(out, time.getSecond(), 2);
                case "%N" -> digits(out, time.getNano(), 9);
                case "%3N" -> digits(out, time.getNano() / 1_000_000, 3);
                case "%6N" -> digits(out, time.getNano() / 1_000, 6);
                default -> offset(out, time.getOffset().getTotalSeconds(), field);
            }
        }
        return out.toString();
    }

    private static void digits(StringBuilder out, int number, int digits) {
        String text = Integer.toString(number);
        out.append("0".repeat(Math.max(0, digits - text.length()))).append(text);
    }

    private static void offset(StringBuilder out, int seconds, String field) {
        int size = Math.abs(seconds);
        String colon = field.equals("%z") ? "" : ":";
        out.append(seconds < 0 ? '-' : '+');
        digits(out, size / 3_600, 2);
        out.append(colon);
        digits(out, size / 60 % 60, 2);
        if (field.equals("%::z")) {
            out.append(colon);
            digits(out, size % 60, 2);
        }
    }

    /** Seconds of {@code +hh:mm}, {@code +hh:mm:ss} or {@code +hhmm}; {@link #NO_OFFSET} for another text. */
    static int offset(String text) {
        boolean colons = text.length() > 3 && text.charAt(3) == ':';
        int length = text.length();
        boolean shaped = colons ? length == 6 || length == 9 && text.charAt(6) == ':' : length == 5;
        if (!shaped || text.charAt(0) != '+' && text.charAt(0) != '-') {
            return NO_OFFSET;
        }
        int hours = number(text, 1, 3);
        int minutes = number(text, colons ? 4 : 3, colons ? 6 : 5);
        int seconds = length == 9 ? number(text, 7, 9) : 0;
        if (hours < 0 || minutes < 0 || seconds < 0 || minutes > 59 || seconds > 59) {
            return NO_OFFSET;
        }
        int size = (hours * 60 + minutes) * 60 + seconds;
        if (size > ZoneOffset.MAX.getTotalSeconds()) {
            return NO_OFFSET;
        }
        return text.charAt(0) == '-' ? -size : size;
    }

    /** The number in this part; -1 for missing or other characters. */
    private static int number(String text, int from, int to) {
        if (to > text.length()) {
            return -1;
        }
        int number = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + c - '0';
        }
        return number;
    }

    /** The time that a text in this format tells; without an offset in it, in UTC. Fields behind the text's end are 0. */
    static Instant parse(Call call, String format, String text) {
        int[] parts = {-1, -1, -1, 0, 0, 0, 0};
        int offset = 0;
        int at = 0;
        int read = 0;
        while (at < format.length() && read < text.length()) {
            String field = fieldAt(format, at);
            if (field.isEmpty()) {
                read += Character.charCount(text.codePointAt(read));
                at += Character.charCount(format.codePointAt(at));
                continue;
            }
            at += field.length();
            if (field.endsWith("z")) {
                boolean zulu = text.charAt(read) == 'Z' || text.charAt(read) == 'z';
                int end = Math.min(
                        text.length(), read + (zulu ? 1 : field.equals("%z") ? 5 : field.equals("%:z") ? 6 : 9));
                offset = zulu ? 0 : offset(text.substring(read, end));
                if (offset == NO_OFFSET) {
                    throw call.problem("an offset expected at character " + (read + 1));
                }
                read = end;
                continue;
            }
            int digits =
                    field.equals("%Y") ? 4 : field.equals("%N") ? 9 : field.endsWith("N") ? field.charAt(1) - '0' : 2;
            int number = number(text, read, read + digits);
            if (number < 0) {
                throw call.problem(digits + " digits for " + field + " expected at character " + (read + 1));
            }
            read += digits;
            int scale = field.equals("%3N") ? 1_000_000 : field.equals("%6N") ? 1_000 : 1;
            parts["YmdHMSN".indexOf(field.charAt(field.length() - 1))] = number * scale;
        }
        if (parts[0] < 0 || parts[1] < 0 || parts[2] < 0) {
            throw call.problem("year, month and day must be there");
        }
        return instant(call, parts, offset);
    }

    private static Instant instant(Call call, int[] parts, int offset) {
        try {
            return LocalDateTime.of(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6])
                    .toInstant(ZoneOffset.ofTotalSeconds(offset));
        } catch (DateTimeException e) {
            throw call.problem("no such time: " + e.getMessage());
        }
    }

    /** A time as RFC 3339 §5.6 has it. The fraction may have any number of digits; those past nanoseconds are dropped. */
    static Instant rfc3339(Call call, String text) {
        int[] parts = {
            number(text, 0, 4),
            number(text, 5, 7),
            number(text, 8, 10),
            number(text, 11, 13),
            number(text, 14, 16),
            number(text, 17, 19),
            0
        };
        for (int part : parts) {
            if (part < 0) {
                throw notRfc3339(call);
            }
        }
        char separator = text.charAt(10);
        if (text.charAt(4) != '-'
                || text.charAt(7) != '-'
                || "Tt ".indexOf(separator) < 0
                || text.charAt(13) != ':'
                || text.charAt(16) != ':') {
            throw notRfc3339(call);
        }
        int at = 19;
        if (at < text.length() && text.charAt(at) == '.') {
            int unit = 100_000_000;
            int first = ++at;
            for (; number(text, at, at + 1) >= 0; at++) {
                parts[6] += number(text, at, at + 1) * unit;
                unit /= 10;
            }
            if (at == first) {
                throw notRfc3339(call);
            }
        }
        String zone = text.substring(at);
        int offset = zone.equals("Z") || zone.equals("z") ? 0 : zone.length() == 6 ? offset(zone) : NO_OFFSET;
        if (offset == NO_OFFSET) {
            throw notRfc3339(call);
        }
        return instant(call, parts, offset);
    }

    private static RuntimeException notRfc3339(Call call) {
        return call.bad(0, "a time as 2026-01-31T23:59:59Z or with +hh:mm");
    }
}
