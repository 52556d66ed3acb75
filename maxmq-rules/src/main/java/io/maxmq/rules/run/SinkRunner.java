package io.maxmq.rules.run;

import io.maxmq.codec.Utf8;
import io.maxmq.rules.output.Output;
import io.maxmq.rules.output.RuleCounters;
import io.maxmq.rules.sink.Batch;
import io.maxmq.rules.sink.BatchResult;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.Health;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
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
        DRAINED,
        NOTHING
    }

    private final Sink sink;
    private final String name;
    private final Buffering buffering;
    private final SinkCalls calls;
    private final Outage outage;
    private final boolean takesJson;

    // Guarded by this.
    private final SinkBuffer buffer;
    private final DeadLetters deadLetters;
    private volatile @Nullable BrokerContext broker;
    private @Nullable MemoryAccount memory;
    private Logger log = NOPLogger.NOP_LOGGER;
    private SinkState state = SinkState.STARTING;
    private List<SinkBuffer.Entry> underWay = List.of();
    private boolean busy;
    private boolean lingered;
    private boolean pausing;
    private String lastFailure = "";
    private Registration timer = Registration.NONE;

    /** Completes when nothing waits any more; null while it takes what comes. Completed without the lock. */
    private @Nullable CompletableFuture<Void> drained;

    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private long written;
    private long retried;
    private long rejected;

    public SinkRunner(String name, Sink sink, Buffering buffering) {
        this.name = name;
        this.sink = sink;
        this.buffering = buffering;
        this.calls = new SinkCalls(sink.blocking(), this::pump);
        this.outage = new Outage(buffering);
        this.deadLetters = new DeadLetters(buffering.deadLetters(), buffering.maxDeadLetterBytes());
        this.buffer = new SinkBuffer(buffering);
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
            buffer.chargeTo(account);
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
        boolean taken = false;
        synchronized (this) {
            if (state == SinkState.CLOSED || drained != null) {
                buffer.discard(output);
            } else {
                taken = buffer.add(output);
            }
        }
        if (taken) {
            pump();
        }
    }

    /** Does what there is to do, as long as the sink answers at once. */
    void pump() {
        boolean again = true;
        while (again) {
            Step step;
            Batch batch = null;
            CompletableFuture<Void> done;
            synchronized (this) {
                step = next();
                if (step == Step.WRITE) {
                    batch = cut();
                }
                done = drained;
            }
            if (batch != null) {
                Batch toWrite = batch;
                again = calls.call(
                        broker, () -> sink.write(toWrite), (result, failure) -> written(toWrite, result, failure));
            } else if (step == Step.PROBE) {
                again = calls.call(broker, sink::probe, this::probed);
            } else {
                if (step == Step.DRAINED && done != null) {
                    done.complete(null);
                }
                again = false;
            }
        }
    }

    private Step next() {
        if (drained != null && !busy && buffer.isEmpty()) {
            return Step.DRAINED;
        }
        if (busy || pausing || broker == null || state == SinkState.STARTING || state == SinkState.CLOSED) {
            return Step.NOTHING;
        }
        if (buffer.isEmpty()) {
            return Step.NOTHING;
        }
        if (state == SinkState.DOWN) {
            busy = true;
            return Step.PROBE;
        }
        if (!lingered && drained == null && !buffering.linger().isZero() && !buffer.fillsBatch()) {
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
        List<SinkBuffer.Entry> entries = buffer.take();
        underWay = entries;
        List<SinkRecord> records = new ArrayList<>(entries.size());
        entries.forEach(each -> records.add(each.output));
        return new Batch(records, entries.get(0).attempts);
    }

    private void written(Batch batch, @Nullable BatchResult result, @Nullable Throwable failure) {
        BatchResult results = result != null && result.results().size() == batch.size()
                ? result
                : BatchResult.all(batch, RecordResult.retry(why(failure)));
        synchronized (this) {
            List<SinkBuffer.Entry> entries = underWay;
            underWay = List.of();
            busy = false;
            Duration after = Duration.ZERO;
            String problem = "";
            List<SinkBuffer.Entry> again = new ArrayList<>();
            for (int i = 0; i < entries.size(); i++) {
                SinkBuffer.Entry entry = entries.get(i);
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
                    buffer.forget(entry);
                }
            }
            buffer.putBack(again);
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
    private boolean retriedAgain(SinkBuffer.Entry entry, String why) {
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

    private void bury(SinkBuffer.Entry entry, String why) {
        rejected++;
        buffer.forget(entry);
        BrokerContext context = broker;
        MemoryAccount account = memory;
        if (context != null && account != null && state != SinkState.CLOSED) {
            deadLetters.add(entry.output, context.clock().epochMillis(), Math.max(1, entry.attempts), why, account);
        }
    }

    /** @param problem empty when nothing is to be tried again */
    private void judge(String problem, Duration after) {
        if (problem.isEmpty()) {
            outage.ends();
            return;
        }
        if (outage.goesOn() && state == SinkState.UP) {
            state = SinkState.DOWN;
            log.warn(
                    "sink {} is down after {} failures, and is probed: {}",
                    name,
                    outage.failures(),
                    Utf8.escape(problem));
        }
        pause(after);
    }

    private void pause(Duration atLeast) {
        if (broker != null && state != SinkState.CLOSED) {
            pausing = true;
            timer = broker.timers().after(outage.nextPause(atLeast), this::resume);
        }
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
                outage.mayHaveEnded();
                return;
            }
            lastFailure = health != null ? health.detail() : why(failure);
            pause(Duration.ZERO);
        }
    }

    /** Takes no more from now on. Completes when nothing waits any more, which {@link #pump} sees to. */
    synchronized CompletionStage<Void> takeNoMore() {
        CompletableFuture<Void> done = drained == null ? new CompletableFuture<>() : drained;
        drained = done;
        return done;
    }

    /** Takes what comes again. */
    synchronized void goOn() {
        drained = null;
    }

    /** Discards what waits and closes the sink. Idempotent: the first call closes it, and all give the same. */
    CompletionStage<Void> close() {
        CompletableFuture<Void> done;
        synchronized (this) {
            if (state == SinkState.CLOSED) {
                return closed;
            }
            state = SinkState.CLOSED;
            timer.close();
            buffer.discardAll();
            if (memory != null) {
                deadLetters.takeAll(memory);
            }
            done = drained;
        }
        if (done != null) {
            done.complete(null);
        }
        try {
            var unused = sink.close().whenComplete((nothing, failure) -> {
                if (failure == null) {
                    closed.complete(null);
                } else {
                    closed.completeExceptionally(failure);
                }
            });
        } catch (Throwable t) { // the embedder's code
            closed.completeExceptionally(t);
        }
        return closed;
    }

    /** How it is. */
    public synchronized SinkStatus status() {
        return new SinkStatus(
                name,
                state,
                buffer.records() + underWay.size(),
                buffer.bytes(),
                written,
                retried,
                rejected,
                buffer.discarded(),
                lastFailure,
                deadLetters.all());
    }

    /** 1 while it takes records, else 0. */
    synchronized long upOrDown() {
        return state == SinkState.UP ? 1 : 0;
    }

    /** Gives the dead letters to the sink once more, as if they were new; answers how many. */
    public int retryDeadLetters() {
        List<Output> letters;
        synchronized (this) {
            MemoryAccount account = memory;
            letters = account == null ? List.of() : deadLetters.takeAll(account);
        }
        letters.forEach(this::offer);
        return letters.size();
    }
}
