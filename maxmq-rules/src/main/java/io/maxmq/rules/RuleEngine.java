package io.maxmq.rules;

import io.maxmq.rules.error.EvaluationException;
import io.maxmq.rules.eval.CompileOptions;
import io.maxmq.rules.eval.Program;
import io.maxmq.rules.eval.Trace;
import io.maxmq.rules.event.Event;
import io.maxmq.rules.event.EventKind;
import io.maxmq.rules.function.Definition;
import io.maxmq.rules.function.EvaluationLimits;
import io.maxmq.rules.function.Functions;
import io.maxmq.rules.output.JavaValues;
import io.maxmq.rules.run.EngineSettings;
import io.maxmq.rules.run.RuleRegistry;
import io.maxmq.rules.run.TestEvaluation;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkOverflow;
import io.maxmq.rules.sink.SinkStatus;
import io.maxmq.spi.Preview;
import io.maxmq.spi.extension.BrokerContext;
import io.maxmq.spi.extension.Extension;
import io.maxmq.spi.intercept.Interceptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Rules on published messages and on events of clients:
 *
 * <pre>{@code
 * RuleEngine rules = RuleEngine.create();
 * rules.rule("hot").from("sensor/+").where(m -> m.number("t") > 40).to(RepublishSink.to("alarms/${clientid}")).start();
 * MaxMQ broker = MaxMQ.builder().extension(rules). … .start();
 * }</pre>
 *
 *
 * <p>Rules may be added before the broker starts and at any time later, replaced, disabled and removed; each change
 * holds from the next event on, and every event is processed exactly once. A rule never changes its event, and a
 * failing rule affects neither the message nor other rules: the error is counted and kept for its {@link Rule#status}.
 *
 *
 * <p><b>Threads:</b> rules run on lanes, threads of the engine's own. An event loop copies a message that a rule's
 * source selects into the queue of its publisher's lane and goes on, so events of one client are evaluated in order.
 * The queues are bounded; what goes beyond is dropped and counted. The broker's acknowledgement of a message does not
 * wait for rules.
 *
 *
 * <p><b>Cost:</b> topic filters of rules are part of the broker's subscription tree, so a message without a matching
 * rule costs nothing.
 * <p>With storage the values of {@code kv_} functions outlive the broker: the start reads them, and fails if it cannot;
 * changes are written in the background.
 * <p>One object serves one broker, which starts and stops it. At the stop, waiting records have some seconds to reach
 * their sinks. Thread-safe.
 *
 *
 * @since 0.1.0
 */
@Preview
public final class RuleEngine implements Extension {
    private final RuleRegistry engine;
    private volatile Functions functions = Functions.standard();

    private RuleEngine(EngineSettings settings) {
        this.engine = new RuleRegistry(settings);
    }

    /** An engine with the defaults of {@link Builder}. */
    public static RuleEngine create() {
        return builder().build();
    }

    /** Starts to describe one. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts to describe a rule; {@link RuleBuilder#start} adds it.
     *
     * @param id its name in status, metrics and logs: 1 to 128 of {@code a-z A-Z 0-9 . _ -}
     * @throws IllegalArgumentException when it is no such name
     */
    public RuleBuilder rule(String id) {
        return new RuleBuilder(engine, functions, id);
    }

    /**
     * Adds rules at once, all or none. On a running broker thousands take as long as a few, since each {@link
     * RuleBuilder#start} waits for the event loops. Rules of an engine that has not started are added in this way in
     * any case.
     *
     *
     *
     * @return in the order given
     *
     *
     * @throws IllegalArgumentException as {@link RuleBuilder#start}, and for a duplicate name
     *
     *
     * @throws IllegalStateException as {@link RuleBuilder#start}
     */
    public List<Rule> startAll(List<RuleBuilder> builders) {
        engine.add(builders.stream().map(RuleBuilder::plan).toList());
        return builders.stream().map(each -> new Rule(engine, each.id())).toList();
    }

    /**
     * Adds a function for statements: {@code function("c2f", double.class, c -> c * 1.8 + 32)}. It is available to
     * statements created from now on, and runs on the engine's lanes, several calls at a time; it must not block.
     *
     *
     * <p>Arguments are converted to {@code String}, {@code long}, {@code int}, {@code double}, {@code boolean}, {@code
     * byte[]}, {@code List}, {@code Map} or {@code Object}; one that can't be, and undefined or null for other than
     * {@code Object}, makes the evaluation fail with {@code bad_argument}. What it returns may be what {@link
     * RuleBuilder#map} takes, null for undefined.
     *
     *
     * @param name a name of the language, found however its letters are written; dots are allowed
     *
     * @throws IllegalArgumentException when it is no such name, or is taken, or a type is another
     */
    public <A> RuleEngine function(String name, Class<A> type, Function<? super A, ?> function) {
        return function(name, List.of(type), arguments -> function.apply(UserFunctions.argument(type, arguments, 0)));
    }

    /** The same with two arguments. */
    public <A, B> RuleEngine function(
            String name, Class<A> first, Class<B> second, BiFunction<? super A, ? super B, ?> function) {
        return function(
                name,
                List.of(first, second),
                arguments -> function.apply(
                        UserFunctions.argument(first, arguments, 0), UserFunctions.argument(second, arguments, 1)));
    }

    /** The same with any number of arguments, each of its type; those of type {@code Object} may be null. */
    public RuleEngine function(
            String name, List<? extends Class<?>> types, Function<? super List<@Nullable Object>, ?> function) {
        Definition definition = UserFunctions.definition(name, types, function);
        synchronized (this) {
            functions = functions.with(definition);
        }
        return this;
    }

    /**
     * Gives a sink a name by which rules refer to it. It stays until the engine ends.
     *
     * @throws IllegalArgumentException when the name is taken, or the sink has one already
     * @throws IllegalStateException when the broker runs and the sink fails to start
     */
    public RuleEngine sink(String name, Sink sink) {
        return sink(name, sink, sink.buffering());
    }

    /** The same, with other than the sink's own bounds. */
    public RuleEngine sink(String name, Sink sink, Buffering buffering) {
        engine.addSink(name, sink, buffering);
        return this;
    }

    /**
     * Tries a statement on an event, whether or not the broker runs: no sink gets anything, no rule is added, and what {@code kv_}
     * functions remember begins empty and is forgotten.
     *
     * @throws io.maxmq.rules.error.StatementException when it can't be a rule
     */
    public TestResult test(String statement, SampleEvent event) {
        Program program = Program.of(
                statement, new CompileOptions(functions, EventKind.topics(), EvaluationLimits.DEFAULT, true));
        long nowMillis = engine.nowMillis();
        Event sample = event.event(engine.node(), nowMillis);
        List<TestResult.Value> values = new ArrayList<>();
        Trace trace = (line, column, expression, value) ->
                values.add(new TestResult.Value(line, column, expression, JavaValues.toJava(value)));
        boolean isSelected = TestEvaluation.isSelected(program, sample);
        try {
            List<Map<String, @Nullable Object>> records = new ArrayList<>();
            TestEvaluation.run(program, sample, nowMillis, trace).forEach(each -> records.add(JavaValues.toJava(each)));
            return new TestResult(isSelected, records, Optional.empty(), values);
        } catch (EvaluationException e) {
            return new TestResult(isSelected, List.of(), Optional.of(e), values);
        }
    }

    /** The rule of this name. */
    public Optional<Rule> find(String id) {
        return engine.has(id) ? Optional.of(new Rule(engine, id)) : Optional.empty();
    }

    /** All rules, in the order in which they were added. */
    public List<Rule> rules() {
        return engine.ids().stream().map(id -> new Rule(engine, id)).toList();
    }

    /** Returns the status of the sinks, by name. */
    public Map<String, SinkStatus> sinks() {
        return engine.sinkStatuses();
    }

    /**
     * Gives a sink its dead letters once more, as if they were new.
     *
     * @return how many
     * @throws IllegalArgumentException when no sink has this name
     */
    public int retryDeadLetters(String sink) {
        return engine.retryDeadLetters(sink);
    }

    @Override
    public String name() {
        return "RuleEngine";
    }

    /** For the broker. */
    @Override
    public List<Interceptor> interceptors() {
        return engine.interceptors();
    }

    /** For the broker. */
    @Override
    public CompletionStage<Void> start(BrokerContext context) {
        engine.start(context);
        return CompletableFuture.completedFuture(null);
    }

    /** For the broker. Completes when what was queued is brought away, or the time for that is over. */
    @Override
    public CompletionStage<Void> stop() {
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        engine.stop();
                        stopped.complete(null);
                    } catch (Throwable t) {
                        stopped.completeExceptionally(t);
                    }
                },
                engine.threadPrefix() + "-rules-stop");
        thread.setDaemon(true);
        thread.start();
        return stopped;
    }

    /**
     * Describes an engine. Not thread-safe.
     *
     * @since 0.1.0
     */
    @Preview
    public static final class Builder {
        private int lanes = EngineSettings.DEFAULTS.lanes();
        private int maxQueuedEvents = EngineSettings.DEFAULTS.maxQueuedEvents();
        private long maxQueuedBytes = EngineSettings.DEFAULTS.maxQueuedBytes();
        private SinkOverflow overflow = EngineSettings.DEFAULTS.overflow();
        private int keptErrors = EngineSettings.DEFAULTS.keptErrors();
        private Duration drainTimeout = EngineSettings.DEFAULTS.drainTimeout();
        private boolean sysMessages = EngineSettings.DEFAULTS.sysMessages();
        private boolean inlineRules = EngineSettings.DEFAULTS.inlineRules();

        private Builder() {}

        /** Threads that evaluate, 1..64; 2 unless said otherwise. */
        public Builder lanes(int threads) {
            lanes = threads;
            return this;
        }

        /** Sets the bound of events that wait for evaluation, over all lanes; default 100,000 events of 64 MiB. */
        public Builder queue(int events, long bytes) {
            maxQueuedEvents = events;
            maxQueuedBytes = bytes;
            return this;
        }

        /** Sets the policy for a full queue; default: drop the oldest. */
        public Builder overflow(SinkOverflow policy) {
            overflow = policy;
            return this;
        }

        /** Returns the number of errors that and samples are kept of each rule; 20 unless said otherwise. */
        public Builder keptErrors(int errors) {
            keptErrors = errors;
            return this;
        }

        /** Sets the time for waiting records at the stop; default 2 seconds. The broker's close timeout holds too. */
        public Builder drainTimeout(Duration timeout) {
            drainTimeout = timeout;
            return this;
        }

        /** Returns whether rules see the broker's own {@code $SYS/} messages, where their filters say so; not unless said otherwise. */
        public Builder sysMessages(boolean seen) {
            sysMessages = seen;
            return this;
        }

        /**
         * Allows inline rules to be added to a running broker that started without one; default false. Each message
         * then costs a look-up of its topic, and a message that matches an inline rule's filter the cost of an
         * interceptor.
         */
        public Builder inlineRules(boolean mayCome) {
            inlineRules = mayCome;
            return this;
        }

        /**
         * The engine.
         *
         * @throws IllegalArgumentException when a setting is out of its range
         */
        public RuleEngine build() {
            return new RuleEngine(new EngineSettings(
                    lanes,
                    maxQueuedEvents,
                    maxQueuedBytes,
                    overflow,
                    keptErrors,
                    drainTimeout,
                    sysMessages,
                    inlineRules));
        }
    }
}
