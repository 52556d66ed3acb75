package io.maxmq.rules;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.spi.Preview;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of a statement on a sample event.
 *
 *
 * @param isSelected whether its FROM selects the event; the other values are as if it did
 *
 * @param records of the statement, values as {@link io.maxmq.rules.sink.SinkRecord#values} says; unmodifiable
 *
 * @param error the error of the evaluation; empty without one
 *
 * @param values each intermediate value, inner ones first; unmodifiable
 *
 * @since 0.1.0
 */
@Preview
public record TestResult(
        boolean isSelected,
        List<Map<String, @Nullable Object>> records,
        Optional<EvaluationException> error,
        List<Value> values) {

    /** Copies the lists. */
    public TestResult {
        records = List.copyOf(records);
        values = List.copyOf(values);
    }

    /**
     * A value on the way.
     *
     * @param line of its expression in the statement, counted from 1
     * @param column in characters, counted from 1
     * @param expression its text
     * @param value null for undefined and for JSON's null
     * @since 0.1.0
     */
    @Preview
    public record Value(
            int line,
            int column,
            String expression,
            @Nullable Object value) {}
}
