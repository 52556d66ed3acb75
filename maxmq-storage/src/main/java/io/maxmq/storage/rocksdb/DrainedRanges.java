package io.maxmq.storage.rocksdb;

import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ranges that were deleted as a whole, such as drained queues. Their entries stay in the files until a compaction meets
 * the tombstone, which may never happen in a range without new writes; an idle store measures their size and compacts
 * large ones. RocksDB itself compacts files with many single deletions.
 *
 * <p>Thread-safe. Bounded: ranges beyond {@value #MAX_RANGES} of a table wait for other compactions.
 */
final class DrainedRanges {

    private static final Logger LOG = LoggerFactory.getLogger(DrainedRanges.class);

    private static final int MAX_RANGES = 4_096;

    /** Compacts from here on, when it is also a quarter of the table. */
    private static final long WORTH_BYTES = 1024 * 1024;

    private static final long WORTH_SINGLE_BYTES = 64 * 1024;

    /** More ranges than this are compacted as one. */
    private static final int MAX_SINGLE = 64;

    /** Above all keys that there are, for ranges without an end. */
    private static final Bytes END = Bytes.wrap(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});

    /** Guarded by this. */
    private final Map<Table, Drained> tables = new HashMap<>();

    /** Rises when all tables are replaced; guarded by this. Earlier measurements are of the old tables. */
    private int replacements;

    /** The drained ranges of a table. */
    private static final class Drained {
        /** Disjoint, beginning to end. */
        private final NavigableMap<Bytes, Bytes> ranges = new TreeMap<>();

        /** The table's size when the ranges were measured; negative after a later addition. */
        private long measuredAt = -1;
    }

    synchronized void add(Table table, KeyRange range) {
        if (!range.isEmpty()) {
            add(table, range, -1);
        }
    }

    private void add(Table table, KeyRange range, long measuredAt) {
        Drained drained = tables.computeIfAbsent(table, t -> new Drained());
        drained.measuredAt = measuredAt;
        NavigableMap<Bytes, Bytes> ranges = drained.ranges;
        Bytes from = range.from();
        Bytes to = to(range);
        Map.Entry<Bytes, Bytes> before = ranges.floorEntry(from);
        if (before != null && before.getValue().compareTo(from) >= 0) {
            from = before.getKey();
            to = later(to, before.getValue());
        }
        Map.Entry<Bytes, Bytes> next = ranges.ceilingEntry(from);
        while (next != null && next.getKey().compareTo(to) <= 0) {
            to = later(to, next.getValue());
            ranges.remove(next.getKey());
            next = ranges.ceilingEntry(from);
        }
        if (ranges.size() < MAX_RANGES) {
            ranges.put(from.compact(), to.compact());
        }
    }

    private static Bytes later(Bytes a, Bytes b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    /** All tables were replaced. */
    synchronized void clear() {
        tables.clear();
        replacements++;
    }

    private synchronized List<Table> drainedTables() {
        return List.copyOf(tables.keySet());
    }

    /** Ranges of a table that now takes {@code total}; empty when they were measured and have not changed since. */
    private synchronized Taken take(Table table, long total) {
        Drained drained = tables.get(table);
        if (drained == null || drained.measuredAt == total) {
            return new Taken(replacements, List.of());
        }
        tables.remove(table);
        List<KeyRange> ranges = new ArrayList<>();
        drained.ranges.forEach((from, to) -> ranges.add(new KeyRange(from, to)));
        return new Taken(replacements, ranges);
    }

    private synchronized void giveBack(Table table, Taken taken, List<KeyRange> ranges, long total) {
        if (taken.replacements() == replacements) {
            Drained drained = tables.get(table);
            // Anew at the next turn when others have come, or when this was interrupted.
            boolean again = drained != null || Thread.currentThread().isInterrupted();
            long measuredAt = again ? -1 : total;
            ranges.forEach(range -> add(table, range, measuredAt));
        }
    }

    private record Taken(int replacements, List<KeyRange> ranges) {}

    private record Measured(Bytes from, Bytes to, long bytes) {
        KeyRange range() {
            return new KeyRange(from, to);
        }
    }

    /** Compacts what is worth it. Blocks for as long as that takes. */
    void compact(Engine engine) throws RocksDBException {
        for (Table table : drainedTables()) {
            long total = engine.use(database -> database.fileBytes(table));
            Taken taken = take(table, total);
            List<KeyRange> left = new ArrayList<>(taken.ranges());
            try {
                compact(engine, table, total, left);
            } finally { // for another time, when it was interrupted or was not worth it
                giveBack(table, taken, left, total);
            }
        }
    }

    /** @param left loses what takes nothing, or nothing any more */
    private static void compact(Engine engine, Table table, long total, List<KeyRange> left) throws RocksDBException {
        List<Measured> measured = engine.use(database -> measure(database, table, left));
        left.clear();
        measured.forEach(each -> left.add(each.range()));
        long garbage = measured.stream().mapToLong(Measured::bytes).sum();
        if (garbage < WORTH_BYTES || garbage < total / 4) {
            return;
        }
        for (Measured each : toCompact(measured)) {
            if (Thread.currentThread().isInterrupted()) {
                return; // the store closes
            }
            engine.run(database -> {
                database.compact(table, each.from(), each.to());
            });
            left.removeIf(range ->
                    range.from().compareTo(each.from()) >= 0 && to(range).compareTo(each.to()) <= 0);
        }
        LOG.debug("compacted: table={}, drainedBytes={}, bytesBefore={}", table, garbage, total);
    }

    /** Measures ranges and returns those with data in files. */
    private static List<Measured> measure(Database database, Table table, List<KeyRange> ranges) {
        List<Measured> measured = new ArrayList<>();
        for (KeyRange range : ranges) {
            long bytes = database.fileBytes(table, range.from(), to(range));
            if (bytes > 0) {
                measured.add(new Measured(range.from(), to(range), bytes));
            }
        }
        return measured;
    }

    private static Bytes to(KeyRange range) {
        Bytes to = range.to();
        return to == null ? END : to;
    }

    private static List<Measured> toCompact(List<Measured> measured) {
        List<Measured> large = measured.stream()
                .filter(range -> range.bytes() >= WORTH_SINGLE_BYTES)
                .toList();
        long largeBytes = large.stream().mapToLong(Measured::bytes).sum();
        long allBytes = measured.stream().mapToLong(Measured::bytes).sum();
        if (large.size() <= MAX_SINGLE && largeBytes >= allBytes / 2) {
            return large;
        }
        Measured first = measured.get(0);
        return List.of(
                new Measured(first.from(), measured.get(measured.size() - 1).to(), allBytes));
    }
}
