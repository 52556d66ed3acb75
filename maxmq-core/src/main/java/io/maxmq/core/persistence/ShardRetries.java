package io.maxmq.core.persistence;

import io.maxmq.core.limit.MemoryCredit;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Mutation;
import io.maxmq.spi.storage.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The {@link Retries} of one shard. Releases what it drops, and charges what it makes. */
final class ShardRetries {
    private static final Comparator<Place> IN_ORDER =
            Comparator.comparing((Place place) -> place.table().name()).thenComparing(Place::key);

    private final int shard;
    private final MemoryCredit credit;
    /** Changes of one entry, and runs of removed records of a queue, by their first key. Disjoint. */
    private final TreeMap<Place, Write> entries = new TreeMap<>(IN_ORDER);
    /** Removals of ranges that were asked for as such. */
    private List<Write> ranges = new ArrayList<>();

    private int counters;

    private record Place(Table table, Bytes key) {}

    ShardRetries(int shard, MemoryCredit credit) {
        this.shard = shard;
        this.credit = credit;
    }

    int size() {
        return entries.size() + ranges.size();
    }

    /** How many are of counters. */
    int counters() {
        return counters;
    }

    boolean hasRanges() {
        return !ranges.isEmpty();
    }

    List<Write> takeRanges() {
        List<Write> taken = ranges;
        ranges = new ArrayList<>();
        return taken;
    }

    List<Write> takeEntries() {
        List<Write> taken = new ArrayList<>(entries.values());
        entries.clear();
        counters = 0;
        return taken;
    }

    /**
     * @param mayCount whether one more counter may be remembered
     * @return how many counters more there are
     */
    int add(Write write, boolean mayCount) {
        if (write.mutation() instanceof Mutation.Add add) {
            return add(write, add, mayCount);
        }
        settle(write);
        if (!(write.mutation() instanceof Mutation.DeleteRange range)) {
            insert(write);
        } else if (write.isRun()) {
            entries.put(placeOf(write), write);
        } else {
            ranges.add(write);
        }
        return 0;
    }

    private int add(Write write, Mutation.Add add, boolean mayCount) {
        Write before = entries.get(placeOf(write));
        if (before != null && before.mutation() instanceof Mutation.Add less) {
            entries.put(
                    placeOf(write),
                    write.instead(new Mutation.Add(add.table(), add.key(), add.delta() + less.delta())));
            release(before);
            return 0;
        }
        if (!mayCount) {
            release(write);
            return 0;
        }
        entries.put(placeOf(write), write);
        counters++;
        return 1;
    }

    private void insert(Write write) {
        if (write.mutation() instanceof Mutation.Delete delete
                && delete.table().equals(Tables.QUEUE)
                && OwnerKey.isNumbered(delete.key())) {
            insertIntoRun(write, delete.key());
        } else {
            entries.put(placeOf(write), write);
        }
    }

    /** Records of a queue go about in their order: the one becomes part of the run that it follows or precedes. */
    private void insertIntoRun(Write write, Bytes key) {
        Map.Entry<Place, Write> before = entries.floorEntry(placeOf(write));
        if (before != null && isRangeWith(before.getValue(), Tables.QUEUE, key)) {
            release(write); // it goes already
            return;
        }
        KeyRange run = new KeyRange(key, OwnerKey.next(key));
        Write behind = entries.get(new Place(Tables.QUEUE, OwnerKey.next(key)));
        if (before != null && key.equals(endOfRun(before.getValue()))) {
            run = new KeyRange(before.getKey().key(), run.to());
            remove(before.getValue());
        }
        Bytes end = behind == null ? null : endOfRun(behind);
        if (behind != null && end != null) {
            run = new KeyRange(run.from(), end);
            remove(behind);
        }
        entries.put(new Place(Tables.QUEUE, run.from()), write.run(new Mutation.DeleteRange(Tables.QUEUE, run)));
    }

    /** The key behind removed records of a queue; null when this is something else. */
    private static @Nullable Bytes endOfRun(Write write) {
        return write.isRun() && write.mutation() instanceof Mutation.DeleteRange run
                ? run.range().to()
                : null;
    }

    private void remove(Write write) {
        entries.remove(placeOf(write));
        release(write);
    }

    void settle(Write later) {
        Mutation mutation = later.mutation();
        if (mutation instanceof Mutation.DeleteRange range) {
            settleRange(range);
        } else if (mutation instanceof Mutation.Put put) {
            settleEntry(placeOf(later));
            cutOut(put.table(), put.key());
        } else if (mutation instanceof Mutation.Delete) {
            settleEntry(placeOf(later));
        }
    }

    /** The entry has been written or removed: an older change of it alone is needless. */
    private void settleEntry(Place place) {
        Write older = entries.get(place);
        if (older != null
                && (older.mutation() instanceof Mutation.Put || older.mutation() instanceof Mutation.Delete)) {
            remove(older);
        }
    }

    private void settleRange(Mutation.DeleteRange range) {
        Iterator<Map.Entry<Place, Write>> from = entries.tailMap(
                        new Place(range.table(), range.range().from()), true)
                .entrySet()
                .iterator();
        while (from.hasNext()) {
            Map.Entry<Place, Write> next = from.next();
            if (!next.getKey().table().equals(range.table())
                    || !range.range().contains(next.getKey().key())) {
                break;
            }
            Write write = next.getValue(); // the map may use the entry for another one when this is removed
            Mutation older = write.mutation();
            boolean isLeft = older instanceof Mutation.Add
                    || (older instanceof Mutation.DeleteRange run
                            && !range.range().contains(run.range()));
            if (!isLeft) {
                from.remove();
                release(write);
            }
        }
        ranges.removeIf(each -> each.mutation() instanceof Mutation.DeleteRange older
                && older.table().equals(range.table())
                && range.range().contains(older.range())
                && release(each));
    }

    /** The entry has been written: older removals of ranges are to spare it. */
    private void cutOut(Table table, Bytes key) {
        Map.Entry<Place, Write> run = entries.floorEntry(new Place(table, key));
        if (run != null && isRangeWith(run.getValue(), table, key)) {
            entries.remove(run.getKey());
            for (Write part : around(run.getValue(), key)) {
                entries.put(placeOf(part), part);
            }
        }
        for (int i = ranges.size() - 1; i >= 0; i--) {
            if (isRangeWith(ranges.get(i), table, key)) {
                ranges.addAll(around(ranges.remove(i), key));
            }
        }
    }

    private static boolean isRangeWith(Write write, Table table, Bytes key) {
        return write.mutation() instanceof Mutation.DeleteRange range
                && range.table().equals(table)
                && range.range().contains(key);
    }

    /** What is left of a removed range without one key of it. */
    private List<Write> around(Write removal, Bytes key) {
        List<Write> parts = new ArrayList<>(2);
        if (removal.mutation() instanceof Mutation.DeleteRange whole) {
            KeyRange range = whole.range();
            Bytes next = removal.isRun() ? OwnerKey.next(key) : key.next();
            for (KeyRange part : List.of(new KeyRange(range.from(), key), new KeyRange(next, range.to()))) {
                if (!part.isEmpty()) {
                    Mutation.DeleteRange rest = new Mutation.DeleteRange(whole.table(), part);
                    Write left = removal.isRun() ? removal.run(rest) : removal.instead(rest);
                    credit.overdraw(left.chargedBytes());
                    parts.add(left);
                }
            }
        }
        release(removal);
        return parts;
    }

    private static Place placeOf(Write write) {
        Mutation mutation = write.mutation();
        Bytes key = mutation instanceof Mutation.Put put
                ? put.key()
                : mutation instanceof Mutation.Delete delete
                        ? delete.key()
                        : mutation instanceof Mutation.Add add
                                ? add.key()
                                : ((Mutation.DeleteRange) mutation).range().from();
        return new Place(mutation.table(), key);
    }

    private boolean release(Write write) {
        credit.release(write.chargedBytes());
        return true;
    }
}
