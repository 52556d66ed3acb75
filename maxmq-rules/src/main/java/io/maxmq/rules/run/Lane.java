package io.maxmq.rules.run;

import io.maxmq.rules.eval.Payload;
import io.maxmq.rules.eval.PayloadPaths;
import io.maxmq.rules.event.Event;
import io.maxmq.rules.sink.SinkOverflow;
import io.maxmq.spi.Clock;
import io.maxmq.spi.MemoryAccount;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * One thread that evaluates, with its queue, bounded in events and bytes. Events loops offer, without a lock and without waiting:
 * what goes beyond the bound drops the oldest or the newest, and counts it at the rules that miss it. {@link #offer} and {@link
 * #execute} are for any thread.
 */
final class Lane implements Runnable {
    private record Task(
            @Nullable Event event,
            @Nullable SharedPaths paths,
            ActiveRule[] rules,
            int bytes,
            @Nullable Runnable command) {}

    private static final ActiveRule[] NO_RULES = {};

    /** The most drops of one offer: a large event may displace several small ones; the next offer drops the rest. */
    private static final int MAX_DROPS = 64;

    private static final int MAX_READERS = 256;

    private final Clock clock;
    private final MemoryAccount memory;
    private final int maxEvents;
    private final long maxBytes;
    private final SinkOverflow overflow;
    private final LongAdder dropped;
    private final Logger log;
    private final Thread thread;

    private final ConcurrentLinkedQueue<Task> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger events = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    /** Of the lane's thread: the memory by which payloads of the latest filters are read. */
    private final Map<PayloadPaths, PayloadPaths.Reader> readers = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PayloadPaths, PayloadPaths.Reader> eldest) {
            return size() > MAX_READERS;
        }
    };

    /** True if the thread waits or is about to: set before its last look at the queue, read after something was added. */
    private volatile boolean idle;

    private volatile boolean ends;

    Lane(
            String threadName,
            Clock clock,
            MemoryAccount memory,
            int maxEvents,
            long maxBytes,
            SinkOverflow overflow,
            LongAdder dropped,
            Logger log) {
        this.log = log;
        this.clock = clock;
        this.memory = memory;
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
        this.overflow = overflow;
        this.dropped = dropped;
        this.thread = new Thread(this, threadName);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Queues the event for these rules, after all earlier offers. */
    void offer(Event event, @Nullable SharedPaths paths, ActiveRule[] rules) { // hot: per event
        Task task = new Task(event, paths, rules, event.bytes(), null);
        if (ends || !memory.tryCharge(task.bytes())) {
            drop(task);
            return;
        }
        boolean tooMany = events.incrementAndGet() > maxEvents;
        boolean tooLarge = bytes.addAndGet(task.bytes()) > maxBytes;
        if ((tooMany || tooLarge) && !makeRoom()) {
            release(task);
            drop(task);
            return;
        }
        queue.add(task);
        wake();
    }

    /** Runs the command after all that was offered before. */
    void execute(Runnable command) {
        queue.add(new Task(null, null, NO_RULES, 0, command));
        wake();
    }

    private void wake() {
        if (idle) {
            LockSupport.unpark(thread);
        }
    }

    /** Drops the oldest until the bounds hold; false when the newest is to give way. */
    private boolean makeRoom() {
        if (overflow == SinkOverflow.DROP_NEWEST) {
            return false;
        }
        for (int i = 0; i < MAX_DROPS && (events.get() > maxEvents || bytes.get() > maxBytes); i++) {
            Task oldest = queue.poll();
            if (oldest == null) {
                return true; // this one alone
            }
            if (oldest.command() != null) {
                queue.add(oldest); // it comes later, which is all that it asks for
            } else {
                release(oldest);
                drop(oldest);
            }
        }
        return true;
    }

    private void release(Task task) {
        events.decrementAndGet();
        bytes.addAndGet(-task.bytes());
        memory.release(task.bytes());
    }

    private void drop(Task task) {
        dropped.increment();
        for (ActiveRule each : task.rules()) {
            each.missed();
        }
    }

    /** Events that wait. */
    int waiting() {
        return events.get();
    }

    @Override
    public void run() {
        while (true) {
            Task task = queue.poll();
            if (task == null) {
                if (ends) {
                    return;
                }
                awaitTask();
                continue;
            }
            try {
                perform(task);
            } catch (Throwable t) { // rules catch what is theirs; the lane serves others
                log.error("{} goes on after a failure", thread.getName(), t);
            }
        }
    }

    private void awaitTask() {
        idle = true;
        if (queue.isEmpty() && !ends) {
            LockSupport.park(this);
        }
        idle = false;
        boolean unused = Thread.interrupted(); // what a lambda may have left behind would keep the thread from waiting
    }

    private void perform(Task task) {
        Event event = task.event();
        if (event == null) {
            Runnable command = task.command();
            if (command != null) {
                command.run();
            }
            return;
        }
        long nowMillis = clock.epochMillis();
        Payload payload = null;
        try {
            SharedPaths paths = task.paths();
            if (paths != null) {
                payload = reader(paths.paths()).payload(event.field("payload"));
                event.share(payload);
            }
            for (ActiveRule each : task.rules()) {
                each.run(event, nowMillis);
            }
        } finally {
            event.share(null); // its memory is the next event's
            if (payload != null) {
                payload.end();
            }
            release(task);
        }
    }

    private PayloadPaths.Reader reader(PayloadPaths paths) {
        PayloadPaths.Reader present = readers.get(paths);
        if (present == null) {
            present = paths.reader();
            readers.put(paths, present);
        }
        return present;
    }

    /** Takes nothing more, evaluates what it has and ends. */
    void end() {
        ends = true;
        LockSupport.unpark(thread);
    }

    /** Waits until its thread has ended; false when it has not by then. */
    boolean join(long millis) throws InterruptedException {
        thread.join(Math.max(1, millis));
        return !thread.isAlive();
    }

    /** Drops what it has, and has its thread end when the evaluation under way does. */
    void abort() {
        Task task = queue.poll();
        while (task != null) {
            if (task.command() == null) {
                release(task);
                drop(task);
            }
            task = queue.poll();
        }
        thread.interrupt();
    }
}
