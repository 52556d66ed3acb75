package io.maxmq.rules.run;

import io.maxmq.rules.output.Latencies;
import io.maxmq.rules.output.RecentResults;
import io.maxmq.rules.output.RuleCounters;
import io.maxmq.rules.status.LatencyHistogram;
import io.maxmq.rules.status.RuleFigures;
import io.maxmq.rules.status.RuleStatus;
import java.util.ArrayList;
import java.util.List;

/** Converts counters to their public form. Stateless. */
final class StatusViews {
    private StatusViews() {}

    /** Of a rule. */
    static RuleStatus of(
            Plan plan,
            boolean enabled,
            String suspended,
            RuleCounters counters,
            List<SinkRunner> targets,
            RecentResults recent) {
        return new RuleStatus(
                plan.id(),
                enabled,
                suspended,
                plan.sources(),
                plan.statement(),
                figures(counters),
                histogram(counters.latencies),
                targets.stream().map(SinkRunner::status).toList(),
                recent.errors(),
                recent.samples());
    }

    private static RuleFigures figures(RuleCounters counters) {
        long exceptions = counters.failedException.sum();
        long noResults = counters.failedNoResult.sum();
        long outOfService = counters.actionsOutOfService.sum();
        long unknown = counters.actionsUnknown.sum();
        return new RuleFigures(
                counters.matched.sum(),
                counters.passed.sum(),
                exceptions + noResults,
                exceptions,
                noResults,
                counters.dropped.sum(),
                counters.actionsTotal.sum(),
                counters.actionsSuccess.sum(),
                outOfService + unknown,
                outOfService,
                unknown,
                counters.actionsDiscarded.sum(),
                counters.failures());
    }

    private static LatencyHistogram histogram(Latencies latencies) {
        long[] counts = latencies.counts();
        List<LatencyHistogram.Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            buckets.add(new LatencyHistogram.Bucket(Latencies.below(i), counts[i]));
        }
        return new LatencyHistogram(buckets);
    }
}
