package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** The records that programs write, beside those that they give. */
final class WrittenRecords {
    private static final long NO_END = Long.MAX_VALUE / 4;

    /** One for all, as a lane has it. */
    private final Evaluation evaluation = new Evaluation(TestSurroundings.message(""));

    private final JsonWriter out = new JsonWriter(false, JsonWriter.UNBOUNDED);

    /** Checks that a program writes what it gives, or fails as it does. */
    void agree(Program program, TestSurroundings event, Payload payload, Payload same) {
        if (!program.canWrite()) {
            return;
        }
        String expected;
        try {
            List<Map<String, Object>> records = program.run(new Evaluation(event, payload, null, NO_END));
            expected = records.isEmpty() ? "" : text(JsonWriter.bytes(records.get(0)));
        } catch (EvaluationException e) {
            expected = failure(e);
        }
        assertThat(written(program, event, same)).as(program.printed()).isEqualTo(expected);
    }

    /** What is written, empty when nothing is; or the failure. */
    String written(Program program, TestSurroundings event, Payload payload) {
        evaluation.begin(event, payload, NO_END);
        out.clear();
        try {
            boolean isWritten = program.write(evaluation, out);
            assertThat(out.length() > 0).isEqualTo(isWritten);
            return text(out.toBytes());
        } catch (EvaluationException e) {
            return failure(e);
        }
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    private static String failure(EvaluationException e) {
        return e.code() + " " + e.clause() + " " + e.line() + ":" + e.column() + " " + e.where();
    }
}
