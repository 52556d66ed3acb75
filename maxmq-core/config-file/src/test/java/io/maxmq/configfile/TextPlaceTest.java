package io.maxmq.configfile;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Where the parts of a text stand in the file; ~ marks the place that is looked for. */
class TextPlaceTest {
    @TempDir
    Path directory;

    private static List<Integer> within(Path directory, String document, int line, int column) throws IOException {
        Config config = parse(directory, document);
        ConfigObject written = ConfigFactory.parseFile(
                        directory.resolve("broker.conf").toFile())
                .root();
        TextPlace place =
                TextPlace.within(config.getValue("sql"), written.get("sql").origin(), line, column);
        return List.of(place.line(), place.column());
    }

    private static Config parse(Path directory, String document) throws IOException {
        Path file = Files.writeString(directory.resolve("broker.conf"), document);
        return ConfigFactory.parseFile(file.toFile()).resolve();
    }

    static List<Arguments> documents() {
        String triple = "\"\"\"";
        return List.of(
                Arguments.of("one line", "a = 1\nsql = \"SELECT ~a\"\n"),
                Arguments.of(
                        "several lines",
                        "a = 1\nsql = " + triple + "SELECT\n  a,\n  ~b\nFROM t" + triple + ", c = 2\n"),
                Arguments.of("first line of several", "sql = " + triple + "SELECT ~a\nFROM t\n\n" + triple),
                Arguments.of("end of the text", "sql = " + triple + "SELECT a\nFROM t~" + triple + "\nb = 1"),
                Arguments.of("CRLF", "a = 1\r\nsql = " + triple + "SELECT\r\n  ~a\r\nFROM t" + triple + "\r\nb = 1"),
                Arguments.of("LF in an escape", "sql = \"SELECT\\n\\n  ~a\""),
                Arguments.of("escaped quotes", "a = 1, sql = \"SELECT \\\"x\\\", \\u0061\\t ~b FROM \\\"t\\\"\""),
                Arguments.of("quotes before the end", "sql = " + triple + "SELECT ~a FROM \"t\"" + triple + "\n"),
                Arguments.of(
                        "characters of two units",
                        "sql = " + triple + "SELECT '\uD83D\uDE00\uD83D\uDE00',\n'\uD83D\uDE00' ~a" + triple),
                Arguments.of("behind a remark", "# \"\"\" it's \"quoted\nb = 1 // \"\"\"\nsql = \"SELECT ~a\""),
                Arguments.of(
                        "behind another string",
                        "b = " + triple + "SELECT\n\n" + triple + "\nsql = " + triple + "SELECT\n ~a" + triple),
                Arguments.of("two of one line", "b = \"SELECT\", sql = \"SELECT ~a\""),
                Arguments.of("quoted key that begins the text", "\"sql\" = \"sql ~a\""),
                Arguments.of("unquoted", "b = 1, sql = SELECT ~a FROM t # SELECT\n"),
                Arguments.of("substitution", "text = " + triple + "SELECT\n ~a" + triple + "\nsql = ${text}\n"),
                Arguments.of(
                        "first part of several", "x = t\nsql = " + triple + "SELECT\n ~a\nFROM " + triple + "${x}\n"),
                Arguments.of(
                        "in a list of sections",
                        "rules = [{ sql = \"SELECT 1\" }, {\n sql2 = 1 }]\nsql = \"SELECT ~a\""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("documents")
    void findsACharacterOfAText(String name, String marked) throws IOException {
        int offset = marked.indexOf('~');
        String document = marked.substring(0, offset) + marked.substring(offset + 1);
        String value = parse(directory, marked).getString("sql");
        String before = value.substring(0, value.indexOf('~'));

        assertThat(within(directory, document, lines(before), lastColumn(before)))
                .containsExactly(
                        linesByLf(marked.substring(0, offset)),
                        marked.codePointCount(marked.lastIndexOf('\n', offset) + 1, offset) + 1);
    }

    private static int linesByLf(String text) {
        return (int) text.chars().filter(c -> c == '\n').count() + 1;
    }

    /** Lines as the language of rules counts them. */
    private static int lines(String text) {
        return text.split("\r\n|\r|\n", -1).length;
    }

    private static int lastColumn(String text) {
        String[] lines = text.split("\r\n|\r|\n", -1);
        String last = lines[lines.length - 1];
        return last.codePointCount(0, last.length()) + 1;
    }

    static List<Arguments> uncertain() {
        String triple = "\"\"\"";
        return List.of(
                Arguments.of(
                        "behind the first part",
                        "x = t\nsql = " + triple + "SELECT\n" + triple + "${x}" + triple + "\n\na" + triple,
                        4,
                        1,
                        2),
                Arguments.of("twice in a line", "a = 1\nb = \"SELECT x\", sql = \"SELECT x\"", 1, 8, 2),
                Arguments.of("parts without quotes", "x = t\n\nsql = SELECT a FROM ${x}", 1, 8, 3));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("uncertain")
    void namesTheLineInWhichTheTextBeginsWhereTheFileDoesNotTell(
            String name, String document, int line, int column, int expected) throws IOException {
        assertThat(within(directory, document, line, column)).containsExactly(expected, 0);
    }

    @Test
    void tellsTheLineInWhichATextOfSeveralLinesBegins() throws IOException {
        Config config = parse(directory, "a = 1\nsql = \"\"\"\n\n\n\"\"\"\nb = 2");

        assertThat(TextPlace.start(config.getValue("sql")))
                .extracting(TextPlace::line)
                .isEqualTo(2);
        assertThat(TextPlace.start(config.getValue("b")))
                .extracting(TextPlace::line)
                .isEqualTo(6);
    }

    /** Whatever the text and its quotes, the place in the file has the character of the text. */
    @Property(tries = 300)
    void findsEveryCharacterOfAnyText(@ForAll Random random) throws IOException {
        Path own = Files.createTempDirectory("text-place");
        try {
            String text = text(random);
            boolean triple = random.nextBoolean() && !text.contains("\"\"\"") && !text.startsWith("\"");
            String document = "a = \"" + "x".repeat(random.nextInt(3)) + '"' + "\n".repeat(1 + random.nextInt(3))
                    + "# \"remark\nsql = " + (triple ? "\"\"\"" + text + "\"\"\"" : quoted(text, random)) + "\nb = 1\n";
            Config config = parse(own, document);
            assertThat(config.getString("sql")).isEqualTo(text);
            String[] lines = document.split("\n", -1);

            for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
                String before = text.substring(0, at);
                int wanted = text.codePointAt(at);
                if (wanted == '\n' || wanted == '\r') {
                    continue;
                }
                ConfigValue value = config.getValue("sql");
                TextPlace place = TextPlace.within(value, value.origin(), lines(before), lastColumn(before));
                assertThat(place.column()).isPositive();
                String line = lines[place.line() - 1];
                int found = line.codePointAt(line.offsetByCodePoints(0, place.column() - 1));
                assertThat(found == wanted || found == '\\')
                        .as("%s of %s", place, document)
                        .isTrue();
            }
        } finally {
            Files.delete(own.resolve("broker.conf"));
            Files.delete(own);
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        List<String> parts = List.of(
                "SELECT ",
                "a",
                "\n",
                "\r\n",
                "\"t\"",
                "'",
                "\\",
                "\uD83D\uDE00",
                "\u00e9",
                "#",
                "//",
                "${x}",
                "\t",
                " ");
        for (int i = random.nextInt(30) + 1; i > 0; i--) {
            text.append(parts.get(random.nextInt(parts.size())));
        }
        return text.append('.').toString();
    }

    private static String quoted(String text, Random random) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            switch (c) {
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '"', '\\' -> quoted.append('\\').append(c);
                default -> {
                    if (c < 128 && random.nextInt(8) == 0) {
                        quoted.append(String.format("\\u%04x", (int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }
}
