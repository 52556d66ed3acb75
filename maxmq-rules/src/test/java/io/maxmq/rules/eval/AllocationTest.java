package io.maxmq.rules.eval;

import io.maxmq.rules.function.EvaluationLimits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What writing records promises: no garbage where a statement reads, compares and calculates. */
class AllocationTest {
    private static final int EVALUATIONS = 2_000;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            payload.t AS t, payload.d.id AS id FROM t WHERE t > 20   | {"t":23.4,"id":"dev-1"}
            payload.t AS t, payload.d.id AS id FROM t WHERE t > 30   |
            payload.d.id, clientid, payload.n FROM t WHERE payload.n = 7 | {"payload":{"d":{"id":"dev-1"},"n":7},"clientid":"c1"}
            payload.n * 2 + 1 AS n, payload.t * 10 AS t, 'x' AS x FROM t WHERE n > 3 AND t < 1e3 | {"n":15,"t":234.0,"x":"x"}
            CASE WHEN payload.n > 1 THEN payload.n ELSE 0 END AS n, payload.no AS no FROM t | {"n":7,"no":null}
            """)
    void allocatesNothingPerEvaluation(String list, String expected) throws Exception {
        Program program = Program.of("SELECT " + list.replace("FROM t", "FROM 't'"), EvaluationTableTest.OPTIONS);
        TestSurroundings event =
                TestSurroundings.message("{\"d\":{\"id\":\"dev-1\",\"x\":[1,2]},\"n\":7,\"t\":23.4,\"o\":true}");
        Object raw = event.field("payload");
        PayloadPaths.Reader reader = new PayloadPaths(List.of(program), EvaluationLimits.DEFAULT).reader();
        Evaluation evaluation = reader.payload(raw).evaluation(event, Evaluation.DEFAULT_NANOS);

        long least = Long.MAX_VALUE; // the first evaluations load classes
        for (int i = 0; i < 10; i++) {
            long before = allocatedBytes();
            for (int j = 0; j < EVALUATIONS; j++) {
                reader.payload(raw).evaluation(event, Evaluation.DEFAULT_NANOS);
                program.write(evaluation, evaluation.writer());
            }
            least = Math.min(least, allocatedBytes() - before);
        }

        assertThat(least).isLessThan(EVALUATIONS); // less than a byte each: what measuring takes
        reader.payload(raw).evaluation(event, Evaluation.DEFAULT_NANOS);
        var out = evaluation.writer();
        assertThat(program.write(evaluation, out)).isEqualTo(expected != null);
        assertThat(new String(out.toBytes(), StandardCharsets.UTF_8)).isEqualTo(expected == null ? "" : expected);
    }

    /** By reflection, since this module does not read jdk.management. */
    private static long allocatedBytes() throws ReflectiveOperationException {
        Object threads = Class.forName("java.lang.management.ManagementFactory")
                .getMethod("getThreadMXBean")
                .invoke(null);
        return (long) Class.forName("com.sun.management.ThreadMXBean")
                .getMethod("getCurrentThreadAllocatedBytes")
                .invoke(threads);
    }
}
