package io.maxmq.spi.storage.tck;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Change;
import io.maxmq.spi.storage.CommitResult.Committed;
import io.maxmq.spi.storage.CommitResult.Conflict;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.Precondition;
import io.maxmq.spi.storage.StorageException.Kind;
import io.maxmq.spi.storage.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a store should hold, in the plainest way there is: a sorted map a table, copied for each batch. */
final class StoreModel {

    private final Map<Table, SortedMap<Bytes, Entry>> tables;

    StoreModel() {
        this(new HashMap<>());
    }

    private StoreModel(Map<Table, SortedMap<Bytes, Entry>> tables) {
        this.tables = tables;
    }

    StoreModel copy() {
        Map<Table, SortedMap<Bytes, Entry>> copy = new HashMap<>();
        tables.forEach((table, entries) -> copy.put(table, new TreeMap<>(entries)));
        return new StoreModel(copy);
    }

    SortedMap<Bytes, Entry> table(Table table) {
        return tables.computeIfAbsent(table, t -> new TreeMap<>());
    }

    List<Entry> entries(Table table, KeyRange range) {
        return table(table).values().stream()
                .filter(entry -> range.contains(entry.key()))
                .toList();
    }

    /** What a batch should lead to. */
    sealed interface Outcome {
        record Applied(StoreModel model, Committed result, Map<Table, List<Change>> changes) implements Outcome {}

        record Refused(Conflict result) implements Outcome {}

        record Failed(Kind kind) implements Outcome {}
    }

    /** The outcome of a batch, should it commit at {@code version}. */
    Outcome outcome(Batch batch, long version) {
        for (Precondition precondition : batch.preconditions()) {
            Entry actual = table(precondition.table()).get(precondition.key());
            if (!holds(precondition, actual)) {
                return new Outcome.Refused(new Conflict(precondition, actual));
            }
        }
        StoreModel after = copy();
        List<Long> counters = new ArrayList<>();
        Map<Table, List<Change>> changes = new HashMap<>();
        for (Mutation mutation : batch.mutations()) {
            SortedMap<Bytes, Entry> table = after.table(mutation.table());
            Change change;
            if (mutation instanceof Mutation.Put put) {
                table.put(put.key(), new Entry(put.key(), put.value(), version));
                change = new Change.Put(put.key(), put.value());
            } else if (mutation instanceof Mutation.Delete delete) {
                table.remove(delete.key());
                change = new Change.Deleted(delete.key());
            } else if (mutation instanceof Mutation.DeleteRange delete) {
                table.keySet().removeIf(delete.range()::contains);
                change = new Change.RangeDeleted(delete.range());
            } else {
                Mutation.Add add = (Mutation.Add) mutation;
                Entry counter = table.get(add.key());
                if (counter != null && counter.value().length() != 8) {
                    return new Outcome.Failed(Kind.NOT_A_COUNTER);
                }
                long sum = add.delta() + (counter == null ? 0 : counter.value().longAt(0));
                counters.add(sum);
                if (sum == 0) {
                    table.remove(add.key());
                    change = new Change.Deleted(add.key());
                } else {
                    table.put(add.key(), new Entry(add.key(), Bytes.ofLong(sum), version));
                    change = new Change.Put(add.key(), Bytes.ofLong(sum));
                }
            }
            changes.computeIfAbsent(mutation.table(), t -> new ArrayList<>()).add(change);
        }
        return new Outcome.Applied(after, new Committed(version, counters), changes);
    }

    /** Written once more, so that the model does not believe the code under test. */
    private static boolean holds(Precondition precondition, Entry actual) {
        if (precondition instanceof Precondition.Absent) {
            return actual == null;
        }
        if (actual == null) {
            return false;
        }
        return precondition instanceof Precondition.EqualTo equal
                ? actual.value().compareTo(equal.value()) == 0
                : actual.version() < ((Precondition.VersionBelow) precondition).limit();
    }
}
