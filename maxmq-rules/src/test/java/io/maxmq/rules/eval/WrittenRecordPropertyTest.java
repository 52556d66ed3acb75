package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.json.JsonDocuments;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.parse.StatementParser;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;

/** Statements as most rules have them, on any payloads: what is written, what is given, and what the reference says. */
class WrittenRecordPropertyTest {
    private static final String[] KEYS = {"a", "b", "c", "d"};

    private final WrittenRecords records = new WrittenRecords();

    @Property(tries = 3_000, edgeCases = EdgeCasesMode.NONE)
    void writesByteByByteWhatIsGiven(@ForAll long seed) {
        Random random = new Random(seed);
        JsonDocuments documents = new JsonDocuments(seed, KEYS);
        String payload = random.nextInt(20) == 0 ? "no JSON" : documents.text(documents.value(4));
        String statement = statement(random);
        boolean leavesOut = random.nextInt(3) == 0;
        Program program = Program.of(
                statement,
                new CompileOptions(
                        EvaluationTableTest.OPTIONS.functions(),
                        Set.of(),
                        EvaluationLimits.DEFAULT,
                        false,
                        leavesOut,
                        false));
        TestSurroundings event = TestSurroundings.message(payload);
        PayloadPaths paths = new PayloadPaths(List.of(program, program), EvaluationLimits.DEFAULT);

        records.agree(
                program,
                event,
                paths.reader().payload(event.field("payload")),
                paths.reader().payload(event.field("payload")));
        records.agree(program, event, new Payload(event.field("payload")), new Payload(event.field("payload")));
        if (statement.contains(", *")) {
            return; // the reference has the same members in another order
        }
        String written = records.written(program, event, paths.reader().payload(event.field("payload")));
        assertThat(written.startsWith("{") || written.isEmpty() ? written : written.split(" ")[0])
                .as(statement + "\non " + payload)
                .isEqualTo(reference(statement, event, leavesOut));
    }

    private static String reference(String statement, TestSurroundings event, boolean leavesOut) {
        try {
            List<Map<String, Object>> records = Reference.run(StatementParser.statement(statement), event);
            return records.isEmpty()
                    ? ""
                    : new String(
                            new JsonWriter(leavesOut, JsonWriter.UNBOUNDED)
                                    .write(records.get(0))
                                    .toBytes(),
                            StandardCharsets.UTF_8);
        } catch (EvaluationException e) {
            return e.code().toString();
        }
    }

    private static String statement(Random random) {
        StringBuilder text = new StringBuilder("SELECT ");
        int fields = 1 + random.nextInt(4);
        if (random.nextInt(3) == 0) {
            return nested(random, fields);
        }
        for (int i = 0; i < fields; i++) {
            text.append(i == 0 ? "" : ", ")
                    .append(value(random))
                    .append(" AS n")
                    .append(i);
            text.append(random.nextInt(8) == 0 ? ".m" : "");
        }
        text.append(" FROM \"t/#\"");
        if (random.nextInt(3) > 0) {
            String name = "n" + random.nextInt(fields);
            text.append(
                    switch (random.nextInt(5)) {
                        case 0 -> " WHERE " + name + " IS NOT NULL";
                        case 1 -> " WHERE str(" + name + ") <> 'x'";
                        case 2 -> " WHERE typeof(" + name + ") <> 'int' OR " + name + " < 50";
                        case 3 -> " WHERE payload." + KEYS[random.nextInt(4)] + " = " + name;
                        default -> " WHERE " + name + ".a IS NULL AND qos = 1";
                    });
        }
        return text.toString();
    }

    /** Fields that are only read, most of them into maps: by targets, or as paths have them that have none. */
    private static String nested(Random random, int fields) {
        StringBuilder text = new StringBuilder("SELECT ");
        for (int i = 0; i < fields; i++) {
            String path = "payload." + key(random) + (random.nextBoolean() ? "" : "." + key(random));
            text.append(i == 0 ? "" : ", ")
                    .append(
                            switch (random.nextInt(8)) {
                                case 0 -> "clientid";
                                case 1 -> "7 AS m." + key(random);
                                case 2 -> "qos AS m.x." + key(random);
                                case 3 -> path + " AS payload." + key(random);
                                case 4 -> path + " AS m." + key(random);
                                default -> path;
                            });
        }
        text.append(random.nextInt(20) == 0 ? ", *" : "").append(" FROM \"t/#\"");
        String path = (random.nextBoolean() ? "payload." : "m.") + key(random);
        return switch (random.nextInt(5)) {
            case 0 -> text.toString();
            case 1 -> text + " WHERE " + path + " = " + path + "." + key(random);
            case 2 -> text + " WHERE typeof(" + path + ") <> 'int' OR " + path + " > 50";
            case 3 -> text + " WHERE " + path + "[1] IS NULL OR m.x." + key(random) + " = 1";
            default -> text + " WHERE is_null(" + path + ") OR payload <> ''";
        };
    }

    private static String key(Random random) {
        return KEYS[random.nextInt(KEYS.length)];
    }

    private static String value(Random random) {
        String path = "payload." + KEYS[random.nextInt(4)];
        return switch (random.nextInt(14)) {
            case 0 -> "clientid";
            case 1 -> "qos";
            case 2 -> "username";
            case 3 -> "'it''s'";
            case 4 -> "payload";
            case 5 -> path + " * 1.8 + 32";
            case 6 -> "- " + path;
            case 7 -> "CASE WHEN " + path + " IS NULL THEN 0.5 ELSE " + path + " END";
            case 8 -> path + "[" + (random.nextInt(4) - 1) + "]";
            case 9 -> "n" + random.nextInt(3);
            case 10 -> "str(" + path + ")";
            default -> path + (random.nextBoolean() ? "" : "." + KEYS[random.nextInt(4)]);
        };
    }
}
