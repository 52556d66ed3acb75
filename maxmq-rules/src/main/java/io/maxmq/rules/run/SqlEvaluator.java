package io.maxmq.rules.run;

import io.maxmq.rules.eval.Evaluation;
import io.maxmq.rules.eval.Payload;
import io.maxmq.rules.eval.Program;
import io.maxmq.rules.event.Event;
import io.maxmq.rules.function.CallContext;
import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.function.KeyValues;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.value.Fields;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A statement as an evaluator. The payload of an event is decoded once for all of its statements. Thread-safe. */
public final class SqlEvaluator implements Evaluator {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Program program;
    private final String rule;
    private final KeyValues keyValues;
    private final long mostNanos;

    /**
     * An evaluator.
     *
     * @param mostNanos that an evaluation may take
     */
    public SqlEvaluator(Program program, String rule, KeyValues keyValues, long mostNanos) {
        this.program = program;
        this.rule = rule;
        this.keyValues = keyValues;
        this.mostNanos = mostNanos;
    }

    Program program() {
        return program;
    }

    @Override
    public List<? extends Map<String, @Nullable Object>> evaluate(Event event, long nowMillis) {
        Evaluation evaluation = evaluation(event, nowMillis);
        try {
            return program.run(evaluation);
        } finally {
            end(evaluation);
        }
    }

    @Override
    public boolean canWrite() {
        return program.canWrite();
    }

    @Override
    public @Nullable Written write(Event event, long nowMillis) { // hot: per event
        Evaluation evaluation = evaluation(event, nowMillis);
        try {
            JsonWriter out = evaluation.writer();
            return program.write(evaluation, out) ? new Written(out.toBytes(), evaluation.written()) : null;
        } finally {
            end(evaluation);
        }
    }

    /** With the memory of the one before on the same event or, on a lane, on the same topic filter. */
    private Evaluation evaluation(Event event, long nowMillis) {
        Payload payload;
        if (event.shared() instanceof Payload present) {
            payload = present;
        } else {
            payload = new Payload(event.field("payload"));
            event.share(payload);
        }
        Around around = payload.around() instanceof Around present ? present : new Around();
        around.event = event;
        around.nowMillis = nowMillis;
        around.rule = rule;
        around.keyValues = keyValues;
        return payload.evaluation(around, mostNanos);
    }

    private static void end(Evaluation evaluation) {
        if (evaluation.around() instanceof Around around) {
            around.event = null;
        }
    }

    /** The context of a statement beside its event. Reused for the next event. */
    static final class Around implements CallContext {
        private @Nullable Fields event;
        private long nowMillis;
        private String rule = "";
        private @Nullable KeyValues keyValues;

        private Around() {}

        Around(Fields event, long nowMillis, String rule, KeyValues keyValues) {
            this.event = event;
            this.nowMillis = nowMillis;
            this.rule = rule;
            this.keyValues = keyValues;
        }

        @Override
        public Fields event() {
            return Objects.requireNonNull(event);
        }

        @Override
        public long nowMillis() {
            return nowMillis;
        }

        @Override
        public long nowNanos() {
            return nowMillis * NANOS_PER_MILLI;
        }

        @Override
        public RandomGenerator random() {
            return ThreadLocalRandom.current();
        }

        @Override
        public KeyValues keyValues() {
            return Objects.requireNonNull(keyValues);
        }

        @Override
        public EvaluationLimits limits() {
            return EvaluationLimits.DEFAULT;
        }

        @Override
        public String rule() {
            return rule;
        }
    }
}
