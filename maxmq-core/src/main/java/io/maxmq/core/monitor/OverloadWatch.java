package io.maxmq.core.monitor;

import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.limit.Overload;
import io.maxmq.core.observe.Events;
import io.maxmq.spi.Clock;
import io.maxmq.spi.event.BrokerEvent.OverloadChanged;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/** Measures what {@link Overload} judges, and tells when the level changes. Looked at by the watchdog, on its thread. */
public final class OverloadWatch {
    private final Overload overload;
    private final MemoryBudget budget;
    private final LongSupplier storagePendingBytes;
    private final Events events;
    private final Clock clock;
    private final Logger log;

    public OverloadWatch(
            Overload overload,
            MemoryBudget budget,
            LongSupplier storagePendingBytes,
            Events events,
            Clock clock,
            Logger log) {
        this.overload = overload;
        this.budget = budget;
        this.storagePendingBytes = storagePendingBytes;
        this.events = events;
        this.clock = clock;
        this.log = log;
    }

    void look(long loopDelayNanos) {
        int before = overload.level();
        int now = overload.look(
                new Overload.Measures(
                        loopDelayNanos, budget.usedBytes(), budget.capacityBytes(), storagePendingBytes.getAsLong()),
                clock.nanoTime());
        if (now == before) {
            return;
        }
        log.warn("overload level {}, was {}", now, before);
        if (events.wants(OverloadChanged.class)) {
            events.emit(new OverloadChanged(clock.epochMillis(), before, now));
        }
    }
}
