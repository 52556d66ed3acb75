package io.maxmq.rules.run;

import io.maxmq.rules.eval.Evaluation;
import io.maxmq.rules.eval.Payload;
import io.maxmq.rules.eval.Program;
import io.maxmq.rules.event.Event;
import io.maxmq.rules.function.KeyValues;
import io.maxmq.rules.function.Limits;
import io.maxmq.rules.function.Surroundings;
import io.maxmq.rules.value.Fields;
import java.util.List;
import java.util.Map;
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
        Payload payload;
        if (event.shared() instanceof Payload present) {
            payload = present;
        } else {
            payload = new Payload(event.field("payload"));
            event.share(payload);
        }
        return program.run(new Evaluation(new Around(event, nowMillis, rule, keyValues), payload, null, mostNanos));
    }

    /** What a statement sees beside its event. */
    record Around(Fields event, long nowMillis, String rule, KeyValues keyValues) implements Surroundings {
        @Override
        public long nowNanos() {
            return nowMillis * NANOS_PER_MILLI;
        }

        @Override
        public RandomGenerator random() {
            return ThreadLocalRandom.current();
        }

        @Override
        public Limits limits() {
            return Limits.DEFAULT;
        }
    }
}
