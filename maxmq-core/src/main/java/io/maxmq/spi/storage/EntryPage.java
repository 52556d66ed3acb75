package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;
import java.util.List;

/**
 * One step of a {@link Cursor}. Immutable.
 *
 * @param entries in the order of the scan; empty only when {@code last}
 * @param version the state that was read: every batch of the partition up to this version, and no later one. The same
 *     for all pages of a cursor, so that a {@link KeyValueStore#watch} from {@code version + 1} continues it without a
 *     gap
 * @param last whether this is the last page
 * @since 0.1.0
 */
@Stable
public record EntryPage(List<Entry> entries, long version, boolean last) {
    public EntryPage {
        entries = List.copyOf(entries);
    }
}
