package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Snapshot;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.StorageFigures;
import io.maxmq.spi.storage.StoreCapabilities;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.Watch;
import io.maxmq.spi.storage.WatchHandler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A store with a deadline for each answer: a stage that the store does not complete in time fails with
 * {@code UNAVAILABLE} and names the store and the step. For the start of a broker, which blocks. Thread-safe.
 */
final class DeadlineStore implements KeyValueStore {
    private final KeyValueStore store;
    private final Duration timeout;

    /** True after the store has missed a deadline; its {@code close()} may hang as well. */
    private volatile boolean isSilent;

    DeadlineStore(KeyValueStore store, Duration timeout) {
        this.store = store;
        this.timeout = timeout;
    }

    private <T> CompletionStage<T> bounded(String step, CompletionStage<T> answer) {
        CompletableFuture<T> copy = new CompletableFuture<>(); // the deadline must not depend on the store's stage
        answer.whenComplete((value, failure) -> {
            if (failure == null) {
                copy.complete(value);
            } else {
                copy.completeExceptionally(failure);
            }
        });
        CompletableFuture<T> result = new CompletableFuture<>();
        copy.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS).whenComplete((value, failure) -> {
            if (failure == null) {
                result.complete(value);
            } else if (failure instanceof TimeoutException) {
                result.completeExceptionally(silent(step));
            } else if (failure instanceof CompletionException && failure.getCause() != null) {
                result.completeExceptionally(failure.getCause());
            } else {
                result.completeExceptionally(failure);
            }
        });
        return result;
    }

    /** Returns the failure of a step without answer. Afterwards {@link #close} does not wait for the store. */
    StorageException silent(String step) {
        isSilent = true;
        return new StorageException(
                Kind.UNAVAILABLE,
                "the storage did not answer within " + timeout + " while the broker started: storage="
                        + store.getClass().getName() + ", step=" + step
                        + "; check the storage, or raise recovery.answerTimeout");
    }

    @Override
    public CompletionStage<Void> open() {
        return bounded("open", store.open());
    }

    @Override
    public StoreCapabilities capabilities() {
        return store.capabilities();
    }

    @Override
    public Partitions partitions() {
        return store.partitions();
    }

    @Override
    public CompletionStage<CommitResult> commit(Batch batch) {
        return bounded("write", store.commit(batch));
    }

    @Override
    public CompletionStage<Optional<Entry>> get(Table table, Bytes key, Consistency consistency) {
        return bounded("read of table " + table, store.get(table, key, consistency));
    }

    @Override
    public Cursor scan(Scan scan) {
        Cursor cursor = store.scan(scan);
        return new Cursor() {
            @Override
            public CompletionStage<EntryPage> next() {
                return bounded("scan of table " + scan.table(), cursor.next());
            }

            @Override
            public void close() {
                cursor.close();
            }
        };
    }

    @Override
    public Watch watch(Table table, int partition, long fromVersion, WatchHandler handler) {
        return store.watch(table, partition, fromVersion, handler);
    }

    @Override
    public CompletionStage<Snapshot> snapshot() {
        return bounded("snapshot", store.snapshot());
    }

    @Override
    public CompletionStage<Void> restore(Snapshot snapshot) {
        return store.restore(snapshot);
    }

    @Override
    public StorageFigures figures() {
        return store.figures();
    }

    /** Waits for pending operations, unless the store has missed a deadline. */
    @Override
    public void close() {
        if (isSilent) {
            Thread closer = new Thread(store::close, "maxmq-storage-close");
            closer.setDaemon(true);
            closer.start();
        } else {
            store.close();
        }
    }
}
