package io.maxmq.memory;

import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import io.maxmq.spi.storage.WatchHandler;
import io.maxmq.spi.storage.support.ChangeHistory;
import io.maxmq.spi.storage.support.HistoryWatch;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The visible state of one partition, and its history for watches. Thread-safe; one thread at a time changes it. */
final class MemoryPartition {

    private final Executor executor;
    private final ChangeHistory history;
    private final List<HistoryWatch> watches = new CopyOnWriteArrayList<>();

    /** Written by the changing thread. Published before the stage of its batch completes, so that a later read sees it. */
    private volatile PartitionState state = PartitionState.EMPTY;

    /** The cause with which the partition was closed; null while it is open. */
    private volatile @Nullable StorageException closed;

    /** @param executor runs the handlers of watches */
    MemoryPartition(Executor executor, int historyBatches, long historyBytes) {
        this.executor = executor;
        history = new ChangeHistory(0, historyBatches, historyBytes);
    }

    /** The state after the last visible batch. */
    PartitionState state() {
        return state;
    }

    /** Makes a batch visible; watches see it from {@link #wakeWatches} on. */
    void show(AppliedBatch change) {
        history.add(change.version(), change.batch(), change.counters());
        state = change.state();
    }

    void wakeWatches() {
        watches.forEach(HistoryWatch::wake);
    }

    /** Replaces the state and drops the history. */
    void reset(PartitionState newState) {
        state = newState;
        StorageException restored = new StorageException(Kind.RESTORED, "goes on at version " + newState.version());
        watches.forEach(watch -> watch.endsWith(restored));
        history.reset(newState.version());
        wakeWatches();
    }

    HistoryWatch watch(Table table, long fromVersion, WatchHandler handler) {
        long first = fromVersion == Watch.NOW ? history.version() + 1 : Math.max(1, fromVersion);
        HistoryWatch watch = new HistoryWatch(table, first, history, handler, executor, watches::remove);
        watches.add(watch);
        StorageException cause = closed; // after the addition: a concurrent close either sees the watch or is seen here
        if (cause != null) {
            watch.end(cause);
        } else {
            watch.wake();
        }
        return watch;
    }

    /** Ends all watches, and each later one at once. */
    void close(StorageException cause) {
        closed = cause;
        watches.forEach(watch -> watch.end(cause));
    }
}
