package io.maxmq.core.loop;

import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.core.observe.Counter;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.LoopCounters;
import io.maxmq.core.time.ExpiryClock;
import io.maxmq.core.time.TimerWheel;
import io.maxmq.spi.Clock;
import io.maxmq.spi.event.BrokerEvent;
import java.util.ArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One event loop of a broker and what it alone owns: timers, memory credit, counters, the work that ends its iteration.
 * A session lives on one loop for ever; other threads reach it by {@link #execute} only.
 *
 * <p>Methods run on the loop's thread, but for those marked {@link AnyThread}.
 */
public final class Loop {
    /** How often pending deadlines are looked at. A loop without deadlines does not wake up. */
    private static final long TIMER_POLL_NANOS = 50_000_000L;

    /** 36 years: nobody waits longer, and no sum overflows. */
    public static final long MAX_DELAY_NANOS = 1L << 60;

    /**
     * Deliveries, or what costs as much, after which a turn of the loop is over for all who cause many: 10 to 20 ms. Everybody
     * else of the turn gets {@link #OWN_WORK}. A third of it costs a fan-out to 200 subscribers an eighth of its rate, because
     * each socket is written to with less.
     */
    private static final int TURN_WORK = 150_000;

    /** About what a unit of work takes. */
    private static final int NANOS_PER_WORK = 100;

    /** What one source of work may do even in a turn that is over. */
    private static final int OWN_WORK = 1_000;

    private final int index;
    private final LoopThread thread;
    private final Clock clock;
    private final ExpiryClock expiryClock;
    private final TimerWheel timers;
    private final MemoryCredit credit;
    private final MemoryCredit networkCredit;
    private final LoopCounters counters = new LoopCounters();
    private final Consumer<Throwable> onFailure;

    // Classes, not method references: a JVM's first start has a dozen of those to link as it is.
    private final Runnable runDeferred = new RunDeferred();
    private final Runnable pollTimers = new PollTimers();
    private ArrayList<Deferred> deferred = new ArrayList<>();
    private ArrayList<Deferred> spare = new ArrayList<>();
    private final long maxOpenOutputBytes;
    private final Deferred wakeListeners = new WakeListeners();
    private @Nullable Events emitted;
    private long openOutputBytes;
    private long turn;
    private long work;
    private long workBeforeTurn;
    private boolean timerPollScheduled;
    private long nowNanos;

    /**
     * Creates a loop without timers and work.
     *
     * @param index 0..loops-1
     * @param expiryClock shared by all loops of the broker; its clock is that of this loop
     * @param onFailure receives the exceptions of tasks; must not throw
     */
    public Loop(
            int index, LoopThread thread, ExpiryClock expiryClock, LoopMemory memory, Consumer<Throwable> onFailure) {
        this.index = index;
        this.thread = thread;
        this.clock = expiryClock.clock();
        this.expiryClock = expiryClock;
        this.credit = memory.messages();
        this.networkCredit = memory.network();
        this.maxOpenOutputBytes = memory.maxOpenOutputBytes();
        this.onFailure = onFailure;
        this.nowNanos = clock.nanoTime();
        this.timers = new TimerWheel(nowNanos, new RunDeadline());
    }

    /** Its place among the broker's loops, 0-based. */
    @AnyThread
    public int index() {
        return index;
    }

    /** Whether the caller runs on this loop. */
    @AnyThread
    public boolean inLoop() {
        return thread.inLoop();
    }

    /**
     * Runs {@code task} on this loop; what it throws is reported and harms nobody else. Never blocks. A task
     * for a loop that has ended is dropped: its sessions are closed.
     */
    @AnyThread
    public void execute(Runnable task) {
        var unused = tryExecute(task); // The broker is closed; nobody is left to be told.
    }

    /** The same for somebody who is to be told; false when the loop has ended. */
    @AnyThread
    public boolean tryExecute(Runnable task) {
        try {
            thread.execute(new Contained(task));
            return true;
        } catch (RejectedExecutionException ended) {
            return false;
        }
    }

    /** Runs {@code task} at once on this loop, else posts it. */
    @AnyThread
    public void run(Runnable task) {
        if (inLoop()) {
            task.run();
        } else {
            execute(task);
        }
    }

    /** Hot: once per batch. The task itself must contain what it throws. */
    @AnyThread
    public void executeContained(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException ended) {
            // As in execute.
        }
    }

    /** Has {@code work} run once, after the I/O of this iteration. The caller sees to it that it is not queued twice. */
    public void defer(Deferred work) {
        assert inLoop();
        if (deferred.isEmpty()) {
            executeContained(runDeferred);
        }
        deferred.add(work);
    }

    /**
     * Emits an event; its listeners are woken up once for all events of this iteration, at its end; from another
     * thread at once.
     */
    @AnyThread
    public void emit(Events to, BrokerEvent event) {
        if (!inLoop()) {
            to.emit(event);
        } else if (to.emitInBatch(event) && emitted == null) {
            emitted = to;
            defer(wakeListeners);
        }
    }

    /**
     * Says that a buffer of this size is about to be filled with output. When the buffers that are open reach the bound,
     * they are sent and given back now instead of at the end of the iteration.
     */
    public void reserveOutput(int bytes) {
        assert inLoop();
        openOutputBytes += bytes;
        if (openOutputBytes > maxOpenOutputBytes) {
            openOutputBytes = bytes;
            for (int i = 0; i < deferred.size(); i++) {
                try {
                    deferred.get(i).flushEarly();
                } catch (Throwable t) {
                    reportFailure(t);
                }
            }
        }
    }

    /**
     * Notes as work what somebody else's code has taken of the loop.
     *
     * @param beginNanos of {@link System#nanoTime}: real time, as a virtual clock may stand still
     */
    public void workSince(long beginNanos) {
        assert inLoop();
        work((int) Math.min(TURN_WORK + 1L, (System.nanoTime() - beginNanos) / NANOS_PER_WORK));
    }

    /** Notes work: 1 is about a delivery to one recipient. */
    public void work(int units) { // hot: per message
        assert inLoop();
        long now = thread.turn();
        if (now != turn) {
            turn = now;
            workBeforeTurn = work;
        }
        work += units;
    }

    /** What has been noted so far; for {@link #mayGoOn}. */
    public long workDone() {
        return work;
    }

    /**
     * Whether who has begun at {@code workAtBegin} may go on with what it does, or should leave the rest to
     * {@link #executeNextTurn}: so that sockets are looked at every few ms, whatever one client causes.
     */
    public boolean mayGoOn(long workAtBegin) { // hot: per message
        assert inLoop();
        return work - workBeforeTurn <= TURN_WORK || work - workAtBegin <= OWN_WORK || turn != thread.turn();
    }

    /** Runs {@code task} after the sockets have been looked at once more. */
    public void executeNextTurn(Runnable task) {
        assert inLoop();
        try {
            thread.schedule(new Contained(task), 1);
        } catch (RejectedExecutionException ended) {
            // As in execute.
        }
    }

    /** The time as of this batch, on the broker's monotonic clock. */
    public long nowNanos() {
        return nowNanos;
    }

    /** Reads the clock; called once per batch of input. */
    public long refreshTime() {
        assert inLoop();
        return nowNanos = clock.nanoTime();
    }

    /** The time by which sessions, messages, wills and delays end; read at each call. */
    @AnyThread
    public long expiryMillis() {
        return expiryClock.millis();
    }

    /** Wall time in ms since the epoch; read at each call. For what ends or is stored: {@link #expiryMillis}. */
    @AnyThread
    public long epochMillis() {
        return clock.epochMillis();
    }

    /** Schedules a task {@code delayNanos} from now; the id is for {@link #cancel}. */
    public long schedule(long delayNanos, TimerWheel.Task task) {
        assert inLoop();
        long id = timers.schedule(refreshTime() + Math.min(delayNanos, MAX_DELAY_NANOS), task);
        scheduleTimerPoll();
        return id;
    }

    /** Runs {@code task} after a pause of real time, whatever the broker's clock: to pace work, not for deadlines. */
    public void afterPause(long nanos, Runnable task) {
        assert inLoop();
        try {
            thread.schedule(new Contained(task), nanos);
        } catch (RejectedExecutionException ended) {
            // As in execute.
        }
    }

    /** Cancels what {@link #schedule} gave; an id that has run is no error. */
    public void cancel(long timerId) {
        assert inLoop();
        timers.cancel(timerId);
    }

    /** Runs the deadlines that are due now; the virtual clock calls it when it moves. */
    public void pollDueTimers() {
        assert inLoop();
        int guard = 0;
        while (timers.poll(refreshTime()) && guard++ < 1_000_000) {
            // More ticks or more tasks than one poll takes.
        }
    }

    /** The loop's share of the broker's memory budget: for messages. */
    public MemoryCredit credit() {
        return credit;
    }

    /** The loop's share of what sockets' buffers may take. */
    public MemoryCredit networkCredit() {
        return networkCredit;
    }

    /** What this loop counts. */
    public LoopCounters counters() {
        return counters;
    }

    /** Reports what a piece of work has thrown, for those who contain it themselves. */
    public void reportFailure(Throwable failure) {
        counters.increment(Counter.LOOP_FAILURES);
        onFailure.accept(failure);
    }

    /**
     * Reports what a part of a task has thrown, so that the task goes on with its other parts. An exhausted heap is thrown again:
     * what comes behind, acknowledgements say, must not go on as if nothing were missing.
     */
    public void contain(Throwable failure) {
        assert inLoop();
        if (failure instanceof OutOfMemoryError exhausted && HeapExhaustion.isIn(exhausted)) {
            throw exhausted;
        }
        reportFailure(failure);
    }

    private void runDeferred() {
        ArrayList<Deferred> work = deferred;
        deferred = spare;
        spare = work;
        openOutputBytes = 0;
        for (int i = 0; i < work.size(); i++) {
            try {
                work.get(i).runDeferred();
            } catch (Throwable t) {
                reportFailure(t);
            }
        }
        work.clear();
    }

    private void scheduleTimerPoll() {
        if (!timerPollScheduled && timers.count() > 0) {
            timerPollScheduled = true;
            try {
                thread.schedule(pollTimers, TIMER_POLL_NANOS);
            } catch (RejectedExecutionException ended) {
                // As in execute.
            }
        }
    }

    private void pollTimers() {
        timerPollScheduled = false;
        try {
            timers.poll(refreshTime());
        } catch (Throwable t) {
            reportFailure(t);
        }
        scheduleTimerPoll();
    }

    private final class RunDeadline implements TimerWheel.ExpiryHandler {
        @Override
        public void run(TimerWheel.Task task) {
            try {
                task.onDeadline();
            } catch (Throwable t) {
                reportFailure(t);
            }
        }
    }

    private final class WakeListeners implements Deferred {
        @Override
        public void runDeferred() {
            Events to = emitted;
            emitted = null;
            if (to != null) {
                to.wake();
            }
        }
    }

    private final class RunDeferred implements Runnable {
        @Override
        public void run() {
            runDeferred();
        }
    }

    private final class PollTimers implements Runnable {
        @Override
        public void run() {
            pollTimers();
        }
    }

    /** A task whose failure ends only itself. */
    private final class Contained implements Runnable {
        private final Runnable task;

        Contained(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            refreshTime();
            try {
                task.run();
            } catch (Throwable t) {
                reportFailure(t);
            }
        }
    }
}
