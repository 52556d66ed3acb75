package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.function.Functions;
import io.maxmq.rules.value.Text;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PayloadPathsTest {
    private static final CompileOptions STRICT = new CompileOptions(Functions.standard(), Set.of());
    private static final CompileOptions FAST =
            new CompileOptions(Functions.standard(), Set.of(), EvaluationLimits.DEFAULT, true, false);

    private final Program first = Program.of("SELECT payload.a AS x, payload.b.c AS y FROM 't'", STRICT);
    private final Program second = Program.of("SELECT payload.b.c + 1 AS z FROM 't' WHERE payload.a = 'v'", STRICT);
    private final Program third = Program.of("SELECT payload.l[-1] AS last, clientid FROM 't'", STRICT);
    private final Program pathless = Program.of("SELECT clientid, payload FROM 't'", STRICT);

    @Test
    void givesEachProgramItsOwnOutOfOnePass() {
        PayloadPaths.Reader reader =
                new PayloadPaths(List.of(first, second, third, pathless), EvaluationLimits.DEFAULT).reader();
        TestSurroundings event = TestSurroundings.message("{\"a\":\"v\",\"b\":{\"c\":41},\"l\":[1,2]}");
        Payload payload = reader.payload(event.field("payload"));

        assertThat(run(third, event, payload)).containsEntry("last", 2L);
        assertThat(run(first, event, payload)).containsEntry("x", Text.of("v")).containsEntry("y", 41L);
        assertThat(run(second, event, payload)).containsEntry("z", 42L);
        assertThat(run(pathless, event, payload)).containsEntry("clientid", Text.of("c1"));
    }

    @Test
    void isUsedAgainForTheNextPayload() {
        PayloadPaths.Reader reader = new PayloadPaths(List.of(first), EvaluationLimits.DEFAULT).reader();

        TestSurroundings one = TestSurroundings.message("{\"a\":1}");
        assertThat(run(first, one, reader.payload(one.field("payload"))))
                .containsEntry("x", 1L)
                .containsEntry("y", null);
        TestSurroundings two = TestSurroundings.message("{\"b\":{\"c\":2}}");
        assertThat(run(first, two, reader.payload(two.field("payload"))))
                .containsEntry("x", null)
                .containsEntry("y", 2L);
    }

    @Test
    void failsForEachProgramThatReadsAndForNoOther() {
        PayloadPaths.Reader reader = new PayloadPaths(List.of(first, pathless), EvaluationLimits.DEFAULT).reader();
        TestSurroundings event = TestSurroundings.message("no JSON");
        Payload payload = reader.payload(event.field("payload"));

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> run(first, event, payload))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageStartingWith("select, line 1, column 8: payload: ");
        }
        assertThat(run(pathless, event, payload)).containsEntry("payload", Text.of("no JSON"));
    }

    @Test
    void aFastProgramReadsNoFurtherThanItMustWhateverOthersRead() {
        Program fast = Program.of("SELECT payload.a AS x FROM 't'", FAST);
        Program further = Program.of("SELECT payload.a AS x, payload.b AS y FROM 't'", FAST);
        TestSurroundings event = TestSurroundings.message("{\"a\":1, then no JSON");
        Object message = event.field("payload");
        WrittenRecords records = new WrittenRecords();

        for (Payload payload : List.of(
                new PayloadPaths(List.of(fast), EvaluationLimits.DEFAULT)
                        .reader()
                        .payload(message),
                new PayloadPaths(List.of(further, fast, first), EvaluationLimits.DEFAULT)
                        .reader()
                        .payload(message),
                new PayloadPaths(List.of(fast, further), EvaluationLimits.DEFAULT)
                        .reader()
                        .payload(message),
                new Payload(message))) {
            assertThat(run(fast, event, payload)).containsEntry("x", 1L);
            assertThatThrownBy(() -> run(further, event, payload)).isInstanceOf(EvaluationException.class);
            assertThatThrownBy(() -> run(first, event, payload)).isInstanceOf(EvaluationException.class);
            assertThat(records.written(fast, event, payload)).isEqualTo("{\"x\":1}");
        }
    }

    @Test
    void aProgramThatIsNotAmongThemDecodesThePayloadByItself() {
        Program fast = Program.of("SELECT payload.a AS x FROM 't'", FAST);
        TestSurroundings event = TestSurroundings.message("{\"a\":1, then no JSON");
        Payload payload = new PayloadPaths(List.of(fast), EvaluationLimits.DEFAULT)
                .reader()
                .payload(event.field("payload"));
        WrittenRecords records = new WrittenRecords();

        assertThat(records.written(fast, event, payload)).isEqualTo("{\"x\":1}");
        assertThat(records.written(first, event, payload)).isEqualTo("DECODE_JSON SELECT 1:8 payload");
        assertThat(records.written(fast, event, payload)).isEqualTo("{\"x\":1}");
    }

    private static Map<String, Object> run(Program program, TestSurroundings event, Payload payload) {
        return program.run(new Evaluation(event, payload, null, Long.MAX_VALUE / 4))
                .get(0);
    }
}
