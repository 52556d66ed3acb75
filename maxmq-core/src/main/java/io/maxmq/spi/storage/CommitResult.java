package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a {@link Batch}. An input/output error or another failure is a {@link StorageException} instead.
 * Immutable.
 *
 * @since 0.1.0
 */
@Stable
public sealed interface CommitResult {

    /**
     * The batch is applied, and durable by the store's level.
     *
     * @param version of the batch, 1 or more; higher than that of every batch before it in its partition, not always by one
     * @param counters what each {@link Mutation.Add} left, in the order of the mutations; 0 says that it was removed
     */
    @Stable
    record Committed(long version, List<Long> counters) implements CommitResult {
        public Committed {
            counters = List.copyOf(counters);
        }
    }

    /**
     * A precondition did not hold, and nothing was changed.
     *
     * @param precondition the first of the batch's that did not hold
     * @param actual what its key held instead, or null for nothing
     */
    @Stable
    record Conflict(Precondition precondition, @Nullable Entry actual) implements CommitResult {}
}
