package io.maxmq.memory;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.CommitResult;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.EntryPage;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.Partitions;
import io.maxmq.spi.storage.Precondition;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.StorageException;
import io.maxmq.spi.storage.Table;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All tables of one partition after one batch, and what the next batch makes of them: a function of state and batch alone,
 * without clock, randomness or threads. Immutable.
 *
 * @param version of the last batch, 0 before the first
 * @param tables those that are not empty
 */
record PartitionState(long version, Map<Table, EntryTree> tables) {

    static final PartitionState EMPTY = new PartitionState(0, Map.of());

    PartitionState {
        tables = Map.copyOf(tables);
    }

    /** Returns the states of an empty store, by partition. */
    static List<PartitionState> empty(Partitions partitions) {
        return Collections.nCopies(partitions.count(), EMPTY);
    }

    /**
     * The effect of a batch.
     *
     * @param state the state after it; the same as before when it conflicted
     */
    record Applied(PartitionState state, CommitResult result) {}

    /** The sum of all {@link Entry#sizeBytes()}. */
    long bytes() {
        long bytes = 0;
        for (EntryTree tree : tables.values()) {
            bytes += tree.bytes();
        }
        return bytes;
    }

    EntryTree table(Table table) {
        return tables.getOrDefault(table, EntryTree.EMPTY);
    }

    /**
     * The state after {@code batch}, if its preconditions hold; its keys and values are kept as they are.
     *
     * @throws StorageException {@code NOT_A_COUNTER}
     */
    Applied apply(Batch batch) {
        for (Precondition precondition : batch.preconditions()) {
            Entry actual = table(precondition.table()).get(precondition.key());
            if (!precondition.holds(actual)) {
                return new Applied(this, new CommitResult.Conflict(precondition, actual));
            }
        }
        Application application = new Application(this, version + 1);
        batch.mutations().forEach(application::apply);
        return application.finish();
    }

    /** The state after changes of which it is known that they were made, and at which version. */
    PartitionState after(long newVersion, List<Mutation> changes) {
        Application application = new Application(this, newVersion);
        changes.forEach(application::apply);
        return application.finish().state();
    }

    /**
     * One page of a scan, and in {@code rest} what is left of its range.
     *
     * @param rest null when nothing is
     */
    record Step(EntryPage page, @Nullable KeyRange rest) {}

    /** The entries of {@code range} as far as one page of {@code scan} reaches. */
    Step page(Scan scan, KeyRange range) {
        List<Entry> entries = new ArrayList<>();
        long[] bytes = {0};
        boolean[] full = {false};
        table(scan.table()).visit(range, scan.reverse(), entry -> {
            // Asked for one entry more than the page takes, so that a last page knows that it is the last.
            if (entries.size() == scan.maxPageEntries() || bytes[0] >= scan.maxPageBytes()) {
                full[0] = true;
                return false;
            }
            entries.add(entry);
            bytes[0] += entry.sizeBytes();
            return true;
        });
        KeyRange rest = full[0] ? behind(entries.get(entries.size() - 1).key(), range, scan.reverse()) : null;
        return new Step(new EntryPage(entries, version, rest == null), rest);
    }

    private static KeyRange behind(Bytes key, KeyRange range, boolean reverse) {
        return reverse
                ? new KeyRange(range.from(), key)
                : new KeyRange(
                        key.concat(Bytes.wrap(new byte[1])), range.to()); // key + 0x00 is the next key there can be
    }

    /** A batch half applied. Used by one thread and thrown away. */
    private static final class Application {
        private final Map<Table, EntryTree> tables;
        private final long version;
        private final List<Long> counters = new ArrayList<>(0);

        Application(PartitionState before, long version) {
            tables = new HashMap<>(before.tables);
            this.version = version;
        }

        void apply(Mutation mutation) {
            EntryTree tree = tables.getOrDefault(mutation.table(), EntryTree.EMPTY);
            if (mutation instanceof Mutation.Put put) {
                tree = tree.put(new Entry(put.key(), put.value(), version));
            } else if (mutation instanceof Mutation.Delete delete) {
                tree = tree.remove(delete.key());
            } else if (mutation instanceof Mutation.DeleteRange delete) {
                tree = tree.removeRange(delete.range());
            } else {
                Mutation.Add add = (Mutation.Add) mutation;
                long sum = add.sum(tree.get(add.key()));
                counters.add(sum);
                tree = sum == 0 ? tree.remove(add.key()) : tree.put(new Entry(add.key(), Bytes.ofLong(sum), version));
            }
            tables.put(mutation.table(), tree);
        }

        Applied finish() {
            tables.values().removeIf(tree -> tree.size() == 0);
            PartitionState after = new PartitionState(version, tables);
            return new Applied(after, new CommitResult.Committed(version, counters));
        }
    }
}
