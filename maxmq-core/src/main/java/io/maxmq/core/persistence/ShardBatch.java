package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Changes of one shard that go to the store as one batch. Filled and finished on the loop. */
final class ShardBatch {
    private static final int MAX_WRITES = 1_000;

    /** Receives the result of each change. */
    interface Told {
        void tell(Write write, @Nullable Throwable failure);
    }

    private final int shard;
    private final Batch.Builder builder;
    private final List<Write> writes = new ArrayList<>();
    private boolean mayUseReserve = true;

    /** Written by the thread that completes the batch, before it notifies the loop. */
    private @Nullable Throwable failure;

    private List<Long> counters = List.of();

    ShardBatch(int shard) {
        this.shard = shard;
        this.builder = Batch.builder(shard);
    }

    int shard() {
        return shard;
    }

    /** Returns whether further changes should go into another batch. */
    boolean isFull(KeyValueStore store) {
        return writes.size() >= MAX_WRITES
                || builder.sizeBytes() > store.capabilities().maxBatchBytes() / 2;
    }

    /** True if all changes may use the store's reserve; true without changes. */
    boolean mayUseReserve() {
        return mayUseReserve;
    }

    /** True if the store has refused the batch for lack of space. */
    boolean isRefusedForSpace() {
        return failure instanceof StorageException refused && refused.kind() == StorageException.Kind.FULL;
    }

    void add(Write write) {
        writes.add(write);
        mayUseReserve &= write.mayUseReserve();
        add(write.mutation());
        if (write.counted() != null) {
            add(write.counted());
        }
    }

    private void add(Mutation mutation) {
        if (mutation instanceof Mutation.Put put) {
            builder.put(put.table(), put.key(), put.value());
        } else if (mutation instanceof Mutation.Delete delete) {
            builder.delete(delete.table(), delete.key());
        } else if (mutation instanceof Mutation.DeleteRange range) {
            builder.deleteRange(range.table(), range.range());
        } else if (mutation instanceof Mutation.Add add) {
            builder.add(add.table(), add.key(), add.delta());
        }
    }

    /** @param completed called on the thread that completes the batch */
    void commit(KeyValueStore store, Runnable completed) {
        try {
            if (mayUseReserve) {
                builder.mayUseReserve();
            }
            store.commit(builder.build()).whenComplete((result, thrown) -> {
                if (thrown != null) {
                    failure = thrown;
                } else if (result instanceof CommitResult.Conflict conflict) {
                    failure = new StorageException(StorageException.Kind.IO, "conflict: " + conflict);
                } else if (result instanceof CommitResult.Committed committed) {
                    counters = committed.counters();
                }
                completed.run();
            });
        } catch (RuntimeException refused) { // batch exceeds the store's limit
            failure = refused;
            completed.run();
        }
    }

    /** Returns the keys of the counters that the batch has set to 0. */
    List<Bytes> gone() {
        if (!counters.contains(0L)) {
            return List.of();
        }
        List<Bytes> gone = new ArrayList<>();
        int at = 0;
        for (Write write : writes) {
            Mutation.Add counted = write.mutation() instanceof Mutation.Add add ? add : write.counted();
            if (counted != null && counters.get(at++) == 0) {
                gone.add(counted.key());
            }
        }
        return gone;
    }

    void forEachWrite(Consumer<Write> action) {
        writes.forEach(action);
    }

    void finish(Told told) {
        for (Write write : writes) {
            told.tell(write, failure);
        }
    }
}
