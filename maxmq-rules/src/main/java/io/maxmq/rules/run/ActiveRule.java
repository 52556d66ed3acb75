package io.maxmq.rules.run;

import io.maxmq.codec.Utf8;
import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.eval.Program;
import io.maxmq.rules.event.Event;
import io.maxmq.rules.event.EventKind;
import io.maxmq.rules.json.JsonWriter;
import io.maxmq.rules.output.Output;
import io.maxmq.rules.output.RecentResults;
import io.maxmq.rules.output.RuleCounters;
import io.maxmq.rules.output.TopicHops;
import io.maxmq.rules.status.RuleError;
import io.maxmq.rules.status.RuleSample;
import io.maxmq.spi.Tenant;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * One version of a rule. A rule that is replaced or changed gets another, which shares the figures. Immutable; {@link #run} is
 * thread-safe as far as its evaluator is.
 */
public final class ActiveRule {
    /** The most bytes of an event that are kept with an error. */
    private static final int MAX_SAMPLE_BYTES = 4096;

    private final String id;
    private final Tenant tenant;
    private final List<String> filters;
    private final List<TopicFilter> parsed;
    private final Set<EventKind> kinds;
    private final Evaluator evaluator;
    /** True if its records are nothing but JSON. */
    private final boolean writes;

    private final List<SinkRunner> targets;
    private final RuleCounters counters;
    private final RecentResults recent;
    private final TopicHops topicHops;
    private final LossReport losses;
    private final Logger log;

    /**
     * A version.
     *
     * @param filters of messages
     * @param kinds of other events
     */
    public ActiveRule(
            String id,
            Tenant tenant,
            List<String> filters,
            Set<EventKind> kinds,
            Evaluator evaluator,
            List<SinkRunner> targets,
            RuleCounters counters,
            RecentResults recent,
            TopicHops topicHops,
            LossReport losses,
            Logger log) {
        this.id = id;
        this.tenant = tenant;
        this.filters = List.copyOf(filters);
        this.parsed = filters.stream().map(TopicFilter::of).toList();
        this.kinds = Set.copyOf(kinds);
        this.evaluator = evaluator;
        this.targets = List.copyOf(targets);
        this.writes = evaluator.canWrite() && targets.stream().allMatch(SinkRunner::takesJson);
        this.counters = counters;
        this.recent = recent;
        this.topicHops = topicHops;
        this.losses = losses;
        this.log = log;
    }

    Tenant tenant() {
        return tenant;
    }

    List<String> filters() {
        return filters;
    }

    boolean hasFilter(String filter) {
        return filters.contains(filter);
    }

    Set<EventKind> kinds() {
        return kinds;
    }

    /** Its statement; null for a rule of lambdas. */
    @Nullable
    Program program() {
        return evaluator instanceof SqlEvaluator sql ? sql.program() : null;
    }

    /** Returns whether a source selects the event. */
    boolean wants(Event event) {
        String topic = event.topic();
        if (topic == null) {
            return kinds.contains(event.kind()) && tenant.equals(event.tenant());
        }
        return matches(topic);
    }

    /** Returns whether a filter matches the topic. */
    boolean matches(String topic) {
        for (TopicFilter each : parsed) {
            if (each.matches(topic)) {
                return true;
            }
        }
        return false;
    }

    String id() {
        return id;
    }

    /** Counts an event that the full queue has dropped before the rule saw it. */
    void missed() {
        counters.dropped.increment();
        losses.missed(id);
    }

    /** Evaluates, and hands what comes of it to the sinks. Never throws. */
    void run(Event event, long nowMillis) { // hot: per event
        if (writes) {
            Evaluator.Written written = write(event, nowMillis);
            if (written != null) {
                hand(event, "", written.fields(), written.json());
            }
            return;
        }
        List<? extends Map<String, @Nullable Object>> made = evaluate(event, nowMillis);
        if (made != null) {
            for (int i = 0; i < made.size(); i++) {
                hand(event, made.size() == 1 ? "" : "-" + (i + 1), made.get(i), null);
            }
        }
    }

    /** Evaluates and counts. Null when it fails; never throws. */
    @Nullable
    List<? extends Map<String, @Nullable Object>> evaluate(Event event, long nowMillis) {
        counters.matched.increment();
        long startNanos = System.nanoTime();
        List<? extends Map<String, @Nullable Object>> made;
        try {
            made = evaluator.evaluate(event, nowMillis);
            if (!targets.isEmpty()) {
                // What has no JSON, by which sinks count what waits, fails here and not in a sink's buffer.
                made.forEach(JsonWriter::check);
            }
        } catch (Throwable t) { // a lambda of the embedder's, or a fault of ours: neither may stop the other rules
            failed(event, nowMillis, t);
            return null;
        }
        evaluated(event, nowMillis, startNanos, made.size());
        return made;
    }

    /** The same for sinks that take JSON only. Null also when no record comes. */
    private Evaluator.@Nullable Written write(Event event, long nowMillis) {
        counters.matched.increment();
        long startNanos = System.nanoTime();
        Evaluator.Written written;
        try {
            written = evaluator.write(event, nowMillis);
        } catch (Throwable t) { // a fault of ours, or what a statement fails with
            failed(event, nowMillis, t);
            return null;
        }
        evaluated(event, nowMillis, startNanos, written == null ? 0 : 1);
        return written;
    }

    private void evaluated(Event event, long nowMillis, long startNanos, int records) {
        if (records == 0) {
            counters.failedNoResult.increment();
        } else {
            counters.passed.increment();
        }
        long endNanos = System.nanoTime();
        counters.latencies.add(endNanos - startNanos);
        if (recent.wantsSample(endNanos)) {
            String topic = event.topic();
            recent.add(new RuleSample(
                    nowMillis,
                    event.id(),
                    event.kind().event(),
                    event.clientId(),
                    topic == null ? "" : topic,
                    records,
                    endNanos - startNanos));
        }
    }

    /** Its JSON is made in the first sink's buffer: of many large records no more is there at a time than waits. */
    private void hand(
            Event event, String idSuffix, @Nullable Map<String, @Nullable Object> fields, byte @Nullable [] json) {
        Output output = new Output(
                counters,
                id,
                tenant,
                event.clientId(),
                event.id() + "-" + id + idSuffix,
                event.atEpochMillis(),
                event.hops(),
                event.topic() == null ? topicHops : null,
                fields,
                json);
        for (SinkRunner each : targets) {
            counters.actionsTotal.increment();
            each.offer(output);
        }
    }

    private void failed(Event event, long nowMillis, Throwable t) {
        if (t instanceof EvaluationException e) {
            failed(event, nowMillis, e.code().name().toLowerCase(Locale.ROOT), String.valueOf(e.getMessage()));
        } else {
            failed(event, nowMillis, "internal", t.toString());
        }
    }

    /** Notes that it has failed. */
    void failed(Event event, long nowMillis, String code, String message) {
        String sample = "";
        if (recent.wantsEvent(System.nanoTime())) {
            sample = sample(event);
            log.debug(
                    "rule {} failed on an event of client {}: {}",
                    id,
                    Utf8.escape(event.clientId()),
                    Utf8.escape(message));
        }
        recent.add(new RuleError(nowMillis, code, message, sample));
        counters.failed(code);
        losses.failed(id, code, message);
    }

    private static String sample(Event event) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (String each : event.names()) {
            fields.put(each, event.field(each));
        }
        byte[] json = JsonWriter.bytes(fields);
        return new String(Arrays.copyOf(json, Math.min(json.length, MAX_SAMPLE_BYTES)), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "rule " + id;
    }
}
