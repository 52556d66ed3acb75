package io.maxmq.core.monitor;

import io.maxmq.config.BrokerConfig;
import io.maxmq.core.engine.LoopAssembly;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.ThreadNames;
import io.maxmq.spi.event.BrokerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Reports event loops that do not turn: asks each, once per threshold, to run a task, and looks whether it has. One
 * daemon thread.
 */
public final class LoopWatchdog implements AutoCloseable {
    private final String broker;
    private final long thresholdNanos;
    private final LoopLateness lateness;
    private final List<LoopAssembly> loops;
    private final Events events;
    private final Logger log;
    private final List<Runnable> beside;
    private final OverloadWatch overload;
    private final Probe[] probes;

    /** Guards {@link #closed}; its condition ends the pause between two looks. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition closing = lock.newCondition();
    private boolean closed;
    /** Written by the watchdog. */
    private volatile long stalls;

    private @Nullable Thread thread;

    /** Returns the lateness of the slowest loop: the age of its pending answer, or the time of its last one. */
    private long delayNanos() {
        long delay = 0;
        for (Probe probe : probes) {
            delay = Math.max(delay, Math.max(probe.owedNanos(), probe.tookNanos));
        }
        return delay;
    }

    /** One question to one loop. */
    private final class Probe implements Runnable {
        /** Written by the loop, read by the watchdog. */
        private volatile boolean answered = true;

        /** Written by the watchdog before {@link #answered}. */
        private volatile long askedNanos;

        /** {@link LoopLateness#starvedNanos} at that time. Written by the watchdog before {@link #answered}. */
        private volatile long starvedNanos;

        /** Returns the age of the loop's pending answer; 0 without one. */
        long owedNanos() {
            long asked = askedNanos;
            long starved = starvedNanos;
            return answered ? 0 : lateness.owedNanos(asked, starved, System.nanoTime());
        }

        void ask(long nowNanos) {
            askedNanos = nowNanos;
            starvedNanos = lateness.starvedNanos();
            answered = false;
        }

        /** Written by the loop before {@link #answered}; how long its last answer took. */
        private volatile long tookNanos;

        @Override
        public void run() {
            tookNanos = System.nanoTime() - askedNanos;
            answered = true;
        }
    }

    /** @param beside looked after with the loops, on the watchdog's thread */
    public LoopWatchdog(
            BrokerConfig config,
            List<LoopAssembly> loops,
            Events events,
            Logger log,
            List<Runnable> beside,
            OverloadWatch overload) {
        this.overload = overload;
        this.beside = beside;
        this.broker = config.name();
        this.thresholdNanos = config.stallThreshold().toNanos();
        this.lateness = new LoopLateness(thresholdNanos, System.nanoTime());
        this.loops = loops;
        this.events = events;
        this.log = log;
        this.probes = new Probe[loops.size()];
        for (int i = 0; i < probes.length; i++) {
            probes[i] = new Probe();
        }
    }

    public void start() {
        Thread watcher = new Thread(this::watch, ThreadNames.prefix(broker) + "-watchdog");
        watcher.setDaemon(true);
        thread = watcher;
        watcher.start();
    }

    private void watch() {
        boolean goesOn = true;
        while (goesOn) {
            try {
                goesOn = pause();
                if (goesOn) {
                    lookAtAll();
                }
            } catch (OutOfMemoryError exhausted) {
                // The loops meet it as well, and the broker ends for them.
            }
        }
    }

    private void lookAtAll() {
        for (int i = 0; i < probes.length; i++) {
            look(i);
        }
        beside.forEach(Runnable::run);
        overload.look(delayNanos());
    }

    /** False when the watchdog is closed. */
    private boolean pause() {
        lock.lock();
        try {
            long sinceNanos = System.nanoTime();
            long left = thresholdNanos;
            while (!closed && left > 0) {
                left = closing.awaitNanos(left);
            }
            lateness.slept(thresholdNanos, System.nanoTime() - sinceNanos);
            return !closed;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the number of loops that it watches. */
    int size() {
        return probes.length;
    }

    /** The loops that are blocked. Any thread. */
    List<Integer> stalled() {
        List<Integer> stalled = new ArrayList<>();
        for (int i = 0; i < probes.length; i++) {
            if (lateness.isBlocked(probes[i].owedNanos(), System.nanoTime())) {
                stalled.add(i);
            }
        }
        return stalled;
    }

    /** Returns the number of stalls found so far. Any thread. */
    long stalls() {
        return stalls;
    }

    private void look(int index) {
        Probe probe = probes[index];
        long now = System.nanoTime();
        if (probe.answered) {
            probe.ask(now);
            loops.get(index).loop().executeContained(probe);
            return;
        }
        long stalledNanos = probe.owedNanos();
        if (stalledNanos == 0 || !lateness.isBlocked(stalledNanos, now)) {
            return; // the next look decides
        }
        stalls++;
        String name = ThreadNames.prefix(broker) + "-loop-" + index;
        if (events.wants(BrokerEvent.LoopStalled.class)) {
            events.emit(new BrokerEvent.LoopStalled(System.currentTimeMillis(), name, Duration.ofNanos(stalledNanos)));
        }
        log.warn("event loop {} was blocked for {} ms", name, TimeUnit.NANOSECONDS.toMillis(stalledNanos));
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            closing.signalAll();
        } finally {
            lock.unlock();
        }
        Thread watcher = thread;
        if (watcher != null && watcher != Thread.currentThread()) {
            try {
                watcher.join(1000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
