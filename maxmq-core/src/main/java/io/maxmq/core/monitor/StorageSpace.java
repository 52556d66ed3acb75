package io.maxmq.core.monitor;

import io.maxmq.core.observe.Events;
import io.maxmq.spi.Clock;
import io.maxmq.spi.event.BrokerEvent.StorageSpaceChanged;
import io.maxmq.spi.storage.StorageFigures;
import java.util.function.Supplier;
import org.slf4j.Logger;

/**
 * Notices when the storage runs short of space and refuses new data, and when it takes new data again. Warns at most once in
 * {@value #NANOS_BETWEEN_WARNINGS} ns. Looked at by the watchdog, on its thread.
 */
public final class StorageSpace implements Runnable {
    private static final long NANOS_BETWEEN_WARNINGS = 60_000_000_000L;

    private final Supplier<StorageFigures> figures;
    private final Events events;
    private final Clock clock;
    private final Logger log;
    private boolean isShort;
    private boolean hasWarned;
    private long warnedNanos;

    public StorageSpace(Supplier<StorageFigures> figures, Events events, Clock clock, Logger log) {
        this.figures = figures;
        this.events = events;
        this.clock = clock;
        this.log = log;
    }

    @Override
    public void run() {
        StorageFigures now = figures.get();
        if (now.isShortOfSpace()) {
            warn(now);
        } else if (isShort) {
            log.info("The storage takes new data again: diskBytes={}", now.diskBytes());
        }
        if (now.isShortOfSpace() != isShort) {
            isShort = !isShort;
            if (events.wants(StorageSpaceChanged.class)) {
                events.emit(new StorageSpaceChanged(clock.epochMillis(), isShort, now.diskBytes()));
            }
        }
    }

    private void warn(StorageFigures now) {
        long nanos = clock.nanoTime();
        if (!hasWarned || nanos - warnedNanos >= NANOS_BETWEEN_WARNINGS) {
            hasWarned = true;
            warnedNanos = nanos;
            log.warn(
                    "The storage is short of space and refuses new durable data; sessions can still be resumed and drained:"
                            + " diskBytes={}, refusedBatches={}. Free space on the disk, raise the quota or end sessions",
                    now.diskBytes(),
                    now.refusedBatches());
        }
    }
}
