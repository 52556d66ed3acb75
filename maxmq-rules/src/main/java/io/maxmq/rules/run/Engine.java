package io.maxmq.rules.run;

import io.maxmq.rules.event.EventKind;
import io.maxmq.rules.function.KeyValues;
import io.maxmq.rules.output.Latencies;
import io.maxmq.rules.output.Recent;
import io.maxmq.rules.output.RuleCounters;
import io.maxmq.rules.output.TopicHops;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkStatus;
import io.maxmq.rules.state.RuleState;
import io.maxmq.rules.status.LatencyHistogram;
import io.maxmq.rules.status.RuleFigures;
import io.maxmq.rules.status.RuleStatus;
import io.maxmq.spi.BrokerContext;
import io.maxmq.spi.Clock;
import io.maxmq.spi.MemoryAccount;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.event.MetricsSink;
import io.maxmq.spi.intercept.Interceptor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLogger;

/**
 * All rules and sinks of one engine. Changes come under one lock, which no event waits for. Before the start rules are kept and do
 * nothing. Thread-safe.
 */
public final class Engine {
    private static final class Entry {
        final RuleSlot slot = new RuleSlot();
        final RuleCounters counters = new RuleCounters();
        final Recent recent;
        Plan plan;
        List<SinkRunner> targets;
        boolean enabled;
        List<Registration> metrics = List.of();

        Entry(Plan plan, List<SinkRunner> targets, int kept) {
            this.plan = plan;
            this.targets = targets;
            this.enabled = plan.enabled();
            this.recent = new Recent(kept);
        }

        ActiveRule version(TopicHops topicHops, Logger log) {
            return new ActiveRule(
                    plan.id(),
                    plan.tenant(),
                    plan.filters(),
                    plan.kinds(),
                    plan.evaluator(),
                    targets,
                    counters,
                    recent,
                    topicHops,
                    log);
        }
    }

    /** What there is while the broker runs. */
    private record Running(BrokerContext broker, Lanes lanes, Sources sources, List<Registration> metrics) {}

    /** What an inline evaluation may take. */
    public static final long INLINE_NANOS = InlineRules.MAX_NANOS;

    /** What stopping gives the last changes of what rules remember, also when lanes have taken all the time. */
    private static final long STATE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Settings settings;
    private final InlineRules inline = new InlineRules();
    private final DeliveryWatch deliveries = new DeliveryWatch();
    private final PingWatch pings = new PingWatch();
    private final TopicHops topicHops = new TopicHops();

    // Guarded by this.
    private final Map<String, Entry> rules = new LinkedHashMap<>();
    private final SinkTable sinks = new SinkTable();
    private @Nullable Running running;
    private Logger log = NOPLogger.NOP_LOGGER;
    private boolean ended;

    /** How many rules there are, for whom the lock is not worth waiting for. Written under the lock of this. */
    private volatile int count;

    /** Whether the broker was given what inline rules run in. */
    private boolean intercepts;

    /** What of {@link EventKind#isWatched} the broker tells of. */
    private final Set<EventKind> watched = EnumSet.noneOf(EventKind.class);

    private final RuleState state = new RuleState();

    public Engine(Settings settings) {
        this.settings = settings;
    }

    /** How it runs its rules. */
    public Settings settings() {
        return settings;
    }

    /** The broker's time, or before there is one the machine's. */
    public synchronized long nowMillis() {
        return (running == null ? Clock.system() : running.broker().clock()).epochMillis();
    }

    /** The broker's name; empty before there is one. */
    public synchronized String node() {
        return running == null ? "" : running.broker().brokerName();
    }

    /** What rules of this tenant remember. */
    public KeyValues keyValues(Tenant tenant) {
        return state.of(tenant);
    }

    /** What the broker is to ask about each message: nothing when there is no inline rule, nor will be. */
    public synchronized List<Interceptor> interceptors() {
        intercepts = settings.inlineRules() || rules.values().stream().anyMatch(each -> each.plan.inline() != null);
        List<Interceptor> interceptors = new ArrayList<>();
        if (intercepts) {
            interceptors.add(inline);
        }
        if (wants(EventKind.DELIVERED) || wants(EventKind.ACKED)) {
            watched.add(EventKind.DELIVERED);
            watched.add(EventKind.ACKED);
            interceptors.add(deliveries);
        }
        if (wants(EventKind.PING)) {
            watched.add(EventKind.PING);
            interceptors.add(pings);
        }
        return interceptors;
    }

    private boolean wants(EventKind kind) {
        return rules.values().stream().anyMatch(each -> each.plan.kinds().contains(kind));
    }

    /** One that names a kind alone is refused where the broker does not tell of it; one with wildcards does without. */
    private void checkWatched(Plan plan) {
        for (String source : plan.sources()) {
            Set<EventKind> kinds = EventKind.isEvent(source) ? EventKind.named(source) : Set.of();
            EventKind first = kinds.size() == 1 ? kinds.iterator().next() : null;
            if (running != null && first != null && first.isWatched() && !watched.contains(first)) {
                throw new IllegalStateException("the broker has started without a rule on " + source
                        + ", and does not tell of such events: add one, which may be disabled, before the start: id="
                        + plan.id());
            }
        }
    }

    private void checkInline(Plan plan) {
        if (plan.inline() != null && running != null && !intercepts) {
            throw new IllegalStateException(
                    "the broker has started without inline rules: say inlineRules(true) of the engine, "
                            + "or add the first before the start: id=" + plan.id());
        }
    }

    /** Begins. Once. */
    public synchronized void start(BrokerContext broker) {
        if (running != null || ended) {
            throw new IllegalStateException("one rule engine serves one broker: broker=" + broker.brokerName());
        }
        MemoryAccount memory = broker.memoryAccount();
        log = LoggerFactory.getLogger("io.maxmq." + broker.brokerName() + ".rules");
        broker.storage().ifPresent(storage -> state.open(storage, broker.brokerName(), log));
        inline.start(broker, log);
        sinks.start(broker, memory, log);
        Lanes lanes = new Lanes(broker, memory, settings, log);
        Sources sources = new Sources(broker, lanes, topicHops, settings.sysMessages());
        lanes.start();
        sources.start();
        deliveries.sources = sources;
        pings.sources = sources;
        running = new Running(broker, lanes, sources, metrics(broker.metrics(), lanes));
        begin(List.copyOf(rules.values()));
    }

    private List<Registration> metrics(MetricsSink sink, Lanes lanes) {
        return List.of(
                sink.gauge("maxmq.rules.rules", "Rules, enabled or not", Map.of(), () -> count),
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

    private void begin(List<Entry> entries) {
        Running present = running;
        if (present == null) {
            return;
        }
        List<Sources.Coming> coming = new ArrayList<>();
        for (Entry each : entries) {
            InlineMode mode = each.plan.inline();
            if (each.enabled && mode == null) {
                coming.add(new Sources.Coming(each.slot, each.version(topicHops, log)));
            } else if (each.enabled) {
                inline.change(each.plan.id(), each.version(topicHops, log), mode);
            }
            each.metrics = metrics(present.broker().metrics(), each);
        }
        present.sources().add(coming);
    }

    private static List<Registration> metrics(MetricsSink sink, Entry entry) {
        Map<String, String> tags =
                Map.of("rule", entry.plan.id(), "tenant", entry.plan.tenant().name());
        RuleCounters counters = entry.counters;
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

    /** Gives a sink a name. */
    public synchronized void addSink(String name, Sink sink, Buffering buffering) {
        checkNotEnded();
        sinks.add(name, sink, buffering);
    }

    /**
     * Adds rules, from the next event on, all or none.
     *
     * @throws IllegalArgumentException when a rule of one of these names is there, or comes twice
     */
    public synchronized void add(List<Plan> plans) {
        checkNotEnded();
        Map<String, Entry> added = new LinkedHashMap<>();
        try {
            for (Plan each : plans) {
                checkInline(each);
                checkWatched(each);
                if (rules.containsKey(each.id()) || added.containsKey(each.id())) {
                    throw new IllegalArgumentException("rule is there already: id=" + each.id());
                }
                added.put(each.id(), new Entry(each, sinks.take(each), settings.keptErrors()));
            }
            begin(List.copyOf(added.values()));
        } catch (RuntimeException e) {
            added.values().forEach(each -> sinks.release(each.targets));
            throw e;
        }
        rules.putAll(added);
        count = rules.size();
    }

    /** Adds a rule, or puts it in the place of another of its name: each event goes to one of them. Figures stay. */
    public synchronized void replace(Plan plan) {
        checkNotEnded();
        Entry entry = rules.get(plan.id());
        if (entry == null) {
            add(List.of(plan));
            return;
        }
        checkInline(plan);
        checkWatched(plan);
        if (!entry.plan.tenant().equals(plan.tenant())) {
            throw new IllegalArgumentException("a rule stays with its tenant: id=" + plan.id() + ", tenant="
                    + entry.plan.tenant() + ", wanted=" + plan.tenant());
        }
        List<SinkRunner> fresh = sinks.take(plan);
        List<SinkRunner> old = entry.targets;
        entry.plan = plan;
        entry.targets = fresh;
        entry.enabled = plan.enabled();
        apply(entry);
        releaseLater(old);
    }

    private void apply(Entry entry) {
        if (running == null) {
            return;
        }
        InlineMode mode = entry.plan.inline();
        ActiveRule version = entry.enabled ? entry.version(topicHops, log) : null;
        running.sources().change(entry.slot, mode == null ? version : null);
        inline.change(entry.plan.id(), mode == null ? null : version, mode);
    }

    /** When what was queued for the rule before has gone to its sinks. */
    private void releaseLater(List<SinkRunner> targets) {
        if (running == null) {
            sinks.release(targets);
        } else {
            running.lanes().afterAll(() -> release(targets));
        }
    }

    private synchronized void release(List<SinkRunner> targets) {
        sinks.release(targets);
    }

    /** Has a rule want events, or not. What it has got before is evaluated. */
    public synchronized void enable(String id, boolean enabled) {
        checkNotEnded();
        Entry entry = entry(id);
        if (entry.enabled != enabled || !inline.suspended(id).isEmpty()) {
            entry.enabled = enabled;
            apply(entry);
        }
    }

    /** Removes a rule; false when there was none. What it has got before is evaluated, and goes to its sinks. */
    public synchronized boolean remove(String id) {
        checkNotEnded();
        Entry entry = rules.remove(id);
        if (entry == null) {
            return false;
        }
        count = rules.size();
        entry.enabled = false;
        apply(entry);
        inline.remove(id);
        entry.metrics.forEach(Registration::close);
        releaseLater(entry.targets);
        return true;
    }

    private Entry entry(String id) {
        Entry entry = rules.get(id);
        if (entry == null) {
            throw new IllegalArgumentException("no rule has this name: id=" + id);
        }
        return entry;
    }

    /** Sets a rule's figures to zero and forgets its errors. */
    public synchronized void reset(String id) {
        Entry entry = entry(id);
        entry.counters.reset();
        entry.recent.clear();
    }

    /** The rules' names, in the order in which they were added. */
    public synchronized List<String> ids() {
        return List.copyOf(rules.keySet());
    }

    /** Whether there is a rule of this name. */
    public synchronized boolean has(String id) {
        return rules.containsKey(id);
    }

    /** How a rule is. */
    public synchronized RuleStatus status(String id) {
        Entry entry = entry(id);
        List<SinkStatus> statuses = new ArrayList<>();
        entry.targets.forEach(each -> statuses.add(each.status()));
        return new RuleStatus(
                id,
                entry.enabled,
                inline.suspended(id),
                entry.plan.sources(),
                entry.plan.statement(),
                figures(entry.counters),
                histogram(entry.counters.latencies),
                statuses,
                entry.recent.errors(),
                entry.recent.samples());
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
                counters.actionsDiscarded.sum());
    }

    private static LatencyHistogram histogram(Latencies latencies) {
        long[] counts = latencies.counts();
        List<LatencyHistogram.Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            buckets.add(new LatencyHistogram.Bucket(Latencies.below(i), counts[i]));
        }
        return new LatencyHistogram(buckets);
    }

    /** How sinks are, by name. */
    public synchronized Map<String, SinkStatus> sinkStatuses() {
        return sinks.statuses();
    }

    /** Gives a sink its dead letters once more; answers how many. */
    public int retryDeadLetters(String sink) {
        SinkRunner runner;
        synchronized (this) {
            runner = sinks.named(sink);
        }
        if (runner == null) {
            throw new IllegalArgumentException("no sink has this name: name=" + sink);
        }
        return runner.retryDeadLetters();
    }

    /** Evaluates what waits and brings it away, as long as the settings allow; then ends for ever. Blocks meanwhile. */
    public void stop() {
        Running present;
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            present = running;
            if (present == null) {
                state.close(System.nanoTime() + STATE_NANOS); // a start that failed half-way
                return;
            }
            for (Entry each : rules.values()) {
                present.sources().change(each.slot, null);
                inline.change(each.plan.id(), null, null);
                each.metrics.forEach(Registration::close);
            }
            present.metrics().forEach(Registration::close);
        }
        long untilNanos = System.nanoTime() + settings.drainTimeout().toNanos();
        present.lanes().close(untilNanos);
        state.close(Math.max(untilNanos, System.nanoTime() + STATE_NANOS));
        synchronized (this) {
            sinks.close(untilNanos);
        }
    }

    private void checkNotEnded() {
        if (ended) {
            throw new IllegalStateException("the rule engine has ended");
        }
    }
}
