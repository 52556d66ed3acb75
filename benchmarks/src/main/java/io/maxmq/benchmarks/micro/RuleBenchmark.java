package io.maxmq.benchmarks.micro;

import io.maxmq.rules.eval.CompileOptions;
import io.maxmq.rules.eval.Evaluation;
import io.maxmq.rules.eval.Payload;
import io.maxmq.rules.eval.PayloadPaths;
import io.maxmq.rules.eval.Program;
import io.maxmq.rules.function.CallContext;
import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.function.Functions;
import io.maxmq.rules.function.KeyValues;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.value.Fields;
import io.maxmq.rules.value.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A rule that filters by one field and forwards two, from the payload's bytes to the JSON of the record: beside the same written by hand
 * for these two fields with Jackson's streaming parser and generator; twenty such rules on one message; and the making of a rule. With
 * {@code -prof gc} it tells what an evaluation allocates.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RuleBenchmark {
    private static final int DOCUMENTS = 256;
    private static final int RULES = 20;
    private static final String STATEMENT =
            "SELECT payload.temperature AS t, payload.device.id AS id FROM \"t/#\" WHERE t > ";

    @Param({"197", "2035"})
    int bytes;

    private final Event[] events = new Event[DOCUMENTS];
    private final Functions functions = Functions.standard();
    private final CompileOptions strictly =
            new CompileOptions(functions, Set.of(), EvaluationLimits.DEFAULT, false, false);
    private final CompileOptions quickly =
            new CompileOptions(functions, Set.of(), EvaluationLimits.DEFAULT, true, false);
    private final Program strict = Program.of(STATEMENT + 30, strictly);
    private final Program fast = Program.of(STATEMENT + 30, quickly);
    private final List<Program> twenty = new ArrayList<>();
    private final PayloadPaths.Reader strictReader =
            new PayloadPaths(List.of(strict), EvaluationLimits.DEFAULT).reader();
    private final PayloadPaths.Reader fastReader = new PayloadPaths(List.of(fast), EvaluationLimits.DEFAULT).reader();
    private PayloadPaths.@Nullable Reader reader;
    private final JsonWriter writer = new JsonWriter(false, JsonWriter.UNBOUNDED);
    private final JacksonPaths jackson = new JacksonPaths();
    private int next;

    @Setup
    public void write() {
        Random random = new Random(1);
        for (int i = 0; i < DOCUMENTS; i++) {
            events[i] = new Event(Text.ofBytes(JsonPathBenchmark.document(bytes, random)));
        }
        for (int i = 0; i < RULES; i++) {
            twenty.add(Program.of(STATEMENT + (20 + 3 * i), strictly));
        }
        reader = new PayloadPaths(twenty, EvaluationLimits.DEFAULT).reader();
    }

    private Event next() {
        return events[next++ & DOCUMENTS - 1];
    }

    @Benchmark
    public int ruleStrict() {
        Event event = next();
        return write(strict, event, strictReader.payload(event.payload()));
    }

    @Benchmark
    public int ruleFast() {
        Event event = next();
        return write(fast, event, fastReader.payload(event.payload()));
    }

    @Benchmark
    public int twentyRules() {
        Event event = next();
        Payload payload = Objects.requireNonNull(reader).payload(event.payload());
        int length = 0;
        for (Program program : twenty) {
            length += write(program, event, payload);
        }
        return length;
    }

    /** As a lane does it for sinks that want JSON. */
    private int write(Program program, Event event, Payload payload) {
        writer.clear();
        program.write(payload.evaluation(event, Evaluation.DEFAULT_NANOS), writer);
        return writer.length();
    }

    /** As a lane does it for all other sinks: as a map, which is written then. */
    @Benchmark
    public int ruleMap() {
        Event event = next();
        Payload payload = strictReader.payload(event.payload());
        writer.clear();
        for (Map<String, @Nullable Object> each : strict.run(payload.evaluation(event, Evaluation.DEFAULT_NANOS))) {
            writer.write(each);
        }
        return writer.length();
    }

    @Benchmark
    public int jacksonWhole() throws IOException {
        return jackson(true);
    }

    @Benchmark
    public int jacksonEarly() throws IOException {
        return jackson(false);
    }

    private int jackson(boolean whole) throws IOException {
        jackson.read(next().payload().bytes(), whole);
        return jackson.temperature > 30 ? jackson.write() : 0;
    }

    @Benchmark
    public Program create() {
        return Program.of(STATEMENT + 30, strictly);
    }

    @Benchmark
    public Program createLarge() {
        return Program.of(
                "FOREACH payload.sensors AS s DO s.name AS name, CASE WHEN s.v > 10 AND s.unit = 'C' THEN s.v * 1.8 + 32 "
                        + "ELSE s.v END AS v, upper(clientid) || '/' || nth(2, split(topic, '/')) AS source, "
                        + "s.tags[1..3] AS tags, coalesce(s.note, 'none') AS note.text INCASE s.v BETWEEN 0 AND 100 "
                        + "AND s.name NOT LIKE 'test%' FROM \"t/#\", \"u/+/v\" WHERE qos > 0 AND regex_match(clientid, '^dev-')",
                strictly);
    }

    /** A message of which only the payload is asked for. */
    private record Event(Text payload) implements CallContext, Fields {
        @Override
        public Fields event() {
            return this;
        }

        @Override
        public List<String> names() {
            return List.of("payload");
        }

        @Override
        public @Nullable Object field(String name) {
            return name.equals("payload") ? payload : null;
        }

        @Override
        public long nowMillis() {
            return 0;
        }

        @Override
        public long nowNanos() {
            return 0;
        }

        @Override
        public RandomGenerator random() {
            throw new IllegalStateException("no chance");
        }

        @Override
        public KeyValues keyValues() {
            throw new IllegalStateException("no state");
        }

        @Override
        public EvaluationLimits limits() {
            return EvaluationLimits.DEFAULT;
        }

        @Override
        public String rule() {
            return "rule";
        }
    }
}
