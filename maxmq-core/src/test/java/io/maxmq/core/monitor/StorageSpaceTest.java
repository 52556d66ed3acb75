package io.maxmq.core.monitor;

import io.maxmq.ManualClock;
import io.maxmq.RecordedEvents;
import io.maxmq.RecordedLogs;
import io.maxmq.core.observe.Events;
import io.maxmq.core.observe.Loggers;
import io.maxmq.core.observe.WorkerPool;
import io.maxmq.spi.event.BrokerEvent.StorageSpaceChanged;
import io.maxmq.spi.storage.StorageFigures;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

class StorageSpaceTest {
    private final ManualClock clock = new ManualClock();

    @AutoClose
    private final WorkerPool workers = new WorkerPool("worker", 1, 100, Duration.ofSeconds(30), new Loggers("space"));

    private final Events events = new Events(workers, clock, new Loggers("space"));
    private boolean isShort;
    private final StorageSpace space =
            new StorageSpace(this::figures, events, clock, LoggerFactory.getLogger("io.maxmq.space-test"));

    private StorageFigures figures() {
        return new StorageFigures(77, -1, -1, 0, 0, 0, 0, 0, 5, isShort);
    }

    @Test
    void tellsOfEachChangeOnceAndWarnsOnceAMinute() {
        RecordedEvents recorded = new RecordedEvents();
        events.add(recorded);
        try (RecordedLogs.Watch logs = RecordedLogs.watch("space-test")) {
            for (boolean now : List.of(false, true, true, false, true, true)) {
                isShort = now;
                space.run();
            }
            assertThat(logs.warnings()).hasSize(1);
            clock.advance(Duration.ofSeconds(61));
            space.run();
            assertThat(logs.warnings()).hasSize(2);
        }

        assertThat(recorded.awaitAll(StorageSpaceChanged.class, event -> true, 3))
                .extracting(StorageSpaceChanged::isShort)
                .containsExactly(true, false, true);
        assertThat(recorded.awaitAll(StorageSpaceChanged.class, event -> true, 1)
                        .get(0)
                        .diskBytes())
                .isEqualTo(77);
    }
}
