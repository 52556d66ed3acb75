package io.maxmq.core.observe;

import io.maxmq.RecordedLogs;
import io.maxmq.spi.DropReason;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DropLogTest {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LoopCounters first = new LoopCounters();
    private final LoopCounters second = new LoopCounters();

    @Test
    void reportsTheDropsOfAllLoopsByReasonOncePerPeriod() {
        try (RecordedLogs.Watch watch = RecordedLogs.watch("drop-log")) {
            DropLog log = new DropLog(List.of(first, second), new Loggers("drop-log").of("drops"), 0);
            log.look(0);
            assertThat(watch.lines()).isEmpty();

            first.dropped(DropReason.QUEUE_FULL_MESSAGES, 2, 20);
            second.dropped(DropReason.QUEUE_FULL_MESSAGES, 1, 10);
            second.dropped(DropReason.EXPIRED, 4, 5);
            log.look(1);
            assertThat(watch.lines())
                    .containsExactly("WARN 7 messages with 35 bytes were dropped since the last report:"
                            + " QUEUE_FULL_MESSAGES 3, EXPIRED 4");

            second.dropped(DropReason.EXPIRED, 1, 1);
            log.look(PERIOD_NANOS);
            assertThat(watch.lines()).hasSize(1);
            log.look(PERIOD_NANOS + 1);
            assertThat(watch.lines())
                    .last()
                    .isEqualTo("INFO 1 messages with 1 bytes were dropped since the last report: EXPIRED 1");
        }
    }
}
