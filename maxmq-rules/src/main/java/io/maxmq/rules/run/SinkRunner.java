package io.maxmq.rules.run;

import io.maxmq.codec.Utf8;
import io.maxmq.rules.output.Output;
import io.maxmq.rules.sink.BatchResult;
import io.maxmq.rules.sink.Buffering;
import io.maxmq.rules.sink.RecordResult;
import io.maxmq.rules.sink.Sink;
import io.maxmq.rules.sink.SinkBatch;
import io.maxmq.rules.sink.SinkContext;
import io.maxmq.rules.sink.SinkHealth;
import io.maxmq.rules.sink.SinkRecord;
import io.maxmq.rules.sink.SinkState;
import io.maxmq.rules.sink.SinkStatus;
import io.maxmq.spi.MemoryAccount;
import io.maxmq.spi.Registration;
import io.maxmq.spi.extension.BrokerContext;
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
 * A sink and its buffer: cuts batches, tries again with growing pauses, probes a sink that is down, and keeps the last records that
 * the sink has not taken. A sink has as many writes under way as it allows, one for each client at most, so the records of a client keep
 * their order, also when they are tried again.
 *
 * <p>A sink that is down is probed until the probe succeeds; then one record is written alone. The sink is up once it answers that record.
 *
 * <p>Thread-safe: the state is guarded by the lock of this object, which is never held while the sink is called. The sink is called on the
 * thread that gives it work, or on the broker's worker pool when it may block.
 */
public final class SinkRunner {
    /** The next step. */
    private enum Step {
        WRITE,
        TRIAL,
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
    private final int maxWrites;
    private final LossReport losses;

    // Guarded by this.
    private final SinkBuffer buffer;
    private final DeadLetters deadLetters;
    private volatile @Nullable BrokerContext broker;
    private @Nullable MemoryAccount memory;
    private Logger log = NOPLogger.NOP_LOGGER;
    private SinkState state = SinkState.STARTING;
    private int writes;
    private int underWay;
    private boolean probing;

    /** True if the probe of a sink that is down has succeeded, so that one record is written alone. */
    private boolean onTrial;

    private boolean lingered;
    private boolean pausing;
    private Duration pause = Duration.ZERO;
    private String lastFailure = "";
    private Registration lingerTimer = Registration.NONE;
    private Registration pauseTimer = Registration.NONE;

    /** Completes when nothing waits any more; null while it takes what comes. Completed without the lock. */
    private @Nullable CompletableFuture<Void> drained;

    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private long written;
    private long retried;
    private long rejected;

    /**
     * A runner that has not started.
     *
     * @throws IllegalArgumentException when the sink allows less than one write
     */
    SinkRunner(String name, Sink sink, Buffering buffering, LossReport losses) {
        this.name = name;
        this.sink = sink;
        this.buffering = buffering;
        this.losses = losses;
        this.maxWrites = sink.maxConcurrentWrites();
        if (maxWrites < 1) {
            throw new IllegalArgumentException(
                    "maxConcurrentWrites must be 1 or more: sink=" + name + ", maxConcurrentWrites=" + maxWrites);
        }
        this.calls = new SinkCalls(sink.blocking(), this::pump);
        this.outage = new Outage(buffering);
        this.deadLetters = new DeadLetters(buffering.deadLetters(), buffering.maxDeadLetterBytes());
        this.buffer = new SinkBuffer(buffering, maxWrites > 1, this::discarded);
        this.takesJson = sink.takesJson();
    }

    /** Returns the name of the sink. */
    public String name() {
        return name;
    }

    /** The embedder's object. */
    public Sink sink() {
        return sink;
    }

    /** Returns whether the sink takes nothing but the JSON of records. */
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

    private void discarded(Output output) {
        losses.discarded(output.rule(), name, state == SinkState.CLOSED);
    }

    /** Starts what there is to do: writes up to the sink's bound, or a probe. */
    void pump() {
        while (true) {
            Step step;
            List<SinkBuffer.Entry> entries = List.of();
            CompletableFuture<Void> done;
            synchronized (this) {
                step = next();
                if (step == Step.WRITE || step == Step.TRIAL) {
                    entries = cut(step == Step.TRIAL ? 1 : buffering.maxBatchRecords());
                }
                done = drained;
            }
            if (!entries.isEmpty()) {
                write(entries);
            } else if (step == Step.PROBE) {
                calls.call(broker, sink::probe, this::probed);
            } else {
                if (step == Step.DRAINED && done != null) {
                    done.complete(null);
                }
                return;
            }
        }
    }

    private void write(List<SinkBuffer.Entry> entries) {
        List<SinkRecord> records = new ArrayList<>(entries.size());
        entries.forEach(each -> records.add(each.output));
        SinkBatch batch = new SinkBatch(records, entries.get(0).attempts);
        calls.call(broker, () -> sink.write(batch), (result, failure) -> written(entries, batch, result, failure));
    }

    private Step next() {
        if (drained != null && writes == 0 && !probing && buffer.isEmpty()) {
            return Step.DRAINED;
        }
        if (probing || pausing || broker == null || state == SinkState.STARTING || state == SinkState.CLOSED) {
            return Step.NOTHING;
        }
        if (!buffer.hasReady()) {
            return Step.NOTHING;
        }
        if (state == SinkState.DOWN) {
            if (writes > 0) {
                return Step.NOTHING;
            }
            if (onTrial) {
                return Step.TRIAL;
            }
            probing = true;
            return Step.PROBE;
        }
        if (writes >= maxWrites) {
            return Step.NOTHING;
        }
        if (!lingered && drained == null && !buffering.linger().isZero() && !buffer.fillsBatch()) {
            if (lingerTimer == Registration.NONE) {
                lingerTimer = broker.timers().after(buffering.linger(), this::lingered);
            }
            return Step.NOTHING;
        }
        return Step.WRITE;
    }

    private void lingered() {
        synchronized (this) {
            lingerTimer = Registration.NONE;
            lingered = true;
        }
        pump();
    }

    private List<SinkBuffer.Entry> cut(int most) {
        lingered = false;
        lingerTimer.close();
        lingerTimer = Registration.NONE;
        List<SinkBuffer.Entry> entries = buffer.take(most);
        writes++;
        underWay += entries.size();
        return entries;
    }

    private void written(
            List<SinkBuffer.Entry> entries,
            SinkBatch batch,
            @Nullable BatchResult result,
            @Nullable Throwable failure) {
        BatchResult results = result != null && result.results().size() == batch.size()
                ? result
                : BatchResult.all(batch, RecordResult.retry(why(failure)));
        synchronized (this) {
            writes--;
            underWay -= entries.size();
            Duration after = Duration.ZERO;
            String problem = "";
            boolean unavailable = false;
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
                } else if (each instanceof RecordResult.Unavailable away) {
                    problem = away.why();
                    unavailable = true;
                    keep(entry, away.why(), again);
                } else if (each instanceof RecordResult.NotTried) {
                    problem = problem.isEmpty() ? "the sink did not try a record" : problem;
                    keep(entry, problem, again);
                } else if (each instanceof RecordResult.Reject reject) {
                    lastFailure = reject.why();
                    entry.output.counters().actionsUnknown.increment();
                    bury(entry, reject.why());
                } else {
                    written++;
                    entry.output.counters().actionsSuccess.increment();
                    buffer.forget(entry);
                }
            }
            buffer.putBack(again);
            buffer.release(entries);
            judge(problem, after, unavailable);
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

    /** Keeps a record whose attempt does not count; one of a sink that is closed is given up. */
    private void keep(SinkBuffer.Entry entry, String why, List<SinkBuffer.Entry> again) {
        lastFailure = why;
        if (state == SinkState.CLOSED) {
            entry.output.counters().actionsOutOfService.increment();
            bury(entry, why);
        } else {
            again.add(entry);
        }
    }

    /** Returns whether it is to be tried once more. */
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
        losses.rejected(entry.output.rule(), name, why);
        buffer.forget(entry);
        BrokerContext context = broker;
        MemoryAccount account = memory;
        if (context != null && account != null && state != SinkState.CLOSED) {
            deadLetters.add(entry.output, context.clock().epochMillis(), Math.max(1, entry.attempts), why, account);
        }
    }

    /**
     * Draws the conclusions from a write.
     *
     * @param problem empty when nothing is to be tried again
     * @param unavailable whether the sink takes no record at all for now
     */
    private void judge(String problem, Duration after, boolean unavailable) {
        boolean wasTrial = onTrial;
        onTrial = false;
        if (problem.isEmpty()) {
            if (state == SinkState.DOWN && wasTrial) {
                state = SinkState.UP;
                log.info("sink {} is up again", name);
            }
            if (state == SinkState.UP) {
                outage.ends();
            }
            return;
        }
        if (pausing) {
            // Another write that was under way has failed too: one outage, one pause.
            if (after.compareTo(pause) > 0) {
                pauseTimer.close();
                pause(after);
            }
        } else {
            pause(outage.nextPause(after));
            outage.goesOn();
        }
        if (state == SinkState.UP && (unavailable || outage.isOpen())) {
            state = SinkState.DOWN;
            log.warn(
                    "sink {} is down after {} failures, and is probed: {}",
                    name,
                    Math.max(1, outage.failures()),
                    Utf8.escape(problem));
        }
    }

    private void pause(Duration time) {
        if (broker != null && state != SinkState.CLOSED) {
            pausing = true;
            pause = time;
            pauseTimer = broker.timers().after(time, this::resume);
        }
    }

    private void resume() {
        synchronized (this) {
            pauseTimer = Registration.NONE;
            pausing = false;
        }
        pump();
    }

    private void probed(@Nullable SinkHealth health, @Nullable Throwable failure) {
        synchronized (this) {
            probing = false;
            if (health != null && health.isUp()) {
                onTrial = state == SinkState.DOWN;
                return;
            }
            lastFailure = health != null ? health.detail() : why(failure);
            pause(outage.nextPause(Duration.ZERO));
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
            lingerTimer.close();
            pauseTimer.close();
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

    /** Returns the status of the sink. */
    public synchronized SinkStatus status() {
        return new SinkStatus(
                name,
                state,
                buffer.records() + underWay,
                buffer.bytes(),
                written,
                retried,
                rejected,
                buffer.discarded(),
                lastFailure,
                deadLetters.all());
    }

    synchronized boolean isDown() {
        return state == SinkState.DOWN;
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
