package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.StatementException;
import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.parse.Statement;
import io.maxmq.rules.parse.StatementGenerator;
import io.maxmq.rules.parse.StatementParser;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;

class ReferencePropertyTest {
    private static final List<String> PAYLOADS = List.of(
            "{\"a\":1,\"b\":\"x\",\"list\":[1,2.0,\"3\",null],\"k\":{\"a\":[true]}}",
            "{\"a\":[{\"a\":1,\"b\":[5]},{\"k\":\"it's\"}],\"b\":true,\"list\":{\"a\":2},\"topic\":2}",
            "{\"a\":\"{\\\"a\\\":[1,2]}\",\"b\":-1.5,\"list\":[[1,2],[3]],\"a b\":0}",
            "{\"a\":null,\"b\":9223372036854775807,\"group\":\"t/+\",\"x1\":1}",
            "[1,{\"a\":2},[3,4]]",
            "12",
            "no JSON",
            "");

    private final WrittenRecords records = new WrittenRecords();

    @Property(tries = 6_000, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheReference(@ForAll long seed) {
        String text = new StatementGenerator(seed).statement();
        String payload = PAYLOADS.get(new Random(seed).nextInt(PAYLOADS.size()));
        Program program;
        try {
            program = Program.of(text, EvaluationTableTest.OPTIONS);
        } catch (StatementException e) {
            return; // what it refuses is looked at elsewhere
        }

        String expected =
                outcome(() -> Reference.run(StatementParser.statement(text), TestSurroundings.message(payload)));
        TestSurroundings event = TestSurroundings.message(payload);
        String found = outcome(() ->
                program.run(new Evaluation(event, new Payload(event.field("payload")), null, Long.MAX_VALUE / 4)));

        Payload inOnePass = new PayloadPaths(List.of(program), EvaluationLimits.DEFAULT)
                .reader()
                .payload(event.field("payload"));
        String foundInOnePass = outcome(() -> program.run(new Evaluation(event, inOnePass, null, Long.MAX_VALUE / 4)));

        records.agree(
                program,
                event,
                new PayloadPaths(List.of(program), EvaluationLimits.DEFAULT)
                        .reader()
                        .payload(event.field("payload")),
                new PayloadPaths(List.of(program), EvaluationLimits.DEFAULT)
                        .reader()
                        .payload(event.field("payload")));
        assertThat(found).as(text + "\non " + payload).isEqualTo(expected);
        assertThat(foundInOnePass).as(text + "\nin one pass on " + payload).isEqualTo(expected);
    }

    /** The printed statement means the same. */
    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void agreesWithItselfPrinted(@ForAll long seed) {
        Statement statement = StatementParser.statement(new StatementGenerator(seed).statement());
        String payload = PAYLOADS.get(new Random(seed).nextInt(PAYLOADS.size()));
        Program program;
        try {
            program = new Compiler(EvaluationTableTest.OPTIONS).program(statement);
        } catch (StatementException e) {
            return;
        }

        Program again = Program.of(program.printed(), EvaluationTableTest.OPTIONS);

        assertThat(outcome(() -> again.run(new Evaluation(TestSurroundings.message(payload)))))
                .isEqualTo(outcome(() -> program.run(new Evaluation(TestSurroundings.message(payload)))));
    }

    private interface Run {
        List<Map<String, Object>> run();
    }

    /** The records, or the code of the error. */
    private static String outcome(Run run) {
        try {
            return records(run.run());
        } catch (EvaluationException e) {
            return e.code().toString();
        }
    }

    private static String records(List<Map<String, Object>> records) {
        StringBuilder text = new StringBuilder();
        records.forEach(record -> text.append(shown(record)).append('\n'));
        return text.toString();
    }

    /** With types, and members sorted: their order is looked at in the tables. */
    private static String shown(Object value) {
        if (value instanceof Map<?, ?> map) {
            StringBuilder text = new StringBuilder("{");
            new TreeMap<>(map)
                    .forEach((key, member) ->
                            text.append(key).append(':').append(shown(member)).append(' '));
            return text.append('}').toString();
        }
        if (value instanceof List<?> list) {
            StringBuilder text = new StringBuilder("[");
            list.forEach(element -> text.append(shown(element)).append(' '));
            return text.append(']').toString();
        }
        return value == null ? "undefined" : value.getClass().getSimpleName().charAt(0) + "'" + value + "'";
    }
}
