package io.maxmq.core.monitor;

import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.observe.Events;
import io.maxmq.spi.Clock;
import io.maxmq.spi.event.BrokerEvent.MemoryPressureChanged;

/**
 * Notices when memory runs short and when it does no longer. Between the two bounds nothing changes, so that a use that goes
 * up and down a little is told once. Looked at by the watchdog, on its thread.
 */
public final class MemoryPressure implements Runnable {
    /** Short when less than two of so many parts are free: then new connections are refused. */
    private static final int PARTS = 8;

    private final MemoryBudget budget;
    private final Events events;
    private final Clock clock;
    private boolean isShort;

    public MemoryPressure(MemoryBudget budget, Events events, Clock clock) {
        this.budget = budget;
        this.events = events;
        this.clock = clock;
    }

    @Override
    public void run() {
        long used = budget.usedBytes();
        long capacity = budget.capacityBytes();
        long free = capacity - used;
        boolean changed = isShort ? free >= capacity / PARTS * 3 : free < capacity / PARTS * 2;
        if (!changed) {
            return;
        }
        isShort = !isShort;
        if (events.wants(MemoryPressureChanged.class)) {
            events.emit(new MemoryPressureChanged(clock.epochMillis(), isShort, used, capacity));
        }
    }
}
