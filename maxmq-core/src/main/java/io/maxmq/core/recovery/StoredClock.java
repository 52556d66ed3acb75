package io.maxmq.core.recovery;

import io.maxmq.core.loop.Loop;
import io.maxmq.core.persistence.ClockRecord;
import io.maxmq.core.persistence.Persistence;
import io.maxmq.core.persistence.Tables;
import io.maxmq.core.time.ExpiryClock;
import io.maxmq.spi.Clock;
import io.maxmq.spi.storage.DamagedRecordException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;

/**
 * Carries the expiry clock through a storage from one start to the next. The time between them is that of the wall
 * clock, which may be wrong: a start counts at most {@code maxExpiryCatchUp} of it, and at least zero. A clock that is
 * years ahead therefore does not end every session at once.
 *
 *
 * <p>Thread-safe.
 */
public final class StoredClock {
    private static final long INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

    /** A step back of the wall clock that is worth a line. */
    private static final long TOLERATED_STEP_MILLIS = Duration.ofMinutes(1).toMillis();

    private final Persistence persistence;
    private final ExpiryClock expiryClock;
    private final Clock wallClock;
    private final long maxCatchUpMillis;
    private final Logger log;

    public StoredClock(
            Persistence persistence, ExpiryClock expiryClock, Clock wallClock, Duration maxCatchUp, Logger log) {
        this.persistence = persistence;
        this.expiryClock = expiryClock;
        this.wallClock = wallClock;
        this.maxCatchUpMillis = maxCatchUp.toMillis();
        this.log = log;
    }

    /** Sets the expiry clock, before a record with a time is read. Blocks. */
    public void restore() {
        Optional<ClockRecord> stored = read();
        stored.ifPresent(this::continueFrom);
        persistence.write(List.of(now().write()));
    }

    private Optional<ClockRecord> read() {
        try {
            return persistence.read(Tables.BROKER, ClockRecord.KEY).map(ClockRecord::read);
        } catch (DamagedRecordException damaged) {
            log.error("the stored clock is damaged, expiries go on by the wall clock: {}", damaged.getMessage());
            return Optional.empty();
        }
    }

    private void continueFrom(ClockRecord last) {
        long passedMillis = wallClock.epochMillis() - last.wallMillis();
        long countedMillis = Math.max(0, Math.min(passedMillis, maxCatchUpMillis));
        expiryClock.continueAt(last.expiryMillis() + countedMillis);
        if (passedMillis > maxCatchUpMillis) {
            log.warn(
                    "the wall clock is {} ahead of the last time in the storage, {}; sessions, messages, wills and delays"
                            + " count only {} of it. Check the clock of this machine; maxExpiryCatchUp changes the bound",
                    Duration.ofMillis(passedMillis),
                    Instant.ofEpochMilli(last.wallMillis()),
                    Duration.ofMillis(maxCatchUpMillis));
        } else if (passedMillis < -TOLERATED_STEP_MILLIS) {
            log.warn(
                    "the wall clock is {} behind the last time in the storage, {}; no time has passed for sessions,"
                            + " messages, wills and delays. Check the clock of this machine",
                    Duration.ofMillis(-passedMillis),
                    Instant.ofEpochMilli(last.wallMillis()));
        }
    }

    private ClockRecord now() {
        return new ClockRecord(expiryClock.millis(), wallClock.epochMillis());
    }

    /** Stores the clocks every minute from now on. */
    public void start(Loop loop) {
        loop.execute(() -> scheduleNext(loop));
    }

    private void scheduleNext(Loop loop) {
        loop.schedule(INTERVAL_NANOS, () -> {
            scheduleNext(loop);
            persistence.store().commit(now().write()).whenComplete((result, failure) -> {
                if (failure != null) {
                    log.debug("the clock could not be stored, another attempt follows in a minute", failure);
                }
            });
        });
    }

    /**
     * Stores the clocks for the next start. Blocks until they are stored, at most for so long; without them the next start goes
     * on from those of a minute ago.
     */
    public void close(Duration timeout) {
        try {
            persistence
                    .store()
                    .commit(now().write())
                    .toCompletableFuture()
                    .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.debug("the clock could not be stored at the end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
