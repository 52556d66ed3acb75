package io.maxmq;

import io.maxmq.RecordedMetrics.Metric;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** METRICS.md: each metric that a broker registers. */
final class MetricsTable {
    static final String REGENERATE = "mvn -pl maxmq-codec,maxmq-core test -Dtest=MetricsTableTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dmaxmq.metrics.write=true";

    /** Their values are the embedder's. */
    private static final Set<String> NAMED_BY_THE_EMBEDDER = Set.of("plugin", "listener", "tenant");

    private MetricsTable() {}

    static String render(List<Metric> metrics) {
        StringBuilder out = new StringBuilder("""
                # Metrics

                The metrics that a broker registers with its `MetricsSink`. Each has the tag `broker`, the broker's name; the table lists the other tags.
                Numbers are sums over all event loops and tenants, and are read when the sink asks: counting costs one addition.

                `io.maxmq.micrometer.MicrometerMetrics` shows them in Micrometer. Prometheus then sees `maxmq.messages.received` as
                `maxmq_messages_received_total`, and `maxmq.sessions` as `maxmq_sessions`.

                This file is generated from what a broker registers. After a change:

                ```
                """);
        out.append(REGENERATE).append("\n```\n\n");
        out.append("| name | type | unit | tags | meaning |\n| --- | --- | --- | --- | --- |\n");
        Map<String, Map<String, Set<String>>> tags = new TreeMap<>();
        Map<String, Metric> byName = new TreeMap<>();
        for (Metric each : metrics) {
            byName.putIfAbsent(each.name(), each);
            Map<String, Set<String>> ofName = tags.computeIfAbsent(each.name(), name -> new LinkedHashMap<>());
            each.tags()
                    .forEach((tag, value) -> ofName.computeIfAbsent(tag, key -> new LinkedHashSet<>())
                            .add(value));
        }
        byName.forEach((name, metric) -> out.append("| `")
                .append(name)
                .append("` | ")
                .append(metric.grows() ? "counter" : "gauge")
                .append(" | ")
                .append(name.endsWith(".bytes") ? "bytes" : "")
                .append(" | ")
                .append(render(tags.get(name)))
                .append(" | ")
                .append(metric.description())
                .append(" |\n"));
        return out.toString();
    }

    private static String render(Map<String, Set<String>> tags) {
        StringBuilder out = new StringBuilder();
        tags.forEach((tag, values) -> {
            if (!tag.equals("broker")) {
                out.append('`').append(tag).append('`');
                if (!NAMED_BY_THE_EMBEDDER.contains(tag)) {
                    out.append(": ").append(String.join(", ", values));
                }
            }
        });
        return out.toString();
    }
}
