package io.maxmq.core.persistence;

import io.maxmq.spi.storage.Change;
import io.maxmq.spi.storage.ChangeSet;
import io.maxmq.spi.storage.Table;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The latest batches of a partition, for those who watch. Bounded by batches and by bytes; the oldest go first. Thread-safe.
 */
final class ChangeHistory {

    /** How many batches one call of {@link #next} looks at, so that the lock is not held for long. */
    private static final int MAX_LOOK = 1_000;

    private final int maxBatches;
    private final long maxBytes;

    // All guarded by this.
    private final NavigableMap<Long, Recorded> batches = new TreeMap<>();
    private long bytes;
    private long version;
    private long droppedUpTo;

    /**
     * @param maxBatches 0 or more
     * @param maxBytes of keys and values, 0 or more; a single larger batch is not kept
     */
    ChangeHistory(int maxBatches, long maxBytes) {
        this.maxBatches = maxBatches;
        this.maxBytes = maxBytes;
    }

    private record Recorded(Map<Table, List<Change>> changes, long bytes) {}

    /** What comes next for a watch. */
    sealed interface Next {
        /** A batch that touched the table. */
        record Found(ChangeSet changes) implements Next {}

        /**
         * No batch up to this version did.
         *
         * @param end whether this is the newest version
         */
        record Nothing(long upTo, boolean end) implements Next {}

        /** The history no longer reaches back that far. */
        record TooOld(long oldest) implements Next {}
    }

    /** Takes the next batch. Versions rise by 1. */
    synchronized void add(long version, Map<Table, List<Change>> changes, long bytes) {
        this.version = version;
        this.bytes += bytes;
        batches.put(version, new Recorded(changes, bytes));
        while (!batches.isEmpty() && (batches.size() > maxBatches || this.bytes > maxBytes)) {
            Map.Entry<Long, Recorded> oldest = batches.pollFirstEntry();
            this.bytes -= oldest.getValue().bytes();
            droppedUpTo = oldest.getKey();
        }
    }

    /** Forgets everything; goes on behind {@code version}. */
    synchronized void reset(long version) {
        batches.clear();
        bytes = 0;
        this.version = version;
        droppedUpTo = version;
    }

    synchronized long version() {
        return version;
    }

    /** The first batch from {@code fromVersion} on (1 or more) that touched {@code table}. */
    synchronized Next next(Table table, long fromVersion) {
        if (fromVersion <= droppedUpTo) {
            return new Next.TooOld(droppedUpTo + 1);
        }
        int looks = 0;
        for (Map.Entry<Long, Recorded> batch :
                batches.tailMap(fromVersion, true).entrySet()) {
            @Nullable List<Change> changes = batch.getValue().changes().get(table);
            if (changes != null) {
                return new Next.Found(new ChangeSet(batch.getKey(), changes));
            }
            if (++looks == MAX_LOOK) {
                return new Next.Nothing(batch.getKey(), batch.getKey() == version);
            }
        }
        return new Next.Nothing(version, true);
    }
}
