package io.maxmq.rules.run;

import io.maxmq.rules.event.Event;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluates a rule on events. Called on one lane at a time for one event, on several for several. */
@FunctionalInterface
public interface Evaluator {

    /**
     * Returns the records, as values of the language that are not changed afterwards; empty when its condition rejects
     * the event.
     *
     *
     * @param nowMillis milliseconds of the broker's clock since 1970
     *
     * @throws RuntimeException when the rule fails; {@link io.maxmq.rules.error.EvaluationException} has the most
     *     details
     */
    List<? extends Map<String, @Nullable Object>> evaluate(Event event, long nowMillis);

    /** Returns whether {@link #write} can replace {@link #evaluate}. */
    default boolean canWrite() {
        return false;
    }

    /**
     * The record as JSON, for sinks that take nothing else; null when its condition lets the event not through.
     *
     * @param nowMillis milliseconds of the broker's clock since 1970
     * @throws RuntimeException as {@link #evaluate}
     */
    default @Nullable Written write(Event event, long nowMillis) {
        throw new UnsupportedOperationException();
    }

    /**
     * A record.
     *
     *
     * @param json owned by the record
     * @param fields null when the JSON is sufficient
     */
    record Written(byte[] json, @Nullable Map<String, @Nullable Object> fields) {}
}
