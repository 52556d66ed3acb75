package io.maxmq.configfile;

import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.maxmq.configfile.HoconStrings.Quoted;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place in a configuration file, of a text that was read from it. Reads the file again, so only for errors.
 *
 * @param file null when the text comes from elsewhere
 * @param line counted from 1; 0 when the text comes from elsewhere
 * @param column in characters, counted from 1; 0 when the file does not tell
 */
record TextPlace(@Nullable String file, int line, int column) {

    /** A text beginning with a string of the document, or found in one line of it. */
    private record Source(String file, String document, String content, int[] offsets, int start) {}

    /** Where a value begins. The parser tells the line in which a string of several lines ends. */
    static TextPlace start(ConfigValue value) {
        return start(value.origin(), source(value.origin(), value));
    }

    private static TextPlace start(ConfigOrigin origin, @Nullable Source source) {
        int line = source == null
                ? Math.max(0, origin.lineNumber())
                : at(source, source.start()).line();
        return new TextPlace(origin.filename(), line, 0);
    }

    /**
     * Where a character of a text value stands. Without a column when the file does not tell: the text is put together of several parts,
     * or stands several times in one line. Then the line is the one in which the value begins.
     *
     * @param written of the value as the file has it, before substitutions, which tell only where their parts come from
     * @param line of the text, counted from 1; a line ends with LF, CR or both
     * @param column in characters, counted from 1; may be one past the end of the line
     */
    static TextPlace within(ConfigValue value, ConfigOrigin written, int line, int column) {
        Source source = source(value.origin(), value);
        boolean isWhole = source != null && source.content().equals(value.unwrapped());
        if (!isWhole) {
            source = source(written, value);
        }
        int index = index(String.valueOf(value.unwrapped()), line, column);
        return source != null && index < source.offsets().length - (isWhole ? 0 : 1)
                ? at(source, source.offsets()[index])
                : start(written, source);
    }

    private static @Nullable Source source(ConfigOrigin origin, ConfigValue value) {
        String file = origin.filename();
        if (value.valueType() != ConfigValueType.STRING || file == null || origin.lineNumber() < 1) {
            return null;
        }
        String document;
        try {
            document = new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return null; // it was there a moment ago
        }
        String text = String.valueOf(value.unwrapped());
        Source quoted = quoted(file, document, origin.lineNumber(), text);
        return quoted != null ? quoted : unquoted(file, document, origin.lineNumber(), text);
    }

    /** The longest string that ends in this line and with which the text begins; null when there is none, or more than one. */
    private static @Nullable Source quoted(String file, String document, int endLine, String text) {
        Quoted found = null;
        boolean isUnique = true;
        for (Quoted each : HoconStrings.of(document)) {
            if (each.endLine() != endLine || each.content().isEmpty() || !text.startsWith(each.content())) {
                continue;
            }
            int longer = found == null
                    ? 1
                    : each.content().length() - found.content().length();
            isUnique = longer > 0 || longer < 0 && isUnique;
            found = longer > 0 ? each : found;
        }
        return found != null && isUnique
                ? new Source(file, document, found.content(), found.offsets(), found.start())
                : null;
    }

    /** A text without quotes, which stands once in its line; null when it does not. */
    private static @Nullable Source unquoted(String file, String document, int line, String text) {
        List<String> lines = List.of(document.split("\n", -1));
        if (text.isEmpty() || line > lines.size()) {
            return null;
        }
        int start = 0;
        for (String each : lines.subList(0, line - 1)) {
            start += each.length() + 1;
        }
        String its = lines.get(line - 1);
        int first = its.indexOf(text);
        if (first < 0 || its.indexOf(text, first + 1) >= 0) {
            return null;
        }
        int[] offsets = new int[text.length() + 1];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = start + first + i;
        }
        return new Source(file, document, text, offsets, start + first);
    }

    private static TextPlace at(Source source, int offset) {
        String document = source.document();
        int line = 1;
        int lineStart = document.startsWith("\uFEFF") ? 1 : 0;
        for (int i = 0; i < offset; i++) {
            if (document.charAt(i) == '\n') {
                line++;
                lineStart = i + 1;
            }
        }
        return new TextPlace(source.file(), line, document.codePointCount(Math.min(lineStart, offset), offset) + 1);
    }

    private static int index(String text, int line, int column) {
        int at = 0;
        for (int i = 1; i < line && at < text.length(); at++) {
            char c = text.charAt(at);
            i += c == '\n' || c == '\r' && !text.startsWith("\n", at + 1) ? 1 : 0;
        }
        for (int i = 1; i < column && at < text.length(); i++) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    }
}
