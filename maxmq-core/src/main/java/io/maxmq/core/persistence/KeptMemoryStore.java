package io.maxmq.core.persistence;

import io.maxmq.core.persistence.MemoryKeyValueStore.Settings;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Capabilities;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageFigures;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import io.maxmq.spi.storage.WatchHandler;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A memory store that hands on to the next what it has when it closes ({@link KeptMemory}). While it is open it has one thread,
 * on which everything runs and every stage completes. Thread-safe.
 */
final class KeptMemoryStore implements KeyValueStore {
    private static final long CLOSE_SECONDS = 10;

    private final KeptMemory memory;

    /** Until it is open one that never will be, and so says of everything what is to be said then. */
    private volatile MemoryKeyValueStore store;

    /** Guarded by this; null but while it is open. */
    private @Nullable ExecutorService thread;

    KeptMemoryStore(KeptMemory memory, Settings settings) {
        this.memory = memory;
        store = new MemoryKeyValueStore(Runnable::run, settings);
    }

    /** Fails with {@code UNAVAILABLE} while another store of this memory is open. */
    @Override
    public synchronized CompletionStage<Void> open() {
        if (thread != null || store.hasClosed()) {
            return store.open(); // says why not
        }
        ExecutorService newThread = Executors.newSingleThreadExecutor(task -> {
            Thread daemon = new Thread(task, "maxmq-memory-storage");
            daemon.setDaemon(true);
            return daemon;
        });
        try {
            store = memory.take(newThread);
        } catch (StorageException e) {
            newThread.shutdown();
            store.close();
            return CompletableFuture.failedFuture(e);
        }
        thread = newThread;
        return store.open();
    }

    @Override
    public Capabilities capabilities() {
        return store.capabilities();
    }

    @Override
    public StorageFigures figures() {
        return store.figures();
    }

    @Override
    public Partitions partitions() {
        return store.partitions();
    }

    @Override
    public CompletionStage<CommitResult> commit(Batch batch) {
        return store.commit(batch);
    }

    @Override
    public CompletionStage<Optional<Entry>> get(Table table, Bytes key, Consistency consistency) {
        return store.get(table, key, consistency);
    }

    @Override
    public Cursor scan(Scan scan) {
        return store.scan(scan);
    }

    @Override
    public Watch watch(Table table, int partition, long fromVersion, WatchHandler handler) {
        return store.watch(table, partition, fromVersion, handler);
    }

    @Override
    public CompletionStage<Snapshot> snapshot() {
        return store.snapshot();
    }

    @Override
    public CompletionStage<Void> restore(Snapshot snapshot) {
        return store.restore(snapshot);
    }

    /** Waits until nothing changes any more: what is pending has failed, and the thread has ended. */
    @Override
    public synchronized void close() {
        store.close();
        ExecutorService running = thread;
        if (running == null) {
            return;
        }
        thread = null;
        running.shutdown();
        awaitEnd(running);
        memory.giveBack(store);
    }

    /** Goes on when interrupted: what is being applied would be acknowledged and yet not handed on. */
    private static void awaitEnd(ExecutorService running) {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
        boolean interrupted = false;
        long leftNanos;
        while (!running.isTerminated() && (leftNanos = deadlineNanos - System.nanoTime()) > 0) {
            try {
                if (!running.awaitTermination(leftNanos, TimeUnit.NANOSECONDS)) {
                    running.shutdownNow(); // somebody blocks it; the closed store changes nothing any more all the same
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
