package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Batch;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.Precondition;
import io.maxmq.spi.storage.Table;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * The present values of the keys that the batches of a group read (preconditions, counters), with the effects of the
 * earlier batches. Other keys are written without a read, so a group without such batches costs nothing here.
 *
 * <p>Not thread-safe.
 */
final class ReadValues {

    private final Map<Table, NavigableMap<Bytes, Slot>> tables = new HashMap<>();

    /** Changes of the current batch, the latest first. */
    private final Deque<Undo> undo = new ArrayDeque<>();

    /** The value of a key; unknown until it is read or written. */
    private static final class Slot {
        boolean known;

        @Nullable
        Entry entry;
    }

    private record Undo(Slot slot, boolean known, @Nullable Entry entry) {}

    /** Notes the keys that a batch of the group will look at. Before the first batch is applied. */
    void expect(Batch batch) {
        for (Precondition precondition : batch.preconditions()) {
            expect(precondition.table(), precondition.key());
        }
        for (Mutation mutation : batch.mutations()) {
            if (mutation instanceof Mutation.Add add) {
                expect(add.table(), add.key());
            }
        }
    }

    private void expect(Table table, Bytes key) {
        tables.computeIfAbsent(table, t -> new TreeMap<>()).computeIfAbsent(key, k -> new Slot());
    }

    /** Returns the entry of an expected key, from the database unless a batch of the group has written it. */
    @Nullable
    Entry get(Database database, Table table, Bytes key) throws RocksDBException {
        NavigableMap<Bytes, Slot> slots = tables.get(table);
        Slot slot = slots == null ? null : slots.get(key);
        if (slot == null) {
            throw new IllegalStateException("not expected: table=" + table + ", key=" + key);
        }
        if (!slot.known) {
            slot.entry = database.get(table, key);
            slot.known = true;
        }
        return slot.entry;
    }

    void put(Table table, Bytes key, Bytes value, long version) {
        NavigableMap<Bytes, Slot> slots = tables.get(table);
        Slot slot = slots == null ? null : slots.get(key);
        if (slot != null) {
            set(slot, new Entry(key, value, version));
        }
    }

    void delete(Table table, Bytes key) {
        NavigableMap<Bytes, Slot> slots = tables.get(table);
        Slot slot = slots == null ? null : slots.get(key);
        if (slot != null) {
            set(slot, null);
        }
    }

    /**
     * @param range not empty
     */
    void deleteRange(Table table, KeyRange range) {
        NavigableMap<Bytes, Slot> slots = tables.get(table);
        if (slots != null) {
            Bytes to = range.to();
            NavigableMap<Bytes, Slot> hit =
                    to == null ? slots.tailMap(range.from(), true) : slots.subMap(range.from(), true, to, false);
            hit.values().forEach(slot -> set(slot, null));
        }
    }

    private void set(Slot slot, @Nullable Entry entry) {
        undo.push(new Undo(slot, slot.known, slot.entry));
        slot.known = true;
        slot.entry = entry;
    }

    /** Keeps the changes of the current batch. */
    void keep() {
        undo.clear();
    }

    /** Reverts the changes of the current batch. */
    void takeBack() {
        while (!undo.isEmpty()) {
            Undo last = undo.pop();
            last.slot().known = last.known();
            last.slot().entry = last.entry();
        }
    }
}
