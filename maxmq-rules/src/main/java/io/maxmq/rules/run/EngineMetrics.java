package io.maxmq.rules.run;

import io.maxmq.rules.output.RuleCounters;
import io.maxmq.rules.state.RuleState;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.event.MetricsSink;
import io.maxmq.spi.extension.BrokerContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Registers what engines, rules and sinks count. Stateless. */
final class EngineMetrics {
    private EngineMetrics() {}

    /** Of an engine. */
    static List<Registration> ofEngine(MetricsSink sink, LongSupplier rules, Lanes lanes, RuleState state) {
        return List.of(
                sink.gauge("maxmq.rules.rules", "Rules, enabled or not", Map.of(), rules),
                sink.gauge("maxmq.rules.waiting", "Events that wait for rules", Map.of(), lanes::waiting),
                sink.counter(
                        "maxmq.rules.dropped",
                        "Events that the full queue of rules has dropped",
                        Map.of(),
                        lanes::dropped),
                sink.gauge(
                        "maxmq.rules.state.waiting",
                        "Keys of what rules remember that wait to be written",
                        Map.of(),
                        state::waiting),
                sink.counter(
                        "maxmq.rules.state.failed",
                        "Writes of keys that the storage has refused, each attempt",
                        Map.of(),
                        state::failed),
                sink.counter(
                        "maxmq.rules.state.lost",
                        "Changes of keys that the storage does not get",
                        Map.of(),
                        state::lost));
    }

    /** Figures of an engine below {@code $SYS/broker/rules/}. */
    static List<Registration> figures(
            BrokerContext broker, LongSupplier rules, Lanes lanes, SinkTable sinks, LossReport losses) {
        return List.of(
                broker.sysFigure("rules/count", rules),
                broker.sysFigure("rules/events/waiting", lanes::waiting),
                broker.sysFigure("rules/events/failed", () -> losses.total(LossReport.Kind.FAILED)),
                broker.sysFigure("rules/events/missed", () -> losses.total(LossReport.Kind.MISSED)),
                broker.sysFigure("rules/records/rejected", () -> losses.total(LossReport.Kind.REJECTED)),
                broker.sysFigure("rules/records/discarded", () -> losses.total(LossReport.Kind.DISCARDED)),
                broker.sysFigure("rules/sinks/count", sinks::count),
                broker.sysFigure("rules/sinks/down", sinks::down));
    }

    /** Of a rule. */
    static List<Registration> ofRule(MetricsSink sink, String id, Tenant tenant, RuleCounters counters) {
        Map<String, String> tags = Map.of("rule", id, "tenant", tenant.name());
        List<Registration> metrics = new ArrayList<>();
        add(metrics, sink, tags, "matched", "Events that the rule's sources have selected", counters.matched);
        add(metrics, sink, tags, "passed", "Events of which a record came", counters.passed);
        add(metrics, sink, tags, "failed.exception", "Events on which the rule failed", counters.failedException);
        add(metrics, sink, tags, "failed.no_result", "Events that it has not let through", counters.failedNoResult);
        add(metrics, sink, tags, "missed", "Events dropped before the rule saw them", counters.dropped);
        add(metrics, sink, tags, "actions.total", "Records given to sinks", counters.actionsTotal);
        add(metrics, sink, tags, "actions.success", "Records that sinks have taken", counters.actionsSuccess);
        add(
                metrics,
                sink,
                tags,
                "actions.failed.out_of_service",
                "Records that have been tried in vain",
                counters.actionsOutOfService);
        add(metrics, sink, tags, "actions.failed.unknown", "Records that sinks have refused", counters.actionsUnknown);
        add(
                metrics,
                sink,
                tags,
                "actions.discarded",
                "Records that full buffers have dropped",
                counters.actionsDiscarded);
        return metrics;
    }

    private static void add(
            List<Registration> metrics,
            MetricsSink sink,
            Map<String, String> tags,
            String name,
            String description,
            LongAdder value) {
        metrics.add(sink.counter("maxmq.rules.rule." + name, description, tags, value::sum));
    }

    /** Of a sink. */
    static List<Registration> ofSink(MetricsSink sink, SinkRunner runner) {
        Map<String, String> tags = Map.of("sink", runner.name());
        return List.of(
                sink.counter(
                        "maxmq.rules.sink.written",
                        "Records that the sink has taken",
                        tags,
                        () -> runner.status().written()),
                sink.counter(
                        "maxmq.rules.sink.retried",
                        "Records that the sink has put off",
                        tags,
                        () -> runner.status().retried()),
                sink.counter(
                        "maxmq.rules.sink.rejected",
                        "Records that are dead letters",
                        tags,
                        () -> runner.status().rejected()),
                sink.counter(
                        "maxmq.rules.sink.discarded",
                        "Records that the full buffer has dropped",
                        tags,
                        () -> runner.status().discarded()),
                sink.gauge(
                        "maxmq.rules.sink.waiting",
                        "Records that wait for the sink",
                        tags,
                        () -> runner.status().waiting()),
                sink.gauge("maxmq.rules.sink.up", "1 while the sink takes records", tags, runner::upOrDown));
    }
}
