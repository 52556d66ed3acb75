package io.maxmq.spi.storage.support;

import io.maxmq.spi.Preview;
import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Change;
import io.maxmq.spi.storage.ChangeSet;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.Table;
import java.util.ArrayList;
import java.util.List;

/**
 * The latest batches of a partition, for the watches of a store. A batch is converted into changes of a table only when a
 * {@link HistoryWatch} reads it. Bounded by batches and by bytes; the oldest batches are dropped first. Thread-safe.
 *
 * @since 0.1.0
 */
@Preview
public final class ChangeHistory {

    /** The most batches that one call of {@link #next} reads, so that the lock is not held for long. */
    private static final int MAX_LOOK = 1_000;

    private static final int FIRST_LENGTH = 64;

    private final int maxBatches;
    private final long maxBytes;

    // A ring, all guarded by this: the batches first, first + 1, … first + size - 1, each modulo the length.
    private Recorded[] ring;
    private int first;
    private int size;
    private long bytes;
    private long version;
    private long droppedUpTo;

    /**
     * @param version of the last batch, which is not kept
     * @param maxBatches 0 or more
     * @param maxBytes of keys and values, 0 or more; a single larger batch is not kept
     */
    public ChangeHistory(long version, int maxBatches, long maxBytes) {
        this.version = version;
        this.droppedUpTo = version;
        this.ring = new Recorded[Math.min(maxBatches, FIRST_LENGTH)];
        this.maxBatches = maxBatches;
        this.maxBytes = maxBytes;
    }

    private record Recorded(long version, List<Mutation> mutations, List<Long> counters, long bytes) {}

    /** The next step of a watch. */
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

    /**
     * Adds the next batch. Versions rise.
     *
     * @param batch kept as it is; {@link Batch#compact()} avoids keeping larger arrays alive
     * @param counters the value of each {@link Mutation.Add} after the batch, in the order of the mutations
     */
    public synchronized void add(long newVersion, Batch batch, List<Long> counters) {
        version = newVersion;
        if (maxBatches == 0) {
            droppedUpTo = newVersion;
            return;
        }
        if (size == maxBatches) {
            dropOldest();
        } else if (size == ring.length) {
            grow();
        }
        ring[(first + size) % ring.length] = new Recorded(newVersion, batch.mutations(), counters, batch.sizeBytes());
        size++;
        bytes += batch.sizeBytes();
        while (bytes > maxBytes) {
            dropOldest();
        }
    }

    private void grow() {
        Recorded[] longer = new Recorded[(int) Math.min(maxBatches, 2L * ring.length)];
        for (int i = 0; i < size; i++) {
            longer[i] = ring[(first + i) % ring.length];
        }
        ring = longer;
        first = 0;
    }

    private void dropOldest() {
        Recorded oldest = ring[first];
        ring[first] = null;
        first = (first + 1) % ring.length;
        size--;
        bytes -= oldest.bytes();
        droppedUpTo = oldest.version();
    }

    /** Drops all batches and continues after {@code newVersion}. */
    public synchronized void reset(long newVersion) {
        while (size > 0) {
            dropOldest();
        }
        version = newVersion;
        droppedUpTo = newVersion;
    }

    /** The version of the last batch. */
    public synchronized long version() {
        return version;
    }

    /** The first batch from {@code fromVersion} on (1 or more) that touched {@code table}. */
    synchronized Next next(Table table, long fromVersion) {
        if (fromVersion <= droppedUpTo) {
            return new Next.TooOld(droppedUpTo + 1);
        }
        int index = indexOf(fromVersion);
        int end = Math.min(size, index + MAX_LOOK);
        for (; index < end; index++) {
            Recorded recorded = ring[(first + index) % ring.length];
            List<Change> changes = changes(recorded, table);
            if (!changes.isEmpty()) {
                return new Next.Found(new ChangeSet(recorded.version(), changes));
            }
            if (index + 1 == end && end < size) {
                return new Next.Nothing(recorded.version(), false);
            }
        }
        return new Next.Nothing(version, true);
    }

    /** Of the first batch with this version or a higher one. */
    private int indexOf(long wanted) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ring[(first + middle) % ring.length].version() < wanted) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static List<Change> changes(Recorded recorded, Table table) {
        List<Change> changes = new ArrayList<>(0);
        int adds = 0;
        for (Mutation mutation : recorded.mutations()) {
            boolean here = mutation.table().equals(table);
            if (mutation instanceof Mutation.Add add) {
                long sum = recorded.counters().get(adds++);
                if (here) {
                    changes.add(
                            sum == 0 ? new Change.Deleted(add.key()) : new Change.Put(add.key(), Bytes.ofLong(sum)));
                }
            } else if (here && mutation instanceof Mutation.Put put) {
                changes.add(new Change.Put(put.key(), put.value()));
            } else if (here && mutation instanceof Mutation.Delete delete) {
                changes.add(new Change.Deleted(delete.key()));
            } else if (here) {
                changes.add(new Change.RangeDeleted(((Mutation.DeleteRange) mutation).range()));
            }
        }
        return changes;
    }
}
