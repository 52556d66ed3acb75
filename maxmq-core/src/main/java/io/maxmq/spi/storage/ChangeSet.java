package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import java.util.List;

/**
 * The changes of one batch in the watched table. Immutable.
 *
 * @param version of the batch
 * @param changes one for each of its mutations of the table, in their order; never empty
 * @since 0.1.0
 */
@Stable
public record ChangeSet(long version, List<Change> changes) {
    public ChangeSet {
        changes = List.copyOf(changes);
    }
}
