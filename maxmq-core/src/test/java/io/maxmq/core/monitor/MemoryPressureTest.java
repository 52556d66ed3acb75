package io.maxmq.core.monitor;

import io.maxmq.ManualClock;
import io.maxmq.RecordedEvents;
import io.maxmq.core.limit.MemoryBudget;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.Loggers;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.spi.event.BrokerEvent.MemoryPressureChanged;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MemoryPressureTest {
    private final ManualClock clock = new ManualClock();

    @AutoClose
    private final WorkerPool workers =
            new WorkerPool("worker", 1, 100, Duration.ofSeconds(30), new Loggers("pressure"));

    private final Events events = new Events(workers, clock, new Loggers("pressure"));
    private final MemoryBudget budget = new MemoryBudget(8000, 0);
    private final MemoryPressure pressure = new MemoryPressure(budget, events, clock);

    /** Looks with so much in use. */
    private void look(long usedBytes) {
        budget.giveBack(budget.usedBytes());
        assertThat(budget.tryDraw(usedBytes)).isTrue();
        pressure.run();
    }

    @Test
    void tellsOfEachChangeOnceAndOfNoneBetweenTheBounds() {
        RecordedEvents recorded = new RecordedEvents();
        events.add(recorded);

        for (long used : List.of(0L, 6000L, 6001L, 8000L, 5500L, 6001L, 5001L, 5000L, 5500L, 6000L, 7000L)) {
            look(used);
        }

        assertThat(recorded.awaitAll(MemoryPressureChanged.class, event -> true, 3))
                .containsExactly(
                        new MemoryPressureChanged(clock.epochMillis(), true, 6001, 8000),
                        new MemoryPressureChanged(clock.epochMillis(), false, 5000, 8000),
                        new MemoryPressureChanged(clock.epochMillis(), true, 7000, 8000));
    }
}
