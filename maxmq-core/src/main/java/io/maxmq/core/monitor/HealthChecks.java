package io.maxmq.core.monitor;

import io.maxmq.config.BrokerConfig;
import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.listener.ListenerRegistry;
import io.maxmq.core.listener.ListenerRegistry.BoundListener;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.spi.admin.Health;
import io.maxmq.spi.admin.Health.Check;
import io.maxmq.spi.admin.Health.Status;
import java.util.List;

/** Reads the published state of the broker's parts; it never waits, not even for a blocked loop. Thread-safe. */
public final class HealthChecks {
    /** From here on new connections are refused, see {@code MemoryCredit.Lasting}. */
    private static final int FREE_PARTS = 4;

    private final BrokerConfig config;
    private final LoopWatchdog watchdog;
    private final ListenerRegistry listeners;
    private final MemoryBudget budget;
    private final WorkerPool workers;

    /** Both written by the thread that starts or closes the broker. */
    private volatile boolean started;

    private volatile boolean closing;

    /** Written by the thread that ends the broker. */
    private volatile boolean failed;

    public HealthChecks(
            BrokerConfig config,
            LoopWatchdog watchdog,
            ListenerRegistry listeners,
            MemoryBudget budget,
            WorkerPool workers) {
        this.config = config;
        this.watchdog = watchdog;
        this.listeners = listeners;
        this.budget = budget;
        this.workers = workers;
    }

    public void started() {
        started = true;
    }

    /** The heap is exhausted, and the broker closes itself. */
    public void failed() {
        failed = true;
    }

    public void closing() {
        closing = true;
    }

    /** Costs some reads per event loop and listener. Any thread, also when the broker is closed. */
    public Health look() {
        List<BoundListener> bound = listeners.all();
        boolean accepts = bound.isEmpty() || !bound.stream().allMatch(BoundListener::paused);
        return Health.of(
                started && !closing && !failed && accepts,
                List.of(broker(), loops(), listeners(bound), memory(), workers()));
    }

    private Check broker() {
        if (failed) {
            return new Check("broker", Status.DOWN, "closed by itself: the heap was exhausted");
        }
        if (closing) {
            return new Check("broker", Status.DOWN, "closed, or being closed");
        }
        return started ? new Check("broker", Status.UP, "running") : new Check("broker", Status.DEGRADED, "starting");
    }

    private Check loops() {
        if (closing) {
            return new Check("loops", Status.UP, "no longer watched");
        }
        List<Integer> stalled = watchdog.stalled();
        if (stalled.isEmpty()) {
            return new Check("loops", Status.UP, watchdog.size() + " turn");
        }
        Status status = stalled.size() == watchdog.size() ? Status.DOWN : Status.DEGRADED;
        return new Check("loops", status, "do not turn: " + stalled + " of " + watchdog.size());
    }

    private static Check listeners(List<BoundListener> bound) {
        List<String> paused = bound.stream()
                .filter(BoundListener::paused)
                .map(BoundListener::name)
                .toList();
        boolean all = !paused.isEmpty() && paused.size() == bound.size();
        return new Check(
                "listeners",
                all ? Status.DEGRADED : Status.UP,
                bound.size() + " bound" + (paused.isEmpty() ? "" : ", paused: " + paused));
    }

    private Check memory() {
        long used = budget.usedBytes();
        long capacity = budget.capacityBytes();
        boolean full = capacity - used < capacity / FREE_PARTS;
        return new Check(
                "memory",
                full ? Status.DEGRADED : Status.UP,
                used + " of " + capacity + " bytes drawn" + (full ? ", new connections are refused" : ""));
    }

    private Check workers() {
        int waiting = workers.waitingTasks();
        boolean behind = waiting > config.workerQueue() / 2;
        return new Check(
                "workers",
                behind ? Status.DEGRADED : Status.UP,
                workers.activeThreads() + " busy, " + waiting + " tasks of " + config.workerQueue() + " wait");
    }
}
