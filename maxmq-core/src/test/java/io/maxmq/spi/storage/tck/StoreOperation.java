package io.maxmq.spi.storage.tck;

import io.maxmq.spi.storage.Batch;
import java.util.List;

/** One step of a {@link StoreRun}. */
public interface StoreOperation {

    void run(StoreRun run);

    /** Adds a precondition to a batch; may look at what the run knows. */
    interface PreconditionOf {
        void addTo(Batch.Builder batch, StoreRun run);
    }

    /** Adds a mutation to a batch. */
    interface MutationOf {
        void addTo(Batch.Builder batch);
    }

    /** Commits a batch. */
    record Commit(int shard, List<PreconditionOf> preconditions, List<MutationOf> mutations) implements StoreOperation {
        @Override
        public void run(StoreRun run) {
            Batch.Builder batch = Batch.builder(shard);
            preconditions.forEach(precondition -> precondition.addTo(batch, run));
            mutations.forEach(mutation -> mutation.addTo(batch));
            run.commit(batch.build());
        }
    }
}
