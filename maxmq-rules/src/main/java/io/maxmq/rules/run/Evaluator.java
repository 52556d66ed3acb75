package io.maxmq.rules.run;

import io.maxmq.rules.event.Event;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a rule makes of an event. Called on one lane at a time for one event, on several for several. */
@FunctionalInterface
public interface Evaluator {

    /**
     * The records, as values of the language that nobody changes any more; none when its condition lets the event not through.
     *
     * @param nowMillis milliseconds of the broker's clock since 1970
     * @throws RuntimeException when it fails; {@link io.maxmq.rules.error.EvaluationException} says most
     */
    List<? extends Map<String, @Nullable Object>> evaluate(Event event, long nowMillis);

    /** Whether {@link #write} can take the place of {@link #evaluate}. */
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
     * @param json the array is nobody else's
     * @param fields null where the JSON tells all
     */
    record Written(byte[] json, @Nullable Map<String, @Nullable Object> fields) {}
}
