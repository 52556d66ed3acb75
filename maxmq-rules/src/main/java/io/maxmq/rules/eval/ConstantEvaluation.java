package io.maxmq.rules.eval;

import io.maxmq.rules.function.CallContext;
import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.function.KeyValues;
import io.maxmq.rules.value.Fields;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Where constants are worked out: no event, no time, no chance, no state. */
record ConstantEvaluation(EvaluationLimits limits) implements CallContext, Fields {
    @Override
    public Fields event() {
        return this;
    }

    @Override
    public List<String> names() {
        return List.of();
    }

    @Override
    public @Nullable Object field(String name) {
        return null;
    }

    @Override
    public long nowMillis() {
        throw new IllegalStateException("a constant has no time");
    }

    @Override
    public long nowNanos() {
        throw new IllegalStateException("a constant has no time");
    }

    @Override
    public RandomGenerator random() {
        throw new IllegalStateException("a constant has no chance");
    }

    @Override
    public KeyValues keyValues() {
        throw new IllegalStateException("a constant has no state");
    }

    @Override
    public String rule() {
        return "";
    }
}
