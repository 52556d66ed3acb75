package io.maxmq.rules.status;

import io.maxmq.rules.sink.SinkStatus;
import io.maxmq.spi.Preview;
import java.util.List;

/**
 * A rule at one moment.
 *
 * @param id its name
 * @param enabled whether it wants events
 * @param suspended why an inline rule is passed by until it is enabled again; empty for not at all
 * @param sources what FROM names; unmodifiable
 * @param statement the statement; empty for a rule of lambdas
 * @param figures what it has done
 * @param latencies how long evaluations took
 * @param sinks where its records go; unmodifiable
 * @param errors the last, the oldest first; unmodifiable
 * @param samples the last, the oldest first; unmodifiable
 * @since 0.1.0
 */
@Preview
public record RuleStatus(
        String id,
        boolean enabled,
        String suspended,
        List<String> sources,
        String statement,
        RuleFigures figures,
        LatencyHistogram latencies,
        List<SinkStatus> sinks,
        List<RuleError> errors,
        List<RuleSample> samples) {

    /** Copies the lists. */
    public RuleStatus {
        sources = List.copyOf(sources);
        sinks = List.copyOf(sinks);
        errors = List.copyOf(errors);
        samples = List.copyOf(samples);
    }
}
