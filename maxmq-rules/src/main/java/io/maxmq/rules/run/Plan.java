package io.maxmq.rules.run;

import io.maxmq.rules.event.EventKind;
import io.maxmq.rules.sink.Sink;
import io.maxmq.spi.Tenant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A rule as it was described. Immutable.
 *
 * @param filters of messages
 * @param kinds of other events
 * @param sources as they were written
 * @param statement empty for a rule of lambdas
 * @param sinks that the rule brings along
 * @param sinkNames of sinks that the engine has
 * @param inline null for a rule that sees what has happened
 */
public record Plan(
        String id,
        Tenant tenant,
        List<String> filters,
        Set<EventKind> kinds,
        List<String> sources,
        String statement,
        Evaluator evaluator,
        List<Sink> sinks,
        List<String> sinkNames,
        @Nullable InlineMode inline,
        boolean enabled) {
    /** Copies the collections. */
    public Plan {
        filters = List.copyOf(filters);
        kinds = Set.copyOf(kinds);
        sources = List.copyOf(sources);
        sinks = List.copyOf(sinks);
        sinkNames = List.copyOf(sinkNames);
    }
}
