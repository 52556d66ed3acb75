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
 * One event loop of a broker with the state that only it uses: timers, memory credit, counters, the work at the end of
 * its iteration. A session stays on one loop for its lifetime; other threads reach it only through {@link #execute}.
 *
 * <p>Methods run on the loop's thread, except for those marked {@link AnyThread}.
 */
public final class Loop {
    /** Interval of checks for due deadlines. A loop without deadlines does not wake up. */
    private static final long TIMER_POLL_NANOS = 50_000_000L;

    /** 36 years: longer than any wait, and short enough that sums do not overflow. */
    public static final long MAX_DELAY_NANOS = 1L << 60;

    /**
     * Work budget of an iteration, in deliveries: some 10 to 20 ms. Beyond it, sources of much work have to yield;
     * every other source may still do {@link #OWN_WORK}. With a third of this value a fan-out to 200 subscribers loses
     * an eighth of its rate, because each write to a socket is smaller.
     */
    private static final int TURN_WORK = 150_000;

    /** Approximate time of one unit of work. */
    private static final int NANOS_PER_WORK = 100;

    /** Work that one source may do even when the budget of the iteration is used up. */
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

    // Classes, because method references need linking, which would slow down the first start in a JVM.
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

    /** Index among the broker's loops, 0-based. */
    @AnyThread
    public int index() {
        return index;
    }

    /** True if the caller runs on this loop. */
    @AnyThread
    public boolean inLoop() {
        return thread.inLoop();
    }

    /**
     * Runs {@code task} on this loop. An exception of the task is reported and affects no other task. Never blocks.
     * After the loop has ended the task is dropped: its sessions are closed.
     */
    @AnyThread
    public void execute(Runnable task) {
        var unused = tryExecute(task); // a refusal needs no report: the broker is closed
    }

    /** Runs {@code task} on this loop. Returns false if the loop has ended. */
    @AnyThread
    public boolean tryExecute(Runnable task) {
        try {
            thread.execute(new Contained(task));
            return true;
        } catch (RejectedExecutionException ended) {
            return false;
        }
    }

    /** Runs {@code task} immediately when called on this loop; otherwise posts it. */
    @AnyThread
    public void run(Runnable task) {
        if (inLoop()) {
            task.run();
        } else {
            execute(task);
        }
    }

    /** Posts a task that catches its own exceptions. Hot: once per batch. */
    @AnyThread
    public void executeContained(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException ended) {
            // Same as in execute.
        }
    }

    /** Runs {@code work} once, after the I/O of this iteration. The caller must not queue it twice. */
    public void defer(Deferred work) {
        assert inLoop();
        if (deferred.isEmpty()) {
            executeContained(runDeferred);
        }
        deferred.add(work);
    }

    /**
     * Emits an event. On this loop, wakes its listeners once for all events of the iteration, at the end; on another
     * thread, wakes them immediately.
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
     * Announces an output buffer of this size. If the open buffers exceed the bound, flushes and releases them now
     * instead of at the end of the iteration.
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
     * Adds the duration of external code on this loop as work.
     *
     * @param beginNanos of {@link System#nanoTime}: real time, because a virtual clock may stand still
     */
    public void workSince(long beginNanos) {
        assert inLoop();
        work((int) Math.min(TURN_WORK + 1L, (System.nanoTime() - beginNanos) / NANOS_PER_WORK));
    }

    /** Adds work: 1 is about one delivery to one recipient. */
    public void work(int units) { // hot: per message
        assert inLoop();
        long now = thread.turn();
        if (now != turn) {
            turn = now;
            workBeforeTurn = work;
        }
        work += units;
    }

    /** Total work so far; an argument for {@link #mayGoOn}. */
    public long workDone() {
        return work;
    }

    /**
     * Returns whether a task that started at {@code workAtBegin} may continue; otherwise it should leave the rest to
     * {@link #executeNextTurn}. Sockets are thus polled every few ms, whatever load one client causes.
     */
    public boolean mayGoOn(long workAtBegin) { // hot: per message
        assert inLoop();
        return work - workBeforeTurn <= TURN_WORK || work - workAtBegin <= OWN_WORK || turn != thread.turn();
    }

    /** Runs {@code task} after the next poll of the sockets. */
    public void executeNextTurn(Runnable task) {
        assert inLoop();
        try {
            thread.schedule(new Contained(task), 1);
        } catch (RejectedExecutionException ended) {
            // Same as in execute.
        }
    }

    /** Time of this batch, on the broker's monotonic clock. */
    public long nowNanos() {
        return nowNanos;
    }

    /** Reads the clock; called once per batch of input. */
    public long refreshTime() {
        assert inLoop();
        return nowNanos = clock.nanoTime();
    }

    /** Time for the expiry of sessions, messages, wills and delays; read at each call. */
    @AnyThread
    public long expiryMillis() {
        return expiryClock.millis();
    }

    /** Wall time in ms since the epoch; read at each call. For expiry and stored times use {@link #expiryMillis}. */
    @AnyThread
    public long epochMillis() {
        return clock.epochMillis();
    }

    /** Schedules a task {@code delayNanos} from now. Returns the id for {@link #cancel}. */
    public long schedule(long delayNanos, TimerWheel.Task task) {
        return scheduleAt(refreshTime() + Math.min(delayNanos, MAX_DELAY_NANOS), task);
    }

    /**
     * Schedules a task for a time of the broker's monotonic clock. For a deadline that is known, use this instead of a
     * delay: a virtual clock may move between the computation of the delay and its use.
     *
     * @return the id for {@link #cancel}
     */
    public long scheduleAt(long deadlineNanos, TimerWheel.Task task) {
        assert inLoop();
        long id = timers.schedule(nowNanos + Math.min(deadlineNanos - nowNanos, MAX_DELAY_NANOS), task);
        scheduleTimerPoll();
        return id;
    }

    /**
     * Runs {@code task} after a pause of real time, independent of the broker's clock: to pace work, not for deadlines.
     */
    public void afterPause(long nanos, Runnable task) {
        assert inLoop();
        try {
            thread.schedule(new Contained(task), nanos);
        } catch (RejectedExecutionException ended) {
            // Same as in execute.
        }
    }

    /** Cancels a task of {@link #schedule}. No effect if it has already run. */
    public void cancel(long timerId) {
        assert inLoop();
        timers.cancel(timerId);
    }

    /** Runs the deadlines that are due now. The virtual clock calls it after each change. */
    public void pollDueTimers() {
        assert inLoop();
        int guard = 0;
        while (timers.poll(refreshTime()) && guard++ < 1_000_000) {
            // Repeat: one poll bounds ticks and tasks.
        }
    }

    /** The loop's share of the broker's memory budget, for messages. */
    public MemoryCredit credit() {
        return credit;
    }

    /** The loop's share of the memory for socket buffers. */
    public MemoryCredit networkCredit() {
        return networkCredit;
    }

    /** Counters of this loop. */
    public LoopCounters counters() {
        return counters;
    }

    /** Reports a failure that the caller has caught. */
    public void reportFailure(Throwable failure) {
        counters.increment(Counter.LOOP_FAILURES);
        onFailure.accept(failure);
    }

    /**
     * Reports a failure of one part of a task, so that the task continues with its other parts. Rethrows an exhausted
     * heap: later steps, such as acknowledgements, must not run after an incomplete one.
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
                // Same as in execute.
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

    /** A task whose exception is caught and reported. */
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
