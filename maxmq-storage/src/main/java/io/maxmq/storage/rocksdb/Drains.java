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
 * Ranges that were deleted as a whole, as drained queues are. Their entries stay in the files until a compaction meets the
 * tombstone, which for what is written no more may be never; so who has time measures what they take, and compacts them when
 * it is worth it. Single deletions are RocksDB's own business: files that are full of them are compacted anyway.
 *
 * <p>Thread-safe. Bounded: what exceeds {@value #MAX_RANGES} ranges of a table waits for compactions of other causes.
 */
final class Drains {

    private static final Logger LOG = LoggerFactory.getLogger(Drains.class);

    private static final int MAX_RANGES = 4_096;

    /** Compacts from here on, when it is also a quarter of the table. */
    private static final long WORTH_BYTES = 1024 * 1024;

    private static final long WORTH_SINGLE_BYTES = 64 * 1024;

    /** More ranges than this are compacted as one. */
    private static final int MAX_SINGLE = 64;

    /** Above all keys that there are, for ranges without an end. */
    private static final Bytes END = Bytes.wrap(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});

    /** By table: disjoint ranges, beginning to end. */
    private final Map<Table, NavigableMap<Bytes, Bytes>> tables = new HashMap<>();

    synchronized void add(Table table, KeyRange range) {
        if (range.isEmpty()) {
            return;
        }
        NavigableMap<Bytes, Bytes> ranges = tables.computeIfAbsent(table, t -> new TreeMap<>());
        Bytes from = range.from();
        Bytes rangeEnd = range.to();
        Bytes to = rangeEnd == null ? END : rangeEnd;
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
    }

    private synchronized Map<Table, NavigableMap<Bytes, Bytes>> takeAll() {
        Map<Table, NavigableMap<Bytes, Bytes>> all = new HashMap<>(tables);
        tables.clear();
        return all;
    }

    private record Measured(Bytes from, Bytes to, long bytes) {}

    /** Compacts what is worth it. Blocks for as long as that takes. */
    void compact(Engine engine) throws RocksDBException {
        for (Map.Entry<Table, NavigableMap<Bytes, Bytes>> entry : takeAll().entrySet()) {
            Table table = entry.getKey();
            List<Measured> measured = engine.use(database -> measure(database, table, entry.getValue()));
            long garbage = measured.stream().mapToLong(Measured::bytes).sum();
            long total = engine.use(database -> database.fileBytes(table));
            if (garbage < WORTH_BYTES || garbage < total / 4) {
                measured.forEach(range -> add(table, new KeyRange(range.from(), range.to())));
                continue;
            }
            for (Measured range : toCompact(measured)) {
                if (Thread.currentThread().isInterrupted()) {
                    return; // the store closes
                }
                engine.run(database -> {
                    database.compact(table, range.from(), range.to());
                });
            }
            LOG.debug("compacted: table={}, drainedBytes={}, bytesBefore={}", table, garbage, total);
        }
    }

    /** Those that have anything in files. */
    private static List<Measured> measure(Database database, Table table, NavigableMap<Bytes, Bytes> ranges) {
        List<Measured> measured = new ArrayList<>();
        ranges.forEach((from, to) -> {
            long bytes = database.fileBytes(table, from, to);
            if (bytes > 0) {
                measured.add(new Measured(from, to, bytes));
            }
        });
        return measured;
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
