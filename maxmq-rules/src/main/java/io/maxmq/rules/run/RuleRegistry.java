package io.maxmq.rules.run;

import io.maxmq.rules.function.KeyValues;
import io.maxmq.rules.output.RecentResults;
import io.maxmq.rules.output.RuleCounters;
import io.maxmq.rules.output.TopicHops;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkStatus;
import io.maxmq.rules.state.RuleState;
import io.maxmq.rules.status.RuleStatus;
import io.maxmq.spi.Clock;
import io.maxmq.spi.MemoryAccount;
import io.maxmq.spi.Registration;
import io.maxmq.spi.Tenant;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.ExtensionInUseException;
import io.maxmq.spi.intercept.Interceptor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLogger;

/**
 * All rules and sinks of one engine. Changes come under one lock, which no event waits for. Before the start rules are kept and do
 * nothing. Thread-safe.
 */
public final class RuleRegistry {
    private static final class Entry {
        final RuleSlot slot = new RuleSlot();
        final RuleCounters counters = new RuleCounters();
        final RecentResults recent;
        Plan plan;
        List<SinkRunner> targets;
        boolean enabled;
        List<Registration> metrics = List.of();

        Entry(Plan plan, List<SinkRunner> targets, int kept) {
            this.plan = plan;
            this.targets = targets;
            this.enabled = plan.enabled();
            this.recent = new RecentResults(kept);
        }

        ActiveRule version(TopicHops topicHops, LossReport losses, Logger log) {
            return version(plan, targets, topicHops, losses, log);
        }

        ActiveRule version(Plan plan, List<SinkRunner> targets, TopicHops topicHops, LossReport losses, Logger log) {
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
                    losses,
                    log);
        }
    }

    /** The parts of a running engine. */
    private record Running(BrokerContext broker, Lanes lanes, Sources sources, List<Registration> metrics) {}

    /** The time limit of an inline evaluation. */
    public static final long INLINE_NANOS = InlineRules.MAX_NANOS;

    /** The time at the stop for the last changes of rule state, even when the lanes have used up the drain timeout. */
    private static final long STATE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final EngineSettings settings;
    private final InlineRules inline = new InlineRules();
    private final TopicHops topicHops = new TopicHops();
    private final LossReport losses = new LossReport();
    private final SinkTable sinks = new SinkTable(losses);

    // Guarded by this.
    private final Map<String, Entry> rules = new LinkedHashMap<>();
    private @Nullable Running running;
    private Logger log = NOPLogger.NOP_LOGGER;
    private boolean hasBroker;
    private boolean ended;

    /** Names of rules whose sinks start: they are not there yet, and can't be taken. */
    private final Set<String> coming = new HashSet<>();

    /** The number of rules that there are, for whom the lock is not worth waiting for. Written under the lock of this. */
    private volatile int count;

    /** The hooks in the data path. */
    private final RuleHooks asked;

    private final RuleState state = new RuleState();

    public RuleRegistry(EngineSettings settings) {
        this.settings = settings;
        this.asked = new RuleHooks(settings.inlineRules(), inline);
    }

    /** Returns the settings of the engine. */
    public EngineSettings settings() {
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

    /** The first part of the names of the broker's threads. */
    public synchronized String threadPrefix() {
        return running == null ? "maxmq" : running.broker().threadPrefix();
    }

    /** Returns the state of a tenant's rules. */
    public KeyValues keyValues(Tenant tenant) {
        return state.of(tenant);
    }

    /** Returns the interceptors for the broker: empty when no present or later rule needs one. */
    public synchronized List<Interceptor> interceptors() {
        return asked.interceptors(rules.values().stream().map(each -> each.plan).toList());
    }

    /** Begins, once its sinks have started. Once; what is changed meanwhile does not wait. */
    public void start(BrokerContext broker) {
        MemoryAccount memory = broker.memoryAccount();
        Logger logger = LoggerFactory.getLogger("io.maxmq." + broker.brokerName() + ".rules");
        synchronized (this) {
            if (hasBroker || ended) {
                throw new ExtensionInUseException("one rule engine serves one broker: broker=" + broker.brokerName());
            }
            hasBroker = true;
            log = logger;
            broker.storage().ifPresent(storage -> state.open(storage, broker.threadPrefix(), logger));
        }
        losses.start(broker.timers(), logger);
        sinks.begin(broker, memory, logger);
        synchronized (this) {
            checkNotEnded();
            inline.start(broker, logger);
            Lanes lanes = new Lanes(broker, memory, settings, logger);
            Sources sources = new Sources(broker, lanes, topicHops, settings.sysMessages());
            lanes.start();
            sources.start();
            asked.start(sources);
            List<Registration> metrics =
                    new ArrayList<>(EngineMetrics.ofEngine(broker.metrics(), () -> count, lanes, state));
            metrics.addAll(EngineMetrics.figures(broker, () -> count, lanes, sinks, losses));
            running = new Running(broker, lanes, sources, metrics);
            begin(List.copyOf(rules.values()));
        }
    }

    private void begin(List<Entry> entries) {
        Running present = running;
        if (present == null) {
            return;
        }
        List<Sources.Coming> coming = new ArrayList<>();
        for (Entry each : entries) {
            if (each.enabled && each.plan.inline() == null) {
                coming.add(new Sources.Coming(each.slot, each.version(topicHops, losses, log)));
            }
        }
        present.sources().add(coming); // first: nothing is there yet when it fails
        for (Entry each : entries) {
            InlineMode mode = each.plan.inline();
            if (each.enabled && mode != null) {
                inline.change(each.plan.id(), each.version(topicHops, losses, log), mode);
            }
            each.metrics =
                    EngineMetrics.ofRule(present.broker().metrics(), each.plan.id(), each.plan.tenant(), each.counters);
        }
    }

    /** Gives a sink a name. */
    public void addSink(String name, Sink sink, Buffering buffering) {
        synchronized (this) {
            checkNotEnded();
        }
        sinks.add(name, sink, buffering);
    }

    /**
     * Adds rules, from the next event on, all or none. Waits until new sinks have started; other changes do not wait
     * for that.
     * @throws IllegalArgumentException for an existing or duplicate name
     */
    public void add(List<Plan> plans) {
        Map<String, Entry> added = new LinkedHashMap<>();
        try {
            synchronized (this) {
                for (Plan each : plans) {
                    check(each);
                    if (rules.containsKey(each.id()) || !coming.add(each.id())) {
                        throw new IllegalArgumentException("rule is there already: id=" + each.id());
                    }
                    added.put(each.id(), new Entry(each, List.of(), settings.keptErrors()));
                }
                for (Entry each : added.values()) {
                    each.targets = sinks.take(each.plan);
                }
            }
            for (Entry each : added.values()) {
                sinks.start(each.targets);
            }
            synchronized (this) {
                checkNotEnded();
                begin(List.copyOf(added.values()));
                rules.putAll(added);
                count = rules.size();
            }
        } catch (RuntimeException e) {
            added.values().forEach(each -> sinks.release(each.targets));
            throw e;
        } finally {
            synchronized (this) {
                coming.removeAll(added.keySet());
            }
        }
    }

    private void check(Plan plan) {
        checkNotEnded();
        asked.check(plan);
    }

    /** Adds a rule, or puts it in the place of another of its name: each event goes to one of them. Figures stay. */
    public void replace(Plan plan) {
        List<SinkRunner> fresh;
        Entry entry;
        synchronized (this) {
            check(plan);
            entry = rules.get(plan.id());
            if (entry != null && !entry.plan.tenant().equals(plan.tenant())) {
                throw new IllegalArgumentException("a rule stays with its tenant: id=" + plan.id() + ", tenant="
                        + entry.plan.tenant() + ", wanted=" + plan.tenant());
            }
            fresh = entry == null ? List.of() : sinks.take(plan);
        }
        if (entry == null) {
            add(List.of(plan));
            return;
        }
        try {
            sinks.start(fresh);
            put(entry, plan, fresh);
        } catch (RuntimeException e) {
            sinks.release(fresh);
            throw e;
        }
    }

    private synchronized void put(Entry entry, Plan plan, List<SinkRunner> fresh) {
        checkNotEnded();
        if (rules.get(plan.id()) != entry) {
            throw new IllegalStateException("the rule was removed while it was replaced: id=" + plan.id());
        }
        List<SinkRunner> old = entry.targets;
        apply(entry, plan, fresh, plan.enabled());
        releaseLater(old);
    }

    /** Updates the entry after the broker has accepted the change. */
    private void apply(Entry entry, Plan plan, List<SinkRunner> targets, boolean enabled) {
        if (running != null) {
            InlineMode mode = plan.inline();
            ActiveRule version = enabled ? entry.version(plan, targets, topicHops, losses, log) : null;
            running.sources().change(entry.slot, mode == null ? version : null);
            inline.change(plan.id(), mode == null ? null : version, mode);
        }
        entry.plan = plan;
        entry.targets = targets;
        entry.enabled = enabled;
    }

    /** When what was queued for the rule before has gone to its sinks. */
    private void releaseLater(List<SinkRunner> targets) {
        if (running == null) {
            sinks.release(targets);
        } else {
            running.lanes().afterAll(() -> sinks.release(targets));
        }
    }

    /** Enables or disables a rule. Events that it has already received are evaluated. */
    public synchronized void enable(String id, boolean enabled) {
        checkNotEnded();
        Entry entry = entry(id);
        if (entry.enabled != enabled || !inline.suspended(id).isEmpty()) {
            apply(entry, entry.plan, entry.targets, enabled);
        }
    }

    /**
     * Removes a rule; false without one. Events that it has already received are evaluated, and their records go to its
     * sinks.
     */
    public synchronized boolean remove(String id) {
        checkNotEnded();
        Entry entry = rules.remove(id);
        if (entry == null) {
            return false;
        }
        count = rules.size();
        apply(entry, entry.plan, entry.targets, false);
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

    /** Returns whether there is a rule of this name. */
    public synchronized boolean has(String id) {
        return rules.containsKey(id);
    }

    /** Returns the status of a rule. */
    public synchronized RuleStatus status(String id) {
        Entry entry = entry(id);
        return StatusViews.of(
                entry.plan, entry.enabled, inline.suspended(id), entry.counters, entry.targets, entry.recent);
    }

    /** Returns the status of the sinks, by name. */
    public Map<String, SinkStatus> sinkStatuses() {
        return sinks.statuses();
    }

    /** Gives a sink its dead letters once more; answers how many. */
    public int retryDeadLetters(String sink) {
        SinkRunner runner = sinks.named(sink);
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
            if (present == null) { // never begun, or not to the end
                state.close(System.nanoTime() + STATE_NANOS);
                sinks.close(System.nanoTime());
                losses.close();
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
        sinks.close(untilNanos);
        losses.close();
    }

    private void checkNotEnded() {
        if (ended) {
            throw new IllegalStateException("the rule engine has ended");
        }
    }
}
