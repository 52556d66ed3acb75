package io.maxmq.core.persistence;

import io.maxmq.core.loop.Loop;
import io.maxmq.spi.storage.Bytes;
import io.maxmq.spi.storage.Consistency;
import io.maxmq.spi.storage.Cursor;
import io.maxmq.spi.storage.DamagedRecordException;
import io.maxmq.spi.storage.Entry;
import io.maxmq.spi.storage.KeyRange;
import io.maxmq.spi.storage.KeyValueStore;
import io.maxmq.spi.storage.Scan;
import io.maxmq.spi.storage.Table;
import io.maxmq.spi.storage.support.BehindDamage;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads of one event loop from the store. Results are delivered on the loop, never within the call. A read of a range
 * skips damaged parts: it reports each of them and returns the intact entries.
 *
 * <p>Runs on the loop. Not thread-safe.
 */
public final class LoopReads {
    private final KeyValueStore store;
    private final Loop loop;

    LoopReads(KeyValueStore store, Loop loop) {
        this.store = store;
        this.loop = loop;
    }

    /** Reads one entry; null if absent. Fails with {@link DamagedRecordException} if damaged. */
    public void get(Table table, Bytes key, BiConsumer<@Nullable Entry, @Nullable Throwable> result) {
        assert loop.inLoop();
        store.get(table, key, Consistency.LINEARIZABLE)
                .whenComplete((Optional<Entry> found, Throwable failure) -> loop.execute(
                        () -> result.accept(failure == null ? found.orElse(null) : null, recordOf(table, failure))));
    }

    private static @Nullable Throwable recordOf(Table table, @Nullable Throwable failure) {
        return failure != null && BehindDamage.isDamage(failure) ? damage(table, failure) : failure;
    }

    private static DamagedRecordException damage(Table table, Throwable failure) {
        return new DamagedRecordException("table " + table + " cannot be read: " + failure.getMessage());
    }

    /**
     * Reads the first page of a range within one shard.
     *
     * @param damaged called for each skipped part
     * @param result an empty list at the end of the range
     */
    public void page(
            Table table,
            KeyRange range,
            int maxEntries,
            int maxBytes,
            Consumer<Throwable> damaged,
            BiConsumer<@Nullable List<Entry>, @Nullable Throwable> result) {
        assert loop.inLoop();
        new PageRead(table, range, maxEntries, maxBytes, damaged, result).read(range.from(), maxEntries);
    }

    /**
     * Reads a range within one shard to its end, page by page.
     *
     * @param damaged called for each skipped part
     * @param end called at the end, or with the failure
     */
    public void scan(
            Table table, KeyRange range, Consumer<Throwable> damaged, Consumer<List<Entry>> each, WriteCallback end) {
        assert loop.inLoop();
        new RangeRead(table, range, damaged, each, end).read(range.from());
    }

    /** The read of one page. */
    private final class PageRead {
        private final Table table;
        private final int partition;
        private final @Nullable Bytes to;
        private final int maxEntries;
        private final int maxBytes;
        private final Consumer<Throwable> damaged;
        private final BiConsumer<@Nullable List<Entry>, @Nullable Throwable> result;

        PageRead(
                Table table,
                KeyRange range,
                int maxEntries,
                int maxBytes,
                Consumer<Throwable> damaged,
                BiConsumer<@Nullable List<Entry>, @Nullable Throwable> result) {
            this.table = table;
            this.partition = store.partitions().ofKey(range.from());
            this.to = range.to();
            this.maxEntries = maxEntries;
            this.maxBytes = maxBytes;
            this.damaged = damaged;
            this.result = result;
        }

        void read(Bytes from, int entries) {
            Cursor cursor = store.scan(
                    Scan.of(table, partition).within(new KeyRange(from, to)).pages(entries, maxBytes));
            cursor.next().whenComplete((page, failure) -> {
                cursor.close();
                loop.execute(() -> {
                    if (failure == null) {
                        result.accept(page.entries(), null);
                    } else if (!BehindDamage.isDamage(failure)) {
                        result.accept(null, failure);
                    } else if (entries > 1) {
                        read(from, 1); // an unreadable page may begin with readable entries
                    } else {
                        damaged.accept(damage(table, failure));
                        readBehind(from);
                    }
                });
            });
        }

        private void readBehind(Bytes unreadable) {
            new BehindDamage(store, table, partition, to)
                    .from(unreadable)
                    .whenComplete((behind, failure) -> loop.execute(() -> {
                        if (failure != null) {
                            result.accept(null, failure);
                        } else if (behind.isEmpty()) {
                            result.accept(List.of(), null);
                        } else {
                            read(behind.get(), maxEntries);
                        }
                    }));
        }
    }

    /** The read of a range. */
    private final class RangeRead {
        private final Table table;
        private final int partition;
        private final @Nullable Bytes to;
        private final Consumer<Throwable> damaged;
        private final Consumer<List<Entry>> each;
        private final WriteCallback end;

        RangeRead(
                Table table,
                KeyRange range,
                Consumer<Throwable> damaged,
                Consumer<List<Entry>> each,
                WriteCallback end) {
            this.table = table;
            this.partition = store.partitions().ofKey(range.from());
            this.to = range.to();
            this.damaged = damaged;
            this.each = each;
            this.end = end;
        }

        void read(Bytes from) {
            next(store.scan(Scan.of(table, partition).within(new KeyRange(from, to))), from);
        }

        /** @param from lower bound of the next entry's key, inclusive */
        private void next(Cursor cursor, Bytes from) {
            cursor.next()
                    .whenComplete((page, failure) -> loop.execute(() -> {
                        if (failure != null && BehindDamage.isDamage(failure)) {
                            cursor.close();
                            readAround(from);
                        } else if (failure != null) {
                            end.onWritten(failure);
                        } else if (!give(page.entries())) {
                            cursor.close();
                        } else if (page.last()) {
                            end.onWritten(null);
                        } else {
                            next(cursor, behind(page.entries()));
                        }
                    }));
        }

        /** Reads the next readable entry, possibly the first one, and then all others. */
        private void readAround(Bytes from) {
            page(table, new KeyRange(from, to), 1, 1, damaged, (found, failure) -> {
                if (found == null || found.isEmpty()) {
                    end.onWritten(failure);
                } else if (give(found)) {
                    read(behind(found));
                }
            });
        }

        private Bytes behind(List<Entry> entries) {
            return entries.get(entries.size() - 1).key().next();
        }

        private boolean give(List<Entry> entries) {
            try {
                each.accept(entries);
                return true;
            } catch (Throwable t) {
                end.onWritten(t);
                return false;
            }
        }
    }
}
