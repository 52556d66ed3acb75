package io.maxmq.spi.storage;

import io.maxmq.spi.Stable;

/**
 * A read of a table: the entries of one partition within a range of keys. Immutable; begin with {@link #of}, the other
 * methods return changed copies.
 *
 * @param partition 0..{@code count - 1}; a range may span several of its shards
 * @param reverse from the highest key down; needs {@link StoreCapabilities.Feature#REVERSE_SCAN}
 * @param maxPageEntries the most entries of a page, 1..10,000
 * @param maxPageBytes a page ends with the entry by which it reaches this many bytes ({@link Entry#sizeBytes()}), 1 or
 *     more; it may exceed them by that one entry
 * @since 0.1.0
 */
@Stable
public record Scan(
        Table table,
        int partition,
        KeyRange range,
        boolean reverse,
        int maxPageEntries,
        int maxPageBytes,
        Consistency consistency) {

    /** The most that {@code maxPageEntries} may say. */
    public static final int MAX_PAGE_ENTRIES = 10_000;

    private static final int DEFAULT_PAGE_ENTRIES = 1_000;
    private static final int DEFAULT_PAGE_BYTES = 1024 * 1024;

    /**
     * @throws IllegalArgumentException when a number is out of its range
     */
    public Scan {
        if (partition < 0) {
            throw new IllegalArgumentException("partition must not be negative: partition=" + partition);
        }
        if (maxPageEntries < 1 || maxPageEntries > MAX_PAGE_ENTRIES) {
            throw new IllegalArgumentException("maxPageEntries must be 1..10000: maxPageEntries=" + maxPageEntries);
        }
        if (maxPageBytes < 1) {
            throw new IllegalArgumentException("maxPageBytes must be 1 or more: maxPageBytes=" + maxPageBytes);
        }
    }

    /** All of a table in one partition, upwards, in pages of at most 1,000 entries and about 1 MiB, linearizable. */
    public static Scan of(Table table, int partition) {
        return new Scan(
                table,
                partition,
                KeyRange.ALL,
                false,
                DEFAULT_PAGE_ENTRIES,
                DEFAULT_PAGE_BYTES,
                Consistency.LINEARIZABLE);
    }

    /** The same within {@code range}. */
    public Scan within(KeyRange range) {
        return new Scan(table, partition, range, reverse, maxPageEntries, maxPageBytes, consistency);
    }

    /** The same from the highest key down. */
    public Scan backwards() {
        return new Scan(table, partition, range, true, maxPageEntries, maxPageBytes, consistency);
    }

    /** The same in pages of this size. */
    public Scan pages(int maxEntries, int maxBytes) {
        return new Scan(table, partition, range, reverse, maxEntries, maxBytes, consistency);
    }

    /** The same with this consistency. */
    public Scan with(Consistency consistency) {
        return new Scan(table, partition, range, reverse, maxPageEntries, maxPageBytes, consistency);
    }
}
