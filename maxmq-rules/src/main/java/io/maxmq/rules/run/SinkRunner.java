package io.maxmq.rules.run;

import io.maxmq.rules.output.Output;
import io.maxmq.rules.output.RuleCounters;
import io.maxmq.rules.sink.Batch;
import io.maxmq.rules.sink.BatchResult;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.DeadLetter;
import io.maxmq.rules.sink.Health;
import io.maxmq.rules.sink.Overflow;
import io.maxmq.rules.sink.RecordResult;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkContext;
import io.maxmq.rules.sink.SinkRecord;
import io.maxmq.rules.sink.SinkState;
import io.maxmq.rules.sink.SinkStatus;
import io.maxmq.spi.BrokerContext;
import io.maxmq.spi.MemoryAccount;
import io.maxmq.spi.Registration;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.helpers.NOPLogger;

/**
 * A sink with what waits for it: cuts batches, tries again with growing pauses, probes a sink that is down, and keeps the last
 * records that it would not take. One call to the sink at a time, so records keep their order.
 *
 * <p>Thread-safe: the state is under the lock of this, which is never held while the sink is called. The sink is called on the thread
 * that gives it something to do, or on the broker's worker pool when it may block.
 */
public final class SinkRunner {
    /** What to do next. */
    private enum Step {
        WRITE,
        PROBE,
        NOTHING
    }

    private static final class Entry {
        final Output output;
        int attempts;

        Entry(Output output) {
            this.output = output;
        }
    }

    private final Sink sink;
    private final String name;
    private final Buffering buffering;
    private final boolean blocking;
    private final boolean takesJson;

    // Guarded by this.
    private final Deque<Entry> waiting = new ArrayDeque<>();
    private final Deque<DeadLetter> deadLetters = new ArrayDeque<>();
    private volatile @Nullable BrokerContext broker;
    private @Nullable MemoryAccount memory;
    private Logger log = NOPLogger.NOP_LOGGER;
    private SinkState state = SinkState.STARTING;
    private List<Entry> underWay = List.of();
    private long waitingBytes;
    private boolean busy;
    private boolean lingered;
    private boolean pausing;
    private boolean draining;
    private int failures;
    private int pauses;
    private String lastFailure = "";
    private Registration timer = Registration.NONE;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    private long written;
    private long retried;
    private long rejected;
    private long discarded;

    public SinkRunner(String name, Sink sink, Buffering buffering) {
        this.name = name;
        this.sink = sink;
        this.buffering = buffering;
        this.blocking = sink.blocking();
        this.takesJson = sink.takesJson();
    }

    /** What the engine calls it. */
    public String name() {
        return name;
    }

    /** The embedder's object. */
    public Sink sink() {
        return sink;
    }

    /** Whether the sink takes nothing but the JSON of records. */
    boolean takesJson() {
        return takesJson;
    }

    /** Starts the sink; what it is given before waits. */
    CompletionStage<Void> start(BrokerContext context, MemoryAccount account, Logger logger) {
        synchronized (this) {
            broker = context;
            memory = account;
            log = logger;
        }
        CompletionStage<Void> started;
        try {
            started = sink.start(new SinkContext(name, context));
        } catch (Throwable t) { // the embedder's code
            return CompletableFuture.failedFuture(t);
        }
        return started.thenRun(() -> {
            synchronized (this) {
                if (state == SinkState.STARTING) {
                    state = SinkState.UP;
                }
            }
            pump();
        });
    }

    /** Takes a record, or drops what the buffer's policy says. Never blocks and never throws. */
    void offer(Output output) {
        boolean taken;
        synchronized (this) {
            taken = take(output);
        }
        if (taken) {
            pump();
        }
    }

    private boolean take(Output output) {
        MemoryAccount account = memory;
        int bytes = output.bytes();
        if (state == SinkState.CLOSED || draining || account == null || !account.tryCharge(bytes)) {
            discard(output);
            return false;
        }
        while (waiting.size() >= buffering.maxRecords()
                || (!waiting.isEmpty() && waitingBytes + bytes > buffering.maxBytes())) {
            if (buffering.overflow() == Overflow.DROP_NEWEST) {
                account.release(bytes);
                discard(output);
                return false;
            }
            Entry oldest = waiting.remove();
            forget(oldest.output);
            discard(oldest.output);
        }
        waiting.add(new Entry(output));
        waitingBytes += bytes;
        return true;
    }

    private void discard(Output output) {
        discarded++;
        output.counters().actionsDiscarded.increment();
    }

    private void forget(Output output) {
        int bytes = output.bytes();
        waitingBytes -= bytes;
        if (memory != null) {
            memory.release(bytes);
        }
    }

    /** Does what there is to do, as long as the sink answers at once. */
    private void pump() {
        boolean again = true;
        while (again) {
            Step step;
            Batch batch = null;
            synchronized (this) {
                step = next();
                if (step == Step.WRITE) {
                    batch = cut();
                }
            }
            if (batch != null) {
                Batch toWrite = batch;
                again = call(() -> sink.write(toWrite), (result, failure) -> written(toWrite, result, failure));
            } else if (step == Step.PROBE) {
                again = call(sink::probe, this::probed);
            } else {
                again = false;
            }
        }
    }

    private Step next() {
        if (busy || pausing || broker == null || state == SinkState.STARTING || state == SinkState.CLOSED) {
            return Step.NOTHING;
        }
        if (waiting.isEmpty()) {
            if (draining) {
                drained.complete(null);
            }
            return Step.NOTHING;
        }
        if (state == SinkState.DOWN) {
            busy = true;
            return Step.PROBE;
        }
        if (!lingered && !draining && !buffering.linger().isZero() && waiting.size() < buffering.maxBatchRecords()) {
            if (timer == Registration.NONE) {
                timer = broker.timers().after(buffering.linger(), this::lingered);
            }
            return Step.NOTHING;
        }
        busy = true;
        return Step.WRITE;
    }

    private void lingered() {
        synchronized (this) {
            timer = Registration.NONE;
            lingered = true;
        }
        pump();
    }

    private Batch cut() {
        lingered = false;
        timer.close();
        timer = Registration.NONE;
        int size = Math.min(waiting.size(), buffering.maxBatchRecords());
        List<Entry> entries = new ArrayList<>(size);
        List<SinkRecord> records = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            Entry entry = waiting.remove();
            entries.add(entry);
            records.add(entry.output);
        }
        underWay = entries;
        return new Batch(records, entries.get(0).attempts);
    }

    private interface Answer<T> {
        void accept(@Nullable T result, @Nullable Throwable failure);
    }

    /** Calls the sink; true when its answer has come already, and the caller goes on. */
    private <T> boolean call(Supplier<CompletionStage<T>> call, Answer<T> answer) {
        if (!blocking) {
            return asked(call, answer);
        }
        BrokerContext context = broker;
        try {
            if (context != null) {
                context.workers().execute(() -> {
                    if (asked(call, answer)) {
                        pump();
                    }
                });
            }
            return false;
        } catch (RejectedExecutionException e) {
            answer.accept(null, e);
            return true;
        }
    }

    private <T> boolean asked(Supplier<CompletionStage<T>> call, Answer<T> answer) {
        CompletionStage<T> stage;
        try {
            stage = call.get();
        } catch (Throwable t) { // the embedder's code
            answer.accept(null, t);
            return true;
        }
        if (stage == null) {
            answer.accept(null, new IllegalStateException("gave null"));
            return true;
        }
        // 0 while nobody knows; 1 answered before the caller looked; 2 the caller has gone.
        AtomicInteger race = new AtomicInteger();
        var unused = stage.whenComplete((result, failure) -> {
            answer.accept(result, failure);
            if (race.getAndSet(1) == 2) {
                pump();
            }
        });
        return race.getAndSet(2) == 1;
    }

    private void written(Batch batch, @Nullable BatchResult result, @Nullable Throwable failure) {
        BatchResult results = result != null && result.results().size() == batch.size()
                ? result
                : BatchResult.all(batch, RecordResult.retry(why(failure)));
        synchronized (this) {
            List<Entry> entries = underWay;
            underWay = List.of();
            busy = false;
            Duration after = Duration.ZERO;
            String problem = "";
            List<Entry> again = new ArrayList<>();
            for (int i = 0; i < entries.size(); i++) {
                Entry entry = entries.get(i);
                RecordResult each = results.results().get(i);
                if (each instanceof RecordResult.Retry retry) {
                    problem = retry.why();
                    after = retry.after().compareTo(after) > 0 ? retry.after() : after;
                    if (retriedAgain(entry, retry.why())) {
                        again.add(entry);
                    }
                } else if (each instanceof RecordResult.Reject reject) {
                    lastFailure = reject.why();
                    RuleCounters counters = entry.output.counters();
                    counters.actionsUnknown.increment();
                    bury(entry, reject.why());
                } else {
                    written++;
                    entry.output.counters().actionsSuccess.increment();
                    forget(entry.output);
                }
            }
            for (int i = again.size() - 1; i >= 0; i--) {
                waiting.addFirst(again.get(i)); // before what came later
            }
            judge(problem, after);
        }
    }

    private static String why(@Nullable Throwable failure) {
        if (failure == null) {
            return "the sink gave not one result for each record";
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause.toString();
    }

    /** Whether it is to be tried once more. */
    private boolean retriedAgain(Entry entry, String why) {
        entry.attempts++;
        lastFailure = why;
        if (state != SinkState.CLOSED && entry.attempts < buffering.maxAttempts()) {
            retried++;
            return true;
        }
        entry.output.counters().actionsOutOfService.increment();
        bury(entry, why);
        return false;
    }

    private void bury(Entry entry, String why) {
        rejected++;
        forget(entry.output);
        if (buffering.deadLetters() == 0 || broker == null) {
            return;
        }
        if (deadLetters.size() >= buffering.deadLetters()) {
            deadLetters.remove();
        }
        deadLetters.add(new DeadLetter(entry.output, broker.clock().epochMillis(), Math.max(1, entry.attempts), why));
    }

    /** @param problem empty when nothing is to be tried again */
    private void judge(String problem, Duration after) {
        if (problem.isEmpty()) {
            failures = 0;
            pauses = 0;
            return;
        }
        failures++;
        if (failures >= buffering.failuresToOpen() && state == SinkState.UP) {
            state = SinkState.DOWN;
            log.warn("sink {} is down after {} failures, and is probed: {}", name, failures, problem);
        }
        pause(after);
    }

    private void pause(Duration atLeast) {
        if (broker == null || state == SinkState.CLOSED) {
            return;
        }
        long longest = buffering.maxBackoff().toMillis();
        long millis = Math.min(longest, buffering.firstBackoff().toMillis() << Math.min(pauses, 20));
        pauses++;
        // Half of it by chance, so that those who wait for one service do not come back all at once.
        long chosen = millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1);
        pausing = true;
        timer = broker.timers().after(Duration.ofMillis(Math.max(chosen, atLeast.toMillis())), this::resume);
    }

    private void resume() {
        synchronized (this) {
            timer = Registration.NONE;
            pausing = false;
        }
        pump();
    }

    private void probed(@Nullable Health health, @Nullable Throwable failure) {
        synchronized (this) {
            busy = false;
            if (health != null && health.isUp()) {
                if (state == SinkState.DOWN) {
                    state = SinkState.UP;
                    log.info("sink {} is up again", name);
                }
                // The next failure counts at once: a probe may be more easily content than a write.
                failures = buffering.failuresToOpen() - 1;
                return;
            }
            lastFailure = health != null ? health.detail() : why(failure);
            pause(Duration.ZERO);
        }
    }

    /** Takes no more, and brings away what waits. Completes when nothing waits any more. */
    CompletionStage<Void> drain() {
        synchronized (this) {
            draining = true;
            if (waiting.isEmpty() && !busy) {
                drained.complete(null);
            }
        }
        pump();
        return drained;
    }

    /** Discards what waits and closes the sink. Idempotent. */
    CompletionStage<Void> close() {
        synchronized (this) {
            if (state == SinkState.CLOSED) {
                return CompletableFuture.completedFuture(null);
            }
            state = SinkState.CLOSED;
            timer.close();
            for (Entry each : waiting) {
                forget(each.output);
                discard(each.output);
            }
            waiting.clear();
            drained.complete(null);
        }
        try {
            return sink.close();
        } catch (Throwable t) { // the embedder's code
            return CompletableFuture.failedFuture(t);
        }
    }

    /** How it is. */
    public synchronized SinkStatus status() {
        return new SinkStatus(
                name,
                state,
                waiting.size() + underWay.size(),
                waitingBytes,
                written,
                retried,
                rejected,
                discarded,
                lastFailure,
                List.copyOf(deadLetters));
    }

    /** 1 while it takes records, else 0. */
    synchronized long upOrDown() {
        return state == SinkState.UP ? 1 : 0;
    }

    /** Gives the dead letters to the sink once more, as if they were new; answers how many. */
    public int retryDeadLetters() {
        List<DeadLetter> letters;
        synchronized (this) {
            letters = new ArrayList<>(deadLetters);
            deadLetters.clear();
        }
        for (DeadLetter each : letters) {
            if (each.record() instanceof Output output) {
                offer(output);
            }
        }
        return letters.size();
    }
}
