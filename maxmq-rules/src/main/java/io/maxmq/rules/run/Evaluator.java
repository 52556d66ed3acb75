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
}
