package io.maxmq.rules.eval;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.error.EvaluationException.Clause;
import io.maxmq.rules.error.StatementException;
import io.maxmq.rules.function.Definition;
import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.function.Functions;
import io.maxmq.rules.value.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ProgramTest {
    private static final CompileOptions OPTIONS =
            new CompileOptions(Functions.standard(), Set.of("$events/client/connected"));

    @Test
    void tellsItsSourcesInOrder() {
        Program program = Program.of("SELECT * FROM \"t/#\", '$events/client/connected', u", OPTIONS);

        assertThat(program.sources())
                .containsExactly(
                        new Source("t/#", false), new Source("$events/client/connected", true), new Source("u", false));
        assertThat(program.printed()).isEqualTo("SELECT * FROM \"t/#\", \"$events/client/connected\", \"u\"");
    }

    @Test
    void namesWhatMayHaveBeenMeant() {
        assertThatThrownBy(() -> Program.of("SELECT uper(a) FROM t", OPTIONS))
                .isInstanceOf(StatementException.class)
                .hasMessage("line 1, column 8: no function is called uper; did you mean upper?");
        assertThatThrownBy(() -> Program.of("SELECT a FROM '$events/client/conected'", OPTIONS))
                .hasMessageEndingWith("did you mean '$events/client/connected'?");
        assertThatThrownBy(() -> Program.of("SELECT abs(1, 2) FROM t", OPTIONS))
                .hasMessage("line 1, column 8: abs takes 1 argument, expected that and not 2");
    }

    @Test
    void saysWhatFailedWhereOnWhat() {
        Program program = Program.of("SELECT a FROM t\nWHERE payload.t > 1", OPTIONS);

        assertThatThrownBy(() -> run(program, "{\"t\":\"hot\"}"))
                .isInstanceOfSatisfying(EvaluationException.class, e -> {
                    assertThat(e.clause()).isEqualTo(Clause.WHERE);
                    assertThat(e.line()).isEqualTo(2);
                    assertThat(e.column()).isEqualTo(17);
                    assertThat(e.where()).isEqualTo(">");
                })
                .hasMessage("where, line 2, column 17: >: string 'hot' is no number to compare with int 1");
    }

    @Test
    void callsTheEmbeddersFunctionsAndContainsTheirFaults() {
        Functions functions = Functions.standard()
                .with(new Definition("c2f", 1, 1, true, (around, arguments) -> (Double) arguments[0] * 1.8 + 32))
                .with(new Definition("my.fault", 0, 1, false, (around, arguments) -> {
                    throw new IllegalStateException("broken");
                }));
        CompileOptions options = new CompileOptions(functions, Set.of());

        Program works = Program.of("SELECT c2f(payload.t) AS f, C2F(100.0) AS g FROM t", options);
        assertThat(run(works, "{\"t\":20.0}").get(0)).containsEntry("f", 68.0).containsEntry("g", 212.0);

        Program fails = Program.of("SELECT my.fault(1) FROM t", options);
        assertThatThrownBy(() -> run(fails, "{}")).isInstanceOfSatisfying(EvaluationException.class, e -> {
            assertThat(e.code()).isEqualTo(EvaluationException.Code.INTERNAL);
            assertThat(e.where()).isEqualTo("my.fault");
            assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
        });
        Program castFails = Program.of("SELECT c2f('x') AS f FROM t", options);
        assertThatThrownBy(() -> run(castFails, "{}"))
                .isInstanceOfSatisfying(
                        EvaluationException.class,
                        e -> assertThat(e.code()).isEqualTo(EvaluationException.Code.INTERNAL));
    }

    @Test
    void tellsATraceEachValueOnTheWay() {
        CompileOptions traced =
                new CompileOptions(Functions.standard(), Set.of(), EvaluationLimits.DEFAULT, false, true);
        Program program = Program.of("SELECT payload.t + 1 AS x FROM t WHERE x > 2 AND clientid = 'c1'", traced);
        List<String> seen = new ArrayList<>();
        TestSurroundings event = TestSurroundings.message("{\"t\":4}");

        program.run(new Evaluation(
                event,
                new Payload(event.field("payload")),
                (line, column, expression, value) -> seen.add(column + " " + expression + " is " + value),
                Evaluation.DEFAULT_NANOS));

        assertThat(seen)
                .containsExactly(
                        "8 payload.t is 4",
                        "18 payload.t + 1 is 5",
                        "40 x is 5",
                        "42 x > 2 is true",
                        "50 clientid is c1",
                        "59 clientid = 'c1' is true",
                        "46 x > 2 AND clientid = 'c1' is true");
    }

    @Test
    void endsWhatTakesTooLong() {
        Program program = Program.of("FOREACH [1..100000] AS n DO n || 'x' AS y FROM t", OPTIONS);
        TestSurroundings event = TestSurroundings.message("{}");
        Payload payload = new Payload(event.field("payload"));

        assertThatThrownBy(() -> program.run(new Evaluation(event, payload, null, 1)))
                .isInstanceOfSatisfying(
                        EvaluationException.class,
                        e -> assertThat(e.code()).isEqualTo(EvaluationException.Code.LIMIT_EXCEEDED));
        assertThat(program.run(new Evaluation(event, payload, null, Long.MAX_VALUE / 4)))
                .hasSize(100_000);
    }

    @Test
    void endsAPatternThatNeverComesToAnEnd() {
        Program program = Program.of("SELECT payload LIKE '%a%a%a%a%a%a%a%a%b' AS x FROM t", OPTIONS);
        TestSurroundings event = TestSurroundings.message("a".repeat(200_000));

        assertThatThrownBy(() -> program.run(new Evaluation(event, new Payload(event.field("payload")), null, 1)))
                .isInstanceOfSatisfying(
                        EvaluationException.class,
                        e -> assertThat(e.code()).isEqualTo(EvaluationException.Code.LIMIT_EXCEEDED));
    }

    @Test
    void endsAComparisonThatTakesTooLong() {
        Program program = Program.of("SELECT payload.a = payload.b AS x FROM t", OPTIONS);
        String ones = "[" + "1,".repeat(90_000) + "1]";
        TestSurroundings event = TestSurroundings.message("{\"a\":" + ones + ",\"b\":" + ones + "}");

        assertThatThrownBy(() -> program.run(new Evaluation(event, new Payload(event.field("payload")), null, 1)))
                .isInstanceOfSatisfying(EvaluationException.class, e -> {
                    assertThat(e.code()).isEqualTo(EvaluationException.Code.LIMIT_EXCEEDED);
                    assertThat(e.column()).isEqualTo(18);
                });
    }

    @Test
    void looksAtTheTimeAfterEachCallThatMayHaveWorkedMuch() {
        AtomicInteger calls = new AtomicInteger();
        Functions functions = Functions.standard()
                .with(new Definition("one", 1, 1, true, (around, arguments) -> (long) calls.incrementAndGet()))
                .with(new Definition("seeing", 0, 0, false, (around, arguments) -> (long) calls.incrementAndGet()));
        TestSurroundings event = TestSurroundings.message("{\"a\":[[[" + "1,".repeat(40_000) + "1]],{\"k\":2}]}");

        for (String each : List.of("one(payload.a)", "one(payload)", "seeing()", "length(payload.a) + one(1)")) {
            calls.set(0);
            Program program = Program.of(
                    "FOREACH [1..100000] AS n DO n INCASE " + each + " = 0 FROM t",
                    new CompileOptions(functions, Set.of()));

            assertThatThrownBy(() -> program.run(new Evaluation(event, new Payload(event.field("payload")), null, 1)))
                    .isInstanceOfSatisfying(
                            EvaluationException.class,
                            e -> assertThat(e.code()).isEqualTo(EvaluationException.Code.LIMIT_EXCEEDED));
            // The first looks begin the time; it is over when the processor's clock has moved.
            assertThat(calls.get()).as(each).isLessThan(900);
        }
    }

    @Test
    void boundsTextsThatOperatorsBuild() {
        EvaluationLimits small = new EvaluationLimits(100, 10, 64, 5, 1_000);
        Program program = Program.of("SELECT payload || payload AS x FROM t", OPTIONS);
        TestSurroundings event = TestSurroundings.message("a".repeat(60), small);

        assertThatThrownBy(() -> program.run(new Evaluation(event)))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("more than 100 bytes");
    }

    @Test
    void givesMapsThatTheCallerMayChange() {
        Program program = Program.of("SELECT 1 AS a FROM t", OPTIONS);

        var record = run(program, "{}").get(0);
        record.put("b", Text.of("x"));

        assertThat(run(program, "{}").get(0)).containsOnlyKeys("a");
    }

    @Test
    void doesNotTakeChainsOfOperatorsForMoreThanAStackHolds() throws InterruptedException {
        Program program = Program.of("SELECT qos" + " + 1".repeat(400) + " AS a FROM t", OPTIONS);
        List<Object> results = new ArrayList<>();

        Thread small =
                new Thread(null, () -> results.add(run(program, "{}").get(0).get("a")), "small stack", 256 * 1024);
        small.start();
        small.join(30_000);

        assertThat(results).containsExactly(401L);
    }

    private static List<Map<String, Object>> run(Program program, String payload) {
        TestSurroundings event = TestSurroundings.message(payload);
        return program.run(new Evaluation(event, new Payload(event.field("payload")), null, Long.MAX_VALUE / 4));
    }
}
