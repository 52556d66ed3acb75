package io.maxmq.rules;

import io.maxmq.codec.topic.TopicFilter;
import io.maxmq.rules.action.HandlerSink;
import io.maxmq.rules.eval.CompileOptions;
import io.maxmq.rules.eval.Evaluation;
import io.maxmq.rules.eval.Program;
import io.maxmq.rules.event.EventKind;
import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.function.Functions;
import io.maxmq.rules.output.JavaValues;
import io.maxmq.rules.run.Evaluator;
import io.maxmq.rules.run.InlineMode;
import io.maxmq.rules.run.Plan;
import io.maxmq.rules.run.RuleRegistry;
import io.maxmq.rules.run.SqlEvaluator;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkRecord;
import io.maxmq.spi.Preview;
import io.maxmq.spi.Tenant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Describes a rule: where events come from, which of them count, what is made of them, and where that goes. Nothing happens before
 * {@link #start} or {@link #replace}. Not thread-safe.
 *
 * <p>Lambdas run on the engine's lanes, several at a time for events of several clients; other rules wait for them, so they must not
 * block. One that throws fails for that event.
 *
 * @since 0.1.0
 */
@Preview
public final class RuleBuilder {
    private static final int MAX_ID_LENGTH = 128;

    private final RuleRegistry engine;
    private final Functions functions;
    private final String id;
    private final List<String> sources = new ArrayList<>();
    private final List<Predicate<? super RuleEvent>> conditions = new ArrayList<>();
    private final List<Sink> sinks = new ArrayList<>();
    private final List<String> sinkNames = new ArrayList<>();
    private @Nullable Function<? super RuleEvent, ? extends List<? extends Map<String, ?>>> mapping;
    private Tenant tenant = Tenant.DEFAULT;
    private boolean enabled = true;
    private boolean isFast;
    private boolean leavesOutUndefined;
    private @Nullable Program program;
    private String statement = "";
    private @Nullable InlineAction inline;

    RuleBuilder(RuleRegistry engine, Functions functions, String id) {
        if (id.isEmpty() || id.length() > MAX_ID_LENGTH || !id.chars().allMatch(RuleBuilder::isOfName)) {
            throw new IllegalArgumentException("id must be 1.." + MAX_ID_LENGTH + " of a-z A-Z 0-9 . _ -: id=" + id);
        }
        this.engine = engine;
        this.functions = functions;
        this.id = id;
    }

    private static boolean isOfName(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }

    /**
     * Takes sources, condition and mapping from a statement: {@code SELECT payload.t AS t FROM "sensor/+" WHERE t > 40}. Nothing else
     * can be said of these then.
     *
     * @throws io.maxmq.rules.error.StatementException when it can't be a rule; says where, and what is wrong
     */
    public RuleBuilder sql(String sql) {
        if (program != null || !sources.isEmpty() || !conditions.isEmpty() || mapping != null) {
            throw new IllegalStateException("a rule has one statement, or lambdas: id=" + id);
        }
        program = compiled(sql);
        statement = sql;
        program.sources().forEach(each -> sources.add(each.text()));
        return this;
    }

    private Program compiled(String sql) {
        return Program.of(
                sql,
                new CompileOptions(
                        functions, EventKind.topics(), EvaluationLimits.DEFAULT, isFast, leavesOutUndefined, false));
    }

    /**
     * Reads a payload only as far as the statement needs; the rest need not be valid JSON. Of a duplicate member either
     * value may count, since all rules on a message share one pass over the payload.
     */
    public RuleBuilder fastJson() {
        isFast = true;
        if (program != null) {
            program = compiled(statement);
        }
        return this;
    }

    /**
     * Omits undefined values from the statement's records, at any depth of maps; by default they become null members.
     * JSON's own null stays.
     */
    public RuleBuilder leaveOutUndefined() {
        leavesOutUndefined = true;
        if (program != null) {
            program = compiled(statement);
        }
        return this;
    }

    private void checkNoStatement() {
        if (program != null) {
            throw new IllegalStateException("a rule has one statement, or lambdas: id=" + id);
        }
    }

    /**
     * Adds sources: topic filters, and topics of events like {@code $events/client/connected}, with wildcards or without. An event that
     * several of them select counts once.
     *
     * @throws IllegalArgumentException when one is neither; says what is wrong
     */
    public RuleBuilder from(String... filtersOrEvents) {
        checkNoStatement();
        for (String each : filtersOrEvents) {
            check(each);
            sources.add(each);
        }
        return this;
    }

    private static void check(String source) {
        if (EventKind.isEvent(source)) {
            if (EventKind.named(source).isEmpty()) {
                throw new IllegalArgumentException("no such event: source=" + source + ", known=" + EventKind.topics());
            }
            return;
        }
        String problem = TopicFilter.problem(source);
        if (problem != null) {
            throw new IllegalArgumentException(problem + ": source=" + source);
        }
        if (TopicFilter.of(source).share() != null
                || source.startsWith("$bridges/")
                || source.startsWith("$sources/")) {
            throw new IllegalArgumentException("a rule can't have this source: source=" + source);
        }
    }

    /** Leaves out events for which this is false. Several are asked in order. */
    public RuleBuilder where(Predicate<? super RuleEvent> condition) {
        checkNoStatement();
        conditions.add(condition);
        return this;
    }

    /**
     * Makes a record of an event; without it the record is all fields of the event.
     *
     * @param map gives names and values: texts, numbers, booleans, {@code byte[]}, collections, maps and null; as a whole null for no
     *     record
     */
    public RuleBuilder map(Function<? super RuleEvent, ? extends @Nullable Map<String, ?>> map) {
        return mapAll(event -> {
            Map<String, ?> record = map.apply(event);
            return record == null ? List.of() : List.of(record);
        });
    }

    /** Makes any number of records of an event. */
    public RuleBuilder mapAll(Function<? super RuleEvent, ? extends List<? extends Map<String, ?>>> map) {
        checkNoStatement();
        if (mapping != null) {
            throw new IllegalStateException("a rule has one mapping: id=" + id);
        }
        mapping = map;
        return this;
    }

    /** Adds a place where records go. */
    public RuleBuilder to(Sink sink) {
        sinks.add(sink);
        return this;
    }

    /**
     * Adds a handler that is called with each record, on the broker's worker pool; it may block. A handler that throws has rejected the
     * record. {@link HandlerSink} has the variants.
     */
    public RuleBuilder to(Consumer<? super SinkRecord> handler) {
        return to(HandlerSink.of(handler));
    }

    /** Adds a place where records go, by the name that {@link RuleEngine#sink} has given it. */
    public RuleBuilder to(String sinkName) {
        sinkNames.add(sinkName);
        return this;
    }

    /**
     * Makes the rule inline: it receives messages before they are routed, and changes, drops or rejects them. An inline
     * rule has no sinks, and its sources are topic filters. Inline rules process a message in the order in which they
     * were added, each the result of the one before. Rules of the default tenant also process messages of the
     * application.
     *
     *
     * <p><b>Thread:</b> the publisher's event loop; its other clients wait meanwhile. A statement may take 1 ms; a rule
     * that takes longer five times in a row is suspended, with a warning, and does not process messages until it is
     * enabled again.
     */
    public RuleBuilder inline(InlineAction what) {
        inline = what;
        return this;
    }

    /** Whose messages and clients it sees; {@link Tenant#DEFAULT} unless said otherwise. */
    public RuleBuilder tenant(Tenant of) {
        tenant = of;
        return this;
    }

    /** Adds it without having it want events; {@link Rule#enable} does. */
    public RuleBuilder disabled() {
        enabled = false;
        return this;
    }

    /**
     * Adds the rule, from the next event on, or with the broker's start.
     *
     * @throws IllegalArgumentException when a rule of this name is there, a sink of a name is not, or a sink refuses its settings
     * @throws IllegalStateException when it has no source, the engine has ended, a sink fails to start, or it is inline and the broker has
     *     started without any such ({@link RuleEngine.Builder#inlineRules}), or wants {@code $events/message/delivered}, {@code …/acked} or
     *     {@code $events/client/ping} of a broker that has started without such a rule
     */
    public Rule start() {
        engine.add(List.of(plan()));
        return new Rule(engine, id);
    }

    /**
     * Adds the rule, or replaces the rule of the same name: each event goes to exactly one of them. Figures stay.
     *
     *
     * @throws IllegalArgumentException when a named sink does not exist or refuses its settings, or the replaced rule
     *     belongs to another tenant
     *
     * @throws IllegalStateException when it has no source, the engine has ended, a sink fails to start, or it is inline
     *     and the broker has started without any such ({@link RuleEngine.Builder#inlineRules}), or wants {@code
     *     $events/message/delivered}, {@code …/acked} or {@code $events/client/ping} of a broker that has started
     *     without such a rule
     */
    public Rule replace() {
        engine.replace(plan());
        return new Rule(engine, id);
    }

    Plan plan() {
        InlineAction chosen = inline;
        InlineMode mode = chosen == null ? null : chosen.mode();
        if (sources.isEmpty()) {
            throw new IllegalStateException("a rule needs a source: id=" + id);
        }
        sinks.forEach(Sink::check);
        List<String> filters = new ArrayList<>();
        Set<EventKind> kinds = EnumSet.noneOf(EventKind.class);
        for (String each : sources) {
            if (EventKind.isEvent(each)) {
                kinds.addAll(EventKind.named(each));
            } else if (!filters.contains(each)) {
                filters.add(each);
            }
        }
        if (mode != null && !(kinds.isEmpty() && sinks.isEmpty() && sinkNames.isEmpty())) {
            throw new IllegalStateException("an inline rule has messages as sources, and no sinks: id=" + id);
        }
        return new Plan(id, tenant, filters, kinds, sources, statement, evaluator(), sinks, sinkNames, mode, enabled);
    }

    String id() {
        return id;
    }

    private Evaluator evaluator() {
        Program present = program;
        return present == null
                ? lambdas()
                : new SqlEvaluator(
                        present,
                        id,
                        engine.keyValues(tenant),
                        inline == null ? Evaluation.DEFAULT_NANOS : RuleRegistry.INLINE_NANOS);
    }

    private Evaluator lambdas() {
        List<Predicate<? super RuleEvent>> all = List.copyOf(conditions);
        Function<? super RuleEvent, ? extends List<? extends Map<String, ?>>> map = mapping;
        return (event, nowMillis) -> {
            RuleEvent seen = new RuleEvent(event);
            for (Predicate<? super RuleEvent> each : all) {
                if (!each.test(seen)) {
                    return List.of();
                }
            }
            return map == null ? List.of(RuleEvent.all(event)) : records(map.apply(seen));
        };
    }

    private static List<Map<String, @Nullable Object>> records(List<? extends Map<String, ?>> made) {
        List<Map<String, @Nullable Object>> records = new ArrayList<>(made.size());
        for (Map<String, ?> each : made) {
            records.add(JavaValues.fromJava(each));
        }
        return records;
    }
}
