package io.maxmq.rules.eval;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.rules.error.StatementException;
import io.maxmq.rules.error.StatementException.Code;
import io.maxmq.rules.parse.NearestName;
import io.maxmq.rules.parse.Statement.From;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import static io.maxmq.rules.eval.ExpressionCompiler.refused;

/** Checks what a statement is fed with. */
final class SourceChecks {
    private static final String EVENTS = "$events/";

    private SourceChecks() {}

    /** The sources in order. */
    static List<Source> of(List<From> from, Set<String> events) {
        List<Source> sources = new ArrayList<>();
        for (From each : from) {
            sources.add(source(each, events));
        }
        return List.copyOf(sources);
    }

    private static Source source(From from, Set<String> events) {
        String text = from.text();
        if (text.startsWith("$bridges/") || text.startsWith("$sources/")) {
            throw refused(Code.NOT_SUPPORTED, from.at(), "inbound connectors are not supported yet: '" + text + "'");
        }
        TopicFilter filter = TopicFilter.parse(text);
        if (filter == null) {
            throw refused(
                    Code.INVALID_TOPIC_FILTER,
                    from.at(),
                    "the topic filter '" + text + "' " + TopicFilter.problem(text) + ", expected a filter or an event");
        }
        if (filter.share() != null) {
            throw refused(
                    Code.INVALID_TOPIC_FILTER,
                    from.at(),
                    "a rule sees every message and can't share: '" + text + "', expected the filter alone");
        }
        if (!text.startsWith(EVENTS)) {
            return new Source(text, false);
        }
        if (!events.contains(text) && events.stream().noneMatch(filter::matches)) {
            throw unknown(from, text, events);
        }
        return new Source(text, true);
    }

    private static StatementException unknown(From from, String text, Set<String> events) {
        String nearest = NearestName.name(text, events);
        return refused(
                Code.UNKNOWN_EVENT,
                from.at(),
                "no event is called '" + text + "'" + (nearest == null ? "" : "; did you mean '" + nearest + "'?"));
    }
}
