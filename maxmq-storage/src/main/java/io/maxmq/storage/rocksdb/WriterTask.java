package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.CommitResult;
import java.util.concurrent.CompletableFuture;

/** A task for the writer. */
sealed interface WriterTask {

    /** The result of the task. */
    CompletableFuture<?> result();

    /**
     * A batch.
     *
     * @param weight what it counts in the bound of what is pending
     */
    record Commit(Batch batch, long weight, CompletableFuture<CommitResult> result) implements WriterTask {

        /**
         * The bytes that a batch and each part of it count beyond their content, so that empty ones are bounded too.
         */
        private static final int OVERHEAD_BYTES = 64;

        static Commit of(Batch batch) {
            int parts = 1 + batch.preconditions().size() + batch.mutations().size();
            long weight = batch.sizeBytes() + (long) OVERHEAD_BYTES * parts;
            return new Commit(batch, weight, new CompletableFuture<>());
        }
    }

    /**
     * All tables by others.
     *
     * @param aboveVersion the version of each partition goes on from above its own and this
     */
    record Replace(Database.Staging staging, long aboveVersion, CompletableFuture<Void> result) implements WriterTask {}
}
