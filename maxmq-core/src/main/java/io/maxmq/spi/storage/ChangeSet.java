package io.maxmq.spi.storage;

import java.util.List;

/**
 * What one batch changed in the watched table. Immutable.
 *
 * @param version of the batch
 * @param changes one for each of its mutations of the table, in their order; never empty
 */
public record ChangeSet(long version, List<Change> changes) {
    public ChangeSet {
        changes = List.copyOf(changes);
    }
}
