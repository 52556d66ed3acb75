package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.StatementException;
import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.function.Functions;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.parse.StatementParser;
import io.maxmq.rules.value.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the tables of statements beside this class. Cases are parted by empty lines; the lines of one begin with
 *
 * <pre>
 *   &lt;   the payload, {} without
 *   @   a field of the event and its value as JSON, parted by =
 *   &gt;   a record, or nothing
 *   !   the error at run time: code, clause, line:column, function or operator
 *   ?   the error at creation: code, line:column
 *   #   a remark
 * </pre>
 *
 * and all others are the statement's.
 */
class EvaluationTableTest {
    static final CompileOptions OPTIONS = new CompileOptions(
            Functions.standard(),
            Set.of("$events/client/connected", "$events/client_connected", "$events/session/subscribed"));

    @TestFactory
    Stream<DynamicTest> operators() {
        return table("operators.txt");
    }

    @TestFactory
    Stream<DynamicTest> paths() {
        return table("paths.txt");
    }

    @TestFactory
    Stream<DynamicTest> lists() {
        return table("lists.txt");
    }

    @TestFactory
    Stream<DynamicTest> clauses() {
        return table("clauses.txt");
    }

    @TestFactory
    Stream<DynamicTest> departures() {
        return table("departures.txt");
    }

    @TestFactory
    Stream<DynamicTest> refusals() {
        return table("refusals.txt");
    }

    private static Stream<DynamicTest> table(String resource) {
        List<DynamicTest> tests = new ArrayList<>();
        for (String block : text(resource).split("\n\\s*\n")) {
            List<String> lines = block.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
            if (!lines.isEmpty()) {
                tests.add(DynamicTest.dynamicTest(lines.get(0), test(lines)));
            }
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    private static Executable test(List<String> lines) {
        String statement = String.join(
                "\n",
                lines.stream()
                        .filter(line -> "<>@!?".indexOf(line.charAt(0)) < 0)
                        .toList());
        List<String> expected = lines.stream()
                .filter(line -> ">!?".indexOf(line.charAt(0)) >= 0)
                .toList();
        return () -> {
            assertThat(expected).isNotEmpty();
            assertThat(outcome(statement, event(lines), false)).isEqualTo(expected);
            assertThat(outcome(statement, event(lines), true)).as("in one pass").isEqualTo(expected);
            if (!expected.get(0).startsWith("?")) {
                String reference = reference(statement, event(lines));
                assertThat(reference).isIn("", firstWords(expected.get(0)));
            }
        };
    }

    private static TestSurroundings event(List<String> lines) {
        String payload = lines.stream()
                .filter(line -> line.startsWith("<"))
                .findFirst()
                .map(line -> line.substring(1).strip())
                .orElse("{}");
        TestSurroundings event = TestSurroundings.message(payload);
        for (String line : lines) {
            if (line.startsWith("@")) {
                String[] field = line.substring(1).split("=", 2);
                event.with(field[0].strip(), TestSurroundings.json(field[1]));
            }
        }
        return event;
    }

    private static List<String> outcome(String statement, TestSurroundings event, boolean inOnePass) {
        Program program;
        try {
            program = Program.of(statement, OPTIONS);
        } catch (StatementException e) {
            return List.of("? " + e.code() + " " + e.line() + ":" + e.column());
        }
        try {
            Payload payload = inOnePass
                    ? new PayloadPaths(List.of(program), EvaluationLimits.DEFAULT)
                            .reader()
                            .payload(event.field("payload"))
                    : new Payload(event.field("payload"));
            if (inOnePass) {
                PayloadPaths.Reader reader = new PayloadPaths(List.of(program), EvaluationLimits.DEFAULT).reader();
                new WrittenRecords().agree(program, event, payload, reader.payload(event.field("payload")));
            }
            List<Map<String, Object>> records = program.run(new Evaluation(event, payload, null, Long.MAX_VALUE / 4));
            return records.isEmpty()
                    ? List.of("> nothing")
                    : records.stream().map(record -> "> " + json(record)).toList();
        } catch (EvaluationException e) {
            String clause = e.clause() == null ? "nowhere" : e.clause().name().toLowerCase(Locale.ROOT);
            return List.of("! " + e.code() + " " + clause + " " + e.line() + ":" + e.column() + " " + e.where());
        }
    }

    /** The code of the error that the reference has; empty when it gives records, which are compared elsewhere. */
    private static String reference(String statement, TestSurroundings event) {
        try {
            Reference.run(StatementParser.statement(statement), event);
            return "";
        } catch (EvaluationException e) {
            return "! " + e.code();
        }
    }

    private static String firstWords(String line) {
        String[] words = line.split(" ");
        return words[0] + " " + words[1];
    }

    private static String json(Map<String, Object> record) {
        return Text.ofBytes(JsonWriter.bytes(record)).toString();
    }

    private static String text(String resource) {
        try (InputStream in = EvaluationTableTest.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
