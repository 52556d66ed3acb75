package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Durability;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Periodic work of a store, once a second: reads its figures, expires abandoned cursors, and compacts files of an idle
 * store. One thread runs short tasks, another, started on demand, long ones. Thread-safe.
 */
final class Maintenance {

    private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);

    /** An idle store's log is written into tables from here on: it is read again at every start. */
    private static final long MAX_IDLE_LOG_BYTES = 1024 * 1024;

    private static final int IDLE_TURNS = 3;

    /** A start has the disk for itself before a large reserve is made. */
    private static final int TURNS_BEFORE_RESERVE = 3;

    private final StoreDirectory directory;
    private final Space space;
    private final Engine engine;
    private final GroupWriter writer;
    private final DrainedRanges drains;
    private final StoreSettings settings;
    private final ScheduledExecutorService timer;
    private final ThreadPoolExecutor worker;
    private final AtomicBoolean tidying = new AtomicBoolean();

    // The timer's own.
    private long lastGroupSeen;
    private int idleTurns;
    private int turns;

    /** The worker's own. */
    private long groupsFlushed;

    // Written by the timer, read by anyone.
    private volatile long diskBytes = -1;
    private volatile long memoryBytes = -1;
    private volatile long compactionDebtBytes = -1;

    Maintenance(
            StoreDirectory directory,
            Space space,
            Engine engine,
            GroupWriter writer,
            DrainedRanges drains,
            StoreSettings settings,
            String threadName) {
        this.directory = directory;
        this.space = space;
        this.engine = engine;
        this.writer = writer;
        this.drains = drains;
        this.settings = settings;
        timer = new ScheduledThreadPoolExecutor(1, Threads.named(threadName));
        worker = new ThreadPoolExecutor(
                1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Threads.named(threadName + "-worker"));
        worker.allowCoreThreadTimeOut(true);
    }

    void start() {
        timer.scheduleWithFixedDelay(this::turn, 0, 1, TimeUnit.SECONDS);
    }

    /** Something that takes long. */
    interface LongTask {
        void run() throws Throwable;
    }

    /** A task with a result. */
    private record Awaited(CompletableFuture<Void> result, LongTask task) implements Runnable {
        @Override
        public void run() {
            try {
                task.run();
            } catch (Throwable e) { // every stage must complete, even without memory
                result.completeExceptionally(Failures.of(e, null));
                return;
            }
            result.complete(null);
        }

        void fail() {
            result.completeExceptionally(new StorageException(Kind.CLOSED, "the store is closed"));
        }
    }

    /** Runs something that takes long, one at a time, and completes {@code result} there. */
    void runLong(CompletableFuture<Void> result, LongTask task) {
        Awaited awaited = new Awaited(result, task);
        try {
            worker.execute(awaited);
        } catch (RejectedExecutionException e) {
            awaited.fail();
        }
    }

    private void turn() {
        try {
            turns++;
            diskBytes = space.look();
            long lastGroup = writer.lastGroup();
            boolean wrote = lastGroup != lastGroupSeen;
            idleTurns = wrote ? 0 : idleTurns + 1;
            if (wrote && settings.durability() != Durability.FSYNC) {
                // Not promised, but it limits the loss of a power cut to about a second.
                engine.run(database -> database.flushLog(true));
            }
            engine.marker().forced(lastGroup);
            lastGroupSeen = lastGroup; // not before: what could not be forced is for the next turn
            long now = System.nanoTime();
            for (Engine.Holding holding : engine.holdings()) {
                if (holding instanceof RocksCursor cursor) {
                    cursor.expire(now, settings.maxCursorIdle().toNanos());
                }
            }
            look();
            boolean makesReserve = (turns > TURNS_BEFORE_RESERVE || space.isReserveSmall()) && space.lacksReserve();
            beginToTidy(idleTurns == IDLE_TURNS, makesReserve);
        } catch (StorageException e) {
            LOG.debug("no upkeep as long as the database is not open: {}", e.getMessage());
        } catch (RejectedExecutionException e) {
            LOG.debug("no upkeep while the store closes");
        } catch (Throwable e) { // the next turn comes all the same, out of memory or not
            LOG.warn("upkeep has failed: {}", e.toString());
        }
    }

    private void beginToTidy(boolean idle, boolean makesReserve) {
        if (!tidying.compareAndSet(false, true)) {
            return;
        }
        try {
            worker.execute(() -> tidy(idle, makesReserve));
        } catch (Throwable e) { // no thread for it, say
            tidying.set(false);
            throw e;
        }
    }

    private void look() throws RocksDBException {
        engine.run(database -> {
            memoryBytes = database.memoryBytes();
            compactionDebtBytes = database.compactionDebtBytes();
        });
    }

    private void tidy(boolean idle, boolean makesReserve) {
        try {
            if (makesReserve) {
                space.makeReserve();
            }
            drains.compact(engine);
            long groups = writer.groups();
            boolean isLogLarge = idle && LogFiles.bytes(directory.database()) > MAX_IDLE_LOG_BYTES;
            // Compaction does not see what was deleted as long as that is in the log alone.
            if (isLogLarge || (space.isShort() && groups != groupsFlushed)) {
                groupsFlushed = groups;
                engine.run(database -> {
                    database.beginFlush();
                });
            }
        } catch (StorageException e) {
            LOG.debug("nothing is made small as long as the database is not open: {}", e.getMessage());
        } catch (Throwable e) { // the writer finds out for itself
            LOG.debug("files could not be made small: {}", e.toString());
        } finally {
            tidying.set(false);
        }
    }

    long diskBytes() {
        return diskBytes;
    }

    long memoryBytes() {
        return memoryBytes;
    }

    long compactionDebtBytes() {
        return compactionDebtBytes;
    }

    /** Takes no more, interrupts what waits, and fails what has not begun. */
    void stop(long deadlineNanos) {
        timer.shutdownNow();
        for (Runnable task : worker.shutdownNow()) {
            if (task instanceof Awaited awaited) {
                awaited.fail();
            }
        }
        engine.cancelCompactions();
        try {
            boolean ended = timer.awaitTermination(nanosTo(deadlineNanos), TimeUnit.NANOSECONDS);
            ended &= worker.awaitTermination(nanosTo(deadlineNanos), TimeUnit.NANOSECONDS);
            if (!ended) {
                LOG.warn("a backup or a restoration does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long nanosTo(long deadlineNanos) {
        return Math.max(1, deadlineNanos - System.nanoTime());
    }
}
